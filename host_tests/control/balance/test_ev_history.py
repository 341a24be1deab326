"""The ring of own-meter readings, against a plain list of all of them."""

from ballast.control.balance.ev_history import EvHistory
from ballast.control.ticks import add

START = 0x40000000 - 3000  # the tick wraps after 3 s


def at(history, t_ms):
    out = [-1, -1, -1]
    history.at(add(START, t_ms), out)
    return out


def filled(count=60, period=100):
    history = EvHistory()
    for k in range(count):
        history.put(add(START, k * period), [k * 100, k * 10, 5])
    return history


def test_nothing_recorded_is_nothing_drawn():
    history = EvHistory()
    assert at(history, 0) == [0, 0, 0]
    low, high = [1, 1, 1], [1, 1, 1]
    history.span(START, START, low, high)
    assert low == [0, 0, 0] and high == [0, 0, 0]


def test_each_ms_of_the_ring_is_interpolated():
    history = filled()
    for t in range(0, 5901, 7):
        assert at(history, t) == [t, t // 10, 5]


def test_outside_the_ring_the_nearest_reading_holds():
    history = filled(300)
    assert at(history, 29901) == [29900, 2990, 5]
    assert at(history, 40000) == [29900, 2990, 5]
    oldest = 300 - 128
    assert at(history, 0) == [oldest * 100, oldest * 10, 5]


def test_one_reading_holds_everywhere():
    history = filled(1)
    assert at(history, -500) == [0, 0, 5]
    assert at(history, 500) == [0, 0, 5]


def test_a_gap_is_a_step_not_a_ramp():
    history = EvHistory()
    history.put(START, [1000, 0, 0])
    history.put(add(START, 2001), [9000, 0, 0])
    assert at(history, 2000)[0] in (1000, 9000)
    assert at(history, 2000) != [8996, 0, 0]
    history.put(add(START, 4001), [5000, 0, 0])
    assert at(history, 3001)[0] == 7000, "2 s exactly is still a ramp"


def test_a_fast_meter_does_not_shorten_the_ring():
    history = EvHistory()
    for k in range(500):
        history.put(add(START, k * 20), [k, 0, 0])
    assert at(history, 9980) == [499, 0, 0]
    for t in range(9980 - 126 * 60, 9980, 13):
        assert abs(at(history, t)[0] - t // 20) <= 3, "at 60 ms a slot the ring spans 7.6 s"


def test_uneven_readings_are_found_all_the_same():
    history = EvHistory()
    times = [0, 60, 400, 450, 1700, 1790, 1900, 3300]
    for t in times:
        history.put(add(START, t), [t, 0, 0])
    for t in range(0, 3301, 11):
        assert at(history, t)[0] == t


def test_span_is_the_least_and_the_most_between_two_times():
    history = EvHistory()
    values = [500, 900, 100, 700, 300, 800]
    for k, ma in enumerate(values):
        history.put(add(START, k * 100), [ma, 1000 - ma, 7])
    low, high = [0, 0, 0], [0, 0, 0]
    for first in range(6):
        for last in range(first, 6):
            history.span(add(START, first * 100), add(START, last * 100), low, high)
            part = values[first : last + 1]
            assert low == [min(part), 1000 - max(part), 7], (first, last)
            assert high == [max(part), 1000 - min(part), 7], (first, last)


def test_clear_forgets():
    history = filled()
    history.clear()
    assert history.count == 0
    assert at(history, 100) == [0, 0, 0]


def test_readings_of_any_period_are_interpolated_each_on_its_own_phase():
    for period in (50, 60, 90, 100, 150, 1000, 2000):
        history = EvHistory()
        for k in range(40):
            ms = k * period
            history.put(add(START, ms), [2 * ms, 70000 - ms, 3 * ms])
        for t in range(0, 39 * period + 1, period // 7):
            assert at(history, t) == [2 * t, 70000 - t, 3 * t], (period, t)


def test_before_the_oldest_reading_it_holds_also_just_after_the_wrap():
    history = EvHistory()
    history.put(1500, [8000, 0, 0])
    history.put(1600, [9000, 0, 0])
    out = [0, 0, 0]
    history.at(700, out)
    assert out == [8000, 0, 0]


def test_what_was_before_clear_is_seen_nowhere():
    history = filled(300)
    history.clear()
    assert at(history, 29000) == [0, 0, 0]
    history.put(add(START, 30000), [8000, 0, 0])
    assert at(history, 29950) == [8000, 0, 0], "no ramp from the reading before"
    low, high = [0, 0, 0], [0, 0, 0]
    history.span(add(START, 29000), add(START, 31000), low, high)
    assert low == high == [8000, 0, 0]


def test_a_span_is_exact_to_the_millisecond():
    history = EvHistory()
    for t, ma in ((0, 500), (100, 900), (200, 700), (300, 800)):
        history.put(add(START, t), [ma, 0, 0])
    low, high = [0, 0, 0], [0, 0, 0]
    for first, last, least, most in (
        (100, 200, 700, 900),
        (99, 200, 500, 900),  # at 99 ms the reading of 0 ms was valid
        (99, 100, 500, 900),
        (100, 100, 900, 900),
        (101, 100, 900, 900),  # the wrong way round: a moment
        (-500, 300, 500, 900),  # before the first reading nothing is known, not zero
    ):
        history.span(add(START, first), add(START, last), low, high)
        assert (low[0], high[0]) == (least, most), (first, last)
