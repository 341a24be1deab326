"""Wall clock: Unix seconds out of the RTC, or None while nobody has set it.

The RTC counts from 2000-01-01 after power-on and goes on over resets. A time
before 2025 is that of an unset clock.
"""

from machine import RTC

_DAYS_1970_TO_2000 = 10957
_UNSET_YEAR = 2025


def _days(year, month, day):
    """Days since 2000-03-01 (H. Hinnant, "chrono-compatible date algorithms")."""
    if month <= 2:
        year -= 1
        month += 12
    y = year - 2000
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * (month - 3) + 2) // 5 + day - 1


def unix_from(year, month, day, hour, minute, second):
    """Unix seconds of a UTC date from 2000 on."""
    days = _days(year, month, day) + 60 + _DAYS_1970_TO_2000
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def date_from(unix):
    """(year, month, day, weekday 0 = Monday, hour, minute, second) in UTC, from 2000 on."""
    days, rest = unix // 86400, unix % 86400
    weekday = (days + 3) % 7
    n = days - _DAYS_1970_TO_2000 - 60  # since 2000-03-01
    era, doe = n // 146097, n % 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day = doy - (153 * mp + 2) // 5 + 1
    month = mp + 3 if mp < 10 else mp - 9
    year = 2000 + era * 400 + yoe + (1 if month <= 2 else 0)
    return year, month, day, weekday, rest // 3600, rest // 60 % 60, rest % 60


class Clock:
    def __init__(self):
        self._rtc = RTC()

    def known(self):
        return self._rtc.datetime()[0] >= _UNSET_YEAR

    def unix(self):
        """Unix seconds, None = the clock was never set."""
        now = self._rtc.datetime()
        if now[0] < _UNSET_YEAR:
            return None
        return unix_from(now[0], now[1], now[2], now[4], now[5], now[6])

    def set_unix(self, unix):
        """ValueError for a time before 2025: some servers answer nonsense."""
        date = date_from(unix) if unix > 0 else (1970,)
        if date[0] < _UNSET_YEAR:
            raise ValueError("clock: %s is before %d" % (unix, _UNSET_YEAR))
        self._rtc.datetime(date + (0,))
