"""Parts as they are: each unit its own, within what the rules allow, from the seed alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant import honest
from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.plant.house import detached, semi
from ballast_bench.plant.plant import Config, Plant


def fitted(seed, chargers=1, house=None):
    plant = Plant(Config(house=house, chargers=chargers), seed)
    honest.fit(plant)
    return plant


@settings(max_examples=30)
@given(seed=st.integers(0, 10000))
def test_a_unit_keeps_the_norms_tolerances(seed):
    """IEC 61851-1: rails of 12 V within 5 %, 1 kohm within 3 %."""
    pilot = fitted(seed).chargers[0].pilot
    assert 11400.0 <= pilot.plus_mv <= 12600.0 and -12600.0 <= pilot.minus_mv <= -11400.0
    assert 970.0 <= pilot.source_ohm <= 1030.0
    assert pilot.plus_mv != -pilot.minus_mv and pilot.fresh


def test_each_unit_is_its_own_and_a_seed_gives_it_again():
    one, again = fitted(5, chargers=2), fitted(5, chargers=2)
    first, second = (cp.pilot.plus_mv for cp in one.chargers)
    assert first != second
    assert [cp.pilot.plus_mv for cp in again.chargers] == [first, second]


def test_no_other_random_number_moves():
    plain, real = Plant(Config(house=semi(3)), 3), fitted(3, house=semi(3))
    for a, b in ((plain.chargers[0].rng, real.chargers[0].rng), (plain.meter._rng, real.meter._rng)):
        assert a.random() == b.random()


def test_a_part_of_its_own_is_ideal():
    cp = ChargePoint()
    assert cp.pilot.plus_mv == 12000.0 == -cp.pilot.minus_mv and not cp.pilot.noise_mv
    assert cp.chip_holds_s == float("inf") and cp.contactor.drop_v == 0.0


def test_three_phases_share_a_neutral_and_one_phase_keeps_its_loop():
    three, one = fitted(1, house=detached(1)), fitted(1, house=semi(1))
    assert three.mains.neutral_ohm == pytest.approx(0.4 * three.mains.line_ohm)
    assert one.mains.neutral_ohm == 0.0 and one.mains.line_ohm == 0.2
