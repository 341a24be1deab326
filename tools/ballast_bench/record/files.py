"""The files of a recording. Each is written as NAME.part and moved to its place when it is whole."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from typing import Any

from ballast_bench.record.columns import FLAG, NUMBER, SECONDS, TEXT, TIME, Column

SUFFIXES = (".csv", ".json", ".parquet")
FORMAT = "ballast recording 1"
_GROUP_ROWS = 32768  # chosen: rows of one group in a Parquet file, 11 min of all steps


class RecordError(ValueError):
    """A file that cannot be written; the text is one line for the user."""


def check(path: str | Path, suffixes: tuple[str, ...] = SUFFIXES) -> Path:
    """Refuse what could not be written, before any work is done. Returns the Path."""
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise RecordError(f"{path}: the name must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}")
    if path.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise RecordError(f"{path}: Parquet needs the package pyarrow; install it, or write .csv or .json")
    if path.is_dir():
        raise RecordError(f"{path}: is a folder; name a file in it")
    part = part_of(path)
    try:
        part.touch()
        part.unlink()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}; choose a folder that can be written") from None
    return path


def part_of(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def start(path: str | Path, columns: list[Column], about: dict[str, Any]) -> _File:
    """An open file for rows. about: facts of the whole run, for the header. Raises RecordError."""
    path = check(path)
    kind = {".csv": _Csv, ".json": _Json, ".parquet": _Parquet}[path.suffix.lower()]
    return kind(path, columns, about)


class _File:
    """add(rows) as often as needed, then end() or abandon()."""

    def __init__(self, path: Path, columns: list[Column], about: dict[str, Any]) -> None:
        self.path, self.columns = path, columns
        self.about = {"format": FORMAT, **about}
        self.ended = False
        self._guarded(self._begin)

    def add(self, rows: list[tuple]) -> None:
        if rows:
            self._guarded(self._add, rows)

    def end(self) -> Path:
        """Move the whole file to its place."""
        self.ended = True
        self._guarded(self._close)
        self._guarded(part_of(self.path).replace, self.path)
        return self.path

    def abandon(self) -> None:
        """Leave nothing behind."""
        self.ended = True
        self._guarded(self._close)
        part_of(self.path).unlink(missing_ok=True)

    def _guarded(self, do: Any, *args: Any) -> None:
        try:
            do(*args)
        except OSError as error:
            raise RecordError(f"{self.path}: {error.strerror or error}; is the disk full?") from None

    def _begin(self) -> None:
        raise NotImplementedError

    def _add(self, rows: list[tuple]) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError


def clock(seconds: float) -> str:
    """hh:mm:ss.ss of seconds since midnight."""
    hundredths = round(seconds * 100) % 8_640_000
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest / 100:05.2f}"


def _text(value: Any) -> str:
    return value


_AS_TEXT = {
    NUMBER: lambda value: f"{value:.6g}",
    SECONDS: lambda value: f"{value:.12g}",
    TIME: clock,
    TEXT: _text,
    FLAG: lambda value: "1" if value else "0",
}


class _Csv(_File):
    """Header of column names, numbers with a point, flags 1 or 0, an empty cell = not known."""

    def _begin(self) -> None:
        self._out = part_of(self.path).open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._out, lineterminator="\n")
        self._writer.writerow([column.name for column in self.columns])
        self._shapes = [_AS_TEXT[column.kind] for column in self.columns]

    def _add(self, rows: list[tuple]) -> None:
        shapes = self._shapes
        self._writer.writerows(
            ["" if v is None or v != v else shape(v) for shape, v in zip(shapes, row, strict=True)]
            for row in rows
        )

    def _close(self) -> None:
        self._out.close()


class _Json(_File):
    """One object: facts of the run, `columns` (name, unit, about), `rows` (lists, null = not known)."""

    def _begin(self) -> None:
        self._out = part_of(self.path).open("w", encoding="utf-8")
        head = dict(self.about)
        head["columns"] = [{"name": c.name, "unit": c.unit, "about": c.about} for c in self.columns]
        self._out.write(json.dumps(head, indent=1)[:-2] + ',\n "rows": [')
        self._comma = "\n"
        self._kinds = [column.kind for column in self.columns]

    def _add(self, rows: list[tuple]) -> None:
        for row in rows:
            values = [self._value(k, v) for k, v in zip(self._kinds, row, strict=True)]
            self._out.write(self._comma + json.dumps(values))
            self._comma = ",\n"

    @staticmethod
    def _value(kind: str, value: Any) -> Any:
        if value is None or value != value:
            return None
        if kind == TEXT:
            return value
        if kind == FLAG:
            return bool(value)
        if kind == TIME:
            return clock(value)
        return float(_AS_TEXT[kind](value))

    def _close(self) -> None:
        if not self._out.closed:
            self._out.write("\n]}\n")
        self._out.close()


class _Parquet(_File):
    """Unit and meaning in the metadata of each field, facts of the run in that of the schema."""

    def _begin(self) -> None:
        import pyarrow
        import pyarrow.parquet

        self._arrow = pyarrow
        types = {
            NUMBER: pyarrow.float64(), SECONDS: pyarrow.float64(), TIME: pyarrow.time32("ms"),
            TEXT: pyarrow.string(), FLAG: pyarrow.bool_(),
        }  # fmt: skip
        self._schema = pyarrow.schema(
            [
                pyarrow.field(c.name, types[c.kind], metadata={"unit": c.unit, "about": c.about})
                for c in self.columns
            ],
            metadata={"ballast": json.dumps(self.about)},
        )
        self._writer = pyarrow.parquet.ParquetWriter(
            str(part_of(self.path)), self._schema, compression="zstd"
        )
        self._batches: list[Any] = []
        self._waiting = 0

    def _add(self, rows: list[tuple]) -> None:
        arrays = []
        for column, field, values in zip(
            self.columns, self._schema, zip(*rows, strict=True), strict=True
        ):
            if column.kind == TIME:
                values = [None if v is None else round(v * 1000) % 86_400_000 for v in values]
            arrays.append(self._arrow.array(values, field.type))
        self._batches.append(self._arrow.record_batch(arrays, schema=self._schema))
        self._waiting += len(rows)
        if self._waiting >= _GROUP_ROWS:
            self._group()

    def _group(self) -> None:
        if self._batches:
            self._writer.write_table(self._arrow.Table.from_batches(self._batches))
        self._batches, self._waiting = [], 0

    def _close(self) -> None:
        self._group()
        self._writer.close()
