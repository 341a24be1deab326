"""Demand limit: each sample's answer to the mA, W s and ms."""

from ballast.control.limits.demand import QUARTER_MS, Demand
from ballast.control.ticks import add

START = 0x40000000 - 2000000
VOLT = 230


MARGIN = 81  # W of 8081


def _set_for(kept_w):
    """The limit to set so that `kept_w` is kept: it is a hundredth lower."""
    return (kept_w * 1000 + 989) // 990


def _demand(kept_w=8000, min_ma=6000):
    demand = Demand()
    demand.set_limit(_set_for(kept_w), min_ma)
    return demand


def _whole(into_ms=0, min_ma=6000):
    """A demand limit in its first whole quarter, which began at START."""
    demand = _demand(min_ma=min_ma)
    demand.sync(add(START, -1000), QUARTER_MS - 1000)
    demand.step(add(START, into_ms), 0, 0, 0, 1, VOLT)
    return demand


def test_a_clock_less_than_two_seconds_off_is_the_same_quarter():
    now = add(START, 100000)
    for off in (0, 1999, -1999):
        demand = _demand()
        demand.sync(START, 0)
        demand.sync(now, 100000 - off)
        demand.step(now, 0, 0, 0, 1, VOLT)
        assert demand.left_ms == 800000, off
    for off in (2000, -2000):
        demand = _demand()
        demand.sync(START, 0)
        demand.sync(now, 100000 - off)
        demand.step(now, 0, 0, 0, 1, VOLT)
        assert demand.left_ms == 800000 + off, off


def test_a_sample_from_just_before_the_quarter_belongs_to_it():
    demand = _demand()
    demand.sync(START, 0)
    demand.step(add(START, -1), 0, 0, 0, 1, VOLT)
    assert demand.left_ms == QUARTER_MS


def test_an_export_is_no_import_of_less_than_zero():
    demand = _whole()
    for _ in range(5):
        demand.step(START, 1000, -3000, -3000, 1, VOLT)
        assert demand.used_ws == 0
    demand.step(START, 1000, 250000, 250000, 1, VOLT)
    assert demand.used_ws == 200000, "200 kW are the most that is counted"


def test_what_was_imported_is_the_sum_of_all_parts_of_a_watt_second():
    demand = _whole()
    mws = 0
    for k in range(3000):
        dt, watt = 1 + k * 7 % 400, k * 13 % 97
        demand.step(START, dt, watt, watt, 1, VOLT)
        mws += dt * watt
        assert demand.used_ws == mws // 1000, k
    demand = _whole()
    for dt, used in ((500, 0), (499, 0), (1, 1), (999, 1), (1, 2), (5001, 7), (999, 8)):
        demand.step(START, dt, 1, 1, 1, VOLT)
        assert demand.used_ws == used


def test_a_new_quarter_begins_with_nothing_not_even_a_part_of_a_watt_second():
    demand = _whole()
    demand.step(START, 999, 1, 1, 1, VOLT)
    demand.step(add(START, QUARTER_MS), 999, 1, 1, 1, VOLT)
    assert demand.used_ws == 0
    demand.step(add(START, QUARTER_MS), 1, 1, 1, 1, VOLT)
    assert demand.used_ws == 1


def _ma(into_ms, house_w=0, used=0, demand=None, min_ma=0):
    """What is allowed `into_ms` into a quarter of 8 kW that imported `used` W on the mean so far.

    At 1000 V a watt is a milliampere.
    """
    demand = demand or _whole(min_ma=min_ma)
    demand.ma = 999999  # not in a pause, and nothing is a raise
    demand.step(add(START, into_ms), into_ms, used, house_w, 1, 1000)
    return demand.ma


