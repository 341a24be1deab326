"""Firmware modules for the tools: one codec for both sides instead of two that agree."""

from ballast_bench import upy


def module(name):
    """A firmware module, such as "ballast.protocol.update_file", on this Python."""
    return upy.firmware(name)
