"""The virtual test bench; see README.md."""
