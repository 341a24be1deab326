"""Makes CPython look like MicroPython where the firmware needs it.

`install(clock)` adds what MicroPython has and CPython has not: the module
`micropython`, `time.ticks_*` and `time.sleep_*`, `asyncio.sleep_ms`,
`wait_for_ms` and `ThreadSafeFlag`; and it lets Python find the firmware. It may be
called again: functions that the firmware has already imported follow the new clock.
`firmware(name)` imports a module of the firmware.

All ticks come from the clock, so whoever owns the clock owns the time:
`RealClock` in the interactive bench, `ManualClock` in tests and replays.
"""

import asyncio as _asyncio
import importlib as _importlib
import sys as _sys
import time as _time

from . import _micropython
from .aio import ThreadSafeFlag, sleep_ms, wait_for_ms
from .clock import ManualClock, RealClock
from .find import add_firmware, firmware_main
from .loop import VirtualLoop, run_virtual

__all__ = ["ManualClock", "RealClock", "VirtualLoop", "clock", "firmware", "firmware_main",
           "install", "run_virtual"]  # fmt: skip

TICKS_PERIOD = 1 << 30  # as on the ESP32: ticks_ms wraps after 12.4 days
_HALF = TICKS_PERIOD // 2

_clock = RealClock()


def clock():
    """The clock that drives all ticks now."""
    return _clock


def install(new_clock=None):
    """Install the MicroPython names; `new_clock` (default: keep) drives the ticks."""
    global _clock
    if new_clock is not None:
        _clock = new_clock
    if getattr(_time, "ticks_ms", None) is ticks_ms:
        return _clock
    add_firmware()
    _sys.modules["micropython"] = _micropython
    for fn in (ticks_ms, ticks_us, ticks_diff, ticks_add, sleep_block_ms, sleep_block_us):
        setattr(_time, fn.__name__.replace("_block", ""), fn)
    for obj in (sleep_ms, wait_for_ms, ThreadSafeFlag):
        setattr(_asyncio, obj.__name__, obj)
    if not hasattr(_sys, "print_exception"):
        _sys.print_exception = print_exception
    return _clock


def firmware(name):
    """A module of the firmware, such as "ballast.protocol.update_file", on this Python."""
    install()
    return _importlib.import_module(name)


def ticks_ms():
    return _clock.ms() & (TICKS_PERIOD - 1)


def ticks_us():
    return _clock.us() & (TICKS_PERIOD - 1)


def ticks_diff(later, earlier):
    return ((later - earlier + _HALF) & (TICKS_PERIOD - 1)) - _HALF


def ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")  # as MicroPython does
    return (ticks + delta) & (TICKS_PERIOD - 1)


def sleep_block_ms(ms):
    _clock.sleep_us(ms * 1000)


def sleep_block_us(us):
    _clock.sleep_us(us)


def print_exception(error, file=None):
    import traceback

    traceback.print_exception(error, file=file or _sys.stdout)
