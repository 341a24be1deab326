"""Steps in which nothing can change are not computed: see README.md."""
