"""The time of day: seconds since 1970 and the local offset, set by a browser or by NTP.

The charger has no battery for a clock. Until somebody tells the time it is None, and
whatever needs it says so. Uptime is the base, so that a set clock never runs backwards
by itself.
"""

from micropython import const

_EARLIEST_S = const(1735689600)  # 2025-01-01: older than this firmware is no time of day
_LATEST_S = const(4102444800)  # 2100-01-01


class WallClock:
    """clock_s: seconds since start, growing for ever."""

    def __init__(self, clock_s):
        self._clock = clock_s
        self._base_s = None
        self.offset_min = 0  # local time - UTC

    def time_s(self):
        """Unix time in seconds, None while nobody has told it."""
        return None if self._base_s is None else self._base_s + self._clock()

    def set(self, time_s, offset_min=0):
        """Set from a trusted source; ValueError with one line when it can not be true."""
        if type(time_s) is not int or not _EARLIEST_S <= time_s <= _LATEST_S:
            raise ValueError("time_s must be Unix seconds between 2025 and 2100")
        if type(offset_min) is not int or not -840 <= offset_min <= 840:
            raise ValueError("offset_min must be minutes between -840 and 840")
        self._base_s = time_s - self._clock()
        self.offset_min = offset_min

    def into_quarter_ms(self):
        """How long ago the quarter hour began, ms in whole s; None while the time is not known.

        Meters that bill by the quarter hour keep to the full hour, in every time zone.
        """
        now = self.time_s()
        return None if now is None else now % 900 * 1000

    def local_minute(self):
        """Minute of the local week, 0 = Monday 00:00; None while the time is not known."""
        now = self.time_s()
        if now is None:
            return None
        # 1970-01-01 was a Thursday: day 3 of the week
        return ((now // 60) + self.offset_min + 3 * 1440) % 10080
