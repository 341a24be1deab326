"""A chip dies with its supply and starts anew; a setup line says what stands there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.node import BOOT_S
from ballast_bench.person.actions import ActionError
from ballast_bench.person.options import make_setup

QUIET = {"house": "empty", "meter": "none", "chip": "ideal"}  # BOOT_S is of the ideal chip


class Bench:
    """A world of the setup line that can be cut off."""

    def __init__(self, **options):
        self.setup = make_setup({**QUIET, **options})
        self.world = self.setup.start()
        self.world.reboots = True
        self.node = self.world.nodes[0]

    def supply(self, on):
        self.world.plant.mains.lost = not on
        self.world.plant.touch()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.setup.stop()


@settings(max_examples=8)
@given(away=st.integers(1, 60), hold_up=st.integers(1, 60))
def test_the_chip_dies_exactly_when_the_mains_are_away_for_longer_than_it_holds(away, hold_up):
    """In steps of 20 ms; at the very step of the end either is right."""
    with Bench(hold_up_s=hold_up * 0.02) as bench:
        bench.world.run(5.0)
        bench.supply(False)
        bench.world.run(away * 0.02)
        bench.supply(True)
        bench.world.run(BOOT_S + 1.0)
        if abs(away - hold_up) > 1:
            assert bench.node.boots == (2 if away > hold_up else 1)


def test_it_stays_off_while_there_is_no_supply_and_boots_once():
    with Bench() as bench:
        bench.world.run(5.0)
        bench.supply(False)
        bench.world.run(60.0)
        assert bench.node.boots == 1 and not bench.node.device.timers
        bench.supply(True)
        bench.world.run(BOOT_S - 0.1)
        assert bench.node.boots == 1
        bench.world.run(0.3)
        assert bench.node.boots == 2
        bench.world.run(30.0)
        assert bench.node.boots == 2


def test_a_cut_while_it_boots_begins_the_boot_again():
    with Bench() as bench:
        bench.world.run(5.0)
        bench.supply(False)
        bench.world.run(1.0)
        bench.supply(True)
        bench.world.run(BOOT_S / 2)
        bench.supply(False)
        bench.world.run(BOOT_S)
        assert bench.node.boots == 1
        bench.supply(True)
        bench.world.run(BOOT_S + 0.2)
        assert bench.node.boots == 2


def test_a_breaker_that_trips_takes_the_chip_with_it():
    with Bench() as bench:
        bench.world.run(5.0)
        breaker = bench.world.plant.breaker
        breaker.surge(bench.world.now_s, 0.0, 1000.0, 0.01)
        bench.world.run(1.0)
        assert breaker.tripped and not bench.node.cp.supplied
        bench.world.plant.reset_breaker()
        bench.world.run(BOOT_S + 0.5)
        assert bench.node.boots == 2


def test_ideal_parts_let_the_chip_live_on():
    setup = make_setup(QUIET, ideal=True)
    world = setup.start()
    world.reboots = True
    try:
        world.run(3.0)
        world.plant.mains.lost = True
        world.plant.touch()
        world.run(5.0)
        assert world.nodes[0].boots == 1 and world.nodes[0].device.timers
    finally:
        setup.stop()


def test_the_setup_line_stands_where_it_says():
    with Bench(line_ohm=1.0, neutral_ohm=0.5, frequency_hz=60.0, ambient_degc=-20.0, battery_kwh=5.0,
               motors="direct", car="two_phase", phases=3) as bench:  # fmt: skip
        plant = bench.world.plant
        assert (plant.mains.line_ohm, plant.mains.neutral_ohm, plant.mains.freq_hz) == (1.0, 0.5, 60.0)
        assert {place.ambient_degc for place in bench.node.cp.places} == {-20.0}
        assert plant.house.watching[0].kwh == 5.0 and plant.car_model == "two_phase"
        pump = next(a for a in plant.house.appliances if a.name == "heat pump")
        assert pump.program.start == "direct"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"car": "rocket"}, "setup: car: no 'rocket'; there are: usual"),
        ({"line_ohm": 0.1, "neutral_ohm": 0.2}, "so at most 0.1"),
        ({"ambient_degc": -100.0}, "ambient_degc must be from -40 to 60"),
        ({"hold_up_s": "long"}, "hold_up_s must be a number"),
        ({"phases": 2}, "phases must be 1 or 3"),
    ],
)
def test_what_cannot_stand_is_told_in_one_line(options, words):
    with pytest.raises(ActionError) as error:
        make_setup({**QUIET, **options})
    assert words in str(error.value) and "\n" not in str(error.value)
