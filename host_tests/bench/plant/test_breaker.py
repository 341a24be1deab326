"""The breaker against the points of IEC 60898-1, table 7, and a step-by-step integrator."""

from math import inf, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.breaker import Breaker

HOUR_S = 3600.0
EVERY = [(a, c, e) for a in (16.0, 25.0, 32.0) for c in "BC" for e in ("low", "mid", "high")]


def run(breaker, multiple, start_s=0.0):
    """Constant current from `start_s`; the instant at which it would trip."""
    breaker.set_current([multiple * breaker.rated_a, 0.0, 0.0], start_s)
    return breaker.next_s


@pytest.mark.parametrize(("rated_a", "curve", "edge"), EVERY)
def test_holds_1_13_for_an_hour_then_trips_at_1_45_within_one(rated_a, curve, edge):
    breaker = Breaker(rated_a, curve, edge)
    assert run(breaker, 1.13) > HOUR_S
    assert not breaker.advance(HOUR_S)
    assert breaker.thermal_state(HOUR_S) < 1.0
    trip_s = run(breaker, 1.45, HOUR_S)
    assert HOUR_S < trip_s < 2 * HOUR_S
    assert breaker.advance(trip_s)
    assert (breaker.tripped, breaker.cause, breaker.tripped_s) == (True, "thermal", trip_s)


@pytest.mark.parametrize(("rated_a", "curve", "edge"), EVERY)
def test_trips_at_2_55_from_cold_in_1_to_60_s(rated_a, curve, edge):
    assert 1.0 < run(Breaker(rated_a, curve, edge), 2.55) < 60.0


@pytest.mark.parametrize("edge", ["low", "mid", "high"])
@pytest.mark.parametrize(("curve", "hold", "trip"), [("B", 3.0, 5.0), ("C", 5.0, 10.0)])
def test_magnetic_band(curve, edge, hold, trip):
    assert run(Breaker(25.0, curve, edge), hold) >= 0.1
    breaker = Breaker(25.0, curve, edge)
    assert run(breaker, trip + 0.01) < 0.1
    breaker.advance(0.1)
    assert breaker.cause == "magnetic"


def test_fast_edge_trips_magnetically_just_above_the_low_end():
    breaker = Breaker(25.0, "B")
    assert run(breaker, 3.04) == pytest.approx(0.02)
    breaker.set_current([40.0, 0.0, 0.0], 0.01)  # gone before the release has acted
    assert breaker.next_s > 1.0


def test_edges_are_ordered():
    times = [run(Breaker(25.0, "B", edge), 2.0) for edge in ("low", "mid", "high")]
    assert times == sorted(times)
    assert times[0] < times[1] < times[2]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 40.0), st.floats(0.0, 70.0)), min_size=1, max_size=12))
def test_same_as_a_step_by_step_integrator(pieces):
    breaker = Breaker(25.0)
    theta, now_s = 0.0, 0.0
    for span_s, amps in pieces:
        breaker.set_current([0.0, amps, 0.0], now_s)
        heat = (amps / 25.0) ** 2
        for _ in range(400):
            theta += (heat - theta) * (span_s / 400.0) / breaker.tau_s
        now_s += span_s
        if theta > 0.98 * breaker.trip_level or breaker.next_s <= now_s:
            assert theta > 0.97 * breaker.trip_level
            return
        assert isclose(breaker.thermal_state(now_s), theta / breaker.trip_level, abs_tol=0.02)


@settings(deadline=None)
@given(st.floats(1.15, 2.9), st.floats(0.01, 0.09))
def test_more_current_trips_sooner(multiple, more):
    assert run(Breaker(25.0), multiple + more) < run(Breaker(25.0), multiple)


def test_state_is_one_at_the_trip_and_nothing_flows_after():
    breaker = Breaker(20.0)
    trip_s = run(breaker, 2.0)
    assert breaker.thermal_state(trip_s) == pytest.approx(1.0)
    assert breaker.advance(trip_s)
    breaker.set_current([40.0] * 3, trip_s + 1.0)
    assert breaker.thermal_state(trip_s + 46.0) < 0.5
    assert breaker.next_s == inf
    assert breaker.peak_state == pytest.approx(1.0)


def test_a_hot_one_trips_sooner_after_reset():
    cold_s = run(Breaker(20.0), 2.0)
    breaker = Breaker(20.0)
    breaker.advance(run(breaker, 2.0))
    breaker.reset()
    assert not breaker.tripped
    again_s = run(breaker, 2.0, cold_s)
    assert cold_s < again_s < cold_s + 0.2 * cold_s
    breaker.set_current([0.0] * 3, again_s - 1.0)
    assert breaker.thermal_state(again_s) > 0.5
    breaker.cool()
    assert run(breaker, 2.0, again_s) - again_s == pytest.approx(cold_s)


def test_nonsense_is_refused():
    for bad in ({"curve": "K"}, {"edge": "worst"}, {"rated_a": 0.0}):
        with pytest.raises(ValueError, match="breaker:"):
            Breaker(**bad)


def test_it_knows_the_pole_that_tripped():
    thermal = Breaker(16.0, opens=False)
    thermal.set_current([10.0, 24.0, 23.0], 0.0)
    assert thermal.pole is None and thermal.advance(thermal.next_s)
    assert (thermal.cause, thermal.pole) == ("thermal", 1)
    magnetic = Breaker(16.0, opens=False)
    magnetic.set_current([10.0, 20.0, 0.0], 0.0)
    magnetic.set_current([10.0, 20.0, 60.0], 1.0)
    assert magnetic.advance(magnetic.next_s)
    assert (magnetic.cause, magnetic.pole) == ("magnetic", 2)
