// Words and numbers in the reader's language. Texts are data: lang/*.json.

import { LANGS } from "./build.js";

let words = {};
export let lang = "en";

export const NAMES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", zh: "中文" };

function stored() {
  try { return localStorage.getItem("lang"); } catch { return null; }
}

function wanted() {
  for (const tag of [stored(), ...navigator.languages]) {
    const two = (tag || "").slice(0, 2).toLowerCase();
    if (LANGS[two]) return two;
  }
  return "en";
}

export async function loadLanguage(choice) {
  if (choice) { try { localStorage.setItem("lang", choice); } catch { /* private window */ } }
  lang = choice || wanted();
  words = await (await fetch(LANGS[lang])).json();
  document.documentElement.lang = lang;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
}

export const has = (key) => key in words;

/** The text of a key; {name} is filled from params. A missing text shows its key. */
export function t(key, params) {
  const found = words[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (all, name) => (params && name in params ? params[name] : all));
}

const number = (value, digits) => new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const NB = "\u00a0";

/** Amperes without decimals, for sentences. */
export const amps = (ma) => number(Math.round(ma / 1000) + 0, 0) + NB + "A";
/** Amperes with one decimal, for pictures. */
export const amps1 = (ma) => (ma === null || ma === undefined ? "–" : number(Math.round(ma / 100) / 10 + 0, 1) + NB + "A");
export const kw = (w) => (w === null ? "–" : number(w / 1000, 1) + NB + "kW");
export const kwh = (wh) => number(wh / 1000, wh < 100000 ? 1 : 0) + NB + "kWh";
export const degrees = (d) => (d === null ? "–" : number(d / 10, 0) + NB + "°C");
export const volts = (mv) => number(mv / 1000, 0) + NB + "V";

/** "2 h 10 min", "45 s". */
export function duration(seconds) {
  const sec = Math.max(0, Math.round(seconds));
  if (sec < 60) return sec + NB + t("u.s");
  const min = Math.floor(sec / 60);
  if (min < 60) return min + NB + t("u.min");
  if (min < 2880) return Math.floor(min / 60) + NB + t("u.h") + (min % 60 ? " " + (min % 60) + NB + t("u.min") : "");
  return Math.floor(min / 1440) + NB + t("u.d");
}

export const day = (unix) => (unix === null ? "–" : new Intl.DateTimeFormat(lang, { day: "numeric", month: "short" }).format(unix * 1000));
export const clock = (unix) => (unix === null ? "–" : new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" }).format(unix * 1000));
export const weekday = (i) => new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + i));
