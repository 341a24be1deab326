"""TOML that says where a mistake is: file, line, key, what was expected.

`Reader(path)` wraps the document; `get()` and friends take a dotted key and mark it
as known, `finish()` refuses keys that nobody asked for (a typing mistake would
otherwise silently leave a default in force).
"""

import re
import tomllib

from ballast_bench import home
from ballast_bench.errors import UserError

_MISSING = object()
_HEAD = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")


def shown(path):
    """`path` as a message shows it: from the repository's root where it lies inside."""
    return path.relative_to(home.ROOT) if path.is_relative_to(home.ROOT) else path


class Reader:
    def __init__(self, path):
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UserError(f"{shown(path)}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{shown(path)}: not UTF-8 text (byte {error.start})") from error
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UserError(f"{shown(path)}: {error}") from error
        except RecursionError:
            raise UserError(f"{shown(path)}: too many brackets within brackets") from None
        self._lines = _line_numbers(text)
        self._known = set()

    def error(self, key, text):
        """The UserError for `key`: raise it."""
        line = self._lines.get(key)
        parent = key
        while line is None and "." in parent:
            parent = parent.rpartition(".")[0]
            line = self._lines.get(parent)
        where = f"{shown(self.path)}:{line}" if line else str(shown(self.path))
        return UserError(f"{where}: {key}: {text}")

    def raw(self, key, default=_MISSING):
        node = self.data
        self._known.add(key)
        for part in key.split("."):
            index = None
            if part.endswith("]"):
                part, _, index = part[:-1].partition("[")
            if not isinstance(node, dict) or part not in node:
                if default is _MISSING:
                    raise self.error(key, "is missing")
                return default
            node = node[part]
            if index is not None:
                node = node[int(index)]
        return node

    def integer(self, key, low, high, default=_MISSING):
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(key, f"{value!r}: expected a whole number from {low} to {high}")
        return value

    def text(self, key, longest=80, pattern=None, hint="", default=_MISSING):
        value = self.raw(key, default)
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise self.error(key, f"{value!r}: expected a text of 1 to {longest} characters")
        if pattern and not re.fullmatch(pattern, value):
            raise self.error(key, f"{value!r}: expected {hint}")
        return value

    def choice(self, key, choices, default=_MISSING):
        value = self.raw(key, default)
        if value not in choices:
            raise self.error(key, f"{value!r}: expected one of {', '.join(map(str, choices))}")
        return value

    def boolean(self, key, default=_MISSING):
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{value!r}: expected true or false")
        return value

    def listing(self, key, check, hint, default=_MISSING):
        """A list with at least one item; `check(item)` is true for each."""
        value = self.raw(key, default)
        if not isinstance(value, list) or not value or not all(check(item) for item in value):
            raise self.error(key, f"{value!r}: expected a list of {hint}")
        return value

    def names(self, key):
        """Names in the table `key`; what they hold must still be asked for."""
        value = self.raw(key)
        if not isinstance(value, dict):
            raise self.error(key, f"expected a table [{key}]")
        return list(value)

    def count(self, key):
        """How many [[key]] tables there are; then ask for `key[0].name`, `key[1].name` ..."""
        value = self.raw(key)
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.error(key, f"expected [[{key}]] tables")
        return len(value)

    def finish(self):
        """UserError for the first key that was never asked for."""
        for key in _leaves(self.data, ""):
            if key not in self._known:
                raise self.error(key, "is not a known key")


def _leaves(node, prefix):
    for name, value in node.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _leaves(value, key + ".")
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            for index, item in enumerate(value):
                yield from _leaves(item, f"{key}[{index}].")
        else:
            yield key


def _line_numbers(text):
    """Dotted key -> line. Good enough for messages: TOML itself was checked before."""
    lines, head, counts = {}, "", {}
    for at, line in enumerate(text.splitlines(), 1):
        match = _HEAD.match(line)
        if match:
            head = match.group(1).replace('"', "").replace(" ", "")
            if line.lstrip().startswith("[["):
                counts[head] = counts.get(head, -1) + 1
                head = f"{head}[{counts[head]}]"
            lines.setdefault(head, at)
            continue
        match = _KEY.match(line)
        if match:
            key = match.group(1).replace('"', "").strip()
            lines.setdefault(f"{head}.{key}" if head else key, at)
    return lines
