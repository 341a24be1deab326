"""The CSV files of Shelly energy meters.

Pro 3EM (Gen2): /emdata/0/data.csv?add_keys=true, a row each minute: `timestamp` (epoch s), and for
the phases a, b, c total_act_energy and total_act_ret_energy [Wh of the interval], avg_voltage [V],
avg_current [A] ... (shelly-api-docs.shelly.cloud, gen2, EMData). The current has no sign: it is
taken as export where more energy was returned than drawn.
EM and 3EM (Gen1): /emeter/N/em_data.csv, a file for each phase, a row each 10 minutes:
`Date/time UTC,Active energy Wh (1),Returned energy Wh (1),Min V,Max V`
(shelly-api-docs.shelly.cloud, gen1). There is no current: mean power, and the mean of the voltages.
"""

from __future__ import annotations

import re

from ballast_bench.plant.traces import text
from ballast_bench.plant.traces.found import Found, Wishes

_BUSY = "Another file transfer is in progress"  # what a Gen1 device sends instead of the file
_ACTIVE = re.compile(r"Active energy Wh\s*(\(\w+\))?$")
_MIN_V = 50.0  # chosen: a lower voltage was not measured


def is_gen2(header: list[str]) -> bool:
    return "timestamp" in header and bool({"a_total_act_energy", "a_avg_current"} & set(header))


def is_gen1(header: list[str]) -> bool:
    return bool(header) and header[0] == "Date/time UTC"


def is_busy(first: str) -> bool:
    return _BUSY in first


def read_gen2(found: Found, wishes: Wishes) -> Found:
    found.kind = "Shelly Pro 3EM, EMData"
    lines = text.rows(found)
    header = [name.strip() for name in next(lines)[1]]
    with_current = "a_avg_current" in header
    phases = [p for p in "abc" if f"{p}_avg_current" in header or f"{p}_total_act_energy" in header]
    phases = phases if len(phases) == 3 else phases[:1]
    what = "avg_current" if with_current else "total_act_energy"
    found.columns = tuple(f"{phase}_{what}" for phase in phases)
    found.unit = "A"
    clock = text.Clock(found, wishes.zone)
    rows = []
    for line, fields in lines:
        if len(fields) != len(header):
            found.drop("a row that was cut off", line)
            continue
        row = {name: found.number(f, line) for name, f in zip(header, fields, strict=True)}
        time_s = clock.seconds(fields[header.index("timestamp")], line)
        rows.append((time_s, row, line))
    _energies(found, wishes, rows, phases, with_current)
    if with_current and not all(f"{p}_total_act_ret_energy" in header for p in phases):
        found.notes.append(f"{found.path.name}: the currents have no sign; none is taken as export")
    return found


def _energies(found: Found, wishes: Wishes, rows: list, phases: list, with_current: bool) -> None:
    interval_s = _interval(found, [row[0] for row in rows])
    for time_s, row, line in rows:
        amps = []
        for phase in phases:
            net_wh = (row.get(f"{phase}_total_act_energy") or 0.0) - (
                row.get(f"{phase}_total_act_ret_energy") or 0.0
            )
            if with_current:
                current = row.get(f"{phase}_avg_current")
                amps.append(None if current is None else -current if net_wh < 0.0 else current)
            elif row.get(f"{phase}_total_act_energy") is None:
                amps.append(None)
            else:
                volts = row.get(f"{phase}_avg_voltage") or 0.0
                volts = volts if volts > _MIN_V else wishes.volts
                amps.append(net_wh * 3600.0 / interval_s / volts)
        _add(found, time_s, amps, line)
    found.interval_s = interval_s
    if not with_current:
        found.notes.append(f"{found.path.name}: mean power of each interval, power factor 1")


def read_gen1(found: Found, wishes: Wishes) -> Found:
    found.kind = "Shelly EM or 3EM, em_data"
    found.unit = "A"
    lines = text.rows(found)
    header = [name.strip() for name in next(lines)[1]]
    active = [name for name in header if _ACTIVE.match(name)]
    if len(active) not in (1, 3):
        raise found.fail("no column 'Active energy Wh'; columns are: " + ", ".join(header))
    found.columns = tuple(active)
    clock = text.Clock(found)
    rows = []
    for line, fields in lines:
        if len(fields) != len(header):
            found.drop("a row that was cut off", line)
            continue
        rows.append((clock.seconds(fields[0], line), dict(zip(header, fields, strict=True)), line))
    interval_s = _interval(found, [row[0] for row in rows])
    measured = True
    for time_s, row, line in rows:
        volts, seen = _volts(found, row, wishes.volts, line)
        measured = measured and seen
        amps = []
        for name in active:
            drawn = found.number(row[name], line)
            returned = found.number(row.get(name.replace("Active", "Returned"), "0"), line)
            net_wh = None if drawn is None else drawn - (returned or 0.0)
            amps.append(None if net_wh is None else net_wh * 3600.0 / interval_s / volts)
        _add(found, time_s, amps, line)
    found.interval_s = interval_s
    voltage = "the mean of the measured voltages" if measured else f"{wishes.volts:g} V"
    found.notes.append(
        f"{found.path.name}: mean power of {interval_s:g} s at {voltage}, power factor 1; "
        "shorter peaks are not in the file"
    )
    found.zone = "UTC"
    return found


def _volts(found: Found, row: dict, otherwise: float, line: int) -> tuple[float, bool]:
    """Mean of the smallest and the largest voltage of the interval, or `otherwise`."""
    pair = [found.number(row.get(name, ""), line) for name in ("Min V", "Max V")]
    known = [volt for volt in pair if volt is not None and volt > _MIN_V]
    return (sum(known) / len(known), True) if known else (otherwise, False)


def _interval(found: Found, times: list) -> float:
    steps = sorted(b - a for a, b in zip(times, times[1:], strict=False))
    if not steps:
        raise found.fail("fewer than two rows of data")
    return steps[len(steps) // 2] or 1.0


def _add(found: Found, time_s: float, amps: list, line: int) -> None:
    if any(value is None for value in amps):
        found.drop("no value", line)
    else:
        found.add(time_s, tuple(amps), line)
