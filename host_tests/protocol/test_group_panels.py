"""Sub-panels of a group as text: limits, seats, nesting, and clear refusals."""

from ballast.control.group.panels import MAX
from ballast.protocol import group_panels
from ballast.protocol.group_panels import parse
from portable import raises


def test_the_example():
    rows, panel_of = parse("40 0-3,8; 32/32/20 4-7; 16 2,3", 10)
    assert rows == [(0, 40000, 40000, 40000), (0, 32000, 32000, 20000), (1, 16000, 16000, 16000)]
    assert list(panel_of) == [1, 1, 3, 3, 2, 2, 2, 2, 1, 0]


def test_nothing_is_no_panel():
    for text in ("", " ", "  \t"):
        rows, panel_of = parse(text, 3)
        assert rows == [] and list(panel_of) == [0, 0, 0]


def test_decimals_are_exact():
    for text, ma in (
        ("32.5", 32500),
        ("0.001", 1),
        ("6.05", 6050),
        ("1000", 1000000),
        ("1000.000", 1000000),
        ("007", 7000),
        ("16.666", 16666),
    ):
        assert parse(text + " 0", 1)[0] == [(0, ma, ma, ma)], text
    assert parse("32.5/20/0.5 0", 1)[0] == [(0, 32500, 20000, 500)]


def test_spaces_and_a_last_semicolon_do_no_harm():
    want = parse("40 0-2;16 1,2", 3)
    for text in (" 40   0-2 ; 16 1,2 ;", "40 0 - 2;16 1 , 2", "40\t0,1,2;16 1-2; "):
        assert parse(text, 3) == want, text


def test_the_smallest_panel_that_has_all_its_seats_is_above():
    for text, parents, panel_of in (
        ("63 0-7; 40 0-3; 20 0,1; 10 0", [0, 1, 2, 3], [4, 3, 2, 2, 1, 1, 1, 1]),
        ("63 0-7; 40 0-3; 40 4-7; 20 6; 20 1", [0, 1, 1, 3, 2], [2, 5, 2, 2, 3, 3, 4, 3]),
        ("63 0-7; 40 0-7", [0, 1], [2] * 8),
        ("10 7; 10 0", [0, 0], [2, 0, 0, 0, 0, 0, 0, 1]),
    ):
        rows, of = parse(text, 8)
        assert [row[0] for row in rows] == parents, text
        assert list(of) == panel_of, text


BAD = (
    ("40", "panel 1: write a limit in A and then seats, such as 40 0-3"),
    ("40 0;;16 1", "panel 2: write a limit in A and then seats, such as 40 0-3"),
    (";40 0", "panel 1: write a limit in A and then seats, such as 40 0-3"),
    ("40/32 0", "panel 1: write one limit or three (L1/L2/L3), not '40/32'"),
    ("1/2/3/4 0", "panel 1: write one limit or three (L1/L2/L3), not '1/2/3/4'"),
    ("40A 0", "panel 1: '40A' is no limit in A; write such as 40 or 32.5"),
    ("-40 0", "panel 1: '-40' is no limit in A; write such as 40 or 32.5"),
    ("32,5 0", "panel 1: '32,5' is no limit in A; write such as 40 or 32.5"),
    (".5 0", "panel 1: '.5' is no limit in A; write such as 40 or 32.5"),
    ("5. 0", "panel 1: '5.' is no limit in A; write such as 40 or 32.5"),
    ("1.2.3 0", "panel 1: '1.2.3' is no limit in A; write such as 40 or 32.5"),
    ("16.6667 0", "panel 1: '16.6667' is no limit in A; write such as 40 or 32.5"),
    ("1e3 0", "panel 1: '1e3' is no limit in A; write such as 40 or 32.5"),
    ("4\u0660 0", "panel 1: '4\u0660' is no limit in A; write such as 40 or 32.5"),
    ("\u00b2 0", "panel 1: '\u00b2' is no limit in A; write such as 40 or 32.5"),
    ("1234567 0", "panel 1: '1234567' is no limit in A; write such as 40 or 32.5"),
    ("0 0", "panel 1: 0 A: a limit is more than 0 and at most 1000 A"),
    ("40/0.000/40 0", "panel 1: 0.000 A: a limit is more than 0 and at most 1000 A"),
    ("1000.001 0", "panel 1: 1000.001 A: a limit is more than 0 and at most 1000 A"),
    ("40 x", "panel 1: 'x' is no seat; write such as 0-3,8"),
    ("40 0 1", "panel 1: '0 1' is no seat; write such as 0-3,8"),
    ("40 0,,1", "panel 1: '' is no seat; write such as 0-3,8"),
    ("40 0-", "panel 1: '0-' is no seat; write such as 0-3,8"),
    ("40 -1", "panel 1: '-1' is no seat; write such as 0-3,8"),
    ("40 0-1-2", "panel 1: '0-1-2' is no seat; write such as 0-3,8"),
    ("40 3-1", "panel 1: seats 3-1: the lower one comes first"),
    ("40 0-3; 16 3,4", "panel 2: there is no seat 4, the last one is 3"),
    ("40 0-999999", "panel 1: there is no seat 999999, the last one is 3"),
    ("40 0-2,1", "panel 1: seat 1 stands there twice"),
    ("40 0,0", "panel 1: seat 0 stands there twice"),
    ("40 0,1; 16 1,2",
     "panel 2: it has some seats of panel 1; it must have all its seats there, or none"),
    ("16 1,2; 40 0-3", "panel 2: panel 1 lies inside it; write the larger one first"),
)  # fmt: skip


def test_what_is_wrong_is_said_in_one_line():
    for text, line in BAD:
        want = "group_panels: " + line
        assert str(raises(ValueError, parse, text, 4)) == want, text
        assert group_panels.problem(text, 4) == want
    assert group_panels.problem("40 0-3", 4) == ""


def test_no_more_panels_than_control_can_hold():
    most = ";".join("10 %d" % seat for seat in range(MAX - 1))
    assert len(parse(most, 20)[0]) == MAX - 1
    error = raises(ValueError, parse, most + ";10 19", 20)
    assert str(error) == "group_panels: 16 panels are too many, at most 15"
