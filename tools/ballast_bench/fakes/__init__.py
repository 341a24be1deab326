"""Strict fakes of the MicroPython hardware modules (machine, network, espnow, esp32, bluetooth).

They behave as MicroPython 1.29 on an ESP32-S3 or ESP32 does: an attribute,
argument or pin that the real port lacks is the same error here. Nothing is
"mocked": a fake does what the chip would do and ends at pins, registers and
frames; what is connected to them is the wiring's business.

Every object binds to `fakes.current` (a Device) when it is constructed, so
several chargers live in one process:

    fakes.install()                  # once: puts the modules into sys.modules
    dev = fakes.Device(clock)
    with dev:                        # makes it `fakes.current`
        io = BoardIo(board)

Module-level functions (machine.reset(), ...) act on the device that is
current when they are called: run each charger's code inside its `with`. An
asyncio task remembers the device that was current when it was made.
"""

import contextvars
import sys

from .air import Air
from .device import Device, FakeError, HardReset, SoftReset

__all__ = ["Air", "Device", "FakeError", "HardReset", "SoftReset", "current", "device", "install"]

current = None  # the Device that new objects bind to
task_device = contextvars.ContextVar("device", default=None)  # that of the running task


def install():
    """Put the fakes into sys.modules under their MicroPython names. May be repeated."""
    from ballast_bench.upy import _micropython

    from . import (
        console,
        fake_bluetooth,
        fake_esp32,
        fake_espnow,
        fake_machine,
        fake_network,
        fake_socket,
    )

    sys.modules["machine"] = fake_machine
    sys.modules["network"] = fake_network
    sys.modules["espnow"] = fake_espnow
    sys.modules["esp32"] = fake_esp32
    sys.modules["bluetooth"] = fake_bluetooth
    _micropython.kbd_intr = console.kbd_intr
    fake_socket.install()


def device():
    """The current device; FakeError if none is."""
    found = current or task_device.get()
    if found is None:
        raise FakeError("no device is current: use `with fakes.Device(clock):`")
    return found
