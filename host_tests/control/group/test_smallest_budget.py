"""control/group/smallest_budget.py: of all budgets that are told the smallest, for 3 s."""

from ballast.control.group.smallest_budget import SmallestBudget
from group_kit import after, changed, config


def make(metered=1, fallback_ma=10000, seats=4):
    c = config(seats, 32000)
    c.metered = metered
    c.fallback_ma = fallback_ma
    return SmallestBudget(c)


def at(budget, t):
    budget.step(after(t))
    return budget.ma


def test_a_group_without_a_meter_has_the_limit_of_its_supply():
    assert at(make(metered=0), 0) == [32000] * 3


def test_a_metered_group_that_is_told_none_has_its_fallback_but_never_more_than_the_limit():
    for fallback in (0, 10000, 31999, 32000, 40000):
        assert at(make(fallback_ma=fallback), 0) == [min(fallback, 32000)] * 3


def test_on_each_conductor_the_smallest_counts():
    """Against one line, for two seats and each conductor."""
    for phase in range(3):
        for first in (0, 9000, 20000, 32000, 40000):
            for second in (0, 9000, 20000, 32000, 40000):
                for metered in (0, 1):
                    budget = make(metered)
                    budget.tell(after(0), 0, changed(phase, 25000, first))
                    budget.tell(after(0), 3, changed(phase, 27000, second))
                    wanted = changed(phase, 25000, min(first, second, 32000))
                    assert at(budget, 0) == wanted


def test_a_budget_counts_for_three_seconds():
    budget = make()
    budget.tell(after(0), 2, [8000] * 3)
    budget.tell(after(1000), 1, [20000] * 3)
    assert at(budget, 3000) == [8000] * 3 and budget.told.on[2]
    assert at(budget, 3001) == [20000] * 3 and not budget.told.on[2]
    assert at(budget, 4000) == [20000] * 3
    assert at(budget, 4001) == [10000] * 3


def test_what_is_told_anew_takes_the_place_of_what_was_told_before():
    budget = make()
    budget.tell(after(0), 1, [8000] * 3)
    budget.tell(after(100), 1, [12000] * 3)
    assert at(budget, 3100) == [12000] * 3


def test_who_has_no_meter_tells_nothing():
    for phase in range(3):
        budget = make()
        budget.tell(after(0), 1, changed(phase, 20000, -1))
        assert at(budget, 0) == [10000] * 3
        budget.tell(after(0), 1, changed(phase, 20000, 0))
        assert at(budget, 0) == changed(phase, 20000, 0)


def test_all_seats_of_a_full_group_are_told_apart():
    budget = make(seats=64)
    for seat in range(64):
        budget.tell(after(0), seat, [30000 - 100 * seat, 20000 + 100 * seat, 25000])
    assert at(budget, 0) == [23700, 20000, 25000]
