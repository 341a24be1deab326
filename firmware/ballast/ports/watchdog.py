"""The hardware watchdog: fed only after a completed step.

Once started it cannot be stopped, and it goes on after a soft reset. Therefore it is
started last, when everything else is set up. The ESP32's shortest sensible time is 1 s.
"""

from machine import WDT

MIN_MS = 1000


class Watchdog:
    """The constructor starts it. Call `feed()` only after the outputs of a step were written."""

    def __init__(self, timeout_ms: int = MIN_MS) -> None:
        if timeout_ms < MIN_MS:
            raise ValueError("watchdog: %d ms, at least %d" % (timeout_ms, MIN_MS))
        # bound once: to look up a bound method allocates memory each time
        self.feed = WDT(id=0, timeout=timeout_ms).feed
