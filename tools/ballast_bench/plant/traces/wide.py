"""CSV with one row for each instant: columns for the time and for the load.

Known names are looked for; any other column is named with `columns` and `unit`. A column with
"import" in its name whose partner with "export" is there too is taken as import minus export.
A list of evcc's charge sessions (core/session/session.go, util/csv/writer.go of evcc-io/evcc: the
header is translated, German has semicolons and decimal commas) becomes the mean power of each.
"""

from __future__ import annotations

from ballast_bench.plant.traces import text
from ballast_bench.plant.traces.found import UNITS, Found, Wishes, unit_by_name

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
    ("l1_import_w", "l2_import_w", "l3_import_w"),
    ("house_excl_ev_w_derived",),
    ("house_w",),
    ("grid_import_w",),
    ("active_power_w",),
    ("power_w",),
    ("power_w_avg1s",),
    ("l1_w",),
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
    "_time",
    "last_changed",
    "zeit",
    "zeitstempel",
    "tijd",
)
_FOREIGN = ("_ma", "_kw", "_kva", "_mw", "_wh", "_kwh", "_v", "_mv", "_var")


def read(found: Found, wishes: Wishes) -> Found:
    """Fill `found` with the rows of the file."""
    found.kind = "CSV, one row for each instant"
    table = _Table(found, wishes)
    lines = text.rows(found)
    header = next(lines, (0, []))[1]
    table.find_columns([name.strip() for name in header])
    for line, fields in lines:
        table.row(fields, line)
    found.interval_s = wishes.interval_s
    return found


class _Table:
    """Where the columns are, and one row after the other."""

    def __init__(self, found: Found, wishes: Wishes):
        self.found, self.wishes = found, wishes
        self.clock = text.Clock(found, wishes.zone)
        self.first_series = None

    def find_columns(self, header):
        found, wishes = self.found, self.wishes
        if not header:
            raise found.fail("is empty; a header line with column names is needed")
        self.header = header
        known = "columns are: " + ", ".join(header)
        found.columns = self._load_columns(header, known)
        if len(found.columns) not in (1, 3):
            raise found.fail("give one column, or three for L1, L2, L3")
        for name in found.columns:
            if name not in header:
                raise found.fail(f"no column {name!r}; {known}")
        self._find_time(header, known)
        if wishes.series is not None and "series" not in header:
            raise found.fail("has no column 'series'; leave the series out; " + known)
        self.scale = UNITS[self._unit()]
        self.spots = [header.index(name) for name in found.columns]
        self.minus = self._exports(header)
        self.series_spot = header.index("series") if "series" in header else None

    def _load_columns(self, header, known):
        if self.wishes.columns is not None:
            return self.wishes.columns
        for names in _CURRENT_COLUMNS + _POWER_COLUMNS:
            if all(name in header for name in names):
                return names
        raise self.found.fail("no column that is known as the house's load; name one; " + known)

    def _find_time(self, header, known):
        name = self.wishes.time_column
        if name is None:
            small = {column.lower(): column for column in reversed(header)}
            name = next((small[n] for n in _TIME_COLUMNS if n in small), None)
        elif name not in header:
            raise self.found.fail(f"no time column {name!r}; {known}")
        if name is None and not self.wishes.interval_s:
            raise self.found.fail("no time column found; name it or give a fixed interval; " + known)
        self.time_spot = None if name is None else header.index(name)

    def _unit(self):
        """A, mA, W or kW of the columns; `found.unit` becomes A or W."""
        unit, name = self.wishes.unit, self.found.columns[0]
        if unit is not None and unit not in UNITS:
            raise self.found.fail(f"unit {unit!r} is not one of A, mA, W, kW")
        if unit is None:
            for ending in _FOREIGN:
                if name.lower().endswith(ending):
                    raise self.found.fail(
                        f"column {name!r} is in {ending[1:]}, needed is A or W; convert it, or say "
                        "the unit (A, mA, W, kW)"
                    )
            unit = unit_by_name(name)
        if unit is None:
            raise self.found.fail(
                f"unit of column {name!r} is not in its name; say it (A, mA, W, kW)"
            )
        self.found.unit = "W" if unit.endswith("W") else "A"
        return unit

    def _exports(self, header):
        """Spots of the export columns that belong to the import columns, or []."""
        partners = [name.replace("import", "export") for name in self.found.columns]
        if not all("import" in name for name in self.found.columns):
            return []
        if not all(name in header for name in partners):
            return []
        self.found.notes.append(f"{self.found.path.name}: import minus export: {', '.join(partners)}")
        return [header.index(name) for name in partners]

    def row(self, fields, line):
        found = self.found
        if len(fields) != len(self.header):
            raise found.fail(
                f"{len(fields)} fields, the header has {len(self.header)}; repair the line", line
            )
        if self.series_spot is not None and not self._in_series(fields[self.series_spot]):
            return
        if self.wishes.skip_blank and any(
            fields[spot].strip().lower() in text.MISSING for spot in self.spots
        ):
            found.drop("no value", line)
            return
        values = [self._number(fields, spot, line) for spot in self.spots]
        for index, spot in enumerate(self.minus):
            values[index] -= self._number(fields, spot, line)
        if self.time_spot is None:
            time_s = len(found.times) * float(self.wishes.interval_s)
        else:
            time_s = self.clock.seconds(fields[self.time_spot], line)
        found.add(time_s, tuple(values), line)

    def _in_series(self, name):
        wanted = self.wishes.series
        if wanted is not None:
            return name == wanted
        if self.first_series is None:
            self.first_series = name
        elif name != self.first_series:
            raise self.found.fail(
                f"holds several series ({self.first_series}, {name} ...); say which one"
            )
        return True

    def _number(self, fields, spot, line):
        value = self.found.number(fields[spot], line)
        if value is None:
            raise self.found.fail(
                f"{fields[spot]!r} in column {self.header[spot]!r} is no number; repair the line, or "
                "cut the file there",
                line,
            )
        return value * self.scale


