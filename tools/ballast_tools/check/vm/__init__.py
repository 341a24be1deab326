"""Runs a file of tests on the MicroPython VM."""
