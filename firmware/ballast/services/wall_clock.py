"""The time of day: seconds since 1970 and the local offset, set by a browser or by NTP.

The charger has no battery for a clock. Until a browser or NTP sets it the time is None, and
each reader handles that. The clock counts from the uptime, so that it never runs backwards
between two settings.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import Clock

_EARLIEST_S = const(1735689600)  # 2025-01-01: a time before this firmware existed is wrong
_LATEST_S = const(4102444800)  # 2100-01-01


class WallClock:
    """clock_s: seconds since start, growing for ever."""

    def __init__(self, clock_s: "Clock") -> None:
        self._clock = clock_s
        self._base_s: "int | None" = None
        self.offset_min = 0  # local time - UTC

    def time_s(self) -> "int | None":
        """Unix time in seconds, None while the clock is not set."""
        return None if self._base_s is None else self._base_s + self._clock()

    def set(self, time_s: object, offset_min: object = 0) -> None:
        """Set from a trusted source: whole numbers. ValueError with one line for anything else."""
        if type(time_s) is not int or not _EARLIEST_S <= time_s <= _LATEST_S:
            raise ValueError("time_s must be Unix seconds between 2025 and 2100")
        if type(offset_min) is not int or not -840 <= offset_min <= 840:
            raise ValueError("offset_min must be minutes between -840 and 840")
        self._base_s = time_s - self._clock()
        self.offset_min = offset_min

    def into_quarter_ms(self) -> "int | None":
        """ms since the quarter hour began, in steps of 1000; None while the time is not known.

        Meters that bill by the quarter hour count from the full hour, in every time zone.
        """
        now = self.time_s()
        return None if now is None else now % 900 * 1000

    def local_minute(self) -> "int | None":
        """Minute of the local week, 0 = Monday 00:00; None while the time is not known."""
        now = self.time_s()
        if now is None:
            return None
        # 1970-01-01 was a Thursday: day 3 of the week
        return ((now // 60) + self.offset_min + 3 * 1440) % 10080
