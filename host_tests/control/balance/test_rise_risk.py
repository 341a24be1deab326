"""The reserve of least cost, against a direct search over the rises that were counted."""

from ballast.control.balance.rise_risk import RiseRisk

EDGES = (0, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500, 1900, 2900)


def counted(rises, weight=10):
    risk = RiseRisk()
    risk.clear(0, 0)
    for rise in rises:
        risk.add(rise, weight)
    return risk


def test_a_house_that_never_rises_needs_no_reserve():
    assert counted([0] * 100).reserve_ma(30000, 1500) == 0
    assert counted([100] * 100).reserve_ma(30000, 1500) == 0, "0.1 A is no overload"


def test_nothing_counted_yet_is_the_guess():
    risk = RiseRisk()
    risk.clear(450, 500)
    assert risk.reserve_ma(30000, 1500) == 400
    assert risk.reserve_ma(300, 1500) == 0, "half the time at 0.3 A is less than 0.4 A always"


def test_a_guess_counts_for_as_long_as_it_is_told():
    for weight in (3000, 15000):
        risk = RiseRisk()
        risk.clear(1000, 1000, weight)
        worth = 1800  # 0.9 A always is dearer than 1.8 A for less than half of the time
        for _ in range(weight // 1000):
            assert risk.reserve_ma(worth, 1500) == 900, weight
            risk.add(0, 1000)
        risk.add(0, 1000)
        assert risk.reserve_ma(worth, 1500) == 0, weight


def test_each_bin_asks_for_its_own_edge():
    """A reserve is enough for 0.1 A more: no class 1 meter tells that."""
    for edge, larger in zip(EDGES[1:], EDGES[2:] + (0,)):
        for rise, reserve in ((edge + 100, edge), (edge + 101, larger)):
            risk = counted([rise] * 50, 1000)
            assert risk.reserve_ma(100000, 100000) == reserve, rise
            assert risk.reserve_ma(100000, edge - 1) < edge, "the cap holds"


def test_a_rise_that_no_reserve_holds_is_not_paid_for():
    for rise in (3001, 100000):
        assert counted([rise] * 50, 1000).reserve_ma(100000, 100000) == 0


def dearer(edge, permille):
    """The least worth that for so much of the time costs more than a reserve of `edge`."""
    return -(-(edge + 1) * 1000 // permille)


def test_a_guessed_rise_is_worth_its_reserve_where_that_costs_less():
    for edge in EDGES[1:]:
        for permille in (500, 999, 1000):
            risk = RiseRisk()
            risk.clear(edge + 100, permille)
            worth = dearer(edge, permille)
            assert risk.reserve_ma(worth - 1, 100000) == 0, "of two equals the smaller"
            assert risk.reserve_ma(worth, 100000) == edge, (edge, permille)


def test_a_rise_for_a_third_of_the_time_or_two_is_worth_its_reserve_to_the_ma():
    for edge in EDGES[1:]:
        for none, some, permille in ((20, 10, 333), (10, 20, 666)):
            risk = RiseRisk()
            risk.clear(0, 0, none)
            risk.add(edge + 100, some)
            worth = dearer(edge, permille)
            assert risk.reserve_ma(worth - 1, 100000) == 0, (edge, permille)
            assert risk.reserve_ma(worth, 100000) == edge


def test_a_cleared_one_has_seen_nothing():
    risk = counted([1000] * 50, 1000)
    assert risk.reserve_ma(100000, 1500) == 900
    risk.clear(0, 0)
    assert risk.reserve_ma(100000, 1500) == 0


def test_the_reserve_is_the_cheapest_of_all():
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
        assert risk.reserve_ma(worth, 100000) == EDGES[costs.index(min(costs))], case


def test_the_cheapest_is_found_whatever_the_rises_share():
    """From a guess of 50 ms without a rise on, too short for anything to fade."""
    seed = 4711
    for case in range(120):
        risk = RiseRisk()
        risk.clear(0, 0, 50)
        rises = []
        for _ in range(1 + case // 4):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            rises.append((seed >> 8) % 3500)
            risk.add(rises[-1], 7)
        all_ms = 50 + 7 * len(rises)
        for worth in (100 + 97 * case, 1000, 2000, 100000):
            costs = []
            for edge in EDGES:
                beyond = 7 * sum(1 for r in rises if r > edge + 100)
                costs.append(edge + worth * (beyond * 1000 // all_ms) // 1000)
            cheapest = EDGES[costs.index(min(costs))]
            assert risk.reserve_ma(worth, 100000) == cheapest, (case, worth)


def test_old_rises_fade():
    risk = counted([1000] * 100, 1000)
    assert risk.reserve_ma(20000, 1500) == 900
    for _ in range(2000):
        risk.add(0, 1000)
    assert risk.reserve_ma(20000, 1500) == 0


def test_worth_nothing_is_no_reserve():
    assert counted([2000] * 1000, 1000).reserve_ma(0, 1500) == 0


def test_the_largest_numbers_stay_small_ints():
    risk = counted([5000] * 5000, 2000)
    assert 0 <= risk.reserve_ma(100000, 1000000) <= 2900
