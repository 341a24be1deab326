"""Chooses the reader of a file by its first lines."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ballast_bench.plant.traces import long, p1, shelly, text, wide
from ballast_bench.plant.traces.found import Found, Wishes

_HEAD = 4096  # characters; a telegram of DSMR 5 has about 1000


def read(path: Path, wishes: Wishes) -> Found:
    """The rows of `path` as its own reader understands them; TraceError with one line."""
    found = Found(path, "")
    _reader(found)(found, wishes)
    if len(found.times) < 2:
        series = f" in series {wishes.series!r}" if wishes.series else ""
        raise found.fail("fewer than two rows of data" + series)
    return found


def _reader(found: Found):
    head = _head(found)
    if shelly.is_busy(head):
        raise found.fail(
            "is no data: the Shelly was sending another file; wait and download it again", 1
        )
    if p1.is_p1(head):
        return p1.read
    first = next((line for line in head.splitlines() if line.strip()), "")
    header = _header(head)
    if long.is_influx(first, header):
        return long.read_influx
    for fits, reader in (
        (long.is_home_assistant, long.read_home_assistant),
        (shelly.is_gen2, shelly.read_gen2),
        (shelly.is_gen1, shelly.read_gen1),
        (wide.is_sessions, wide.read_sessions),
        (long.is_named, long.read_named),
    ):
        if fits(header):
            return reader
    return wide.read


def _head(found: Found) -> str:
    """The beginning of the file; "" where it cannot be read (the reader says why)."""
    try:
        with found.path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    except OSError:
        return ""


def _header(head: str) -> list[str]:
    """The first row as `text.rows` reads it: a quotation mark left open swallows the next lines too."""
    first = next((line for line in head.split("\n") if line.strip()), "")
    table = csv.reader(io.StringIO(head, newline=""), delimiter=text.separator(first))
    try:
        return next(([f.strip() for f in row] for row in table if any(f.strip() for f in row)), [])
    except csv.Error:
        return []
