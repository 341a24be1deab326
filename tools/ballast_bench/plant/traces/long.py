"""Files with one row for each value: Home Assistant, InfluxDB, and any CSV of time, name, value.

Home Assistant: the panel History writes `entity_id,state,last_changed`, times in UTC, a row only
where the state changes, `unavailable` and `unknown` as states (home-assistant/frontend,
src/panels/history/ha-panel-history.ts).
InfluxDB: annotated CSV of /api/v2/query: rows #datatype, #group, #default, then a header, tables
separated by an empty line; _time, _value, _field, _measurement (docs.influxdata.com, Annotated
CSV). evcc writes gridCurrents (fields l1, l2, l3), gridPower and homePower (field value) there
(server/influxdb.go of evcc-io/evcc), + = import (docs.evcc.io, meters).
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import groupby

from ballast_bench.plant.traces import text
from ballast_bench.plant.traces.found import UNITS, Found, Wishes, unit_by_name

_NAMES = ("name", "series", "sensor", "field", "phase", "channel", "metric", "key", "entity")
_TIMES = ("time", "timestamp", "time_s", "datetime", "date", "_time", "last_changed", "zeit")
_PHASE = re.compile(r"(?i)(?:(?<=[^a-z0-9])|^)(?:l|p|phase[_ ]?)?([123abc])(?=[^a-z0-9]|$)")
_TOTALS = ("homePower", "gridPower")  # of evcc, best first: the house without its chargers

Series = dict[str, list[tuple[float, float | None, int]]]


def is_influx(first: str, header: list[str]) -> bool:
    annotated = first.lstrip().startswith(("#group", "#datatype", "#default"))
    return annotated or ("_time" in header and "_value" in header)


def is_home_assistant(header: list[str]) -> bool:
    return {"entity_id", "state", "last_changed"} <= set(header)


def is_named(header: list[str]) -> bool:
    small = [name.lower() for name in header]
    return "value" in small and _of(small, _NAMES) is not None and _of(small, _TIMES) is not None


def read_home_assistant(found: Found, wishes: Wishes) -> Found:
    found.kind = "Home Assistant, history"
    found.changes_only = True
    return _take(found, wishes, _columns(found, wishes, "entity_id", "last_changed", "state"))


def read_named(found: Found, wishes: Wishes) -> Found:
    found.kind = "CSV, one row for each value"
    header = [name.strip() for name in next(text.rows(found))[1]]
    small = [name.lower() for name in header]
    name, time = (header[small.index(_of(small, names))] for names in (_NAMES, _TIMES))
    return _take(found, wishes, _columns(found, wishes, name, time, header[small.index("value")]))


def read_influx(found: Found, wishes: Wishes) -> Found:
    found.kind = "InfluxDB, annotated CSV"
    return _take(found, wishes, _influx(found, wishes))


def _of(names, wanted):
    return next((name for name in wanted if name in names), None)


def _columns(found: Found, wishes: Wishes, name: str, time: str, value: str) -> Series:
    """Series of a file whose columns have fixed names."""
    lines = text.rows(found)
    header = [column.strip() for column in next(lines)[1]]
    spots = [header.index(column) for column in (name, time, value)]
    series: Series = {}
    clocks: dict[str, text.Clock] = {}
    for line, fields in lines:
        if len(fields) <= max(spots):
            raise found.fail(f"{len(fields)} fields, the header has {len(header)}; repair the line", line)
        key = fields[spots[0]].strip()
        clock = clocks.setdefault(key, text.Clock(found, wishes.zone))
        seconds = clock.seconds(fields[spots[1]], line)
        series.setdefault(key, []).append((seconds, _value(found, fields[spots[2]], line), line))
    return series


def _value(found: Found, written: str, line: int) -> float | None:
    """The number, or None (counted) for what says that there is none."""
    value = found.number(written, line)
    if value is None:
        found.drop("no number: " + (written.strip() or "empty")[:20], line)
    return value


def _influx(found: Found, wishes: Wishes) -> Series:
    series: Series = {}
    clocks: dict[str, text.Clock] = {}
    header: list[str] = []
    defaults: list[str] = []
    annotated = False
    for line, fields in text.rows(found):
        if fields[0].startswith("#"):
            if fields[0] == "#default":
                defaults = fields
            annotated = True
        elif annotated or not header or "_time" in fields:
            header, annotated = [field.strip() for field in fields], False
            if "_time" not in header:
                raise found.fail("no column _time in this table; export with _time", line)
        else:
            _influx_row(found, wishes, (header, defaults), fields, line, series, clocks)
    return series


def _influx_row(found, wishes, table, fields, line, series, clocks):
    header, defaults = table
    if len(fields) != len(header):
        raise found.fail(f"{len(fields)} fields, the header has {len(header)}; repair the line", line)
    row = {
        name: field.strip() or (defaults[i].strip() if i < len(defaults) else "")
        for i, (name, field) in enumerate(zip(header, fields, strict=True))
    }
    tags = [
        f"{name}={value}" for name, value in sorted(row.items())
        if name and not name.startswith("_") and name not in ("result", "table") and value
    ]  # fmt: skip
    if "_value" in row:
        parts = [row.get("_measurement", ""), row.get("_field", "")]
        pairs = [(" ".join(p for p in parts if p and p != "value"), row["_value"])]
        tail = f" ({', '.join(tags)})" if tags else ""
    else:  # pivoted: the fields are columns
        pairs = [(n, row[n]) for n in header if found.number(row[n], line) is not None]
        pairs = [(n, v) for n, v in pairs if n and not n.startswith("_") and n not in ("result", "table")]
        tail = ""
    for name, written in pairs:
        key = name + tail
        clock = clocks.setdefault(key, text.Clock(found, wishes.zone))
        seconds = clock.seconds(row["_time"], line)
        series.setdefault(key, []).append((seconds, _value(found, written, line), line))


def _take(found: Found, wishes: Wishes, series: Series) -> Found:
    """Choose one series or three, and lay them over each other."""
    numeric = {name: points for name, points in series.items() if any(p[1] is not None for p in points)}
    if not numeric:
        raise found.fail("fewer than two rows of data")
    found.columns = _choose(found, wishes, numeric)
    unit = wishes.unit or _unit(found.columns[0])
    if unit not in UNITS:
        raise found.fail(f"unit of {found.columns[0]!r} is not in its name; say it (A, mA, W, kW)")
    found.unit = "W" if unit.endswith("W") else "A"
    if found.columns[0].startswith("grid"):
        found.notes.append(f"{found.path.name}: the grid's current has the car of that time in it")
    _merge(found, [numeric[name] for name in found.columns], UNITS[unit])
    return found


def _choose(found: Found, wishes: Wishes, numeric: Series) -> tuple[str, ...]:
    known = "there are: " + ", ".join(sorted(numeric))
    if wishes.columns is not None:
        for name in wishes.columns:
            if name not in numeric:
                raise found.fail(f"no series {name!r} with numbers; {known}")
        if len(wishes.columns) not in (1, 3):
            raise found.fail("give one series, or three for L1, L2, L3")
        return wishes.columns
    if len(numeric) == 1:
        return tuple(numeric)
    triples = _triples(numeric)
    for unit in ("A", "kW", "W"):
        fitting = [three for three in triples if _unit(three[0]) == unit]
        if len(fitting) > 1:
            break
        if fitting:
            return fitting[0]
    for total in _TOTALS:
        if total in numeric:
            return (total,)
    raise found.fail(f"several series; name one, or three for L1, L2, L3; {known}")


def _unit(name: str) -> str | None:
    """By the name of the series; the tags of InfluxDB in brackets are asked last."""
    return unit_by_name(re.sub(r" \(.*", "", name)) or unit_by_name(name)


def _triples(numeric: Series) -> list[tuple[str, ...]]:
    """Names that differ in the phase alone: (L1, L2, L3)."""
    stems: dict[str, dict[int, str]] = {}
    for name in numeric:
        for match in _PHASE.finditer(name):
            phase = "123abc".index(match[1].lower()) % 3
            stem = name[: match.start(1)] + "?" + name[match.end(1) :]
            stems.setdefault(stem, {})[phase] = name
    return [(s[0], s[1], s[2]) for s in stems.values() if len(s) == 3]


def _merge(found: Found, parts: list, scale: float) -> None:
    """Rows at every instant at which a part has a new value; what is not known is a gap."""
    events: list[tuple[float, int, float | None, int]] = sorted(
        ((t, i, v, line) for i, points in enumerate(parts) for t, v, line in points),
        key=lambda event: event[0],
    )
    now: list[float | None] = [None] * len(parts)
    unknown_since: float | None = None
    for time_s, group in groupby(events, key=lambda event: event[0]):
        seen: set[int] = set()
        for _, index, value, line in group:
            if index in seen:
                found.drop("a second value of the same instant; the last one counts", line)
            seen.add(index)
            now[index] = None if value is None else value * scale
        if any(value is None for value in now):
            if unknown_since is None and found.times:
                unknown_since = time_s
            continue
        if unknown_since is not None:
            found.gaps.append((unknown_since, time_s, line))
            unknown_since = None
        found.add(time_s, tuple(v for v in now if v is not None), line)
    if found.start is not None and found.times:  # so far the start of the first row of the file
        first_read = min(events, key=lambda event: event[3])
        found.start += timedelta(seconds=found.times[0] - first_read[0])

