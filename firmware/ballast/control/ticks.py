"""Wrap-safe differences of millisecond ticks.

MicroPython's `time.ticks_ms()` counts modulo 2**30. On the ESP32 a small int
has 31 bits, so every intermediate value here stays within +-(2**30 - 1): no
big integer is ever made and nothing is allocated.
"""

from micropython import const

_HALF = const(0x20000000)  # 2**29 ms, 6.2 days: differences must be shorter than that


def diff(later_ms: int, earlier_ms: int) -> int:
    """Milliseconds from `earlier_ms` to `later_ms`; valid within +-6.2 days."""
    d = later_ms - earlier_ms
    if d >= _HALF:
        return d - _HALF - _HALF
    if d < -_HALF:
        return d + _HALF + _HALF
    return d


def add(ticks_ms: int, delta_ms: int) -> int:
    """`ticks_ms` moved by `delta_ms` (|delta| < 2**29), wrapped into 0..2**30-1."""
    t = ticks_ms - _HALF + delta_ms  # shifted down by 2**29 first: stays a small int throughout
    if t >= _HALF:
        return t - _HALF
    if t < -_HALF:
        return t + _HALF + _HALF + _HALF
    return t + _HALF
