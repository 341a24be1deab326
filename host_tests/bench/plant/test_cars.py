"""The library of cars: what stands in it, and what a wrong one is told."""

import pytest

from ballast_bench.plant import cars
from ballast_bench.plant.ev import EV

USUAL = """[usual]
about = "a"
source = "b"
max_a = 32.0
phases = 1
min_a = 6.0
kwh = 60.0
"""


@pytest.mark.parametrize("name", cars.names())
def test_each_car_can_be_plugged_in_and_names_its_source(name):
    row = cars.figures(name)
    assert len(row["source"]) > 5 and len(row["about"]) > 10
    ev = cars.make(name)
    assert ev.model == name and len(ev.phases) == row["phases"]
    assert ev.min_a <= ev.max_a


def test_an_argument_overrides_a_figure_and_none_does_not():
    assert cars.make("needs_8a_low_factor").min_a == 8.0
    ev = cars.make("needs_8a_low_factor", min_a=6.0, delay_s=None, soc=0.9)
    assert ev.min_a == 6.0 and ev.delay_s == (2.0, 5.0) and ev.battery.soc == 0.9


def test_where_it_has_one_phase_another_limit_holds():
    assert cars.make("three_phase_11kw").max_a == 16.0
    one = cars.make("three_phase_11kw", room=1)
    assert one.phases == (0,) and one.max_a == 32.0
    assert cars.make("three_phase_11kw", 1, max_a=10.0).max_a == 10.0


def test_the_ideal_car_is_one_of_the_constructors_own():
    ev, plain = cars.make("ideal"), EV(delay_s=2.0, model="ideal")
    left = {key: value for key, value in vars(ev).items() if key not in ("battery", "_rng")}
    assert left == {key: value for key, value in vars(plain).items() if key not in ("battery", "_rng")}
    assert vars(ev.battery) == vars(plain.battery)


def test_the_usual_car_is_worse_than_the_ideal_one():
    """Nothing of a real car may be left out by default."""
    usual, ideal = cars.make(), cars.make("ideal")
    assert usual.delay_s[1] > ideal.delay_s and usual.ready_s > ideal.ready_s
    assert usual.min_v > ideal.min_v and usual.max_v < ideal.max_v
    assert usual.pf < 1.0 and usual.idle_a > 0.0 and usual.residual_s > 0.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[other]\n", "[usual] must come first"),
        (USUAL.replace("usual", "usual").replace("source", "origin"), "[usual] has no source"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nmax_amps = 3\n", "[b] has no figure 'max_amps'"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nmax_a = '3'\n", "[b] max_a must be a number"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nphases = 1.5\n", "[b] phases must be a whole number"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\npf = 1.5\n", "[b] pf must be from 0.05 to 1"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\npf = nan\n", "[b] pf must be a number"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nwake = 'kiss'\n", "wake must be one of duty, pulse"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\ndelay_s = [3, 1]\n", "delay_s is [least, most]"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nalone = true\n", "[b] has no max_a"),
        (USUAL + "[b]\nabout = 'x'\nsource = 'y'\nmin_a = 32\nmax_a = 16\n", "min_a is above its max_a"),
        ("a = 1\n" + USUAL, "[usual] must come first"),
        ("[usual\n", "own.toml: "),
    ],
)
def test_a_wrong_library_is_told_in_one_line(text, words):
    with pytest.raises(ValueError, match=r"own\.toml") as error:
        cars.read(text, "own.toml")
    assert words in str(error.value) and "\n" not in str(error.value)


def test_an_unknown_car_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="there are: usual, "):
        cars.make("rocket")
    with pytest.raises(ValueError, match="has no figure 'wings'"):
        cars.make("usual", wings=2)
