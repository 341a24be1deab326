"""Wrap-safe time: every pair round the wrap, against arithmetic modulo 2**30."""

from ballast.control import ticks

PERIOD = 1 << 30
HALF = 1 << 29
EDGES = (0, 1, 19, HALF - 1, HALF, HALF + 1, PERIOD - 20, PERIOD - 1)


def test_diff_is_modular():
    for later in EDGES:
        for earlier in EDGES:
            want = (later - earlier + HALF) % PERIOD - HALF
            assert ticks.diff(later, earlier) == want, (later, earlier)


def test_add_is_modular():
    for start in EDGES:
        for delta in (0, 1, 20, 500000000, HALF - 1, -1, -20, -(HALF - 1)):
            assert ticks.add(start, delta) == (start + delta) % PERIOD, (start, delta)


def test_add_to_the_edges_and_back():
    # 0 and the last tick are reached from both sides and never stepped over
    for start in EDGES:
        for aim in (0, 1, PERIOD - 1):
            delta = ticks.diff(aim, start)
            if delta != -HALF:
                assert ticks.add(start, delta) == aim, (start, aim)
                assert ticks.add(aim, -delta) == start, (start, aim)