_CREATED = ("created", "startzeit", "erstellt", "start")
_FINISHED = ("finished", "endzeit", "beendet", "ende")
_ENERGY = ("energy (kwh)", "charged energy (kwh)", "energie (kwh)", "geladene energie (kwh)")


def is_sessions(header: list[str]) -> bool:
    """Whether this is evcc's list of charge sessions."""
    small = [name.strip().lower() for name in header]
    return all(any(n in small for n in names) for names in (_CREATED, _FINISHED, _ENERGY))


def read_sessions(found: Found, wishes: Wishes) -> Found:
    """evcc's sessions as the mean power of each, 0 between them."""
    found.kind = "evcc, list of charge sessions"
    found.unit, found.changes_only = "W", True
    clock = text.Clock(found, wishes.zone)
    lines = text.rows(found)
    header = [name.strip().lower() for name in next(lines)[1]]
    spots = [next(header.index(n) for n in names if n in header) for names in (_CREATED, _FINISHED, _ENERGY)]
    found.columns = (header[spots[2]],)
    sessions = []
    for line, fields in lines:
        if len(fields) <= max(spots) or not all(fields[spot].strip() for spot in spots):
            found.drop("session without an end or without energy", line)
            continue
        kwh = found.number(fields[spots[2]], line)
        if kwh is None:
            raise found.fail(f"{fields[spots[2]]!r} is no energy in kWh; repair the line", line)
        start_s, end_s = (clock.seconds(fields[spot], line) for spot in spots[:2])
        sessions.append((start_s, end_s, kwh, line))
    _as_power(found, sorted(sessions))
    found.notes.append(
        f"{found.path.name}: a charge session has one mean power here; that is the load of "
        "a charger, not of a house"
    )
    return found


def _as_power(found: Found, sessions: list) -> None:
    if not sessions:
        raise found.fail("fewer than two rows of data")
    until_s = -float("inf")
    for start_s, end_s, kwh, line in sessions:
        if end_s <= start_s:
            found.drop("session that ends before it starts", line)
            continue
        if start_s < until_s:
            raise found.fail("this session begins before the last one ended; give one charger", line)
        if start_s == until_s:
            for kept in (found.times, found.values, found.lines):
                kept.pop()
        found.add(start_s, (kwh * 3.6e6 / (end_s - start_s),), line)
        found.add(end_s, (0.0,), line)
        until_s = end_s
