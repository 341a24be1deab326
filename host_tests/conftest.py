"""Shared by all tests on CPython: the MicroPython names, and the browser."""

from bench import upy

upy.install()
