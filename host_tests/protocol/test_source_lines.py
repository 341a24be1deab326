"""A line of a bundle is told as the line of the source that it was made from."""

from ballast.protocol import source_lines

TABLE = "ballast.charger 1 ballast.a 11 ballast.b 31 ballast.c;ballast.grouped 1 ballast.d"


def told(module, line, table=TABLE):
    before = source_lines.TABLE
    source_lines.TABLE = table
    try:
        return source_lines.source(module, line)
    finally:
        source_lines.TABLE = before


def test_each_line_of_a_bundle_is_its_modules():
    firsts = ((1, "ballast.a"), (11, "ballast.b"), (31, "ballast.c"))
    for line in range(1, 50):
        first, module = [entry for entry in firsts if entry[0] <= line][-1]
        assert told("ballast.charger", line) == (module, line - first + 1), line
    assert told("ballast.grouped", 7) == ("ballast.d", 7)


def test_what_is_in_no_bundle_has_its_own_lines():
    assert told("ballast.alone", 5) == ("ballast.alone", 5)
    assert told("ballast.charger", 0) == ("ballast.charger", 0), "before the first module's first line"
    assert told("ballast.charger", 5, "") == ("ballast.charger", 5), "nothing was put together"
