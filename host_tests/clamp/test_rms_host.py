"""The clamp's accuracy: harmonics, DC offset, ADC non-linearity and noise, 0.3 to 100 A."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.devices.clamp_unit.analog_front import (
    CT_MA,
    CT_UV,
    FULL_UV,
    HALF,
    SINE,
    SPIKY,
    Front,
)
from clamp.rms import Calibration, Channel, RmsMeter, crossings, isqrt

PACE = 250
AMPS = (0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 32.0, 50.0, 63.0, 80.0, 100.0)


def measure(front, calibrations, windows=16, pace=PACE):
    meter = RmsMeter([Channel(c) for c in calibrations], front.volts is not None)
    n = meter.samples_for(pace)
    for _ in range(windows):
        meter.window(front.sample(n, pace), n, pace * 1000)
    return meter


def calibrated(seed, **adc):
    """As in the factory: nothing in the clamp, then 20 A of a clean sine."""
    cal = Calibration.nominal(CT_MA, CT_UV, FULL_UV)
    empty = measure(Front(seed=seed, currents=[(0, SINE, 0)], **adc), [cal], 32)
    cal.noise = empty.channels[0]._sum // empty.channels[0]._windows
    known = measure(Front(seed=seed, currents=[(20, SINE, 0)], **adc), [cal], 32)
    cal.gain = cal.gain * 20000 // known.channels[0].average_ma()
    return cal


UNITS = {
    "typical": {"inl_counts": 6.0, "dnl_counts": 0.5, "noise_counts": 1.2},
    "quiet": {"inl_counts": 3.0, "dnl_counts": 0.5, "noise_counts": 0.4},
    "noisy": {"inl_counts": 8.0, "dnl_counts": 1.0, "noise_counts": 3.0},
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("hertz", [50.0, 60.0, 49.5])
@pytest.mark.parametrize("shape", [SINE, SPIKY, HALF], ids=["sine", "spiky", "half"])
def test_one_per_cent_or_fifty_milliamps(unit, hertz, shape):
    adc = UNITS[unit]
    cal = calibrated(3, **adc)
    for amps in AMPS:
        front = Front(seed=3, hertz=hertz, currents=[(amps, shape, 0)], **adc)
        front.adc.rng.seed(round(amps * 10))
        got = measure(front, [cal]).channels[0].average_ma()
        assert abs(got - amps * 1000) <= max(50, amps * 10), (amps, got)


def test_nothing_in_the_clamp_shows_nothing():
    cal = calibrated(5)
    front = Front(seed=5, currents=[(0, SINE, 0)])
    meter = measure(front, [cal], 30)
    assert meter.channels[0].average_ma() < 50 and meter.channels[0].ma == 0


@pytest.mark.parametrize("hertz", [50.0, 60.0, 50.4])
def test_the_mains_frequency_is_found(hertz):
    cal = calibrated(7)
    meter = measure(Front(seed=7, hertz=hertz, currents=[(10, SINE, 0)]), [cal])
    assert abs(meter.frequency() - hertz * 100) < 30
    silent = measure(Front(seed=7, hertz=hertz, currents=[(0, SINE, 0)]), [cal])
    assert silent.frequency() == 0  # not known is not 50 Hz


def test_dc_offset_of_the_bias_makes_no_difference():
    cal = calibrated(9)
    for shift in (-80_000, 0, 80_000):
        front = Front(seed=9, currents=[(10, SINE, 0)], bias_uv=FULL_UV // 2 + shift)
        meter = measure(front, [cal])
        assert abs(meter.channels[0].average_ma() - 10000) < 100
        assert not meter.channels[0].fault


def test_an_open_or_shorted_input_is_a_fault():
    cal = calibrated(9)
    for bias in (0, 300_000, FULL_UV):
        front = Front(seed=9, currents=[(0.5, SINE, 0)], bias_uv=bias)
        assert measure(front, [cal], 2).channels[0].fault


def test_clipping_is_told():
    cal = calibrated(9)
    assert not measure(Front(seed=9, currents=[(100, SPIKY, 0)]), [cal]).channels[0].clipped
    meter = measure(Front(seed=9, currents=[(190, SINE, 0)]), [cal])
    assert meter.channels[0].clipped


def test_three_channels_do_not_mix():
    cal = calibrated(11)
    front = Front(seed=11, currents=[(1, SINE, 0), (20, SPIKY, 1), (50, SINE, 2)])
    meter = measure(front, [cal] * 3, pace=400)
    for channel, amps in zip(meter.channels, (1, 20, 50), strict=True):
        assert abs(channel.average_ma() - amps * 1000) <= max(50, amps * 10)


@pytest.mark.parametrize("angle", [0.0, 0.5, -0.5, math.pi, math.pi - 0.5])
@pytest.mark.parametrize("flip", [False, True])
def test_direction_with_a_voltage_input(angle, flip):
    cal = calibrated(13)
    cal.flip = flip
    cal.lag_us = 60
    front = Front(seed=13, currents=[(8, SINE, angle)], volts=230)
    meter = measure(front, [cal])
    import_ = math.cos(angle) > 0
    assert (meter.channels[0].ma > 0) == (import_ != flip)


def test_the_direction_stays_where_there_is_no_power_to_tell():
    cal = calibrated(13)
    meter = RmsMeter([Channel(cal)], True)
    n = meter.samples_for(PACE)
    for angle, sign in ((math.pi, -1), (math.pi / 2, -1), (0.0, 1), (-math.pi / 2, 1)):
        for seed in range(4):
            front = Front(seed=13 + seed, currents=[(8, SINE, angle)], volts=230)
            meter.window(front.sample(n, PACE), n, PACE * 1000)
        assert meter.channels[0].sign == sign, angle


@pytest.mark.parametrize("lag", [0, 1000, -1000])
def test_phase_calibration_moves_the_current_against_the_voltage(lag):
    """A CT that turns the phase by 1 ms shows a wrong sign near cos phi = 0."""
    cal = calibrated(13)
    cal.lag_us = lag
    angle = math.pi / 2 + 0.15  # import once 1 ms (0.31 rad) is undone
    meter = measure(Front(seed=13, currents=[(20, SINE, angle)], volts=230), [cal], 8)
    assert meter.channels[0].sign == (1 if lag == 1000 else -1)
    assert meter.channels[0].direction == meter.channels[0].sign


def test_average_without_windows_is_the_last_value():
    channel = Channel(Calibration.nominal(CT_MA, CT_UV, FULL_UV))
    channel.ms = 100 * 100 * 65536
    assert channel.average_ma() == channel.to_ma(channel.ms) > 0


def test_a_window_shorter_than_two_cycles_uses_one():
    cal = calibrated(3)
    meter = RmsMeter([Channel(cal)], False)
    front = Front(seed=3, currents=[(10, SINE, 0)])
    for n in (100, 60):
        meter.window(front.sample(n, PACE), n, PACE * 1000)
        assert abs(meter.channels[0].ma - 10000) < 2500


@settings(deadline=None)
@given(st.integers(0, 1 << 90))
def test_isqrt(n):
    assert isqrt(n) == math.isqrt(n)


def test_crossings_with_noise_are_counted_once():
    rng = random.Random(2)
    for cycles in (1, 2, 3, 5):
        n = 80 * cycles + 20
        x = [round(1000 * math.sin(2 * math.pi * i / 80) + rng.gauss(0, 30)) for i in range(n)]
        first, last, count = crossings(x, n, 0, 250)
        assert count == cycles
        assert abs((last - first) - 80 * 256 * (cycles - 1)) < 512


def test_the_nominal_gain_is_within_the_parts_tolerance():
    cal = Calibration.nominal(CT_MA, CT_UV, FULL_UV)
    front = Front(seed=1, currents=[(20, SINE, 0)])
    front.gain = 1.0
    assert abs(measure(front, [cal]).channels[0].average_ma() - 20000) < 200
