"""A small trace for a first `ballast run`; synthetic, made by make.py."""
