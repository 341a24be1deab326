"""control/group/urgency.py at its edges: what a connection needs, its turn to be served, who yields."""

from allocate_kit import ask, group, run
from ballast.control.group import urgency
from ballast.control.group.allocate import DEPARTURE
from ballast.control.group.panels import NO_LIMIT_MA


def plan(wires, *limits):
    """Members on the supply, wired (mask, line), whose departure is now."""
    a = group(len(wires), NO_LIMIT_MA)
    a.panels.set_limit(0, *(limits if len(limits) == 3 else limits * 3))
    a.mode = DEPARTURE
    for i, (mask, line) in enumerate(wires):
        ask(a, i, 32000, mask, line)
        a.left_s[i] = 0
    return a


def kind(mask, line=0):
    return 8 * line + mask


def needs(a):
    """The connections that need anything, and how much."""
    run(a)
    return {n: ma for n, ma in enumerate(a._urgency._need_ma) if ma}


def capped(wires, *limits):
    """What every connection counts for at most, five quarters of its even share, and that alike."""
    found = needs(plan(wires, *limits))
    assert set(found) == {kind(*wire) for wire in wires if wire[0]}, found
    assert len(set(found.values())) == 1, found
    return found[kind(*wires[0])]


# ---- what a connection needs ----


def test_a_connection_counts_for_five_quarters_of_its_even_share_at_most():
    """The even share comes in steps of 32 mA, rounded down."""
    phases = ((1, 0), (7, 0))
    assert capped(((7, 0),), 20000) == 25000
    assert capped(((7, 0),), 19999) == 24960  # 19968 * 5 / 4
    assert capped(((7, 0),), 20031) == 25000 and capped(((7, 0),), 20032) == 25040
    assert capped(phases, 20000) == 12480  # two on L1: 9984 each
    assert capped(((1, 0), (2, 0)), 8000, 20000, 20000) == 10000  # alike: the tightest binds
    assert capped(((1, 0), (2, 0)), 20000, 8000, 20000) == 10000
    assert capped(((4, 0), (1, 0)), 20000, 20000, 8000) == 10000
    assert capped(((4, 0), (1, 0)), 20000, 8000, 20000) == 25000  # nobody is on L2


def test_what_is_too_much_already_on_a_conductor_of_nobody_takes_no_share():
    a = plan(((1, 0), (4, 0)), 20000)
    a.panels.clear()
    a.panels.take(0, 2, 0, 20001)
    a.run()
    assert a.ma == [20000, 20000]
    assert a._urgency._need_ma[1] == a._urgency._need_ma[4] == 25000


def test_the_even_share_of_pairs_is_that_of_their_phasors():
    """3 pairs on 17.4 A: 10016 mA each are 17.35 A on a conductor, 10048 mA would be 17.40 A."""
    assert capped(((3, 1), (6, 1), (5, 1)), 17400) == 12520
    # alone, 19968 of 20000 mA; whoever is not wired yet is no connection
    assert capped(((3, 1),), 20000) == 24960
    assert capped(((3, 1), (0, 1)), 20000) == 24960
    assert capped(((3, 1), (0, 0)), 20000) == 24960


