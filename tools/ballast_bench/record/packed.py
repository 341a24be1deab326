"""Rows in little memory: blocks of compressed arrays; a column that stays the same is one value."""

from __future__ import annotations

import zlib
from array import array
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from math import nan
from typing import Any

from ballast_bench.record.columns import FLAG, NUMBER, SECONDS, TEXT, TIME, Column

BLOCK = 1024  # rows, chosen: 20 s of all steps
_CODES = {NUMBER: "d", SECONDS: "d", TIME: "d", FLAG: "B", TEXT: "H"}
_UNKNOWN_FLAG = 2
_FAST = 1  # zlib's level: most values stay the same for many rows


class _AsIs(list):
    """A block of rows that are not packed."""


class Packed:
    """Blocks of rows, oldest first. `times`: index of the column by which old blocks are dropped."""

    def __init__(self, columns: list[Column], times: int) -> None:
        self._columns = columns
        self._times = times
        self._blocks: deque[tuple[int, float, list]] = deque()  # rows, last time, columns
        self._texts: list[Any] = []
        self._code_of: dict[Any, int] = {}

    @property
    def last_s(self) -> float:
        """Time of the newest row, 0 without one."""
        return self._blocks[-1][1] if self._blocks else 0.0

    def add(self, rows: list[tuple], pack: bool = True) -> None:
        """Keep `rows`; pack=False: as they are, for a block that is dropped soon."""
        packed: list = _AsIs(rows)
        if pack:
            packed = [
                self._pack(column, values)
                for column, values in zip(self._columns, zip(*rows, strict=True), strict=True)
            ]
        self._blocks.append((len(rows), rows[-1][self._times], packed))

    def drop_before(self, when_s: float) -> None:
        """Forget the blocks whose last row is older than `when_s`."""
        while self._blocks and self._blocks[0][1] < when_s:
            self._blocks.popleft()

    def rows(self) -> Iterator[tuple]:
        for count, _, packed in self._blocks:
            if isinstance(packed, _AsIs):
                yield from packed
            else:
                parts = [self._values(i, part, count) for i, part in enumerate(packed)]
                yield from zip(*parts, strict=True)

    def values(self, index: int) -> Iterator[Any]:
        """All values of one column."""
        for count, _, packed in self._blocks:
            if isinstance(packed, _AsIs):
                yield from (row[index] for row in packed)
            else:
                yield from self._values(index, packed[index], count)

    def _pack(self, column: Column, values: tuple) -> Any:
        """The compressed array, or (value,) where all are the same."""
        first = values[0]
        if values.count(first) == len(values):
            return (first,)
        if column.kind == TEXT:
            values = tuple(map(self._code, values))
        else:
            unknown = _UNKNOWN_FLAG if column.kind == FLAG else nan
            values = tuple([unknown if v is None else v for v in values])
        return zlib.compress(array(_CODES[column.kind], values).tobytes(), _FAST)

    def _code(self, text: Any) -> int:
        code = self._code_of.get(text)
        if code is None:
            code = self._code_of[text] = len(self._texts)
            self._texts.append(text)
        return code

    def _values(self, index: int, part: Any, count: int) -> Any:
        if isinstance(part, tuple):
            return repeat(part[0], count)
        kind = self._columns[index].kind
        values = array(_CODES[kind])
        values.frombytes(zlib.decompress(part))
        if kind == TEXT:
            return map(self._texts.__getitem__, values)
        if kind == FLAG:
            return map((False, True, None).__getitem__, values)
        return (None if v != v else v for v in values)
