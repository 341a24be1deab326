"""Stops and starts as charges in ampere seconds."""

from ballast.control.balance.pause_budget import PauseBudget
from ballast.control.ticks import add

START = 0x40000000 - 1000


def generous():
    """Somebody allowed dips of up to one ampere second."""
    budget = PauseBudget()
    budget.dip_mas = 1000
    return budget


def test_a_dip_of_less_than_one_ampere_second_is_ridden_out():
    for short, seconds in ((999, 1), (500, 2), (100, 10), (1, 999)):
        budget = generous()
        now = START
        for _ in range(seconds - 1):
            assert not budget.shortage(now, short, 1000, False)
        assert budget.shortage(now, short, 1000, False) == (short * seconds >= 1000)


def test_a_gross_shortage_stops_at_once_and_so_does_a_strict_user():
    assert generous().shortage(START, 1, 0, True)
    assert PauseBudget().shortage(START, 1, 0, False), "strict is the default"


def test_a_long_gap_counts_as_one_second():
    budget = generous()
    assert not budget.shortage(START, 900, 60000, False)


def test_dips_are_paid_back():
    budget = generous()
    for _ in range(100):
        assert not budget.shortage(START, 900, 1000, False)
        budget.enough(4500)
    assert not budget.shortage(START, 900, 1000, False)
    assert budget.shortage(START, 900, 1000, False)


def started(budget, now, spare, limit_s):
    """Seconds until `spare` mA above the minimum start it, or None."""
    for s in range(1, limit_s):
        if budget.may_start(add(now, s * 1000), spare, 1000):
            return s
    return None


def test_the_first_start_is_free_as_soon_as_the_minimum_is_there():
    budget = PauseBudget()
    assert not budget.may_start(START, -1, 1000)
    assert budget.may_start(START, 0, 0)


def test_the_more_there_is_the_sooner_it_starts():
    for spare, seconds in ((20000, 10), (1000, 10), (500, 20), (100, 100), (0, None)):
        budget = PauseBudget()
        budget.shortage(START, 1, 0, True)
        assert started(budget, START, spare, 200) == seconds, spare


def test_each_stop_doubles_the_price_of_the_next_start_up_to_eight_times():
    budget = PauseBudget()
    now = START
    for seconds in (10, 20, 40, 80, 80):
        budget.shortage(now, 1, 0, True)
        assert started(budget, now, 1000, 200) == seconds
        now = add(now, 90000)


def test_ten_minutes_later_stops_are_cheap_again():
    budget = PauseBudget()
    now = START
    for _ in range(4):
        budget.shortage(now, 1, 0, True)
    now = add(now, 600001)
    budget.shortage(now, 1, 0, True)
    assert started(budget, now, 1000, 200) == 10


def test_a_shortage_while_waiting_starts_the_count_anew():
    budget = PauseBudget()
    budget.shortage(START, 1, 0, True)
    now = add(START, 60000)
    for _ in range(9):
        assert not budget.may_start(now, 1000, 1000)
    assert not budget.may_start(now, -1, 1000)
    for _ in range(9):
        assert not budget.may_start(now, 1000, 1000)
    assert budget.may_start(now, 1000, 1000)


def test_nothing_overflows_in_a_long_wait():
    budget = PauseBudget()
    budget.shortage(START, 1, 0, True)
    budget.min_off_ms = 1 << 28
    for _ in range(2000):
        assert not budget.may_start(START, 32000, 1000)


def test_clear_makes_the_next_start_free():
    budget = PauseBudget()
    budget.shortage(START, 1, 0, True)
    assert not budget.may_start(START, 9000, 100)
    budget.clear()
    assert budget.may_start(START, 0, 0)


def test_what_a_dip_took_is_forgotten_after_a_stop_and_by_clear():
    for again, stop in ((999, False), (1000, True)):
        budget = generous()
        budget.shortage(START, 500, 1000, False)
        assert budget.shortage(START, 499, 1000, True)
        assert budget.shortage(START, again, 1000, False) == stop
        budget = generous()
        budget.shortage(START, 999, 1000, False)
        budget.clear()
        assert budget.shortage(START, again, 1000, False) == stop


def test_dips_are_paid_back_at_two_tenths_of_an_ampere_and_not_in_advance():
    for dip, left in ((500, 300), (200, 0), (100, 0)):  # less 0.2 A for 1 s
        for more, stop in ((999 - left, False), (1000 - left, True)):
            budget = generous()
            budget.shortage(START, dip, 1000, False)
            budget.enough(1000)
            assert budget.shortage(START, more, 1000, False) == stop, (dip, more)


def test_a_gap_in_a_shortage_is_one_second_to_the_milliampere_second():
    for price, stop in ((1000, True), (1001, False)):
        budget = generous()
        budget.dip_mas = price
        assert budget.shortage(START, 1000, 5000, False) == stop


def test_the_price_of_a_start_to_the_milliampere_second():
    """9999 mA for what counts as one second are not quite 10 A s."""
    for spoiled in (0, 1):
        budget = PauseBudget()
        budget.shortage(START, 1, 0, True)
        now = add(START, 20000)
        if spoiled:
            assert not budget.may_start(now, 9000, 1000)
            assert not budget.may_start(now, -1, 1000), "less than the minimum: all anew"
        assert not budget.may_start(now, 9999, 5000)
        assert not budget.may_start(now, 0, 1000), "just the minimum: nothing more, nothing lost"
        assert budget.may_start(now, 1, 1000)


def test_a_stop_is_recent_for_ten_minutes_to_the_millisecond():
    for later, seconds in ((600000, 20), (600001, 10)):
        budget = PauseBudget()
        budget.shortage(START, 1, 0, True)
        now = add(START, later)
        budget.shortage(now, 1, 0, True)
        assert started(budget, now, 1000, 200) == seconds