def test_the_even_share_is_looked_for_up_to_262_amperes():
    a = plan(((7, 0),), NO_LIMIT_MA)
    a.max_ma[0] = 700000
    assert needs(a) == {7: (0x40000 - 32) // 4 * 5}


def test_only_who_wants_and_has_a_departure_needs_anything():
    a = plan(((7, 0),) * 4 + ((1, 0),), NO_LIMIT_MA)
    for i, left in enumerate((3600, 0, urgency.NO_DEPARTURE, 3600, urgency.NO_DEPARTURE)):
        a.left_s[i], a.need_mah[i] = left, 16000
    a.want[3] = 0
    assert needs(a) == {7: 16000 + 32000}  # the first in its hour, the second with all it can take


def test_hours_and_seconds_to_the_milliampere():
    assert urgency.per_hour(0x3FFFF, 1) == 0x3FFFF * 3600
    # from 2**18 mAh on both are halved, the time rounded up: never more than it needs
    assert urgency.per_hour(0x40000, 3) == 0x20000 * 3600 // 2
    assert urgency.per_hour(0x40000, 4) == 0x20000 * 3600 // 2
    assert urgency.per_hour(0x100000, 8) == 0x20000 * 3600
    assert urgency.need_ma(3600, 15999, 16000) == 15999
    assert urgency.need_ma(3600, 16001, 16000) == 16000


# ---- who is served next ----


def test_every_connection_is_served():
    for mask in range(1, 8):
        a = plan(((mask, 0),), 16000)
        assert run(a) == [16000], mask
    for mask in (3, 6, 5):
        assert 15900 <= run(plan(((mask, 1),), 16000))[0] <= 16000, mask


def test_before_any_is_served_the_first_phase_comes_first():
    """One place on L1, whatever is needed."""
    for first, second in ((1000, 2000), (2000, 1000)):
        a = plan(((7, 0), (1, 0)), 8000)
        a.left_s[0] = a.left_s[1] = 3600
        a.need_mah[0], a.need_mah[1] = first, second
        assert run(a) == [0, 8000]


def test_connections_get_in_proportion_to_what_they_need():
    """8 and 16 A are needed, in either order, of 30 A on L1: 10 and 20 A. One more ampere goes to
    the first phase: both have 5/4, and it is the first that tries the next smaller step."""
    for first, second, limit, expected in (
        (8000, 16000, 30000, [10000, 20000]),
        (16000, 8000, 30000, [20000, 10000]),
        (8000, 16000, 31000, [11000, 20000]),
    ):
        a = plan(((1, 0), (7, 0)), limit)
        a.left_s[0] = a.left_s[1] = 3600
        a.need_mah[0], a.need_mah[1] = first, second
        assert run(a) == expected


def test_the_last_steps():
    a = plan(((7, 0),), 32000)
    for a.max_ma[0] in (6001, 7999, 8000, 8001, 31999):
        assert run(a) == [a.max_ma[0]]
    a.max_ma[0] = 32000
    # 2000, 1000, 500, 250, 125, 62, 31 mA: 3999 mA takes all but the last, 62 mA twice
    for limit, ma in ((9000, 9000), (9999, 9999), (6030, 6000), (6031, 6031), (6061, 6031)):
        a.panels.set_limit(0, limit, limit, limit)
        assert run(a) == [ma], limit


def test_what_a_connection_was_given_is_what_its_members_have():
    wires = ((1, 0), (7, 0), (7, 0), (7, 0), (2, 0), (2, 0), (3, 1), (3, 1), (5, 1), (5, 1))
    for limit in (11000, 16500, 23500, 32000, 47500, 63000, 91000, 150000):
        a = plan(wires, limit)
        for i in range(10):
            a.left_s[i], a.need_mah[i] = 1800 * (i % 4), 4000 * (1 + i % 5)
        got = run(a)
        given = [0] * 16
        for i in range(10):
            given[kind(*wires[i])] += got[i]
        assert a._urgency._given_ma == given, limit


# ---- who yields ----


def test_one_further_before_yields_when_the_nearest_cannot():
    """32 + 8 + 4 A; the third needs 6 A at least, and the second has its minimum."""
    a = plan(((7, 0),) * 3, 44000)
    a.min_ma[1] = a.max_ma[1] = 8000
    assert run(a) == [30000, 8000, 6000]


def test_all_but_the_minimum_may_be_yielded():
    a = plan(((7, 0),) * 2, 36000)
    a.min_ma[0] = 30000
    assert run(a) == [30000, 6000]
    assert a._urgency._given_ma[7] == 36000
    a.min_ma[0] = 30001
    assert run(a) == [32000, 0]
    assert a._urgency._given_ma[7] == 32000


def test_between_conductors_one_yields_too():
    """30 A and 6 A are the limit, which rounding keeps just out of reach."""
    a = plan(((3, 1),) * 2, 36000)
    a.max_ma[0] = 30000
    assert run(a) == [29500, 6000]


def test_only_the_own_connection_yields():
    """On L1 32 A to neutral, 6 A and a rest of 2 A for the three-phase cars."""
    a = plan(((1, 0), (7, 0), (7, 0)), 40000)
    a.left_s[1] = a.left_s[2] = 3600
    a.need_mah[1] = a.need_mah[2] = 500
    a.max_ma[1] = 6000
    assert run(a) == [32000, 6000, 0]
    assert list(a.order) == [0, 1, 2]
