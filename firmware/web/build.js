// Filled in when the page is built: where the languages are, and the brand.
export const LANGS = /*LANGS*/{};
export const BRAND = /*BRAND*/{};
