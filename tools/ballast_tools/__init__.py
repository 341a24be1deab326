"""The sub-commands of tools/ballast, one module each; see tools/README.md."""
