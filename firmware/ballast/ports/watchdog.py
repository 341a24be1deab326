"""The hardware watchdog: fed only after a completed step, and only while all is alive.

It cannot be stopped once started and survives a soft reset, so it is started
last, when everything has been set up. The ESP32's shortest sensible time is 1 s.
"""

from machine import WDT

TIMEOUT_MS = 2000


class Watchdog:
    """`step_done()` feeds. A watchdog that was not started does nothing."""

    def __init__(self, timeout_ms=TIMEOUT_MS):
        self._timeout_ms = timeout_ms
        self._feed = None

    def start(self):
        self._feed = WDT(0, self._timeout_ms).feed

    def step_done(self):
        """Call after the outputs of a step were written, never from elsewhere."""
        if self._feed is not None:
            self._feed()
