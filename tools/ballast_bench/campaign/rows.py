"""The row that a run leaves: its columns, and files of rows as Parquet, CSV or JSON.

A row holds nothing that differs from machine to machine: no clock of the computer, no folder.
"""

import csv
import json
import os
from pathlib import Path

from ballast_bench.campaign.axes import AXES

TEXT, WHOLE, NUMBER = "text", "whole number", "number"

COLUMNS = {
    "kind": (TEXT, "", "kind of run, see axes.KINDS"),
    "seed": (WHOLE, "", "seed of the campaign"),
    "number": (WHOLE, "", "number of the run within its kind"),
    **{axis: (TEXT, "", f"axis {axis}; empty: this run has none") for axis in AXES},
    "car": (TEXT, "", "car models, joined by +"),
    "disturbances": (TEXT, "", "verbs that disturb the run, or faults of thin hardware, joined by +"),
    "story": (TEXT, "", "check sum of the run's story: another one is another run"),
    "simulated_s": (NUMBER, "s", "how long the run was; it ends when a rule is broken"),
    "energy_kwh": (NUMBER, "kWh", "to the cars"),
    "clairvoyant_kwh": (NUMBER, "kWh", "what perfect knowledge had charged; empty for groups"),
    "lost_kwh": (NUMBER, "kWh", "clairvoyant_kwh less energy_kwh"),
    "overload_s": (NUMBER, "s", "mains above the fuse because of the cars (plant/account.py)"),
    "overload_longest_s": (NUMBER, "s", "longest such time in one piece"),
    "overload_a2s": (NUMBER, "A2s", "heat of it beyond what the fuse allows"),
    "trips": (WHOLE, "", "trips of the main breaker that the cars have caused: the house alone had not"),
    "house_trips": (WHOLE, "", "its other trips, and what the house alone had tripped"),
    "nuisance_stops": (WHOLE, "", "contacts opened though the car wanted, and nothing was wrong"),
    "closings": (WHOLE, "", "the contacts closed"),
    "short_charges": (WHOLE, "", "charges of less than 5 min that ended though the car wanted"),
    "pilot_changes": (WHOLE, "", "changes of a running duty cycle"),
    "resets": (WHOLE, "", "restarts of a charger"),
    "resets_unasked": (WHOLE, "", "restarts that no disturbance can have caused"),
    "exceptions": (WHOLE, "", "steps or ports that raised"),
    "broken": (TEXT, "", "the first rule of safety that was broken, and when; empty: none"),
    "error": (TEXT, "", "the bench itself could not finish this run; empty: it could"),
}  # fmt: skip
"""name: (kind, unit, what it says). An empty value is None, in CSV an empty cell."""

SUFFIXES = (".parquet", ".csv", ".json")


def complete(row):
    """The row with all columns in their order; KeyError for one that is not in the schema."""
    unknown = set(row) - set(COLUMNS)
    if unknown:
        raise KeyError(f"no column {sorted(unknown)[0]}")
    return {
        name: _text(row.get(name)) if kind == TEXT else row.get(name)
        for name, (kind, _, _) in COLUMNS.items()
    }


def _text(value):
    return "" if value is None else str(value)


def name_of(row):
    """(kind, number): what a row is sorted by."""
    return row["kind"], row["number"]


def has_parquet():
    """The package pyarrow is installed."""
    import importlib.util

    return importlib.util.find_spec("pyarrow") is not None


def write(path, rows, columns=None):
    """Write rows, sorted, in the format of the name's ending; whole or not at all."""
    columns = columns or COLUMNS
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        {".csv": _csv, ".json": _json, ".parquet": _parquet}[path.suffix](
            part, sorted(rows, key=name_of), columns
        )
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _csv(path, rows, columns):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows(["" if row[c] is None else row[c] for c in columns] for row in rows)


def _json(path, rows, columns):
    about = [{"name": n, "kind": k, "unit": u, "about": a} for n, (k, u, a) in columns.items()]
    lines = ",\n".join("  " + json.dumps([row[c] for c in columns]) for row in rows)
    path.write_text(f'{{"columns": {json.dumps(about, indent=1)},\n "rows": [\n{lines}\n]}}\n')


def _parquet(path, rows, columns):
    import pyarrow
    from pyarrow import parquet

    types = {TEXT: pyarrow.string(), WHOLE: pyarrow.int64(), NUMBER: pyarrow.float64()}
    fields = [
        pyarrow.field(n, types[k], metadata={"unit": u, "about": a}) for n, (k, u, a) in columns.items()
    ]
    arrays = [pyarrow.array([row[f.name] for row in rows], f.type) for f in fields]
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), path)
