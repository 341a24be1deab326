"""The hardware watchdog: fed only after a completed step.

It cannot be stopped once started and survives a soft reset, so it is made last,
when everything has been set up. The ESP32's shortest sensible time is 1 s.
"""

from machine import WDT

MIN_MS = 1000


class Watchdog:
    """Starts at construction. `feed()` after the outputs of a step were written, only there."""

    def __init__(self, timeout_ms=MIN_MS):
        if timeout_ms < MIN_MS:
            raise ValueError("watchdog: %d ms, at least %d" % (timeout_ms, MIN_MS))
        self.feed = WDT(id=0, timeout=timeout_ms).feed  # made once: a bound method is an allocation
