"""Recording: takes rows from a running world, keeps or streams them, writes them."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, inf
from pathlib import Path
from typing import Any

from ballast_bench.record import files
from ballast_bench.record.columns import Column, groups
from ballast_bench.record.packed import BLOCK, Packed

_SAME_S = 1e-6  # a step's time is a sum of floats: instants this near are one
_SHORT_S = 300.0  # chosen: rows that are soon forgotten are not packed; 5 min are 30 MB


class Recording:
    """An actor of a World: one row for each charger and instant.

    world: a World that has its chargers (booted or not). index: which charger, from 0; None =
    all, a row each, told apart by the column `charger`. every_s: None = each step of 20 ms, else
    seconds between two rows. keep_s: only the rows of the last so many seconds are kept.
    path: the rows go into this file as they come and are not kept; `close()` puts the file in
    its place. Use it for long runs with every step.
    columns: list of Column. next_s: when the next row is due.
    Raises ValueError for what cannot be, RecordError for a path that cannot be written.
    """

    def __init__(
        self,
        world: Any,
        index: int | None = 0,
        every_s: float | None = None,
        keep_s: float | None = None,
        path: str | Path | None = None,
    ) -> None:
        for name, value in (("every_s", every_s), ("keep_s", keep_s)):
            if value is not None and not 0.0 < value < float("inf"):
                raise ValueError(f"recording: {name} must be above 0 s, not {value!r}")
        if path is not None and keep_s is not None:
            raise ValueError("recording: a file that is written as the run goes keeps all rows")
        self.every_s, self.keep_s = every_s, keep_s
        nodes = world.nodes if index is None else [world.nodes[index]]
        both = [groups(world, node) for node in nodes]
        self.columns: list[Column] = [column for columns, _ in both[0] for column in columns]
        self._reads = [[read for _, read in one] for one in both]
        self._at = {column.name: i for i, column in enumerate(self.columns)}
        self._packed = Packed(self.columns, self._at["time_s"])
        self._open: list[tuple] = []  # rows that are not packed yet
        self._about = {
            "house": str(getattr(world.plant.house, "name", "")), "seed": world.seed,
            "limit_a": world.plant.config.limit_a, "every_s": every_s,
        }  # fmt: skip
        self.next_s = 0.0
        self._last_s = -inf
        self._began = False
        self._file = None if path is None else files.start(path, self.columns, self._about)

    def __call__(self, now_s: float) -> None:
        """Take a row if one is due."""
        if now_s + _SAME_S < self.next_s:
            return
        if self.every_s is not None:
            step = self.every_s
            if not self._began:
                self._began = True
                self.next_s = ceil((now_s - _SAME_S) / step) * step
                if now_s + _SAME_S < self.next_s:
                    return
            self.next_s = (int((now_s + _SAME_S) / step) + 1) * step
        if now_s - self._last_s < _SAME_S:
            return  # after a slow boot the plant makes up for its steps in one instant
        self._last_s = now_s
        for reads in self._reads:
            row: list = []
            for read in reads:
                row += read(now_s)
            self._open.append(tuple(row))
        if len(self._open) >= BLOCK:
            self._flush(now_s)

    def _flush(self, now_s: float) -> None:
        rows, self._open = self._open, []
        if self._file is not None:
            self._file.add(rows)
            return
        self._packed.add(rows, pack=self.keep_s is None or self.keep_s > _SHORT_S)
        if self.keep_s is not None:
            self._packed.drop_before(now_s - self.keep_s - _SAME_S)

    def rows(self) -> Iterator[tuple]:
        """The rows that are kept, oldest first, each with a value for each of `columns`."""
        first = self._first_s()
        at = self._at["time_s"]
        for part in (self._packed.rows(), self._open):
            for row in part:
                if row[at] >= first:
                    yield row

    def pick(self, *names: str) -> Iterator[tuple]:
        """The values of some columns, a tuple for each row that is kept. KeyError: no such name."""
        wanted = [self._at[name] for name in names]
        time_s, first_s = self._at["time_s"], self._first_s()
        picked = zip(*(self._packed.values(at) for at in (time_s, *wanted)), strict=True)
        for values in picked:
            if values[0] >= first_s:
                yield values[1:]
        for row in self._open:
            if row[time_s] >= first_s:
                yield tuple([row[at] for at in wanted])

    def column(self, name: str) -> list:
        """All values of one column. KeyError when there is none of this name."""
        return [value for (value,) in self.pick(name)]

    def _first_s(self) -> float:
        if self.keep_s is None:
            return -1.0
        last = self._open[-1][self._at["time_s"]] if self._open else self._packed.last_s
        return last - self.keep_s + _SAME_S

    def write(self, path: str | Path) -> Path:
        """Write what is kept to `path` (.csv, .json, .parquet): whole or not at all."""
        if self._file is not None:
            raise ValueError("recording: its rows are in its file already; call close()")
        out = files.start(path, self.columns, self._about)
        try:
            block: list[tuple] = []
            for row in self.rows():
                block.append(row)
                if len(block) == BLOCK:
                    out.add(block)
                    block = []
            out.add(block)
        except BaseException:
            out.abandon()
            raise
        return out.end()

    def close(self) -> Path | None:
        """End the file of `path`; None where there was none. May be called twice."""
        if self._file is None:
            return None
        if not self._file.ended:
            rows, self._open = self._open, []
            self._file.add(rows)
            self._file.end()
        return self._file.path

    def picture(self, path: str | Path) -> Path:
        """Draw what is kept: currents, pilot and state, heat. .png or .svg."""
        from ballast_bench.record import picture

        return picture.draw(self, path)
