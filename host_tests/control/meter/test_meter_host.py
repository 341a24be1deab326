"""Properties of the sample trust under arbitrary readings, gaps and clocks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.control.meter import meter as m
from ballast.control.ticks import add
from sample_kit import ev_view

FUSE = 25000


amps = st.integers(-400000, 400000)
event = st.tuples(
    st.integers(20, 20000),  # ms until it
    st.none() | st.tuples(amps, amps, amps, st.integers(0, 20000)),
    st.integers(0, 32000),  # EV
)


@settings(deadline=None, max_examples=60)
@given(st.lists(event, max_size=60), st.booleans(), st.booleans(), st.integers(0, 0x3FFFFFFF))
def test_good_is_always_fresh_possible_and_proven(events, export, fitted, start):
    x = m.Meter()
    x.set_supply(FUSE, export, None)
    ev = ev_view(fitted)
    now = start
    since_bad = 0
    for wait, put, level in events:
        # the gap is stepped through as the scan cycle would
        for _ in range(min(wait // 20, 50)):
            now = add(now, wait // min(wait // 20, 50))
            x.step(now, ev, level)
        ev.ma[0] = level
        ev.seq += 1
        if put:
            assert x.put(now, *put)
        x.step(now, ev, level)
        since_bad += wait
        if x.state != m.NONE:
            bad = any(abs(v) > 10 * FUSE for v in x.ma)
            if bad:
                since_bad = 0
        if x.state == m.GOOD:
            assert x.reason == m.WHY_OK
            assert 0 <= x.age_ms <= x.stale_ms
            assert since_bad >= 3000
            if not export:
                assert min(x.ma) >= 0
        else:
            assert x.reason != m.WHY_OK
        assert (x.state == m.NONE) == (x.age_ms == -1)
        assert 0 <= x.delay_ms <= 8000


@settings(deadline=None, max_examples=60)
@given(
    st.integers(4000, 32000),
    st.integers(0, 3),
    st.lists(st.integers(0, 12000), min_size=40, max_size=40),
    st.integers(0, 40),
)
def test_an_honest_meter_with_lag_is_not_accused(step, lag, house, noise):
    """A house that changes as it likes, an EV that moves, a meter `lag` samples late."""
    x = m.Meter()
    x.set_supply(FUSE * 4, False, None)
    ev = ev_view(True)
    true = []
    now = 0
    for second in range(80):
        ev.ma[0] = step if (second // 20) % 2 else 0
        base = house[second // 2] if second % 20 < 8 else 3000  # steady around the movement
        true.append(base + ev.ma[0] + noise * (second % 2))
        late = true[max(0, second - lag)]
        for _ in range(10):
            now = add(now, 100)
            ev.seq += 1
            x.step(now, ev, 0)
        x.put(now, late, 0, 0, 0)
        x.step(now, ev, 0)
        assert x.state != m.DISTRUSTED, (second, x.reason)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(4000, 32000),
    st.integers(100, 60000),
    st.integers(1, 30),
)
def test_a_frozen_meter_is_found_within_ten_seconds(step, value, calm_s):
    x = m.Meter()
    x.set_supply(FUSE * 4, False, None)
    ev = ev_view(True)
    now = 0
    found = None
    for tick in range((calm_s + 6 + 12) * 10):
        now = add(now, 100)
        if tick == (calm_s + 6) * 10:
            ev.ma[1] = step
        ev.seq += 1
        if tick % 10 == 3:
            x.put(now, value, 0, 0, 0)
        x.step(now, ev, 0)
        if x.state == m.DISTRUSTED and found is None:
            found = tick - (calm_s + 6) * 10
    assert found is not None and 0 < found <= 100
