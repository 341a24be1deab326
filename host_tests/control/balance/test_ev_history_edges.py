"""The ring of own-meter readings: what a lookup costs."""

from ballast.control import ticks
from ballast.control.balance import ev_history

START = 0x40000000 - 3000  # the tick wraps after 3 s


def _compared(history, t_ms):
    """How many differences of ticks a lookup of `t_ms` takes."""
    count = [0]

    def diff(later_ms, earlier_ms):
        count[0] += 1
        return ticks.diff(later_ms, earlier_ms)

    ev_history.diff = diff
    try:
        history.at(ticks.add(START, t_ms), [0, 0, 0])
    finally:
        ev_history.diff = ticks.diff
    return count[0]


def test_at_an_even_10_hz_each_reading_is_found_without_a_search():
    """One to guess, one to find the guess right, one to see no older one is, two to interpolate."""
    history = ev_history.EvHistory()
    for k in range(128):
        history.put(ticks.add(START, k * 100), [k, k, k])
    for k in range(127):
        assert _compared(history, k * 100) <= 5, k
    assert _compared(history, 12700) <= 4, "the newest is not compared twice"
    assert _compared(history, 13000) == 3, "after it there is nothing to find"


def test_at_half_the_rate_a_lookup_goes_from_the_guess_not_from_the_end():
    """10 s of readings every 200 ms: the guess for 1 s ago is five readings too old."""
    history = ev_history.EvHistory()
    for k in range(50):
        history.put(ticks.add(START, k * 200), [k, k, k])
    assert _compared(history, 9800 - 1000) <= 5 + 5
