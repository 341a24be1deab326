"""Survivors of mutation are known by what they change: layout and moves do not lose them."""

from dataclasses import replace

import pytest

from ballast_tools.check import mutate, survivors
from ballast_tools.check.changes import Change, Module, numbered, plain
from ballast_tools.check.survivors import Survivor

SOURCE = '''
LIMIT = const(7)
TABLE = (
    ("first", 1, 2, 600, "a long text that makes this row one of those that are named by their first"),
)


class Box:
    def full(self, ma, top=3):
        if ma > top and not self.open:  # why
            return max(0, ma - 1)
        for k in range(2):
            if flag:
                self.count += 1
            self.count += 1
        return -1
'''


def change(old, new, source=SOURCE, nth=1):
    """The Change of replacing the nth `old` by `new`."""
    at = -1
    for _ in range(nth):
        at = source.index(old, at + 1)
    return Module(source).change("Op", source[:at] + new + source[at + len(old) :])


CHANGES = [
    ("ma > top", "ma >= top", "Box.full", "ma > top", "ma >= top"),
    ("> top", "> -top", "Box.full", "ma > top", "ma > -top"),
    ("top and", "top or", "Box.full", "ma > top and (not self.open)", "ma > top or not self.open"),
    ("not self.open", "self.open", "Box.full", "not self.open", "self.open"),
    ("ma - 1", "ma - 2", "Box.full", "ma - 1", "ma - 2"),
    ("max(0,", "max( -1,", "Box.full", "max(0, ma - 1)", "max(-1, ma - 1)"),
    ("range(2)", "[]", "Box.full", "range(2)", "[]"),
    ("if flag", "if not flag", "Box.full", "flag", "not flag"),
    ("top=3", "top=4", "Box.full", "top = 3", "top = 4"),
    ("return -1", "return -2", "Box.full", "return -1", "return -2"),
    ("return -1", "return 1", "Box.full", "return -1", "return 1"),
    ("const(7)", "const(8)", "", "LIMIT = const(7)", "LIMIT = const(8)"),
    ("600", "601", "", "('first', ...)[3]: 600", "('first', ...)[3]: 601"),
]


@pytest.mark.parametrize(("old", "new", "where", "before", "after"), CHANGES, ids=[c[1] for c in CHANGES])
def test_what_is_changed(old, new, where, before, after):
    assert change(old, new) == Change(where, "Op", before, after)
    assert Module(SOURCE).count(where, before) == 1


def test_layout_comments_moves_and_the_rest_of_the_line_do_not_count():
    other = '''
"""Another text, and something new before it."""

LIMIT = const(7)


def new(ma, top):
    return ma > top


class Box:
    def full(self, ma, top=3):
        # moved, in brackets, on two lines, with another condition beside it
        if (
            ma  >  top
            and not self.shut
        ):
            return 5
'''
    assert change("> ", ">= ", other, nth=2) == change("> ", ">= ")
    module = Module(other)
    assert module.line(other.replace("ma  >", "ma  >=")) == 15
    assert module.count("Box.full", "ma > top") == module.count("new", "ma > top") == 1


def test_equal_changes_are_told_apart_by_their_number():
    first, second = change("+= 1", "+= 2"), change("+= 1", "+= 2", nth=2)
    assert first == second
    assert [c.number for c in numbered([first, second, change("ma - 1", "ma - 2")])] == [1, 2, 1]
    assert Module(SOURCE).count("Box.full", first.before) == 2


def test_an_expression_without_its_layout():
    assert plain("( a+ b ) *c") == plain("(a + b) * c") == "(a + b) * c"
    assert plain("a\n  and b") == "a and b"
    assert plain("x =3") == "x = 3" and plain("break") == "break"
    assert plain("no code  at all:") == "no code at all:"


# -- the file --------------------------------------------------------------------------


def known(**changes):
    change = replace(Change("f", "Op", "a < 1", "a <= 1"), **changes)
    return Survivor("room/module", change, "it makes no difference")


