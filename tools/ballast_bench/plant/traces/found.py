"""What a reader takes from a file, before units, order and gaps are checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from pathlib import Path

_DECIMAL_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+$")

_LONGEST = 600  # chosen: characters of a message; a file may have thousands of columns
UNITS = {"A": 1.0, "mA": 1e-3, "W": 1.0, "kW": 1e3}


class TraceError(ValueError):
    """A trace that cannot be used; the text is one line for the user."""


@dataclass
class Wishes:
    """What the caller says about the file; see load_trace."""

    columns: tuple[str, ...] | None = None
    unit: str | None = None
    time_column: str | None = None
    interval_s: float | None = None
    series: str | None = None
    skip_blank: bool = False
    zone: str | None = None
    volts: float = 230.0


@dataclass
class Found:
    """Rows of one file.

    kind: the format in words. columns: names of one value or of three (L1, L2, L3). unit: of
    `values`, "A" or "W". times: s; they may begin anywhere. lines: line of each row.
    start: date and time of the first row on the clock of `zone`, None = not known.
    changes_only: the file has a row only where the value changes. gaps: [(start s, end s, line)]
    in which nothing is known. dropped: {reason: [how many, line of the first]}.
    separator: of the columns of a CSV file.
    """

    path: Path
    kind: str
    columns: tuple[str, ...] = ()
    unit: str = "A"
    times: list[float] = field(default_factory=list)
    values: list[tuple] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    start: datetime | None = None
    zone: str = "not known"
    interval_s: float | None = None
    changes_only: bool = False
    gaps: list[tuple[float, float, int]] = field(default_factory=list)
    dropped: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    separator: str = ","
    _marks: dict[str, int] = field(default_factory=dict)  # decimal mark: line where it was seen

    def fail(self, what: str, line: int | None = None) -> TraceError:
        """One line, whatever the file has in its cells."""
        where = self.path.name if line is None else f"{self.path.name} line {line}"
        what = " ".join(what.split())
        return TraceError(f"{where}: {what if len(what) <= _LONGEST else what[:_LONGEST] + ' ...'}")

    def drop(self, reason: str, line: int) -> None:
        """Count a row that is left out."""
        self.dropped.setdefault(" ".join(reason.split()), [0, line])[0] += 1

    def add(self, time_s: float, values: tuple, line: int) -> None:
        self.times.append(time_s)
        self.values.append(values)
        self.lines.append(line)

    def number(self, text: str, line: int) -> float | None:
        """A finite number; None for anything else.

        A comma is a decimal mark only where it does not separate the columns; a file that
        uses both marks is refused, since 1.234 then could be a thousand and more.
        """
        text = text.strip()
        mark = "," if "," in text else "." if "." in text else None
        if mark == ",":
            if self.separator == "," or not _DECIMAL_COMMA.match(text):
                return None
            text = text.replace(".", "").replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
        if mark is not None and self.separator != ",":
            self._marks.setdefault(mark, line)
            if len(self._marks) > 1:
                raise self.fail("decimal point and decimal comma in one file; export it with one", line)
        return value if isfinite(value) and "_" not in text else None


def unit_by_name(name: str) -> str | None:
    """A, W or kW as a name says it (words of English, German and Dutch meters), or None."""
    low = name.lower()
    if low.endswith(("_ma", "_kva", "_mw", "_wh", "_kwh", "_v", "_mv", "_var")):
        return None
    if low.endswith(("_kw", "(kw)", "[kw]")):
        return "kW"
    if low.endswith(("_w", "(w)", "[w]", "_watt", "_watts")) or "_w_" in low:
        return "W"
    if low.endswith(("_a", "(a)", "[a]", "amps", "_amp")):
        return "A"
    if any(word in low for word in ("current", "strom", "ampere", "stroom")):
        return "A"
    if any(word in low for word in ("power", "leistung", "vermogen", "watt")):
        return "W"
    return None
