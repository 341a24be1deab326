"""control/panels.py: sums per conductor, phasors between conductors, the way to the supply.

EVCC: the rows of evcc's circuit tests (core/circuit/circuit_test.go, MIT), all limits 1;
there a circuit's load includes what the charger draws now, here it does not.
"""

from ballast.control import panels
from ballast.control.panels import Panels
from portable import raises


def tree(*limits):
    """Panel 0 with two below it; limits in mA for all three conductors."""
    p = Panels()
    for n, ma in enumerate(limits):
        p.configure(n, 0 if n else -1, ma, ma, ma)
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


def test_phasors_against_complex_arithmetic():
    unit = [(1, 0), (-0.5, -(0.75**0.5)), (-0.5, 0.75**0.5)]
    pairs = [(0.75**0.5, 0.5), (0.0, -1.0), (-(0.75**0.5), 0.5)]
    for u in (0, 3000, 11000):
        for v in ((0, 0, 0), (8000, 0, 0), (9000, 4000, 16000), (12000, 12000, 12000)):
            loads = []
            for phase in range(3):
                a, b = v[phase], v[phase - 1]
                one, two = pairs[phase], pairs[phase - 1]
                loads.append([u * unit[phase][k] + a * one[k] - b * two[k] for k in (0, 1)])
            size = [(x * x + y * y) ** 0.5 for x, y in loads]
            drop = [
                (loads[k][0] - loads[k - 1][0], loads[k][1] - loads[k - 1][1]) for k in range(3)
            ]
            star = [(x * x + y * y) ** 0.5 for x, y in drop]
            for is_star, most in ((0, max(size)), (1, max(star))):
                for factor, good in ((1.003, True), (0.999, False)):
                    p = Panels()
                    ma = int(most * factor)
                    p.configure(0, -1, ma, ma, ma, is_star)
                    p.clear()
                    p.take(0, 7, 0, u)
                    for k, mask in enumerate((3, 6, 5)):
                        p.take(0, mask, 1, v[k])
                    if most > 1000:
                        assert p.fits(0, 3, 1, 0) == good, (u, v, is_star, factor)


def test_large_limits_keep_their_precision():
    p = tree(400000)
    p.take(0, 3, 1, 399000)
    assert p.fits(0, 3, 1, 800) and not p.fits(0, 3, 1, 1001)


def test_a_limit_of_zero_lets_nothing_pass():
    p = Panels()
    p.configure(0, -1, 0, 16000, 16000)
    assert not p.fits(0, 1, 0, 1) and p.fits(0, 2, 0, 16000) and p.room(0, 1) == 0
    assert not p.fits(0, 3, 1, 6000)
    assert p.fits(0, 6, 1, 6000)
    p.set_limit(0, -5, 2000000, 7)
    assert p.limit_ma[:3] == [0, panels.NO_LIMIT_MA, 7]


def test_room_leaves_a_star_panel_to_fits():
    p = tree(30000, 10000)
    p.star[1] = 1
    assert p.room(1, 7) == 30000


def test_above_follows_the_parents():
    p = Panels()
    p.configure(0, -1, 1, 1, 1)
    p.configure(1, 0, 1, 1, 1)
    p.configure(2, 1, 1, 1, 1)
    p.configure(3, 0, 1, 1, 1)
    assert p.above(2, 2) and p.above(2, 1) and p.above(2, 0)
    assert not p.above(3, 2) and not p.above(3, 1) and not p.above(1, 2)


def test_a_tree_that_is_none_is_refused():
    p = Panels()
    assert "panels 0..15" in str(raises(ValueError, p.configure, 16, 0, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.configure, 0, 0, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.configure, 1, 1, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.configure, 1, -1, 1, 1, 1))
    assert "not a panel above" in str(raises(ValueError, p.configure, 1, -2, 1, 1, 1))
    assert "is not defined" in str(raises(ValueError, p.configure, 2, 0, 1, 1, 1))
    assert "panels 0..15" in str(raises(ValueError, p.configure, -1, 0, 1, 1, 1))
    assert p.count == 1
