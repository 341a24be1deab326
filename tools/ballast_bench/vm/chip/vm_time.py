"""Ticks and sleeps of the firmware; they wrap as on the ESP32. Virtual: the bench owns the time.

The virtual wait of asyncio is in vm_waiting, that of the real time in vm_real.
"""

import sys
import time

import vm_link as link
from vm_link import head, now_us

_MASK, _HALF = (1 << 30) - 1, 1 << 29


class _Time:
    pass


def _ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) & _MASK


def _sleep_us(us):
    """No call: the bench moves its clock by this word before it handles the next message."""
    head[3] += us
    us += head[0]
    if us < 0x100000000:
        head[0] = us
    else:
        head[0] = us & 0xFFFFFFFF
        head[1] += 1


def install():
    """The module `time` of the firmware."""
    made = _Time()
    for name in ("time", "gmtime", "localtime", "mktime", "time_ns"):
        setattr(made, name, getattr(time, name))
    made.ticks_diff = lambda later, earlier: ((later - earlier + _HALF) & _MASK) - _HALF
    made.ticks_add = _ticks_add
    if link.REAL:
        away = now_us() - time.ticks_us()
        made.ticks_us = lambda: (time.ticks_us() + away) & _MASK
        made.ticks_ms = lambda: (time.ticks_us() + away) // 1000 & _MASK
        made.sleep_us, made.sleep_ms, made.sleep = time.sleep_us, time.sleep_ms, time.sleep
    else:
        made.ticks_us = lambda: now_us() & _MASK
        made.ticks_ms = lambda: now_us() // 1000 & _MASK
        made.sleep_us = _sleep_us
        made.sleep_ms = lambda ms: _sleep_us(ms * 1000)
        made.sleep = lambda s: _sleep_us(int(s * 1000000))
    sys.modules["time"] = made
