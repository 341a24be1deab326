"""Pilot port: levels through the divider, static levels, sampling, failure."""

import pytest

from ballast.control import records
from ballast.control.pilot import pilot
from ballast.control.records import Scan
from ballast.ports import pilot_io
from ballast.ports.pilot_io import PilotIo
from ballast_tools.ship.board_circuit import fewest_in_window

PWM_PIN, ADC_PIN, OFFSET_UV, GAIN_X100 = 14, 1, 1493700, 1339
# (vehicle ohm or None, nominal level mV): IEC 61851-1 states A, B, C, D
STATES = [(None, 12000), (2740, 9000), (882, 6000), (246, 3000)]
TOLERANCE_MV = 180  # 3 mV of ADC noise is 40 mV at CP; D's nominal is 2.9 V


def make(**kw):
    return PilotIo(PWM_PIN, ADC_PIN, OFFSET_UV, GAIN_X100, **kw)


def test_modes_are_those_of_the_records():
    assert (records.PILOT_HOLD, records.PILOT_PWM, records.PILOT_NEG) == (
        pilot_io._HOLD,
        pilot_io._PWM,
        pilot_io._NEG,
    )


@pytest.mark.parametrize(("ohm", "nominal"), STATES)
@pytest.mark.parametrize("duty_cpct", [1000, 1667, 2667, 5333, 8500])
def test_levels_of_a_square_wave(rig, ohm, nominal, duty_cpct):
    port = make(spacing_us=0)
    port.write(records.PILOT_PWM, duty_cpct * 65536 // 10000)
    rig.cp.pilot.load(ohm)
    rig.wiring.update(0.02)
    for _ in range(40):  # the burst starts elsewhere in the period each time
        port.read(rig.scan)
        assert rig.scan.pilot_samples == 34
        assert abs(rig.scan.pilot_high_mv - nominal) < TOLERANCE_MV
        assert abs(rig.scan.pilot_low_mv + 12000) < TOLERANCE_MV


def test_static_levels(rig):
    port = make(spacing_us=0)
    rig.at(0.02)
    port.read(rig.scan)
    assert rig.scan.pilot_low_mv > 11800  # +12 V from the start, without PWM
    port.write(records.PILOT_NEG, 0)
    rig.at(0.04)
    port.read(rig.scan)
    assert rig.scan.pilot_high_mv < -11800
    port.write(records.PILOT_HOLD, 1234)  # the duty means nothing here
    rig.at(0.06)
    port.read(rig.scan)
    assert rig.scan.pilot_low_mv > 11800
    port.write(7, 30000)  # no such mode: not available, never a current
    assert rig.dev.pad(PWM_PIN).duty == 0


def test_an_inverting_driver_is_undone(dev):
    port = make(inverted=1, spacing_us=0)
    assert dev.pad(PWM_PIN).high_fraction() == 0.0  # pin low is +12 V
    port.write(records.PILOT_PWM, 6552)
    assert abs(dev.pad(PWM_PIN).high_fraction() - 0.9) < 0.001
    port.write(records.PILOT_NEG, 0)
    assert dev.pad(PWM_PIN).high_fraction() == 1.0


def test_the_frequency_is_set_once_and_the_timer_has_13_bits(dev):
    port = make()
    pwm = dev.pad(PWM_PIN)
    for duty in (6552, 17472, 34944, 65535, 0):
        port.write(records.PILOT_PWM, duty)
        assert dev.pad(PWM_PIN) is pwm  # a new timer would be a new output
        assert pwm.freq == 1000
    assert pwm.bits == 13


def test_a_failing_adc_is_no_reading(rig):
    port = make(spacing_us=0)
    rig.at(0.02)
    port.read(rig.scan)
    rig.dev.fail_adc(ADC_PIN)
    port.read(rig.scan)
    assert rig.scan.pilot_samples == 0
    rig.dev.fail_adc(ADC_PIN, False)
    port.read(rig.scan)
    assert rig.scan.pilot_samples == 34


def test_one_disturbed_reading_changes_nothing(dev):
    quiet = [1_940_000] * 34
    port = make(spacing_us=0)
    for spike in (100_000, 2_900_000):
        for at in range(34):
            samples = list(quiet)
            samples[at] = spike
            dev.feed_adc(ADC_PIN, samples)
            scan = Scan()
            port.read(scan)
            assert abs(scan.pilot_high_mv - 5976) < 20
            assert abs(scan.pilot_low_mv - 5976) < 20


def test_two_readings_are_a_level(dev):
    """The 10 % part of 6 A is seen by two readings only: that must be enough."""
    samples = [600_000] * 30 + [1_940_000] * 2
    dev.feed_adc(ADC_PIN, samples)
    port = make(spacing_us=0)
    scan = Scan()
    port.read(scan)
    assert abs(scan.pilot_high_mv - 5976) < 20
    assert scan.pilot_low_mv < -11900


def test_a_late_reading_is_two_bursts(dev, clock):
    assert (pilot_io.LATE_MS, pilot_io.NO_READING) == (pilot.LATE_MS, records.NO_READING)
    port = make(spacing_us=0)
    scan = Scan()
    dev.feed_adc(ADC_PIN, [1_940_000] * 34 + [2_440_000] * 34)
    for gap_ms, bursts in ((20, 1), (25, 1), (26, 2), (8, 1), (58, 2), (20, 1)):
        clock.advance_us(gap_ms * 1000)
        port.read(scan)
        assert scan.pilot_bursts == bursts, gap_ms
    clock.advance_us(58_000)
    port.read(scan)
    assert {round(scan.pilot_first_mv, -2), round(scan.pilot_high_mv, -2)} == {6000, 12700}
    dev.fail_adc(ADC_PIN)
    clock.advance_us(58_000)
    port.read(scan)
    assert (scan.pilot_bursts, scan.pilot_first_mv) == (2, records.NO_READING)
    assert scan.pilot_samples == 0


@pytest.mark.parametrize("cost_us", [5, 45, 65, 95, 101, 116, 135, 160, 200])
def test_timed_sampling_sees_six_ampere_at_every_phase(rig, clock, cost_us):
    """Real spacing, real edges, 200 phases of the wave against the burst."""
    rig.dev.adc_read_us, rig.dev.adc_scatter_us = cost_us, 15
    rig.cp.pilot.load(882)
    rig.wiring.timed()
    port = make()
    port.write(records.PILOT_PWM, 6552)
    assert port.pace_us == next(pace for pace, _ in pilot_io._GOLDEN if pace >= cost_us + 15)
    start = clock.us()
    for _ in range(200):
        clock.advance_us(start + 19_995 - clock.us())
        start = clock.us()
        port.read(rig.scan)
        assert clock.us() - start < 9000
        assert 5500 < rig.scan.pilot_high_mv < 6300
        assert -12400 < rig.scan.pilot_low_mv < -11600


def test_the_golden_spacings_leave_no_gap():
    for spacing_us, burst in pilot_io._GOLDEN:
        # 100 us less an edge, and 15 us (else 13) by which a reading varies
        window_us = 75.0 if spacing_us == 116 else 77.0
        for period_us in (1000.0, 1001.6):  # S3, ESP32
            assert fewest_in_window(burst, spacing_us, period_us, window_us) >= 2
    # the neighbours in resonance do not work: the test can fail
    assert fewest_in_window(34, 111, 1000.0, 90.0) == 0
    assert fewest_in_window(34, 125, 1000.0, 90.0) == 0
