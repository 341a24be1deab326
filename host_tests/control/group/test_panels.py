"""control/group/panels.py: sums per conductor, phasors between conductors, the way to the supply.

EVCC: the rows of evcc's circuit tests (core/circuit/circuit_test.go, MIT), all limits 1;
there a circuit's load includes what the charger draws now, here it does not.
"""

from ballast.control.group.panels import NO_LIMIT_MA, Panels, within
from portable import raises


def tree(*limits):
    """Panel 0 with two below it; limits in mA for all three conductors."""
    p = Panels()
    for n, ma in enumerate(limits):
        p.define(n, 0 if n else -1, ma, ma, ma)
    return p


# parent, circuit 1, circuit 2 load; old, new demand; allowed
EVCC = (
    (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 1, 1), (0, 0, 0, 0, 2, 1), (0, 0, 0, 1, 1, 1),
    (0, 1, 0, 0, 0, 0), (0, 1, 0, 0, 1, 0), (0, 1, 0, 0, 2, 0), (0, 1, 0, 1, 1, 1),
    (0, 1, 0, 2, 1, 1), (0, 2, 0, 0, 0, 0), (0, 2, 0, 0, 1, 0), (0, 2, 0, 1, 1, 0),
    (0, 2, 0, 2, 2, 1), (0, 2, 0, 2, 3, 1), (0, 2, 0, 2, 1, 1), (0, 1.1, 0, 2, 1, 1),
    (0, 1.1, 0, 1, 0, 0), (1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 2, 0),
    (1, 0, 0, 1, 1, 1), (1, 0, 0, 2, 1, 1), (2, 0, 0, 0, 0, 0), (2, 0, 0, 0, 1, 0),
    (2, 0, 0, 1, 1, 0), (2, 0, 0, 2, 2, 1), (2, 0, 0, 2, 3, 1), (2, 0, 0, 2, 1, 1),
    (1.1, 0, 0, 2, 1, 1), (1.1, 0, 0, 1, 0, 0), (-1, -1, 0, 0, 2, 2),
)  # fmt: skip


def test_room_gives_what_evccs_circuits_allow():
    assert len(EVCC) == 31
    for parent, c1, c2, old, new, expected in EVCC:
        p = tree(1000, 1000, 1000)
        loads = (parent, c1, c2)
        for at, load in enumerate(loads):
            own = old if at < 2 else 0
            for phase in range(3):
                p.ln_ma[3 * at + phase] = int(1000 * load) - 1000 * own
        assert min(1000 * new, p.room(1, 7)) == 1000 * expected, (parent, c1, old, new)


def test_take_loads_the_whole_way_up_and_only_the_conductors_of_the_mask():
    p = tree(20000, 16000, 16000)
    p.take(1, 2, 0, 9000)
    assert p.ln_ma[:9] == [0, 9000, 0, 0, 9000, 0, 0, 0, 0]
    assert p.room(1, 2) == 7000 and p.room(2, 2) == 11000 and p.room(1, 5) == 16000
    p.take(2, 7, 0, 11000)
    assert p.room(1, 2) == 0 and p.fits(1, 2, 0, 0) and not p.fits(1, 2, 0, 1)
    assert p.fits(1, 1, 0, 9000) and not p.fits(1, 1, 0, 9001)
    assert p.fits(1, 4, 0, 9000) and not p.fits(1, 4, 0, 9001)
    p.take(2, 7, 0, -11000)
    assert p.room(1, 2) == 7000
    p.clear()
    assert p.room(1, 7) == 16000


def test_every_conductor_has_its_own_limit_on_every_panel():
    p = Panels()
    p.define(0, -1, 50000, 60000, 70000)
    p.define(1, 0, 21000, 22000, 23000)
    p.define(2, 1, 31000, 11000, 33000)
    p.define(3, 0, 41000, 42000, 43000)
    assert p.limit_ma[:9] == [50000, 60000, 70000, 21000, 22000, 23000, 31000, 11000, 33000]
    rooms = ((21000, 11000, 23000), (41000, 42000, 43000))
    for panel, room in zip((2, 3), rooms):
        for n in range(3):
            mask = 1 << n
            assert p.room(panel, mask) == room[n]
            assert p.fits(panel, mask, 0, room[n]) and not p.fits(panel, mask, 0, room[n] + 1)
            assert p.room(panel, mask | 8) == room[n]  # there is no fourth conductor
        assert p.room(panel, 7) == min(room)
    p.take(2, 4, 0, 22999)
    assert p.room(2, 4) == 1 and p.room(1, 4) == 1 and p.room(0, 4) == 70000 - 22999
    assert p.room(2, 1) == 21000 and p.room(2, 2) == 11000
    p.take(2, 4, 0, 1)  # L3 is full, which is nothing to the others
    assert not p.fits(2, 4, 0, 1) and p.fits(2, 1, 0, 21000) and p.fits(2, 2, 0, 11000)


