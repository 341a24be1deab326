"""A measured house from a file, played back with a zero-order hold.

Nothing is guessed silently: what cannot be a house current is refused with one line that
names file, line, what is wrong and what to do. What is accepted with a reservation (short
gaps held, export, an assumed voltage) is said in `notes`. The formats are those of traces/.
"""

from bisect import bisect_right
from itertools import pairwise
from math import inf
from pathlib import Path

from ballast_bench.plant.traces import open as traces
from ballast_bench.plant.traces.found import TraceError, Wishes

__all__ = ["Trace", "TraceError", "join", "load_trace"]

_MAX_A, _MAX_W = 250.0, 60000.0  # per phase; beyond it is no house (chosen)
_MIN_PEAK_W = 20.0  # a house that never reaches this was written in kW (chosen)
_GAP_INTERVALS = 3.0  # up to so many intervals the last value is held
_GAP_S = 60.0  # chosen: the same for a file that has a row only where the value changes


class Trace:
    """Currents of a house over time.

    times_s: from 0, rising. rows: [(L1, L2, L3)] A, signed (negative = export). phases: 1 or 3.
    duration_s: until the end of the last interval. start_of_day_s: local time of day of the
    first row, or None. notes: reservations, one line each. name: file and column.
    start: date and time of the first row (no zone), or None. found: a traces.found.Found, what
    the reader took from the file; None for a trace that was made otherwise. gaps: how many were held.
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
        self.start = None
        self.found = None
        self.gaps = 0

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
    zone=None,
    negate=False,
    spread=False,
):
    """Read and check a file. Returns a Trace; raises TraceError with one clear line.

    columns: one name (put on `phase`) or three (L1, L2, L3); None: known names are looked for.
    unit: A, mA, W or kW; None: from the column's name. time_column: seconds or dates; None:
    looked for. interval_s: for a file without times. series: value of the column "series" to
    keep. volts: turns W into A. max_gap_s: longest gap to hold (default 3 intervals; 60 s in a
    file that has a row only where the value changes). skip_blank: a row with an empty cell counts
    as missing (a gap) instead of as an error. zone: Europe/Berlin ..., the house's, for a file in
    UTC. negate: the file counts export as positive. spread: one value is the sum of three phases.
    """
    columns = (columns,) if isinstance(columns, str) else columns
    columns = None if columns is None else tuple(columns)
    wishes = Wishes(columns, unit, time_column, interval_s, series, skip_blank, zone, volts)
    found = traces.read(Path(path), wishes)
    return _checked(found, wishes, phase, max_gap_s, -1.0 if negate else 1.0, spread)


def join(parts):
    """One three-phase Trace of three one-phase ones that were recorded at the same time."""
    if len(parts) != 3 or any(part.phases != 1 for part in parts):
        raise TraceError("three files of one phase each are needed to make a house of three phases")
    offsets = [0.0, 0.0, 0.0]
    if all(part.start is not None for part in parts):
        first = max(part.start for part in parts)
        offsets = [(first - part.start).total_seconds() for part in parts]
    end = min(part.times_s[-1] - offset for part, offset in zip(parts, offsets, strict=True))
    times = sorted(
        {0.0}
        | {t - o for part, o in zip(parts, offsets, strict=True) for t in part.times_s if 0 < t - o <= end}
    )
    if end <= 0.0:
        raise TraceError("the three files have no time in common")
    rows = [
        tuple(part.at(t + o)[0] for part, o in zip(parts, offsets, strict=True)) for t in times
    ]
    day_s = parts[0].start_of_day_s
    day_s = None if day_s is None else (day_s + offsets[0]) % 86400.0
    whole = Trace(
        times, rows, 3, max(p.interval_s for p in parts), ", ".join(p.name for p in parts), day_s,
        [note for part in parts for note in part.notes],
    )  # fmt: skip
    whole.start = None if parts[0].start is None else max(part.start for part in parts)
    whole.found, whole.gaps = parts[0].found, sum(part.gaps for part in parts)
    return whole


def _checked(found, wishes, phase, max_gap_s, sign, spread):
    """Units, order and gaps; then the Trace in A."""
    watts = found.unit == "W"
    _check_size(found, watts)
    start = found.times[0]
    times = [t - start for t in found.times]
    steps = [b - a for a, b in pairwise(times)]
    for index, step in enumerate(steps):
        if step <= 0.0:
            raise found.fail(
                f"time does not rise ({step:+g} s to the line before); sort the "
                "file and remove doubles",
                found.lines[index + 1],
            )
    interval = found.interval_s or sorted(steps)[len(steps) // 2]
    held, notes = _check_gaps(found, steps, interval, max_gap_s)
    divisor = (wishes.volts if watts else 1.0) * sign
    if spread and len(found.columns) == 1:
        rows = [(row[0] / divisor / 3.0,) * 3 for row in found.values]
    else:
        rows = [_phases(row, divisor, phase) for row in found.values]
    three = len(found.columns) == 3 or phase > 0 or spread
    notes = found.notes + notes + _assumed(found, wishes, rows, sign, spread)
    name = "{} ({})".format(found.path.name, ", ".join(found.columns))
    day = None if found.start is None else _second_of_day(found.start)
    trace = Trace(times, rows, 3 if three else 1, float(interval), name, day, notes)
    trace.start, trace.found, trace.gaps = found.start, found, held
    return trace


def _second_of_day(moment):
    return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6


def _assumed(found, wishes, rows, sign, spread):
    """Notes on what the file does not say."""
    name, notes = found.path.name, []
    if found.unit == "W":
        notes.append(f"{name}: W through {wishes.volts:g} V, power factor 1")
    if sign < 0.0:
        notes.append(f"{name}: the sign was turned: the file counts export as positive")
    if spread and len(found.columns) == 1:
        notes.append(f"{name}: the sum was spread evenly over three phases")
    if found.zone == "UTC" and wishes.zone is None:
        notes.append(f"{name}: times are UTC; give the house's zone for its time of day")
    lowest = min(min(row) for row in rows)
    if lowest < 0.0:
        notes.append(f"{name}: down to {lowest:.1f} A, taken as export")
    return notes


def _phases(row, divisor, phase):
    if len(row) == 3:
        return row[0] / divisor, row[1] / divisor, row[2] / divisor
    amps = row[0] / divisor
    return tuple(amps if p == phase else 0.0 for p in range(3))


def _check_size(found, watts):
    """A house in the wrong unit is out by a thousand: that shows."""
    limit, unit = (_MAX_W, "W") if watts else (_MAX_A, "A")
    hint = "W, not kW" if watts else "A, not mA or W"
    peak = 0.0
    for index, row in enumerate(found.values):
        for value in row:
            if abs(value) > limit:
                raise found.fail(
                    f"{value:g} {unit} on one phase is no house; check that the "
                    f"column is in {hint}",
                    found.lines[index],
                )
            peak = max(peak, abs(value))
    if watts and peak < _MIN_PEAK_W:
        raise found.fail(
            f"never above {peak:g} W; the column looks like kW; convert it, or say the unit kW"
        )


def _check_gaps(found, steps, interval, max_gap_s):
    """(gaps in which the value before is held, notes). A longer gap is refused."""
    name = found.path.name
    if found.changes_only or found.gaps:
        usual = _GAP_S if found.changes_only else _GAP_INTERVALS * interval
        longest = max_gap_s if max_gap_s is not None else usual
        for start, end, line in found.gaps:
            if end - start > longest + 1e-6:
                raise found.fail(
                    f"nothing is known for {end - start:g} s before this line; cut the file there, "
                    "or allow such gaps",
                    line,
                )
    notes = [f"{name}: {len(found.gaps)} times no value, the one before was held"] if found.gaps else []
    if found.changes_only:
        notes.append(
            f"{name}: a row only where the value changes; between them it is held, "
            f"{max(steps):g} s at most"
        )
        return len(found.gaps), notes
    longest = max_gap_s if max_gap_s is not None else _GAP_INTERVALS * interval
    held = len(found.gaps)
    known = {end for _, end, _ in found.gaps}
    for index, step in enumerate(steps):
        if step > longest + 1e-6 and found.times[index + 1] not in known:
            raise found.fail(
                f"gap of {step:g} s before this line (rows come every "
                f"{interval:g} s); cut the file there, or allow such gaps",
                found.lines[index + 1],
            )
        if step > 1.5 * interval and found.times[index + 1] not in known:
            held += 1
    if held > len(found.gaps):
        notes.append(f"{name}: {held - len(found.gaps)} short gaps, the value before was held")
    return held, notes
