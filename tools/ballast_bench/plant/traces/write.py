"""A trace as CSV that is read back to the same amperes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def write(trace: Any, path: Path) -> int:
    """Write `trace` to `path`, whole or not at all; returns the number of rows.

    Columns: timestamp where the date is known, else time_s from 0; and house_a or l1_a, l2_a, l3_a.
    Where nothing changes for longer than the interval, the row is repeated, so that no gap is read.
    """
    part = path.with_name(path.name + ".part")
    three = trace.phases == 3
    count = 0
    with part.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        names = ("l1_a", "l2_a", "l3_a") if three else ("house_a",)
        out.writerow(["time_s" if trace.start is None else "timestamp", *names])
        for time_s, row in _filled(trace):
            out.writerow([_time(trace.start, time_s), *(map(repr, row if three else row[:1]))])
            count += 1
    part.replace(path)
    return count


def _filled(trace: Any) -> Iterator[tuple[float, tuple]]:
    """Rows, with repetitions between those that are further apart than the interval."""
    interval_s = trace.interval_s
    times = [*trace.times_s, trace.duration_s]
    for index, row in enumerate(trace.rows):
        at, until = times[index], times[index + 1]
        yield at, row
        for k in range(1, int((until - at) / interval_s - 1e-6) + 1):
            if at + k * interval_s < until - 1e-9:
                yield at + k * interval_s, row


def _time(start: datetime | None, seconds: float) -> str:
    if start is None:
        return repr(round(seconds, 6)).removesuffix(".0")
    moment = start + timedelta(seconds=seconds)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
