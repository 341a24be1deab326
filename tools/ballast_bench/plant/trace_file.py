"""Rows of a trace file as numbers; the mistakes that a file can have, each in one line."""

import csv
from datetime import datetime
from math import inf, isfinite

# column names that are understood without being told, best first
_CURRENT_COLUMNS = (
    ("l1_a", "l2_a", "l3_a"),
    ("house_l1_a", "house_l2_a", "house_l3_a"),
    ("house_a",),
    ("current_a",),
    ("l1_a",),
    ("amps",),
)
_POWER_COLUMNS = (
    ("l1_w", "l2_w", "l3_w"),
    ("house_excl_ev_w_derived",),
    ("house_w",),
    ("grid_import_w",),
    ("active_power_w",),
    ("power_w",),
    ("power_w_avg1s",),
)
_TIME_COLUMNS = (
    "time_s",
    "t_s",
    "seconds",
    "timestamp_local",
    "timestamp",
    "datetime",
    "time",
    "t",
    "date_time",
)
_UNITS = {"A": 1.0, "mA": 1e-3, "W": 1.0, "kW": 1e3}
_FOREIGN = ("_ma", "_kw", "_kva", "_mw", "_wh", "_kwh", "_v", "_mv", "_var")


class TraceError(ValueError):
    """A trace that cannot be used; the text is one line for the user."""


class TraceFile:
    """Rows of the file as numbers, with the line numbers kept for messages."""

    def __init__(self, path, columns, unit, time_column, interval_s, series, skip_blank=False):
        self.path, self.series, self.skip_blank = path, series, skip_blank
        self.columns = (columns,) if isinstance(columns, str) else columns
        self.unit, self.time_column, self.interval_s = unit, time_column, interval_s
        self.lines = []
        self.day_s = None

    def fail(self, what, line=None):
        where = self.path.name if line is None else f"{self.path.name} line {line}"
        return TraceError(f"{where}: {what}")

    def read(self):
        """(times s, [values as written]) of every kept row."""
        times, values = [], []
        try:
            with self.path.open(newline="", encoding="utf-8-sig") as file:
                rows = csv.reader(file)
                header = [name.strip() for name in next(rows, [])]
                self._find_columns(header)
                for row in rows:
                    if row:
                        self._row(header, row, rows.line_num, times, values)
        except FileNotFoundError:
            raise self.fail("no such file; check the path") from None
        except (UnicodeDecodeError, csv.Error, IsADirectoryError, PermissionError) as error:
            raise self.fail(f"cannot be read as a CSV text file ({error})") from None
        if len(values) < 2:
            raise self.fail(
                "fewer than two rows of data"
                + (f" in series {self.series!r}" if self.series else "")
            )
        return times, values

    def _find_columns(self, header):
        if not header:
            raise self.fail("is empty; a header line with column names is needed")
        known = "columns are: " + ", ".join(header)
        if self.columns is None:
            for names in _CURRENT_COLUMNS + _POWER_COLUMNS:
                if all(name in header for name in names):
                    self.columns = names
                    break
            else:
                raise self.fail("no column that is known as the house's load; name one; " + known)
        if len(self.columns) not in (1, 3):
            raise self.fail("give one column, or three for L1, L2, L3")
        for name in self.columns:
            if name not in header:
                raise self.fail(f"no column {name!r}; {known}")
        if self.time_column is None:
            self.time_column = next((n for n in _TIME_COLUMNS if n in header), None)
        elif self.time_column not in header:
            raise self.fail(f"no time column {self.time_column!r}; {known}")
        if self.time_column is None and not self.interval_s:
            raise self.fail("no time column found; name it or give a fixed interval; " + known)
        if self.series is not None and "series" not in header:
            raise self.fail("has no column 'series'; leave the series out; " + known)
        self._find_unit()
        self._spots = [header.index(name) for name in self.columns]
        self._time_spot = header.index(self.time_column) if self.time_column else None
        self._series_spot = header.index("series") if "series" in header else None
        self._first_series = None

    def _find_unit(self):
        if self.unit is not None:
            if self.unit not in _UNITS:
                raise self.fail(f"unit {self.unit!r} is not one of A, mA, W, kW")
            return
        name = self.columns[0].lower()
        for ending in _FOREIGN:
            if name.endswith(ending):
                raise self.fail(
                    f"column {self.columns[0]!r} is in {ending[1:]}, needed is "
                    "A or W; convert it, or say "
                    "the unit (A, mA, W, kW)"
                )
        if name.endswith(("_a", "amps")):
            self.unit = "A"
        elif name.endswith("_w") or "_w_" in name:
            self.unit = "W"
        else:
            raise self.fail(
                f"unit of column {self.columns[0]!r} is not in its name; say it (A, mA, W, kW)"
            )

    def _row(self, header, row, line, times, values):
        if len(row) != len(header):
            raise self.fail(
                f"{len(row)} fields, the header has {len(header)}; repair the line", line
            )
        if self._series_spot is not None and not self._in_series(row[self._series_spot]):
            return
        if self.skip_blank and any(not row[spot].strip() for spot in self._spots):
            return
        values.append([self._number(row[spot], header[spot], line) for spot in self._spots])
        if self._time_spot is None:
            times.append(len(times) * float(self.interval_s))
        else:
            times.append(self._time(row[self._time_spot].strip(), line))
        self.lines.append(line)

    def _in_series(self, name):
        if self.series is not None:
            return name == self.series
        if self._first_series is None:
            self._first_series = name
        elif name != self._first_series:
            raise self.fail(
                f"holds several series ({self._first_series}, {name} ...); say which one"
            )
        return True

    def _number(self, text, column, line):
        try:
            value = float(text)
        except ValueError:
            value = inf
        if not isfinite(value):
            raise self.fail(
                f"{text!r} in column {column!r} is no number; repair the line, or cut "
                "the file there",
                line,
            )
        return value * _UNITS[self.unit]

    def _time(self, text, line):
        """Seconds; an ISO date counts from its epoch."""
        try:
            seconds = float(text)
        except ValueError:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise self.fail(f"time {text!r} is neither seconds nor an ISO date", line) from None
            if self.day_s is None:
                self.day_s = moment.hour * 3600 + moment.minute * 60 + moment.second
            # wall clock as written: a change of the offset must not tear the trace
            return (moment.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds()
        if not isfinite(seconds):
            raise self.fail(f"time {text!r} is no number", line)
        return seconds
