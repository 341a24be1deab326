"""What real cars do beside charging: sleep, reactive current, stand-by, heat, a late end of the current."""

from math import hypot, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.plant.duty import OHM_B, OHM_C
from ballast_bench.plant.ev import EV
from ballast_bench.plant.pilot import HOLD, NEG
from ev_kit import Rig, charging


def pulse(rig, seconds):
    """State F for so long, then 10 A again."""
    rig.pilot.drive(NEG)
    rig.run(seconds)
    rig.duty(10.0)


def test_asleep_in_c_closes_s2_and_draws_nothing_until_a_pulse():
    ev = EV(asleep=True, sleep_state="C", wake="pulse", slow_wake_s=3.0, reactive_a=1.3, standby_w=5.0)
    rig = Rig(ev)
    rig.duty(10.0)
    rig.run(60.0)
    assert ev.ohm == OHM_C and ev.level_a == 0.0
    assert ev.amps[0] == pytest.approx(hypot(5.0 / 230.0, 1.3))
    pulse(rig, 1.0)
    assert not ev.s2
    rig.until(lambda: ev.level_a > 9.9, 10.0)


def test_asleep_in_b_shows_b():
    ev = EV(asleep=True, wake="pulse")
    rig = Rig(ev)
    rig.duty(10.0)
    rig.run(30.0)
    assert ev.ohm == OHM_B


@pytest.mark.parametrize(("wanted_s", "pulses_s", "awake"), [
    (4.0, (3.9,), False), (4.0, (4.0,), True), (10.0, (4.0, 4.0), False), (10.0, (10.0,), True),
])  # fmt: skip
def test_a_pulse_must_be_as_long_as_the_car_wants(wanted_s, pulses_s, awake):
    ev = EV(asleep=True, wake="pulse", wake_pulse_s=wanted_s)
    rig = Rig(ev)
    rig.duty(10.0)
    rig.run(1.0)
    for seconds in pulses_s:
        pulse(rig, seconds)
        rig.run(1.0)
    assert ev.awake == awake


@given(needed=st.integers(1, 4), given_=st.integers(0, 5))
def test_as_many_pulses_as_the_car_wants(needed, given_):
    ev = EV(asleep=True, wake="pulse", wake_pulses=needed)
    rig = Rig(ev)
    rig.duty(10.0)
    rig.run(0.1)
    for _ in range(given_):
        pulse(rig, 0.5)
        rig.run(0.1)
    assert ev.awake == (given_ >= needed)


@given(level=st.floats(6.0, 32.0), reactive_a=st.floats(0.0, 5.0), pf=st.floats(0.5, 1.0))
def test_active_power_is_what_the_filter_leaves(level, reactive_a, pf):
    """Pythagoras: the whole current stays at the offer, a right angle of it does not charge."""
    ev = EV(pf=pf, reactive_a=reactive_a)
    ev._live = 1
    ev._set_level(level)
    assert ev.amps[0] == level
    assert ev.share * level == pytest.approx(pf * sqrt(level**2 - reactive_a**2))


def test_an_ideal_car_has_no_reactive_current():
    ev = charging(EV(), 16.0).ev
    assert ev.share == 1.0 and ev.amps[0] == ev.level_a


def test_stand_by_flows_with_voltage_alone():
    ev = EV(standby_w=46.0, reactive_a=0.3)
    rig = charging(ev)
    ev.want(False, rig.t)
    rig.until(lambda: not ev.s2)
    rig.run(0.1)
    assert ev.amps == [0.0, 0.0, 0.0]
    assert ev.idle_a == pytest.approx(hypot(0.2, 0.3))


def test_the_current_goes_on_after_s2_opened():
    ev = EV(tail_s=1.0, down_a_s=2.0)
    rig = charging(ev, 10.0)
    ev.want(False, rig.t)
    rig.until(lambda: not ev.s2)
    rig.live = 1
    rig.step = lambda: _still_live(rig)
    opened_s, then_a = rig.t, ev.level_a
    assert then_a > 7.0
    rig.run(0.9)
    assert ev.level_a == then_a
    rig.run(0.2)
    assert ev.level_a == 0.0 and rig.t - opened_s == pytest.approx(1.1)


def _still_live(rig):
    """A contactor that has not opened yet."""
    rig.t = round(rig.t + 0.02, 6)
    rig.ev.step(rig.t, rig.pilot, 1)


def test_down_faster_than_up():
    ev = EV(slew_a_s=2.0, down_a_s=20.0, delay_s=0.5)
    rig = charging(ev, 16.0)
    rig.duty(6.0)
    down_s = rig.until(lambda: ev.level_a == pytest.approx(6.0, abs=0.01))
    rig.duty(16.0)
    up_s = rig.until(lambda: ev.level_a == pytest.approx(16.0, abs=0.01))
    assert (down_s, up_s) == (pytest.approx(1.0, abs=0.03), pytest.approx(5.5, abs=0.03))


@pytest.mark.parametrize(("degc", "amps"), [
    (-21.0, 0.0), (-20.0, 0.0), (-19.0, 16.0), (20.0, 16.0), (35.0, 16.0), (40.0, 8.0), (45.0, 0.0),
])  # fmt: skip
def test_the_air_decides_what_it_takes(degc, amps):
    """From ten degrees below its upper end on it takes less, in a straight line."""
    ev = EV(max_a=16.0, cold_degc=-20.0, hot_degc=45.0)
    rig = charging(ev, 16.0)
    ev.air(degc, rig.t)
    rig.run(10.0)
    assert ev.level_a == pytest.approx(amps, abs=0.01)


def test_without_voltage_in_its_range_it_stops():
    assert EV(max_v=270.0).max_v == 270.0
    with pytest.raises(ValueError, match="sleep_state is B or C"):
        EV(sleep_state="D")


def test_a_held_car_keeps_its_sleep_over_a_steady_pilot():
    ev = EV(sleep_after_s=60.0, wake="pulse", wake_pulse_s=4.0)
    rig = Rig(ev)
    rig.pilot.drive(HOLD)
    rig.run(61.0)
    assert not ev.awake
    rig.duty(16.0)
    rig.run(30.0)
    assert not ev.s2
