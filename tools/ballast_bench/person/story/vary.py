"""`vary`: a list or a range makes a table of runs, and `$NAME` in later lines is its value.

    vary AMPS in 6 10 16
    vary HOLD from 1 to 10 step 3
"""

import itertools
import re
from decimal import Decimal, InvalidOperation

from ballast_bench.person.verbs.action import ActionError

MOST_RUNS = 1000  # chosen: a larger table is a campaign

_VARY = re.compile(r"vary\s+(\S+)\s+(in|from)\s+(.+)")
_VALUE = re.compile(r'"([^"]*)"|([^\s"]+)')
_RANGE = re.compile(r"(\S+)\s+to\s+(\S+)(?:\s+step\s+(\S+))?")
_USED = re.compile(r"\$(\w*)")
_NAME = re.compile(r"[A-Za-z]\w*")


def table(rows, name):
    """([{NAME: text}], rows without `vary`). The first line varies slowest."""
    columns, rest, used = {}, [], set()
    for number, code in rows:
        try:
            if code.split(" ", 1)[0] == "vary":
                key, values = _read(code)
                if key in columns:
                    raise ActionError(f"vary: {key} varies twice")
                columns[key] = (number, values)
                continue
            for key in _USED.findall(code):
                if key not in columns:
                    raise ActionError(f"${key}: no line `vary {key} ...` stands above")
                used.add(key)
        except ActionError as error:
            raise ActionError(f"{name}:{number}: {error}") from None
        rest.append((number, code))
    count = 1
    for key, (number, values) in columns.items():
        if key not in used:
            raise ActionError(f"{name}:{number}: vary: no line below uses ${key}")
        count *= len(values)
        if count > MOST_RUNS:
            raise ActionError(f"{name}:{number}: vary: {count} runs; at most {MOST_RUNS} in one story")
    every = itertools.product(*(values for _, values in columns.values()))
    return [dict(zip(columns, row, strict=True)) for row in every], rest


def put_in(code, values):
    """A line with its values in place."""
    return _USED.sub(lambda match: values[match[1]], code) if values else code


def _read(code):
    match = _VARY.fullmatch(code)
    if match is None or not _NAME.fullmatch(match[1]):
        raise ActionError("write it like `vary AMPS in 6 10 16` or `vary AMPS from 6 to 16 step 2`")
    if match[2] == "from":
        return match[1], _range(match[3])
    return match[1], [quoted or bare for quoted, bare in _VALUE.findall(match[3])]


def _range(text):
    match = _RANGE.fullmatch(text)
    try:
        first, last, step = (Decimal(part) for part in (match[1], match[2], match[3] or "1"))
        if not all(part.is_finite() for part in (first, last, step)):
            raise InvalidOperation
    except (TypeError, InvalidOperation):
        raise ActionError("vary: numbers are needed, like `from 1 to 10 step 1`") from None
    if not step or (last - first) * step < 0:
        raise ActionError(f"vary: a step of {step} does not lead from {first} to {last}")
    count = int((last - first) / step) + 1
    if count > MOST_RUNS:
        raise ActionError(f"vary: {count} values; at most {MOST_RUNS} in one story")
    return [f"{(first + n * step).normalize():f}" for n in range(count)]
