"""Virtual time on the unix port: sleeps and asyncio's waits move a number; ticks wrap as on the ESP32."""

import asyncio.core as core
import sys
import time

_MASK, _HALF = (1 << 30) - 1, 1 << 29
_AFTER_ALL_REAL = 1 << 45  # asyncio's C queue stamps what is ready at once with the real ticks
_us = [0]


class _Time:
    pass


class _Queue(core.IOQueue):
    def wait_io_event(self, dt):
        """dt: ms to the next timer, -1 = there is none: then only a socket can end the wait."""
        if dt > 0:
            _sleep_us(dt * 1000)
        else:
            super().wait_io_event(dt)


def _sleep_us(us):
    _us[0] += us


def _ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) & _MASK


def install():
    """The module `time` of the tests and of what they import, and asyncio's clock."""
    made = _Time()
    for name in ("time", "gmtime", "localtime", "mktime", "time_ns"):
        setattr(made, name, getattr(time, name))
    made.ticks_diff = lambda later, earlier: ((later - earlier + _HALF) & _MASK) - _HALF
    made.ticks_add = _ticks_add
    made.ticks_us = lambda: _us[0] & _MASK
    made.ticks_ms = lambda: _us[0] // 1000 & _MASK
    made.sleep_us = _sleep_us
    made.sleep_ms = lambda ms: _sleep_us(ms * 1000)
    made.sleep = lambda s: _sleep_us(int(s * 1000000))
    sys.modules["time"] = made
    core.ticks = lambda: _AFTER_ALL_REAL + _us[0] // 1000
    core._io_queue = _Queue()
    core.IOQueue = _Queue
