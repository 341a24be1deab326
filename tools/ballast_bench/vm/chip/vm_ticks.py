"""The module `time` of code on the unix port, on a clock that is handed over; ticks wrap as on the ESP32."""

import sys
import time

_MASK, _HALF = (1 << 30) - 1, 1 << 29


class _Time:
    pass


def _ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) & _MASK


def install(now_us, sleep_us):
    """Put the module in `time`'s place; returns it. now_us(): the clock. sleep_us(us): waits."""
    made = _Time()
    for name in ("time", "gmtime", "localtime", "mktime", "time_ns"):
        setattr(made, name, getattr(time, name))
    made.ticks_diff = lambda later, earlier: ((later - earlier + _HALF) & _MASK) - _HALF
    made.ticks_add = _ticks_add
    made.ticks_us = lambda: now_us() & _MASK
    made.ticks_ms = lambda: now_us() // 1000 & _MASK
    made.sleep_us = sleep_us
    made.sleep_ms = lambda ms: sleep_us(ms * 1000)
    made.sleep = lambda s: sleep_us(int(s * 1000000))
    sys.modules["time"] = made
    return made
