"""A measured house from a CSV file, played back with a zero-order hold.

Nothing is guessed silently: what cannot be a house current is refused with one line that
names file, line, what is wrong and what to do. What is accepted with a reservation (short
gaps held, export) is said in `notes`.
"""

from bisect import bisect_right
from itertools import pairwise
from math import inf
from pathlib import Path

from ballast_bench.plant.trace_file import TraceError, TraceFile

__all__ = ["Trace", "TraceError", "load_trace"]

_MAX_A, _MAX_W = 250.0, 60000.0  # per phase; beyond it is no house (chosen)
_MIN_PEAK_W = 20.0  # a house that never reaches this was written in kW (chosen)
_GAP_INTERVALS = 3.0  # up to so many intervals the last value is held


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
    reader = TraceFile(Path(path), columns, unit, time_column, interval_s, series, skip_blank)
    times, values = reader.read()
    return _checked(reader, times, values, volts, phase, max_gap_s)


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