def test_the_file_is_read_as_it_is_written(tmp_path):
    path = tmp_path / "survivors.txt"
    path.write_text("# head\n# of two lines\n[old]\nin f: Op\n- a\n+ b\nwhy: gone with the next write\n")
    all_of_them = [known(), known(number=2), known(where=""), known(before="-x", after="x", where="A.b.c")]
    survivors.write(path, all_of_them)
    found = survivors.read(path)
    assert [(s.key, s.why) for s in found] == [(s.key, s.why) for s in all_of_them]
    text = path.read_text()
    assert text.startswith("# head\n# of two lines\n[room/module]\nin f: Op\n- a < 1\n")
    assert "in f: Op #2" in text and "in the module: Op" in text
    assert [text.splitlines()[s.line - 1] for s in found] == ["why: it makes no difference"] * 4
    survivors.write(path, found)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[m]\n- a\n", 2),
        ("in f: Op\n", 1),
        ("[m]\nin f: Op\n+ b\n", 3),
        ("[m]\nin f: Op\n- a\nwhy: x\n", 4),
        ("[m]\nin f: Op\n- a\n+ b\n- c\n", 5),
        ("[m]\nin f: Op\n- a\n[n]\n", 4),
        ("[m]\nwhy: x\n", 2),
    ],
)
def test_a_bad_file_names_its_line(tmp_path, text, line):
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"bad.txt, line {line}:"):
        survivors.read(path)


def test_what_a_known_survivor_changes_is_still_there():
    """Without the mutants themselves, which only `tools/ballast mutate` can make."""
    found, lost = mutate.known(), []
    assert len({s.key for s in found}) == len(found), "one is there twice"
    modules = {name: Module((mutate.CONTROL / f"{name}.py").read_text()) for name in mutate.modules()}
    for survivor in found:
        assert len(survivor.why) > 10, survivor
        module, change = modules.get(survivor.module), survivor.change
        if module is None or not module.count(change.where, change.before):
            lost.append(f"line {survivor.line}: [{survivor.module}] {change}")
    assert not lost, "tools/ballast mutate --prune takes out:\n" + "\n".join(lost)


# -- after a change of the module --------------------------------------------------------


def test_prune_keeps_what_is_there_and_names_what_is_gone():
    kept, gone = known(), known(before="b > 2", after="b >= 2")
    found = survivors.prune([kept, gone], lambda module: [kept.change])
    assert (found.kept, found.renamed, found.gone) == ([kept], [], [gone])
    assert survivors.prune([kept], lambda module: []).gone == [kept]


def test_prune_follows_a_renaming():
    old = known(before="self.top < ma + 1", after="self.top <= ma + 1", where="Box.full")
    new = Change("Box.is_full", "Op", "self.limit_ma < house_ma + 1", "self.limit_ma <= house_ma + 1")
    other = Change("Box.is_full", "Op", "self.limit_ma < house_ma + 2", "self.limit_ma <= house_ma + 2")
    found = survivors.prune([old], lambda module: [new, other])
    assert [s.change for s in found.kept] == [new] and found.kept[0].why == old.why
    assert [(a, b.change) for a, b in found.renamed] == [(old, new)] and found.gone == []


def test_prune_does_not_guess():
    old = known(before="a < b", after="a <= b")
    one, two = (Change("g", "Op", f"{x} < {x}{x}", f"{x} <= {x}{x}") for x in "xy")
    assert survivors.prune([old], lambda module: [one, two]).gone == [old], "two could be it"
    near = Change("f", "Op", "z < w", "z <= w")
    assert survivors.prune([old], lambda module: [one, two, near]).kept[0].change == near
    twin = known(before="c < d", after="c <= d")
    assert survivors.prune([old, twin], lambda module: [one]).gone == [old, twin], "one for two"
    taken = known(before="x < xx", after="x <= xx", where="g")
    assert survivors.prune([old, taken], lambda module: [one]).gone == [old], "another one's"
    for wrong in (Change("f", "Other", "x < y", "x <= y"), Change("f", "Op", "x < x", "x <= x"),
                  Change("f", "Op", "x < y", "x <= y", 2), Change("f", "Op", "x < 3", "x <= 3")):  # fmt: skip
        assert survivors.prune([old], lambda module, wrong=wrong: [wrong]).gone == [old], wrong
