"""Clocks that drive the ticks: `ms()`, `us()` (unwrapped) and a blocking `sleep_us()`."""

import time


class RealClock:
    """The computer's monotonic clock."""

    def ms(self):
        return time.monotonic_ns() // 1_000_000

    def us(self):
        return time.monotonic_ns() // 1_000

    def sleep_us(self, us):
        time.sleep(us / 1e6)


class ManualClock:
    """Stands still until `advance_ms` or `advance_us`; a blocking sleep advances it.

    Tests that deal with the wrap start it just below: `ManualClock(2**30 - 5000)`.
    """

    def __init__(self, start_ms=0):
        self._us = start_ms * 1000

    def ms(self):
        return self._us // 1000

    def us(self):
        return self._us

    def advance_ms(self, ms):
        self.advance_us(ms * 1000)

    def advance_us(self, us):
        if us < 0:
            raise ValueError("a clock does not run backwards")
        self._us += us

    def set_us(self, us):
        """Another chip's turn: several chips compute at the same time, on one clock."""
        self._us = us

    def sleep_us(self, us):
        self.advance_us(us)