def test_pairs_load_both_their_conductors():
    p = tree(NO_LIMIT_MA, 63000)
    assert not p.phasors(0) and not p.phasors(1)
    for mask, ma in ((3, 1000), (6, 2000), (5, 4000)):
        p.take(1, mask, 1, ma)
    p.take(1, 4, 0, 16000)
    # L1: L1-L2 and L3-L1; L2: L1-L2 and L2-L3; L3: L2-L3, L3-L1 and its own
    for panel in (0, 1):
        assert [p.plain(panel, n) for n in range(3)] == [5000, 3000, 22000]
        assert p.phasors(panel)
    p.clear()
    assert p.ll_ma == [0] * 48 and p.ln_ma == [0] * 48
    assert not p.phasors(0) and not p.phasors(1)


def test_clear_leaves_no_load_on_any_of_sixteen_panels():
    p = tree(*[32000] * 16)
    p.star[7] = 1
    for panel in range(16):
        p.take(panel, 7, 0, 1000)
        p.take(panel, 3, 1, 1000)
    p.clear()
    assert p.ln_ma == [0] * 48 and p.ll_ma == [0] * 48
    assert [p.phasors(n) for n in range(16)] == [n == 7 for n in range(16)]


def test_room_is_never_negative():
    p = tree(10000)
    p.take(0, 1, 0, 15000)
    assert p.room(0, 1) == 0 and p.room(0, 2) == 10000


def test_two_pairs_of_conductors_add_as_phasors():
    # L1-L2 and L3-L1 with 10 A each: L1 carries 17.32 A, not 20
    for ma, good in ((17400, True), (17300, False), (20000, True)):
        p = tree(ma)
        p.take(0, 3, 1, 10000)
        assert p.fits(0, 5, 1, 10000) == good, ma
    p = tree(17400)
    p.take(0, 3, 1, 10000)
    p.take(0, 5, 1, 10000)
    assert p.plain(0, 0) == 20000 and p.plain(0, 1) == 10000 and p.plain(0, 2) == 10000
    assert p.room(0, 1) == 0
    p.take(0, 6, 1, 10000)  # all three: each conductor carries 17.32 A
    assert p.fits(0, 3, 1, 0) and not p.fits(0, 3, 1, 100)


def test_neutral_and_pair_loads_mix():
    # 10 A L1-N and 10 A L1-L2 are 30 deg apart: 19.32 A
    p = tree(19400)
    p.take(0, 1, 0, 10000)
    assert p.fits(0, 3, 1, 10000)
    q = tree(19250)
    q.take(0, 3, 1, 10000)
    assert not q.fits(0, 1, 0, 10000)
    assert q.fits(0, 2, 0, 5000) and q.fits(0, 4, 0, 19200) and not q.fits(0, 4, 0, 19300)


UNIT = ((1, 0), (-0.5, -(0.75**0.5)), (-0.5, 0.75**0.5))
PAIRS = ((0.75**0.5, 0.5), (0.0, -1.0), (-(0.75**0.5), 0.5))


def carried(u, v, star):
    """What the three conductors carry with `u` to neutral and `v` between the pairs."""
    loads = [
        [u[n] * UNIT[n][k] + v[n] * PAIRS[n][k] - v[n - 1] * PAIRS[n - 1][k] for k in (0, 1)]
        for n in range(3)
    ]
    if star:
        loads = [[loads[n][k] - loads[n - 1][k] for k in (0, 1)] for n in range(3)]
    return [(re * re + im * im) ** 0.5 for re, im in loads]


def loaded(u, v, star, *limits):
    """Panel 2, below two wide ones, with these loads."""
    p = tree(*[NO_LIMIT_MA] * 3)
    p.define(2, 1, *limits, star)
    p.clear()
    for n in range(3):
        p.take(2, 1 << n, 0, u[n])
        p.take(2, (3, 6, 5)[n], 1, v[n])
    return p


def test_phasors_against_complex_arithmetic():
    for u in ((0, 0, 0), (3000, 3000, 3000), (11000, 2000, 5000), (0, 14000, 1000)):
        for v in ((0, 0, 0), (8000, 0, 0), (9000, 4000, 16000), (12000, 12000, 12000)):
            for star in (0, 1):
                ma = carried(u, v, star)
                good = [int(1.003 * x) + 1 for x in ma]
                assert max(ma) < 1 or loaded(u, v, star, *good).fits(2, 3, 1, 0), (u, v, star)
                for n in range(3):
                    if ma[n] > 1000:
                        bad = good[:n] + [int(0.999 * ma[n])] + good[n + 1 :]
                        assert not loaded(u, v, star, *bad).fits(2, 3, 1, 0), (u, v, star, n)


