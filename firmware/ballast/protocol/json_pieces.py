"""JSON in pieces, so that no C call takes long.

On an ESP32-S3 json.loads of 4 KB takes 0.11 s: each string is looked for among some thousand names.
json.dumps of 4 KB takes 16 ms. Here each call reads one value, or writes one that holds no
object in a list and no list in an object; between two of them the scan step runs. An object of a few
numbers and texts is one piece: a piece for each of its values made 28 KB of garbage of a status of 2 KB.
"""

import json

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Iterator

_SPACE = " \t\r\n"
_ENDS = " \t\r\n,]}"
_DEPTH = const(6)  # of what any route takes: 3
_VALUES = const(4)  # read in one piece: about 3 ms
_WRITTEN = const(12)  # values of an object that is written in one piece: some 300 bytes, 1.2 ms

# What may come next
_VALUE = const(0)
_FIRST = const(1)  # a value, or the end of an empty list
_KEY = const(2)
_FIRST_KEY = const(3)  # a key, or the end of an empty object
_COLON = const(4)
_MORE = const(5)  # a comma, or the end of the list or object
_OVER = const(6)

_HOLDERS = (dict, list, tuple)  # written out in a call it is made anew each time


def _end_of(text: str, at: int) -> int:
    """Where the text, number or word that begins at `at` ends."""
    if text[at] != '"':
        end = at
        while end < len(text) and text[end] not in _ENDS:
            end += 1
        return end
    end = at + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            raise ValueError("a text has no end")
        slashes = end - 1
        while text[slashes] == "\\":
            slashes -= 1
        end += 1
        if (end - slashes) & 1 == 0:  # an even number of backslashes before the quote
            return end


class _Reader:
    """text, at: where it reads. want: what may come next. value: the whole."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list = []  # objects and lists that have not ended
        self._keys: list = []  # of each: the key that waits for its value
        self.at = 0
        self.want = _VALUE
        self.value: "Any" = None

    def next(self) -> bool:
        """Read one mark or value. False = the text is over."""
        text = self._text
        at = self.at
        while at < len(text) and text[at] in _SPACE:
            at += 1
        self.at = at + 1
        if at == len(text):
            if self.want != _OVER:
                raise ValueError("it ends too early")
            return False
        self._take(text[at], at)
        return True

    def _take(self, ch: str, at: int) -> None:
        want = self.want
        if want == _COLON and ch == ":":
            self.want = _VALUE
        elif want == _MORE and ch == ",":
            self.want = _KEY if isinstance(self._open[-1], dict) else _VALUE
        elif ch in "]}" and want in (_MORE, _FIRST, _FIRST_KEY):
            self._close(ch)
        elif want in (_VALUE, _FIRST):
            self._begin(ch, at)
        elif want in (_KEY, _FIRST_KEY) and ch == '"':
            self._keys[-1] = self._scalar(at)
            self.want = _COLON
        else:
            raise ValueError("not expected: %s" % ch)

    def _scalar(self, at: int) -> "Any":
        self.at = _end_of(self._text, at)
        return json.loads(self._text[at : self.at])

    def _begin(self, ch: str, at: int) -> None:
        if ch not in "{[":
            self._put(self._scalar(at))
            return
        if len(self._open) == _DEPTH:
            raise ValueError("too deep")
        self._open.append({} if ch == "{" else [])
        self._keys.append(None)
        self.want = _FIRST_KEY if ch == "{" else _FIRST

    def _close(self, ch: str) -> None:
        if isinstance(self._open[-1], dict) != (ch == "}"):
            raise ValueError("not expected: %s" % ch)
        self._keys.pop()
        self._put(self._open.pop())

    def _put(self, value: "Any") -> None:
        if not self._open:
            self.value = value
            self.want = _OVER
            return
        holder = self._open[-1]
        if isinstance(holder, dict):
            holder[self._keys[-1]] = value
        else:
            holder.append(value)
        self.want = _MORE


def reading(text: str) -> "Iterator[tuple[Any] | None]":
    """None after each few values; in the end a tuple with the value. ValueError: it is no JSON."""
    reader = _Reader(text)
    count = 0
    while reader.next():
        count += 1
        if count % (2 * _VALUES) == 0:  # a value and its mark
            yield None
    yield (reader.value,)


def _short(value: "Any") -> bool:
    """Whether json.dumps of it takes no longer than a piece may."""
    if isinstance(value, dict):
        if len(value) > _WRITTEN:
            return False
        for key in value:
            if isinstance(value[key], _HOLDERS):
                return False
    elif isinstance(value, _HOLDERS) and value:
        return not isinstance(value[0], _HOLDERS)
    return True


def writing(value: "Any") -> "Iterator[str]":
    """The JSON of a document, in pieces of one value each, or of one object of a few plain values."""
    if _short(value):
        yield json.dumps(value)
    elif isinstance(value, dict):
        mark = "{"
        for key in value:
            yield mark
            yield json.dumps(key)
            yield ": "
            inner = value[key]
            if _short(inner):
                yield json.dumps(inner)
            else:
                yield from writing(inner)
            mark = ", "
        yield "}"
    else:
        mark = "["
        for item in value:
            yield mark
            yield from writing(item)
            mark = ", "
        yield "]"


def text(value: "Any", before: str = "", after: str = "") -> str:
    """The JSON of a document, written in pieces, between two texts: added later they make two more copies."""
    parts = [before]
    parts.extend(writing(value))
    parts.append(after)
    return "".join(parts)
