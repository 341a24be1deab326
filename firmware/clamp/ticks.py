"""Wrap-safe tick arithmetic. As control/ticks.py, but here big integers do no harm."""

from micropython import const

_HALF = const(0x20000000)
_MASK = const(0x3FFFFFFF)


def diff(later_ms: int, earlier_ms: int) -> int:
    """Milliseconds from `earlier_ms` to `later_ms`; valid within +-6.2 days."""
    return ((later_ms - earlier_ms + _HALF) & _MASK) - _HALF


def add(ticks_ms: int, delta_ms: int) -> int:
    """`ticks_ms` moved by `delta_ms`, wrapped into 0..2**30-1."""
    return (ticks_ms + delta_ms) & _MASK
