"""Random trees of panels, written and read again; and what is read can be given to control/."""

from hypothesis import given
from hypothesis import strategies as st

from ballast.control.group.panels import MAX, Panels
from ballast.protocol.group_panels import parse, problem

SEATS = 12


@st.composite
def trees(draw):
    """[(limits in mA [3], set of seats)], each inside one of the earlier ones or apart from all."""
    panels = []
    for _ in range(draw(st.integers(0, MAX - 1))):
        room = set(range(SEATS))
        if panels and draw(st.booleans()):
            room = set(draw(st.sampled_from(panels))[1])
        for _, other in panels:  # never some of another one's seats
            if not room <= other:
                room -= other
        if not room:
            continue
        seats = draw(st.sets(st.sampled_from(sorted(room)), min_size=1))
        if any(seats & other and not seats <= other for _, other in panels):
            continue
        ma = st.integers(1, 1000000)
        limits = draw(st.one_of(st.tuples(ma, ma, ma), ma.map(lambda one: (one,) * 3)))
        panels.append((limits, frozenset(seats)))
    return panels


def written(limits, seats, draw):
    def amps(ma):
        text = "%d.%03d" % (ma // 1000, ma % 1000)
        return text.rstrip("0").rstrip(".") if draw(st.booleans()) else text

    one = len(set(limits)) == 1 and draw(st.booleans())
    left = amps(limits[0]) if one else "/".join(amps(ma) for ma in limits)
    names, rest = [], sorted(seats)
    while rest:
        n = 1
        while n < len(rest) and rest[n] == rest[0] + n and draw(st.booleans()):
            n += 1
        names.append(f"{rest[0]}-{rest[n - 1]}" if n > 1 else str(rest[0]))
        rest = rest[n:]
    return left + " " + ",".join(draw(st.permutations(names)))


@given(trees(), st.data())
def test_limits_and_nesting_are_what_was_written(panels, data):
    text = "; ".join(written(limits, seats, data.draw) for limits, seats in panels)
    rows, panel_of = parse(text, SEATS)
    assert [row[1:] for row in rows] == [limits for limits, _ in panels]
    control = Panels()
    for row in rows:
        control.define(control.count, *row)
    for at, (_, seats) in enumerate(panels):
        above = {n for n, (_, other) in enumerate(panels[:at]) if seats <= other}
        have, panel = set(), rows[at][0]
        while panel > 0:  # its way up passes every earlier panel that has all its seats
            have.add(panel - 1)
            panel = rows[panel - 1][0]
        assert have == above
    for seat in range(SEATS):
        feeds = {n + 1 for n, (_, seats) in enumerate(panels) if seat in seats}
        passed = {n + 1 for n in range(len(panels)) if control.above(panel_of[seat], n + 1)}
        assert passed == feeds  # every limit that feeds a seat counts for it, and no other


@given(st.one_of(st.text(), st.text(alphabet="0123456789.,;-/ ")), st.integers(1, 64))
def test_any_text_is_taken_or_refused_in_one_line(text, seats):
    line = problem(text, seats)
    if line:
        assert line.startswith("group_panels: ") and len(line.splitlines()) == 1
    else:
        rows, panel_of = parse(text, seats)
        assert len(rows) < MAX and len(panel_of) == seats
        assert all(row[0] <= n for n, row in enumerate(rows))
        assert all(0 < ma <= 1000000 for row in rows for ma in row[1:])
