"""The text of a CSV file: separator, decimal comma, and the times that people write.

Times: seconds, seconds since 1970 (also ms, us, ns), ISO 8601 with or without a zone, and the German
31.12.2026 17:30:00. A time with a zone is taken as the wall clock that is written; where the wall
clock jumps at the change of summer time, the true distance between two rows counts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ballast_bench.plant.traces.found import Found, TraceError

EPOCH_S = 1e9  # a number above is seconds since 1970: 2001 and later
_FINER = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))
"""Above this it is ns, us, ms: as seconds, 1e11 would be the year 5138."""
_BASE = datetime(2000, 1, 1)
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?$")

MISSING = ("", "unavailable", "unknown", "null", "none", "nan", "n/a", "-")
"""How programs write that there is no value (Home Assistant: unavailable, unknown)."""


def separator(header: str) -> str:
    """The separator that the header uses most; a comma where there is none."""
    return max(",;\t", key=header.count)


def rows(found: Found) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of the whole file, empty lines left out."""
    try:
        with found.path.open(newline="", encoding="utf-8-sig") as file:
            head = ""
            while not head.strip(" \r\n\t"):
                head = file.readline()
                if not head:
                    return
            file.seek(0)
            found.separator = separator(head)
            reader = csv.reader(file, delimiter=found.separator)
            for fields in reader:
                if any(field.strip() for field in fields):
                    yield reader.line_num, fields
    except FileNotFoundError:
        raise found.fail("no such file; check the path") from None
    except (UnicodeDecodeError, csv.Error, IsADirectoryError, PermissionError) as error:
        raise found.fail(f"cannot be read as a CSV text file ({error})") from None


class Clock:
    """Times of one file as seconds. zone: a name like Europe/Berlin for times that have one."""

    def __init__(self, found: Found, zone: str | None = None):
        self._found = found
        self._zone: tzinfo | None = None
        self._zone_name = zone
        if zone is not None:
            try:
                self._zone = ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError):
                raise found.fail(f"no time zone {zone!r}; write it like Europe/Berlin") from None
        self._scale = 1.0
        self._began = False
        self._shift_s = 0.0
        self._last: tuple[float, float | None] = (0.0, None)

    def seconds(self, text: str, line: int) -> float:
        """Seconds of the time `text`; TraceError with the line for what is no time."""
        text = text.strip()
        try:
            value = float(text)
        except ValueError:
            value = None
        try:
            if value is None:
                return self._dated(text, line)
            if isfinite(value):
                return self._counted(value)
        except (OverflowError, OSError, ValueError) as error:
            if isinstance(error, TraceError):
                raise
            raise self._found.fail(f"time {text!r} is in no year that there is", line) from None
        raise self._found.fail(f"time {text!r} is no number", line)

    def _counted(self, value: float) -> float:
        if not self._began:
            self._began = True
            self._scale = next((scale for least, scale in _FINER if value > least), 1.0)
            if value > EPOCH_S:
                moment = datetime.fromtimestamp(value * self._scale, self._zone or UTC)
                self._start(moment, self._zone_name or "UTC")
        return value * self._scale

    def _dated(self, text: str, line: int) -> float:
        moment = self._parse(text)
        if moment is None:
            raise self._found.fail(f"time {text!r} is neither seconds nor an ISO date", line)
        if moment.tzinfo is not None and self._zone is not None:
            moment = moment.astimezone(self._zone)
        if not self._began:
            self._began = True
            name = self._zone_name if moment.tzinfo is not None and self._zone else None
            utc = moment.tzinfo is not None and not moment.utcoffset()
            self._start(moment, name or ("UTC" if utc else "as written"))
        return self._even(moment)

    def _even(self, moment: datetime) -> float:
        """Wall clock as written; over a change of the offset the smaller step forward counts."""
        wall_s = (moment.replace(tzinfo=None) - _BASE).total_seconds()
        true_s = moment.timestamp() if moment.tzinfo is not None else None
        last_wall_s, last_true_s = self._last
        if true_s is not None and last_true_s is not None:
            wall_step, true_step = wall_s - last_wall_s, true_s - last_true_s
            if wall_step != true_step and 0.0 < true_step and not 0.0 < wall_step <= true_step:
                self._shift_s += true_step - wall_step
        self._last = (wall_s, true_s)
        return wall_s + self._shift_s

    def _start(self, moment: datetime, zone: str) -> None:
        if self._found.start is None:  # else another series of the same file has begun before
            self._found.start = moment.replace(tzinfo=None)
            self._found.zone = zone

    @staticmethod
    def _parse(text: str) -> datetime | None:
        german = _GERMAN.match(text)
        try:
            if german:
                day, month, year, hour, minute, second = (int(g or 0) for g in german.groups()[:6])
                micro = int(((german[7] or "") + "000000")[:6])
                return datetime(year, month, day, hour, minute, second, micro)
            return datetime.fromisoformat(text)
        except ValueError:
            return None