def test_one_more_on_a_phase_is_asked_for_on_that_phase_only():
    """Beside a pair the sums are phasors; the free conductors do not move by a milliampere."""
    for mask, column in ((1, 0), (2, 1), (4, 2)):
        p = loaded((0, 0, 0), (0, 0, 0), 0, 8000, 8000, 8000)
        most = 7980
        while p.fits(2, mask, 0, most + 1):
            most += 1
        assert 7985 <= most < 8000  # 8000 less one unit and the rounding of sin and cos
        for other in (1, 2, 4):
            if other != mask:
                p.clear()
                p.take(2, 3, 1, 0)
                p.take(2, mask, 0, most)
                assert p.fits(2, other, 0, 0) and p.fits(2, other, 0, 7000), (mask, other)
                p.take(2, mask, 0, 1)
                assert p.ln_ma[6 + column] == most + 1
                assert not p.fits(2, other, 0, 0) and not p.fits(2, other, 0, 7000), (mask, other)


def test_within_is_exact_in_units_of_the_limit():
    """A unit is the smallest power of two that keeps the limit within 8191; one unit is spared."""
    for limit in (2, 3, 7, 4095, 8190, 8191, 8192, 16000, 16383, 16384, 63000, 400000, 1000000):
        unit = 1
        while limit // unit > 8191:
            unit *= 2
        most = (limit // unit - 1) * unit
        for ma in (most, -most):
            assert within(ma, 0, limit) and within(0, ma, limit), limit
            assert most < 2 or not (within(ma, 1, limit) or within(ma, -1, limit)), limit
            assert most < 2 or not (within(1, ma, limit) or within(-1, ma, limit)), limit
        for ma in (most + 1, -most - 1, limit + 1, -limit - 1, 3 * limit, -3 * limit):
            if ma * ma > 1:
                assert not within(ma, 0, limit) and not within(0, ma, limit), (limit, ma)
        # 3:4:5, a tenth of the way below the limit and one part in fifty above it
        for re, im in ((3, 4), (-3, 4), (4, -3), (-4, -3)):
            if limit > 100:
                assert within(re * limit * 9 // 50, im * limit * 9 // 50, limit), limit
                assert not within(re * limit * 51 // 250, im * limit * 51 // 250, limit), limit


def test_what_rounding_leaves_over_passes_a_limit_of_zero():
    for re in (-1, 0, 1):
        for im in (-1, 0, 1):
            assert within(re, im, 0)
    for re, im in ((2, 0), (-2, 0), (0, 2), (0, -2), (1, 2), (2, 1)):
        assert not within(re, im, 0)


def test_large_limits_keep_their_precision():
    p = tree(400000)
    p.take(0, 3, 1, 399000)
    assert p.fits(0, 3, 1, 800) and not p.fits(0, 3, 1, 1001)


def test_a_limit_of_zero_lets_nothing_pass():
    p = Panels()
    p.define(0, -1, 0, 16000, 16000)
    assert not p.fits(0, 1, 0, 1) and p.fits(0, 2, 0, 16000) and p.room(0, 1) == 0
    assert not p.fits(0, 3, 1, 6000)
    assert p.fits(0, 6, 1, 6000)
    p.set_limit(0, -5, 2000000, 7)
    assert p.limit_ma[:3] == [0, NO_LIMIT_MA, 7]
    for ma, limit in ((-1, 0), (0, 0), (1, 1), (1000000, 1000000), (1000001, 1000000)):
        p.set_limit(0, ma, 5, 5)
        assert p.limit_ma[:3] == [limit, 5, 5]
        p.set_limit(0, 5, ma, 5)
        assert p.limit_ma[:3] == [5, limit, 5]
        p.set_limit(0, 5, 5, ma)
        assert p.limit_ma[:3] == [5, 5, limit]


def test_room_leaves_a_star_panel_to_fits():
    p = tree(30000, 10000)
    p.star[1] = 1
    assert p.room(1, 7) == 30000


def test_above_follows_the_parents():
    p = Panels()
    p.define(0, -1, 1, 1, 1)
    p.define(1, 0, 1, 1, 1)
    p.define(2, 1, 1, 1, 1)
    p.define(3, 0, 1, 1, 1)
    assert p.above(2, 2) and p.above(2, 1) and p.above(2, 0)
    assert not p.above(3, 2) and not p.above(3, 1) and not p.above(1, 2)


def test_a_tree_that_is_none_is_refused():
    p = Panels()
    assert "panels 0..15" in str(raises(ValueError, p.define, 16, 0, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.define, 0, 0, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.define, 1, 1, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.define, 1, -1, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.define, 1, -2, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.define, 0, -2, 1, 1, 1))
    error = raises(ValueError, p.define, 2, 0, 1, 1, 1)
    assert str(error) == "panel 2: panel 1 is not defined yet"
    assert "panels 0..15" in str(raises(ValueError, p.define, -1, 0, 1, 1, 1))
    assert p.count == 1
    for panel in (1, 2):
        p.define(panel, 0, 1, 1, 1)
        assert p.count == panel + 1
    p.define(1, 0, 2, 2, 2)  # once more
    assert p.count == 3
