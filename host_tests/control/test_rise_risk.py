"""The margin of least cost, against a direct search over the rises that were counted."""

from ballast.control.rise_risk import RiseRisk

EDGES = (0, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500, 1900, 2900)


def counted(rises, weight=10):
    risk = RiseRisk()
    risk.clear(0, 0)
    for rise in rises:
        risk.add(rise, weight)
    return risk


def test_a_house_that_never_rises_needs_no_margin():
    assert counted([0] * 100).margin_ma(30000, 1500) == 0
    assert counted([100] * 100).margin_ma(30000, 1500) == 0, "0.1 A is no overload"


def test_nothing_counted_yet_is_the_guess():
    risk = RiseRisk()
    risk.clear(450, 500)
    assert risk.margin_ma(30000, 1500) == 400
    assert risk.margin_ma(300, 1500) == 0, "half the time at 0.3 A is less than 0.4 A always"


def test_a_guess_counts_for_as_long_as_it_is_told():
    for weight in (3000, 15000):
        risk = RiseRisk()
        risk.clear(1000, 1000, weight)
        worth = 1800  # 0.9 A always is dearer than 1.8 A for less than half of the time
        for _ in range(weight // 1000):
            assert risk.margin_ma(worth, 1500) == 900, weight
            risk.add(0, 1000)
        risk.add(0, 1000)
        assert risk.margin_ma(worth, 1500) == 0, weight


def test_each_bin_asks_for_its_own_edge():
    for edge in EDGES[1:-1]:
        risk = counted([edge + 100] * 10000, 1000)
        assert risk.margin_ma(100000, 100000) == edge, edge
        assert risk.margin_ma(100000, edge - 1) < edge, "the cap holds"


def test_the_margin_is_the_cheapest_of_all():
    seed = 12345
    for case in range(60):
        rises = []
        for _ in range(40):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            rises.append((seed >> 8) % (200 + 60 * case))
        risk = counted(rises, 1)
        worth = 400 * (case + 1)
        total = 15000 + len(rises)
        costs = []
        for edge in EDGES:
            beyond = sum(1 for r in rises if r > edge + 100)
            costs.append(edge + worth * (beyond * 1000 // total) // 1000)
        assert risk.margin_ma(worth, 100000) == EDGES[costs.index(min(costs))], case


def test_old_rises_fade():
    risk = counted([1000] * 100, 1000)
    assert risk.margin_ma(20000, 1500) == 900
    for _ in range(2000):
        risk.add(0, 1000)
    assert risk.margin_ma(20000, 1500) == 0


def test_worth_nothing_is_no_margin():
    assert counted([2000] * 1000, 1000).margin_ma(0, 1500) == 0


def test_the_largest_numbers_stay_small_ints():
    risk = counted([5000] * 5000, 2000)
    assert 0 <= risk.margin_ma(100000, 1000000) <= 2900
