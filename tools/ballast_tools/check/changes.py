"""What a mutant changes, named so that it is found again in a later version of its module.

A change is (function, operator, expression before, expression after, number): the smallest
expression around what was changed, in the layout of ast.unparse, and its number among equal
ones in that function. Lines, comments, layout, the order of functions and what else stands
on the line do not count; what the expression itself names does.
"""

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property

_LEAVES = (ast.Constant, ast.Name, ast.Attribute)
_LONG = 60  # characters of a row of a table
_COMPOUND = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While,
    ast.With, ast.AsyncWith, ast.Try,
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """where: qualified name of the function or class, "" = the module. number: from 1."""

    where: str
    operator: str
    before: str
    after: str
    number: int = 1

    def __str__(self):
        number = f" #{self.number}" if self.number > 1 else ""
        return f"in {self.where or 'the module'}: {self.operator}{number}\n- {self.before}\n+ {self.after}"


@dataclass(frozen=True)
class _Place:
    """data[start:end]. leaf: says too little by itself. row: which row of a table it belongs to."""

    start: int
    end: int
    where: str
    leaf: bool = False
    row: str = ""


class Module:
    """The places of a source text that a mutant can change."""

    def __init__(self, source):
        self.data = source.encode()
        self._starts = [0]
        for line in self.data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._places = []
        self._walk(ast.parse(source), ())

    def _walk(self, node, names):
        for child in ast.iter_child_nodes(node):
            inner = names
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = (*names, child.name)
            if isinstance(child, ast.arguments):
                self._add_defaults(child, names)
            elif isinstance(child, ast.expr):
                self._add(child, child, inner, leaf=_is_leaf(child))
            elif isinstance(child, ast.stmt) and not isinstance(child, _COMPOUND):
                self._add(child, child, inner)
            if isinstance(child, (ast.Tuple, ast.List)):
                self._add_row(child, inner)
            self._walk(child, inner)

    def _add(self, first, last, names, **more):
        start = self._starts[first.lineno - 1] + first.col_offset
        end = self._starts[last.end_lineno - 1] + last.end_col_offset
        self._places.append(_Place(start, end, ".".join(names), **more))

    def _add_row(self, row, names):
        """Of a long row of a table its first element names it, and the number what is changed."""
        if len(ast.unparse(row)) <= _LONG:
            return
        for number, element in enumerate(row.elts):
            if not isinstance(element, (ast.Tuple, ast.List)):
                name = f"({ast.unparse(row.elts[0])}, ...)[{number}]: "
                self._add(element, element, names, row=name)

    def _add_defaults(self, arguments, names):
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = positional[len(positional) - len(arguments.defaults) :]
        pairs = [*zip(with_default, arguments.defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        for argument, default in pairs:
            if default is not None:
                self._add(argument, default, names)

    def line(self, mutated):
        """Number of the line that a mutant changes."""
        return self.data[: _span(self.data, mutated.encode())[0]].count(b"\n") + 1

    def change(self, operator, mutated):
        """The Change that makes `mutated` of this source; all are number 1."""
        data = mutated.encode()
        first, last = _span(self.data, data)
        place = self._smallest(first, last)
        longer = len(data) - len(self.data)
        before = self.data[place.start : place.end].decode()
        after = data[place.start : place.end + longer].decode()
        return Change(place.where, operator, place.row + plain(before), place.row + plain(after))

    def _smallest(self, first, last):
        """The smallest expression or simple statement around data[first:last]; a bare name or
        number only where nothing larger is."""
        around = [p for p in self._places if p.start <= first and last <= p.end]
        large = [p for p in around if not p.leaf]
        if large:
            return min(large, key=lambda p: p.end - p.start)
        if around:
            return max(around, key=lambda p: p.end - p.start)
        line = self.data.rfind(b"\n", 0, first) + 1
        end = self.data.find(b"\n", last)
        return _Place(line, len(self.data) if end < 0 else end, "", False)

    def count(self, where, before):
        """How many places of a function read like `before`."""
        return self._counts[(where, before)]

    @cached_property
    def _counts(self):
        places = {(p.start, p.end, p.row): p for p in self._places}.values()
        return Counter((p.where, p.row + plain(self.data[p.start : p.end].decode())) for p in places)


def _is_leaf(node):
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "const":
        return True  # the name before it says which
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, _LEAVES)


def _span(old, new):
    """(first, last): old[first:last] is what `new` has otherwise."""
    shorter = min(len(old), len(new))
    first = _common(shorter, lambda n: old[:n] == new[:n])
    last = _common(shorter - first, lambda n: old[len(old) - n :] == new[len(new) - n :])
    return first, len(old) - last


def _common(most, equal):
    """The largest n up to `most` for which equal(n), which holds up to there."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if equal(middle):
            low = middle
        else:
            most = middle - 1
    return low


@cache
def plain(text):
    """An expression or a simple statement without its layout."""
    for attempt, mode in ((f"({text}\n)", "eval"), (text, "exec")):
        try:
            return ast.unparse(ast.parse(attempt, mode=mode)).strip()
        except SyntaxError:
            continue
    return " ".join(text.split())


def numbered(changes):
    """Equal changes told apart, in their order: [Change]."""
    seen, out = Counter(), []
    for change in changes:
        seen[change] += 1
        number = seen[change]
        out.append(Change(change.where, change.operator, change.before, change.after, number))
    return out
