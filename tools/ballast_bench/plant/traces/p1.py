"""Files of DSMR P1 telegrams: what a smart meter of the Netherlands, Belgium or Luxembourg sends.

One telegram after the other, each from /XXX5 to ! with the CRC16 (P1 companion standard DSMR 5.0.2,
netbeheernederland.nl). Parsed by dsmr-parser (MIT); the checksum is tested after the line ends were
made CR LF again, which editors and loggers lose. Without a checksum: DSMR 2 and 3.

The current of each phase: where 31.7.0 has decimals (Belgium) it is taken with the sign of the
power; whole amperes (Netherlands) are too coarse, so power 21.7.0 - 22.7.0 through the voltage
32.7.0 (or the nominal one). A meter without values by phase gives its total as L1.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime

from ballast_bench.plant.traces.found import Found, TraceError, Wishes

_START = re.compile(r"^/[A-Za-z0-9]{3}[0-9A-Za-z]", re.MULTILINE)
_OBIS = re.compile(r"^\d-\d:\d+\.\d+\.\d+\(", re.MULTILINE)
_END = re.compile(r"^!([0-9A-Fa-f]{0,4})\s*$", re.MULTILINE)
_STAMP = re.compile(r"^0-0:1\.0\.0\((\d{12})([SW])\)", re.MULTILINE)
_BASE = datetime(2000, 1, 1)
_TOTAL = ("CURRENT_ELECTRICITY_USAGE", "CURRENT_ELECTRICITY_DELIVERY")


def is_p1(first: str) -> bool:
    return bool(_OBIS.search(first) and (_START.search(first) or _END.search(first)))


def read(found: Found, wishes: Wishes) -> Found:
    found.kind, found.zone = "DSMR P1 telegrams", "as written"
    parse = _parser(found)
    rows: list[_Row] = []
    unchecked = 0
    for line, telegram, checked in _telegrams(found):
        values = parse(telegram, checked)
        if values is None:
            found.drop("telegram with a wrong checksum or value", line)
            continue
        row = _Row(values, wishes.volts)
        unchecked += not checked
        rows.append(row)
        _take(found, wishes, row, telegram, line, rows[0].phases)
    if len(found.values) < 2:
        raise found.fail("fewer than two telegrams with a time and a correct checksum")
    found.columns = ("L1", "L2", "L3")[: rows[0].phases]
    found.interval_s = wishes.interval_s
    _say(found, wishes, rows, unchecked)
    return found


def _parser(found: Found):
    """Function (telegram, has a checksum) -> {name: Decimal}, or None where the checksum is wrong."""
    try:
        from dsmr_parser.exceptions import InvalidChecksumError, ParseError
        from dsmr_parser.parsers import TelegramParser
        from dsmr_parser.telegram_specifications import V5
    except ImportError:
        raise TraceError(
            f"{found.path.name}: P1 telegrams need the package dsmr-parser; pip install 'ballast[p1]'"
        ) from None
    wanted = [
        entry for entry in V5["objects"]
        if entry["value_name"] in _TOTAL or re.match(r"INSTANTANEOUS_.*_L[123]", entry["value_name"])
    ]  # fmt: skip
    logging.getLogger("dsmr_parser").setLevel(logging.CRITICAL)  # what is left out is counted here
    plain = TelegramParser({**V5, "objects": wanted}, apply_checksum_validation=False)

    def parse(telegram: str, checked: bool) -> dict | None:
        try:
            if checked:
                TelegramParser.validate_checksum(telegram)
            parsed = plain.parse(telegram, throw_ex=True)
        except (InvalidChecksumError, ParseError, ArithmeticError, ValueError):
            return None
        names = [entry["value_name"] for entry in wanted]
        values = {n: getattr(parsed, n).value for n in names if getattr(parsed, n, None) is not None}
        return values if all(v is not None and v.is_finite() for v in values.values()) else None

    return parse


def _telegrams(found: Found) -> Iterator[tuple[int, str, bool]]:
    """(line of its start, telegram with CR LF, whether it has a checksum)."""
    try:
        raw = found.path.read_bytes().decode("ascii", errors="replace")
    except OSError as error:
        raise found.fail(f"cannot be read ({error.strerror}); check the path") from None
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    body: list[str] | None = None
    first = 0
    for number, text in enumerate(lines, 1):
        if _START.match(text):
            if body is not None:
                found.drop("telegram that was cut off", first)
            body, first = [text], number
        elif body is not None:
            end = _END.match(text)
            if end is None:
                body.append(text)
                continue
            yield first, "\r\n".join([*body, "!"]) + end[1].upper() + "\r\n", bool(end[1])
            body = None
        elif _OBIS.match(text) and first == 0:
            found.drop("telegram that was cut off", number)
            first = number
    if body is not None:
        found.drop("telegram that was cut off", first)


class _Row:
    """Currents of one telegram. amps: [A] by phase. coarse: from the power, not from 31.7.0."""

    def __init__(self, values: dict, volts: float):
        self.phases = 3 if "INSTANTANEOUS_ACTIVE_POWER_L2_POSITIVE" in values else 1
        if "INSTANTANEOUS_CURRENT_L2" in values:
            self.phases = 3
        self.nominal = False
        self.coarse = False
        self.known = True
        self.amps = [self._phase(values, n, volts) for n in range(1, self.phases + 1)]

    def _phase(self, values: dict, n: int, volts: float) -> float:
        plus = values.get(f"INSTANTANEOUS_ACTIVE_POWER_L{n}_POSITIVE")
        minus = values.get(f"INSTANTANEOUS_ACTIVE_POWER_L{n}_NEGATIVE")
        current = values.get(f"INSTANTANEOUS_CURRENT_L{n}")
        if plus is None and self.phases == 1:
            plus, minus = values.get(_TOTAL[0]), values.get(_TOTAL[1])
        net_kw = None if plus is None else float(plus) - float(minus or 0)
        if current is not None and (net_kw is None or current.as_tuple().exponent < 0):
            return -float(current) if (net_kw or 0.0) < 0.0 else float(current)
        if net_kw is None:
            self.known = False
            return 0.0
        self.coarse = True
        measured = values.get(f"INSTANTANEOUS_VOLTAGE_L{n}")
        self.nominal = self.nominal or not measured
        return net_kw * 1000.0 / (float(measured) if measured else volts)


def _take(found: Found, wishes: Wishes, row: _Row, telegram: str, line: int, phases: int) -> None:
    stamp = _STAMP.search(telegram)
    if not row.known or row.phases != phases:
        found.drop("telegram without the values of a phase", line)
    elif stamp is not None:
        moment = _moment(stamp[1])
        if moment is None:
            found.drop("telegram with a time that cannot be", line)
            return
        # S = summer time, W = winter time: the hour that is there twice is two hours
        time_s = (moment - _BASE).total_seconds() - (3600.0 if stamp[2] == "S" else 0.0)
        if found.times and time_s == found.times[-1]:
            found.drop("second telegram of the same second; the first one counts", line)
            return
        found.start = found.start or moment
        found.add(time_s, tuple(row.amps), line)
    elif wishes.interval_s:
        found.add(len(found.times) * wishes.interval_s, tuple(row.amps), line)
    else:
        found.drop("telegram without a time (0-0:1.0.0); give an interval for DSMR 2 and 3", line)


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%y%m%d%H%M%S")
    except ValueError:
        return None


def _say(found: Found, wishes: Wishes, rows: list, unchecked: int) -> None:
    name = found.path.name
    if unchecked:
        found.notes.append(f"{name}: {unchecked} telegrams have no checksum, as in DSMR 2 and 3")
    if any(row.coarse for row in rows):
        nominal = any(row.nominal for row in rows)
        volts = f"{wishes.volts:g} V" if nominal else "the measured voltage"
        found.notes.append(f"{name}: power through {volts}, power factor 1 (31.7.0 is too coarse or missing)")
    if rows[0].phases == 1:
        found.notes.append(f"{name}: no values by phase: the total counts as L1")