def _unseen(into_s, limit_w=8000):
    """The reserve for a burst that nobody has seen: a quarter above, four times 80 s at most."""
    return min(max(limit_w // 4, 2000) * (900 - into_s), max(limit_w * 20, 120000) * 4)


def test_what_is_left_over_so_far_is_spread_over_the_rest():
    """limit - house + (limit * time - used - reserve) / seconds left; all of it 12 s before the end."""
    for into_s, house, used in ((450, 0, 0), (450, 0, 2000), (450, 3000, 2000), (450, -3000, 2000),
                                (300, 0, 1001), (600, 1000, 3000)):
        spare = (8000 - used) * into_s - _unseen(into_s)
        assert _ma(into_s * 1000, house, used) == 8000 - house + spare // (888 - into_s)
    assert _ma(450000, 8000, used=8000) == 0


def test_no_more_than_a_13th_of_it_a_second_and_nothing_that_the_next_quarter_would_see():
    for left_s, seconds in ((26, 14), (25, 13), (24, 13), (13, 13)):
        bank = 100 * (900 - left_s)
        more = (bank - 2000 * left_s) // seconds
        obey = bank + MARGIN * (900 - left_s)
        assert _ma(900000 - left_s * 1000, 7000, used=7900) == min(1000 + more, obey // 12), left_s
    for left_s in (12, 11, 1):
        assert _ma(900000 - left_s * 1000, 7000, used=7900) == 1000, left_s


def test_only_whole_seconds_of_the_rest_count():
    for into_ms, into_s in ((449001, 450), (450000, 450), (450001, 451)):
        demand = _whole(min_ma=0)
        demand.step(add(START, into_ms), 0, 0, 0, 1, 1000)
        assert demand.left_ms == QUARTER_MS - into_ms
        assert demand.ma == 8000 + (8000 * into_s - _unseen(into_s)) // (888 - into_s)


def _short(by_ws, into_s=450):
    """1 kW of house, and `by_ws` less left over than the reserve wants."""
    demand = _whole(min_ma=0)
    demand.ma = 999999
    demand.step(add(START, into_s * 1000), 0, 0, 1000, 1, 1000)
    demand.used_ws = 8000 * into_s - _unseen(into_s) + by_ws
    demand.step(add(START, into_s * 1000), 0, 0, 1000, 1, 1000)
    return demand.ma


def test_what_is_short_is_saved_within_400_s():
    for short_ws, less_w in ((0, 0), (1, 1), (400, 1), (401, 2), (90000, 225), (480001, 1201)):
        assert _short(short_ws) == 7000 - less_w, short_ws


def test_what_the_ev_draws_before_it_obeys_is_covered():
    """For 12 s, or until the quarter's end, by what is left over and the margin of the time so far."""
    for into_s, used, seconds in ((100, 8000, 12), (60, 7800, 12), (888, 8080, 12), (889, 8080, 11),
                                  (898, 8080, 2), (899, 8080, 1)):
        watt = (8000 + MARGIN - used) * into_s // seconds
        demand = _whole(min_ma=0)
        assert _ma(into_s * 1000, -200000, used, demand=demand) == min(watt, 200000), into_s
    demand = _whole(min_ma=0)
    demand.used_ws = (8000 + MARGIN) * 900 - 5000
    demand.ma = 999999
    demand.step(add(START, 899500), 0, 0, -200000, 1, 1000)
    assert demand.ma == 5000, "in the last part of a second for a whole one"


def test_for_that_the_ev_is_not_stopped():
    """The first second of a quarter has nothing left over: 6 A, unless the house leaves less."""
    assert _ma(0, -5000, min_ma=6000) == 6000
    assert _ma(0, 400, min_ma=6000) == 6000  # 1600 W are saved for a burst that nobody has seen
    assert _ma(0, 401, min_ma=6000) == 0
    assert _ma(1000, -9000, used=0, min_ma=500) == (8000 + MARGIN) // 12
    assert _ma(1000, -9000, used=0, min_ma=700) == 700


def test_a_raise_of_less_than_an_ampere_is_not_made_and_a_fall_always():
    demand = _demand()
    for house_w, ma in ((1001, 0), (1000, 7000), (1, 7000), (0, 8000), (1, 7999), (0, 7999),
                        (2000, 6000), (1001, 6000), (1000, 7000), (2001, 0), (1001, 0)):
        demand.step(START, 0, 0, house_w, 1, 1000)
        assert demand.ma == ma, house_w


def _after_a_burst(above_w, samples, dt_ms=5000):
    """In a quarter after the one that began at START, in which the house was above 8 kW for a while."""
    demand = _whole(min_ma=0)
    for _ in range(samples):
        demand.step(START, dt_ms, 0, 8000 + above_w, 1, 1000)
    demand.step(START, 900000, 0, 0, 1, 1000)
    return demand


def _keeps(demand, reserve_ws, into_s=600, quarter=1):
    """Of 7 kW left over on the mean, `reserve_ws` are kept back and the others spread."""
    now = add(START, quarter * QUARTER_MS + into_s * 1000)
    demand.step(now, 0, 0, 0, 1, 1000)  # a new quarter begins with nothing
    demand.ma = 999999
    demand.used_ws = 1000 * into_s
    demand.step(now, 0, 0, 0, 1, 1000)
    return demand.ma == 8000 + (7000 * into_s - reserve_ws) // (888 - into_s)


def test_a_burst_like_the_largest_known_is_kept_in_reserve_four_times_over():
    """32 kW for 10 s are 320 kWs; a 32nd part of it is forgotten when a quarter begins."""
    assert _keeps(_after_a_burst(32000, 2), 310000 * 4)
    assert _keeps(_after_a_burst(32000, 6), 930000 * 4)


def test_the_reserve_is_no_more_than_that_level_until_the_end():
    assert _keeps(_after_a_burst(3200, 80), 3100 * 300)
    assert _keeps(_after_a_burst(3200, 80), 3100 * 100, into_s=800)
    assert _keeps(_after_a_burst(3200, 80), 3100 * 600, into_s=300)


def test_a_burst_that_nobody_has_seen_is_no_smaller_than_an_appliance_for_a_minute():
    for limit_w, above_w, burst_ws in ((1400, 2000, 120000), (6000, 2000, 120000), (6001, 2000, 120020),
                                       (8000, 2000, 160000), (8004, 2001, 160080), (12000, 3000, 240000)):
        demand = _demand(limit_w)
        assert demand._reserve_ws(1) == above_w, limit_w
        assert demand._reserve_ws(900) == min(4 * burst_ws, above_w * 900), limit_w


def test_a_smaller_burst_than_one_that_nobody_has_seen_counts_as_that():
    """A quarter above the limit, or four times 160 kWs, whatever is less."""
    for into_s in (300, 579, 580, 581, 600, 800):
        assert _keeps(_after_a_burst(0, 20), _unseen(into_s), into_s)
        assert _keeps(_after_a_burst(320, 20), _unseen(into_s), into_s)
    assert _keeps(_after_a_burst(2066, 1), 2001 * 300), "higher, not as long"
    assert _keeps(_after_a_burst(2066, 200), 2001 * 300, into_s=600)


def test_a_burst_ends_when_the_house_has_been_as_far_below_the_limit():
    """Twice 3200 W above it for 5 s; how much of the first the second one is added to."""
    for calm_w, seconds, kept in ((8000, 900, 16000), (7000, 10, 6000), (4800, 4, 3200), (4800, 5, 0),
                                  (4800, 6, 0), (-300000, 1, 0)):
        demand = _whole(min_ma=0)
        demand.step(START, 5000, 0, 11200, 1, 1000)
        demand.step(START, seconds * 1000, 0, calm_w, 1, 1000)
        assert (demand._burst_ws, demand._running_ws) == (16000, kept), calm_w
        demand.step(START, 5000, 0, 11200, 1, 1000)
        assert demand._burst_ws == demand._running_ws == 16000 + kept, calm_w


def test_parts_of_a_watt_second_above_the_limit_count_as_a_whole():
    demand = _whole()
    demand.step(START, 1, 0, 8001, 1, VOLT)
    assert demand._burst_ws == 1 and demand._above_w == 1
    demand.step(START, 1000, 0, 8001, 1, VOLT)
    assert demand._burst_ws == 2
    demand.step(START, 1001, 0, 8001, 1, VOLT)
    assert demand._burst_ws == 4


def test_a_burst_is_at_most_200_kw_throughout_a_quarter():
    demand = _whole()
    for _ in range(3):
        demand.step(START, 900000, 0, 300000, 1, VOLT)
    assert demand._above_w == 192000 and demand._burst_ws == demand._running_ws == 180000000
    demand.step(START, 5000, 0, -300000, 1, VOLT)
    assert demand._running_ws == 180000000 - 200000 * 5


def test_a_32nd_part_of_the_burst_is_forgotten_each_quarter_until_nothing_is_left():
    demand = _after_a_burst(3200, 2)
    burst, above = 32000, 3200
    for quarter in range(1, 400):
        demand.step(add(START, quarter * QUARTER_MS), 0, 0, 0, 1, VOLT)
        burst -= -(-burst // 32)
        above -= -(-above // 32)
        assert (demand._burst_ws, demand._above_w) == (burst, above)
    assert burst == above == 0


def test_without_a_limit_nothing_is_seen_and_nothing_stays():
    demand = _after_a_burst(3200, 2)
    demand.set_limit(0, 6000)
    assert (demand._burst_ws, demand._above_w) == (0, 0)
    demand.set_limit(10001, 6000)
    assert (demand._burst_ws, demand._above_w) == (0, 0)


def test_under_a_lower_limit_the_same_house_is_further_above():
    demand = _after_a_burst(3200, 2)
    demand.set_limit(_set_for(8000), 0)
    assert (demand._burst_ws, demand._above_w) == (32000, 3200)
    demand.set_limit(_set_for(7999), 0)
    assert (demand._burst_ws, demand._above_w) == (32000 + 900, 3201)
    demand.set_limit(_set_for(7900), 0)
    assert (demand._burst_ws, demand._above_w) == (32000 + 90000, 3300)
    demand.set_limit(_set_for(9000), 0)
    assert (demand._burst_ws, demand._above_w) == (32000 + 90000, 3300)
    for _ in range(2):
        demand.set_limit(200000, 6000)
        demand.set_limit(1000, 6000)
    assert (demand._burst_ws, demand._above_w) == (180000000, 200000)


def test_without_a_clock_bursts_are_known_and_forgotten_too():
    demand = _demand()
    demand.step(START, 1000, 0, 8320, 1, VOLT)
    assert (demand._burst_ws, demand._above_w) == (320, 320)
    demand.step(add(START, 900001), 1000, 0, 0, 1, VOLT)
    assert (demand._burst_ws, demand._above_w) == (310, 310)


def test_without_a_clock_a_quarter_is_fifteen_minutes_from_the_first_sample():
    """Also where that came one millisecond before the tick's zero, or at it."""
    for begin in (0, 0x3FFFFFFF, START, 5 * QUARTER_MS):
        demand = _demand()
        for t, used in ((0, 1000), (0, 2000), (1, 3000), (450000, 4000), (900000, 5000)):
            demand.step(add(begin, t), 1000, 1000, 1000, 1, VOLT)
            assert demand.used_ws == used, (begin, t)
        for t, used in ((900001, 1000), (1800001, 2000), (1800002, 1000)):
            demand.step(add(begin, t), 1000, 1000, 1000, 1, VOLT)
            assert demand.used_ws == used, (begin, t)


def test_a_limit_is_at_most_200_kw():
    for limit_w in (200000, 200001, 300000):
        demand = Demand()
        demand.set_limit(limit_w, 6000)
        demand.step(START, 0, 0, 150000, 1, 1000)
        assert demand.ma == 48000, limit_w


def test_the_limit_that_is_kept_is_a_hundredth_lower():
    for limit_w, kept_w in ((8000, 7920), (8081, 8000), (8080, 7999), (2000, 1980)):
        demand = Demand()
        demand.set_limit(limit_w, 0)
        demand.step(START, 0, 0, 0, 1, 1000)
        assert demand.ma == kept_w, limit_w
