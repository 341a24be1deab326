"""A measured house from a CSV file, played back with a zero-order hold.

Nothing is guessed silently: what cannot be a house current is refused with one line that
names file, line, what is wrong and what to do. What is accepted with a reservation (short
gaps held, export) is said in `notes`.
"""

import csv
from bisect import bisect_right
from datetime import datetime
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path

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
_MAX_A, _MAX_W = 250.0, 60000.0  # per phase; beyond it is no house (chosen)
_MIN_PEAK_W = 20.0  # a house that never reaches this was written in kW (chosen)
_GAP_INTERVALS = 3.0  # up to so many intervals the last value is held


class TraceError(ValueError):
    """A trace that cannot be used; the text is one line for the user."""


class Trace:
    """Currents of a house over time.

    times_s: from 0, rising. rows: [(L1, L2, L3)] A, signed (negative = export). phases: 1 or 3.
    duration_s: until the end of the last interval. start_of_day_s: local time of day of the
    first row, or None. notes: reservations, one line each. name: file and column.
    """

    def __init__(
        self, times_s, rows, phases, interval_s, name="trace", start_of_day_s=None, notes=()
    ):
        self.times_s, self.rows, self.phases = times_s, rows, phases
        self.interval_s = interval_s
        self.duration_s = times_s[-1] + interval_s
        self.name = name
        self.start_of_day_s = start_of_day_s
        self.notes = list(notes)

    def index(self, t_s):
        """Row in force at `t_s` (the first one before the start, the last one after the end)."""
        return max(bisect_right(self.times_s, t_s) - 1, 0)

    def at(self, t_s):
        """(L1, L2, L3) A at `t_s`."""
        return self.rows[self.index(t_s)]

    def next_change_s(self, index):
        """When the row after `index` begins; inf at the end."""
        return self.times_s[index + 1] if index + 1 < len(self.times_s) else inf

    def per_second(self, start_s=0.0, end_s=None):
        """Rows in force at each second, for whole-run comparisons."""
        end_s = self.duration_s if end_s is None else end_s
        return [self.at(start_s + k) for k in range(int(end_s - start_s))]


def load_trace(
    path,
    columns=None,
    unit=None,
    time_column=None,
    interval_s=None,
    series=None,
    volts=230.0,
    phase=0,
    max_gap_s=None,
    skip_blank=False,
):
    """Read and check a CSV file. Returns a Trace; raises TraceError with one clear line.

    columns: one name (put on `phase`) or three (L1, L2, L3); None: known names are looked for.
    unit: A, mA, W or kW; None: from the column's ending _a or _w. time_column: seconds or ISO
    dates; None: looked for. interval_s: for a file without times. series: value of the column
    "series" to keep. volts: turns W into A. max_gap_s: longest gap to hold (default 3 intervals).
    skip_blank: a row with an empty cell counts as missing (a gap) instead of as an error.
    """
    reader = _Reader(Path(path), columns, unit, time_column, interval_s, series, skip_blank)
    times, values = reader.read()
    return _checked(reader, times, values, volts, phase, max_gap_s)


class _Reader:
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


def _checked(reader, times, values, volts, phase, max_gap_s):
    """Units, order and gaps; then the Trace in A."""
    watts = reader.unit in ("W", "kW")
    _check_size(reader, values, watts)
    start = times[0]
    times = [t - start for t in times]
    steps = [b - a for a, b in pairwise(times)]
    for index, step in enumerate(steps):
        if step <= 0.0:
            raise reader.fail(
                f"time does not rise ({step:+g} s to the line before); sort the "
                "file and remove doubles",
                reader.lines[index + 1],
            )
    interval = reader.interval_s or sorted(steps)[len(steps) // 2]
    notes = _check_gaps(reader, steps, interval, max_gap_s)
    rows = [_phases(row, volts if watts else 1.0, phase) for row in values]
    lowest = min(min(row) for row in rows)
    if lowest < 0.0:
        notes.append(f"{reader.path.name}: down to {lowest:.1f} A, taken as export")
    three = len(reader.columns) == 3 or phase > 0
    name = "{} ({})".format(reader.path.name, ", ".join(reader.columns))
    return Trace(times, rows, 3 if three else 1, float(interval), name, reader.day_s, notes)


def _phases(row, divisor, phase):
    if len(row) == 3:
        return row[0] / divisor, row[1] / divisor, row[2] / divisor
    amps = row[0] / divisor
    return tuple(amps if p == phase else 0.0 for p in range(3))


def _check_size(reader, values, watts):
    """A house in the wrong unit is out by a thousand: that shows."""
    limit, unit = (_MAX_W, "W") if watts else (_MAX_A, "A")
    hint = "W, not kW" if watts else "A, not mA or W"
    peak = 0.0
    for index, row in enumerate(values):
        for value in row:
            if abs(value) > limit:
                raise reader.fail(
                    f"{value:g} {unit} on one phase is no house; check that the "
                    f"column is in {hint}",
                    reader.lines[index],
                )
            peak = max(peak, abs(value))
    if watts and peak < _MIN_PEAK_W:
        raise reader.fail(
            f"never above {peak:g} W; the column looks like kW; convert it, or say the unit kW"
        )


def _check_gaps(reader, steps, interval, max_gap_s):
    longest = max_gap_s if max_gap_s is not None else _GAP_INTERVALS * interval
    held = 0
    for index, step in enumerate(steps):
        if step > longest + 1e-6:
            raise reader.fail(
                f"gap of {step:g} s before this line (rows come every "
                f"{interval:g} s); cut the file there, or allow such gaps",
                reader.lines[index + 1],
            )
        if step > 1.5 * interval:
            held += 1
    if held:
        return [f"{reader.path.name}: {held} short gaps, the value before was held"]
    return []
