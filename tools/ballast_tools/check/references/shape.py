"""What a value can be, in words that a person and a program read.

    int 0..63 or null    [3] int    list of (int or null)    one of slots.NAMES    int or text

`Field` is one key with its shape and meaning: `car.offered_ma int 0..: current that ...`.
A `?` behind a key: it may be missing.
"""

import re

UNITS = {
    "ma": "mA", "mv": "mV", "w": "W", "wh": "Wh", "s": "s", "ms": "ms", "us": "us", "min": "min",
    "a": "A", "v": "V", "degc": "degC", "ddegc": "0.1 degC", "da": "0.1 A", "dbm": "dBm", "pm": "1/1000",
}  # fmt: skip
"""The last part of a key is its unit."""

_FIELD = re.compile(r"(?P<key>[\w.<>\[\]]+\??) (?P<shape>.+?): (?P<meaning>.+)")
_NUMBER = re.compile(r"(int|number)(?: (-?\d+)?\.\.(-?\d+)?)?")
_ARRAY = re.compile(r"\[(\d+)\] (.+)")
_PLAIN = {"bool": (bool,), "text": (str,), "object": (dict,), "int or text": (int, str)}
_WORDS = {"int": "whole number", "bool": "true or false", "int or text": "whole number or text"}


def unit_of(key):
    """`mA` of `car.current_ma`, "" where a key has no unit."""
    last = re.split(r"[.\]]", key.rstrip("?"))[-1]
    return UNITS.get(last.rpartition("_")[2], "") if "_" in last else ""


class Shape:
    """kind: int, number, bool, text, object, list or one. ValueError with one line for what it does not know.

    low, high: of a number, None = no bound. of, size: of a list. names: of `one`. null: may be null.
    """

    def __init__(self, text, scope=None):
        self.text = text
        self.low = self.high = self.of = self.size = None
        self.names = ()
        base = text.removesuffix(" or null")
        self.null = base != text
        number, array = _NUMBER.fullmatch(base), _ARRAY.fullmatch(base)
        if number:
            self.kind = number[1]
            self.low, self.high = (None if x is None else int(x) for x in number.groups()[1:])
        elif array:
            self.kind, self.size, self.of = "list", int(array[1]), Shape(array[2], scope)
        elif base.startswith("list of "):
            inner = base[len("list of ") :]
            if inner.startswith("(") and inner.endswith(")"):
                inner = inner[1:-1]
            self.kind, self.of = "list", Shape(inner, scope)
        elif base.startswith("one of "):
            self.kind, self.names = "one", _names(base[len("one of ") :], scope)
        elif base in _PLAIN:
            self.kind = base
        else:
            raise ValueError(f"{text!r} is no shape: int LOW..HIGH, number, bool, text, object, [N] SHAPE, "
                             "list of SHAPE, one of NAMES; `or null` behind it")  # fmt: skip

    def fits(self, value):
        """Whether `value` is of this shape."""
        if value is None:
            return self.null
        if self.kind in ("int", "number"):
            return (
                type(value) in ((int,) if self.kind == "int" else (int, float))
                and (self.low is None or value >= self.low)
                and (self.high is None or value <= self.high)
            )
        if self.kind == "list":
            return (
                isinstance(value, list)
                and (self.size is None or len(value) == self.size)
                and all(self.of.fits(item) for item in value)
            )
        if self.kind == "one":
            return value in self.names
        return type(value) in _PLAIN[self.kind]

    def words(self):
        """For a table: ("whole number", "0 .. 63"); the second is "" where there is no range."""
        null = ", or null" if self.null else ""
        if self.kind in ("int", "number"):
            low, high = ("" if bound is None else str(bound) for bound in (self.low, self.high))
            around = f"{low} .. {high}".strip() if low or high else ""
            return _WORDS.get(self.kind, self.kind) + null, around
        if self.kind == "list":
            kind, around = self.of.words()
            kind = f"({kind})" if self.of.null else kind
            return (f"{self.size} x {kind}" if self.size else f"list of {kind}") + null, around
        if self.kind == "one":
            return "text" + null, ", ".join(self.names)
        return _WORDS.get(self.kind, self.kind) + null, ""


def _names(text, scope):
    """The names of `A, B, C`, or of a tuple such as slots.NAMES in `scope` (a module)."""
    if scope is not None and re.fullmatch(r"\w+(\.\w+)?", text):
        found = scope
        for part in text.split("."):
            found = getattr(found, part, None)
        if isinstance(found, tuple):
            return found
        raise ValueError(f"{text} is no tuple of names in {scope.__name__}")
    return tuple(text.split(", "))


class Field:
    """key, optional, shape, unit, meaning of one line `KEY SHAPE: MEANING`. ValueError otherwise.

    `<name>` in a key stands for any word.
    """

    def __init__(self, text, scope=None):
        found = _FIELD.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} must read KEY SHAPE: MEANING")
        self.key = found["key"].rstrip("?")
        self.optional = found["key"].endswith("?")
        self.shape = Shape(found["shape"], scope)
        self.unit = unit_of(self.key)
        self.meaning = found["meaning"]

    def names(self, path):
        """Whether `path` of a document is this key."""
        if "<" not in self.key:
            return path == self.key
        return re.fullmatch(re.sub(r"<\w+>", "[^.]+", re.escape(self.key)), path) is not None

    def row(self):
        """Cells for a table: key, type, unit, range, meaning."""
        kind, around = self.shape.words()
        key = f"`{self.key}`" + (", may be missing" if self.optional else "")
        return key, kind, self.unit or "-", around or "-", self.meaning


def objects(made, path=""):
    """(path, object) of a document, every level: "" is the whole, `limits[]` each of a list."""
    if isinstance(made, dict):
        yield path, made
        for key, value in made.items():
            yield from objects(value, _inner(path, key))
    elif isinstance(made, list):
        for value in made:
            yield from objects(value, path + "[]")


def _inner(path, key):
    return f"{path}.{key}" if path else key


def differs(made, fields):
    """What a document has otherwise than `fields` say, one line each."""
    out = {}
    for path, found in objects(made):
        for key, value in found.items():
            whole = _inner(path, key)
            field = next((field for field in fields if field.names(whole)), None)
            if field is None:
                out[f"{whole} is not described"] = None
            elif not field.shape.fits(value):
                out[f"{whole} is {value!r}, but described as {field.shape.text}"] = None
        for field in fields:
            above, _, key = field.key.rpartition(".")
            if above == path and key not in found and not field.optional and "<" not in key:
                out[f"{field.key} is described, and missing"] = None
    return list(out)
