"""Heat and thermistors against closed forms and a NTC table."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.thermal import HotSpot, Ntc


def test_good_and_bad_plug_at_16_a():
    for ohm, low, high in ((0.002, 15.0, 25.0), (0.010, 90.0, 110.0)):
        spot = HotSpot(contact_ohm=ohm)
        for _ in range(3 * 3600):
            spot.step(1.0, 16.0)
        assert low < spot.degc - 20.0 < high


@settings(deadline=None)
@given(st.floats(0.1, 400.0), st.floats(0.0, 32.0))
def test_step_response_is_the_sum_of_two_exponentials_for_any_step_width(dt_s, amps):
    spot = HotSpot()
    t = 0.0
    for _ in range(20):
        t += dt_s
        spot.step(dt_s, amps)
    watts = amps * amps * 0.002
    rise = sum(
        watts * r * (1 - exp(-t / tau)) for r, tau in zip((8.0, 32.0), (60.0, 900.0), strict=True)
    )
    assert spot.degc == pytest.approx(20.0 + rise, abs=1e-6)


def test_forced_temperature():
    spot = HotSpot()
    spot.forced_degc = 85.0
    assert spot.step(1.0, 0.0) == 85.0
    spot.forced_degc = None
    assert spot.step(1.0, 0.0) == 20.0


# 10 kohm, B25/50 = 3950: makers' tables, ohm (the beta equation is within 3 % here)
@pytest.mark.parametrize(("degc", "ohm"), [(0, 33620), (25, 10000), (50, 3588), (85, 1084)])
def test_ntc_table(degc, ohm):
    assert Ntc(degc=degc).ohm() == pytest.approx(ohm, rel=0.03)


def test_divider_and_lag():
    ntc = Ntc(degc=25.0, tau_s=8.0)
    assert ntc.mv == pytest.approx(1650.0)
    ntc.step(8.0, 75.0)
    assert ntc.degc == pytest.approx(25.0 + 50.0 * (1 - exp(-1)))
    kelvin = ntc.degc + 273.15
    ohm = 10000.0 * exp(3950.0 / kelvin - 3950.0 / 298.15)
    assert ntc.mv == pytest.approx(3300.0 * ohm / (10000.0 + ohm))


def test_sensor_faults():
    ntc = Ntc(degc=25.0)
    for fault, mv in (("open", 3300.0), ("short", 0.0)):
        ntc.fault = fault
        ntc.step(1.0, 25.0)
        assert ntc.mv == mv
    ntc.fault = None
    ntc.step(1.0, 25.0)
    before = ntc.mv
    ntc.fault = "frozen"
    ntc.step(100.0, 90.0)
    assert ntc.mv == before
    assert ntc.degc > 80.0
