"""Spans of time that are still running or over: one alone, or one for each seat of a group.

Both are safe against the wrap of the clock as long as left() is called now and then: a
span that is over is switched off, and stays over.
"""

from ballast.control.ticks import add, diff


class Timer:
    """One span. `on`: it was running when it was last asked for. `until_ms`: its end."""

    def __init__(self) -> None:
        self.on = False
        self.until_ms = 0

    def set(self, now_ms: int, ms: int) -> None:
        """Run for exactly `ms` from now."""
        self.until_ms = add(now_ms, ms)
        self.on = True

    def extend(self, now_ms: int, ms: int) -> None:
        """Run for at least `ms` from now: a later end stays."""
        if not self.on or diff(self.until_ms, now_ms) < ms:
            self.set(now_ms, ms)

    def left(self, now_ms: int) -> int:
        """ms still to run, 0 = over."""
        if not self.on:
            return 0
        left = diff(self.until_ms, now_ms)
        if left <= 0:
            self.on = False
            return 0
        return left


class SeatTimers:
    """A Timer for each of `seats`, without an object for each. on[seat], until_ms[seat]."""

    def __init__(self, seats: int) -> None:
        self.on = bytearray(seats)
        self.until_ms = [0] * seats

    def set(self, seat: int, now_ms: int, ms: int) -> None:
        """Run for exactly `ms` from now."""
        self.until_ms[seat] = add(now_ms, ms)
        self.on[seat] = 1

    def extend(self, seat: int, now_ms: int, ms: int) -> None:
        """Run for at least `ms` from now: a later end stays."""
        if not self.on[seat] or diff(self.until_ms[seat], now_ms) < ms:
            self.set(seat, now_ms, ms)

    def left(self, seat: int, now_ms: int) -> int:
        """ms still to run, 0 = over."""
        if not self.on[seat]:
            return 0
        left = diff(self.until_ms[seat], now_ms)
        if left <= 0:
            self.on[seat] = 0
            return 0
        return left
