"""The clairvoyant against a brute-force optimum and closed forms."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.clairvoyant import Clairvoyant, clairvoyant_kwh


def wh(kwh):
    return kwh * 1000.0


def test_takes_the_rest_and_pauses_under_6_a():
    assert wh(clairvoyant_kwh([5.0] * 3600, 25.0)) == pytest.approx(20.0 * 230.0)
    assert wh(clairvoyant_kwh([19.5] * 3600, 25.0)) == 0.0
    assert wh(clairvoyant_kwh([19.0] * 3600, 25.0)) == pytest.approx(6.0 * 230.0)
    assert wh(clairvoyant_kwh([-10.0] * 3600, 25.0)) == pytest.approx(32.0 * 230.0)
    assert wh(clairvoyant_kwh([30.0] * 3600, 25.0)) == 0.0


def test_the_fullest_phase_binds_a_three_phase_car_only():
    house = [(2.0, 15.0, 0.0)] * 3600
    assert wh(clairvoyant_kwh(house, 25.0, phases=(0, 1, 2))) == pytest.approx(10.0 * 690.0)
    assert wh(clairvoyant_kwh(house, 25.0, phases=(0,))) == pytest.approx(23.0 * 230.0)


def test_a_short_peak_costs_its_second():
    model = Clairvoyant(25.0)
    model.advance(10.4, [5.0, 0, 0])
    model.advance(10.5, [24.0, 0, 0])
    model.advance(20.0, [5.0, 0, 0])
    assert model.energy_wh == pytest.approx(19 * 20.0 * 230.0 / 3600.0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 350), st.floats(-10.0, 40.0)), max_size=30))
def test_pieces_of_any_width_give_the_second_by_second_sum(pieces):
    """In steps of 20 ms, 50 to the second."""
    model = Clairvoyant(25.0)
    steps = []
    for count, amps in pieces:
        steps += [amps] * count
        model.advance(len(steps) * 0.02, [amps, 0.0, 0.0])
    expected = 0.0
    for begin in range(0, len(steps) - 49, 50):
        free = min(25.0 - max(steps[begin : begin + 50]), 32.0)
        expected += free if free >= 6.0 else 0.0
    assert model.energy_wh == pytest.approx(expected * 230.0 / 3600.0)


def test_greedy_is_optimal_with_a_battery_and_taper():
    """All ways to choose 0, half or everything in eight steps: none charges more."""
    house = [4.0, 18.0, 12.0, 2.0, 17.0, 9.0, 15.0, 3.0]

    def charged(shares):
        battery = Battery(0.02, 0.7)
        total = 0.0
        for load, share in zip(house, shares, strict=True):
            amps = min(25.0 - load, 32.0, 32.0 * battery.share()) * share
            if 25.0 - load < 6.0:
                continue
            one = min(amps * 230.0 / 3600.0, battery.room_wh())
            battery.add(one)
            total += one
        return total

    best = max(charged(s) for s in product((0.0, 0.5, 1.0), repeat=8))
    assert wh(clairvoyant_kwh(house, 25.0, battery=Battery(0.02, 0.7))) == pytest.approx(best)


def test_stops_when_the_battery_is_full():
    battery = Battery(2.0, 0.5, efficiency=1.0)
    assert clairvoyant_kwh([0.0] * 7200, 40.0, battery=battery) == pytest.approx(1.0)
    assert battery.full


def test_at_a_small_charger_a_big_car_tapers_by_its_own_current():
    """At 90 % it takes 0.575 of its 32 A: more than the charger has, so nothing is lost yet."""
    small = clairvoyant_kwh([0.0] * 5, 40.0, max_a=16.0, car_a=32.0, battery=Battery(60.0, 0.9))
    alone = clairvoyant_kwh([0.0] * 5, 40.0, max_a=16.0, battery=Battery(60.0, 0.9))
    assert wh(small) == pytest.approx(5 * 16.0 * 230.0 / 3600.0)
    assert wh(alone) == pytest.approx(0.575 * 5 * 16.0 * 230.0 / 3600.0, rel=1e-3)
