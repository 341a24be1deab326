"""A battery in the house: it goes to zero at the meter, within its power and its content."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.home_battery import HomeBattery
from ballast_bench.plant.house import House
from ballast_bench.plant.plant import Config, Plant
from ballast_bench.plant.trace import Trace


def plant_with(battery, rows, phases=1):
    """A house whose own load is `rows`: [(second, A)]."""
    times = [float(second) for second, _ in rows] + [1e6]
    amps = [(amps,) + (0.0,) * 2 for _, amps in rows]
    trace = Trace(times, [*amps, amps[-1]], phases, 1.0)
    house = House(trace, [battery])
    return Plant(Config(house=house, limit_a=63.0))


def run(plant, seconds, start=0.0):
    for step in range(1, round(seconds / 0.02) + 1):
        plant.step(start + step * 0.02)
    return start + seconds


@settings(max_examples=25)
@given(load=st.floats(-20.0, 20.0), power_w=st.floats(500.0, 6000.0))
def test_the_meter_ends_at_zero_as_far_as_its_power_reaches(load, power_w):
    battery = HomeBattery(power_w=power_w, soc=0.5, delay_s=1.0)
    plant = plant_with(battery, [(0, load)])
    run(plant, 3.0)
    left_w = max(abs(load) * 230.0 - power_w, 0.0)
    assert abs(plant.mains_a[0]) * 230.0 == pytest.approx(left_w, abs=50.0 + 1e-6)


def test_it_answers_late():
    battery = HomeBattery(delay_s=3.0)
    plant = plant_with(battery, [(0, 0.0), (10, 10.0)])
    run(plant, 12.9)
    assert plant.mains_a[0] == pytest.approx(10.0)
    run(plant, 0.2, 12.9)
    assert plant.mains_a[0] == pytest.approx(0.0, abs=0.01)


def test_an_empty_one_supports_nobody_and_a_full_one_takes_nothing():
    for soc, load in ((0.05, 10.0), (1.0, -10.0)):
        plant = plant_with(HomeBattery(soc=soc, delay_s=1.0), [(0, load)])
        run(plant, 5.0)
        assert plant.mains_a[0] == pytest.approx(load)


def test_it_empties_with_the_energy_that_it_gives():
    battery = HomeBattery(kwh=0.5, power_w=5000.0, soc=0.5, delay_s=1.0, least_soc=0.05)
    plant = plant_with(battery, [(0, 10.0)])
    given_s = 0.45 * 0.5 * 3.6e6 / 2300.0  # content above the rest, at 2.3 kW
    run(plant, 1.0 + given_s - 1.0)
    assert plant.mains_a[0] == pytest.approx(0.0, abs=0.01)
    run(plant, 2.0, given_s)
    assert plant.mains_a[0] == pytest.approx(10.0) and battery.soc == pytest.approx(0.05)


def test_switched_off_it_does_nothing_and_on_again_it_works():
    battery = HomeBattery(delay_s=1.0)
    plant = plant_with(battery, [(0, 10.0)])
    run(plant, 3.0)
    plant.house.switch("home battery", False)
    plant.touch()
    run(plant, 5.0, 3.0)
    assert plant.mains_a[0] == pytest.approx(10.0)
    plant.house.switch("home battery", None)
    plant.touch()
    run(plant, 5.0, 8.0)
    assert plant.mains_a[0] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("bad", [{"kwh": 0.0}, {"power_w": -1.0}, {"soc": 1.1}])
def test_what_cannot_be_is_told(bad):
    with pytest.raises(ValueError, match="home battery"):
        HomeBattery(**bad)


def test_a_house_has_one_of_a_name_and_on_its_own_phases():
    house = House(phases=1)
    house.add(HomeBattery())
    with pytest.raises(ValueError, match="already"):
        house.add(HomeBattery())
    with pytest.raises(ValueError, match="lacks"):
        house.add(HomeBattery(phase=(2,), name="second"))
