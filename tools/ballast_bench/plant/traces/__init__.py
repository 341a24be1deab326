"""Readers of measured houses: one file for each family of formats; `open.py` chooses one."""
