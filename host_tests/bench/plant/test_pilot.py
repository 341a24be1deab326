"""The control pilot as a circuit, against the levels and edges of IEC 61851-1."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.plant import honest
from ballast_bench.plant.ev import OHM_B, OHM_C, OHM_D
from ballast_bench.plant.pilot import HOLD, NEG, PWM, Pilot

# state: (resistance, window of the positive level in mV), IEC 61851-1 table A.4
WINDOWS = [(None, 11400, 12600), (OHM_B, 8360, 9560), (OHM_C, 5480, 6490), (OHM_D, 2620, 3250)]


@pytest.mark.parametrize(("ohm", "low", "high"), WINDOWS)
@pytest.mark.parametrize("scale", [0.97, 1.0, 1.03])
@pytest.mark.parametrize("source_ohm", [970.0, 1000.0, 1030.0])
def test_levels_of_the_states(ohm, low, high, scale, source_ohm):
    pilot = Pilot()
    pilot.source_ohm = source_ohm
    pilot.load(ohm * scale if ohm else None)
    pilot.drive(PWM, 20000)
    assert low <= pilot.high_mv <= high
    assert -12600 <= pilot.low_mv <= -11400


def test_current_balance_at_the_contact():
    """Kirchhoff, with a cable fault beside the car: what flows in flows out."""
    pilot = Pilot()
    pilot.load(OHM_C)
    pilot.short_ohm = 3000.0
    pilot.touch()
    v = pilot.high_mv
    assert (12000.0 - v) / 1000.0 == pytest.approx(v / 3000.0 + (v - 700.0) / OHM_C)


def test_modes():
    pilot = Pilot()
    pilot.load(OHM_B)
    assert pilot.high_mv == pilot.low_mv == pytest.approx(8978, abs=1)
    pilot.drive(NEG)
    assert pilot.high_mv == pilot.low_mv == -12000
    assert pilot.inlet_signal() == ("neg", 0.0, 0)
    pilot.drive(PWM, 65535)
    assert pilot.inlet_signal()[0] == "hold"
    pilot.drive(PWM, 0)
    assert pilot.inlet_signal()[0] == "neg"
    pilot.drive(PWM, 17476)
    assert pilot.inlet_signal() == ("pwm", pytest.approx(16 / 60, abs=1e-4), 1000)


def test_a_missing_diode_shows_in_the_low_part():
    pilot = Pilot()
    pilot.drive(PWM, 20000)
    for ohm in (OHM_B, OHM_C, OHM_D):
        pilot.load(ohm, diode=False)
        assert pilot.low_mv > -10500
        assert pilot.high_mv == -pilot.low_mv


def test_short_to_pe_before_and_behind_the_diode():
    pilot = Pilot()
    pilot.load(OHM_C)
    pilot.drive(PWM, 20000)
    pilot.short_ohm = 80.0
    pilot.touch()
    assert 0 < pilot.high_mv < 1000
    assert -1000 < pilot.low_mv < 0
    assert pilot.inlet_signal()[0] == "none"
    pilot.short_ohm = None
    pilot.short_behind_diode = True
    pilot.touch()
    assert 0 < pilot.high_mv < 1000
    assert pilot.low_mv == -12000


@pytest.mark.parametrize("wire", ["open_cable", "pe_open"])
def test_a_broken_wire_reads_as_state_a_and_the_car_sees_nothing(wire):
    pilot = Pilot()
    pilot.load(OHM_C)
    pilot.drive(PWM, 20000)
    setattr(pilot, wire, True)
    pilot.touch()
    assert (pilot.high_mv, pilot.low_mv) == (12000, -12000)
    assert pilot.inlet_signal()[0] == "none"


def test_generator_faults():
    pilot = Pilot()
    pilot.load(OHM_B)
    pilot.stuck_high = True
    pilot.drive(PWM, 20000)
    assert pilot.low_mv == pilot.high_mv > 8000
    pilot.stuck_high = False
    pilot.offset_mv = -800.0
    pilot.touch()
    assert pilot.high_mv == pytest.approx(8178, abs=1)
    assert pilot.low_mv == -12800
    pilot.powered = False
    pilot.offset_mv = 0.0
    pilot.touch()
    assert pilot.high_mv == pilot.low_mv == 0
    assert pilot.inlet_signal()[0] == "none"


def crossing_us(pilot, start_us, share, span_us=60.0):
    """When the level has gone through `share` of the swing after an edge at `start_us`."""
    low, high = pilot.low_mv, pilot.high_mv
    rising = pilot.level_mv(start_us + span_us) > 0
    goal = low + share * (high - low) if rising else high - share * (high - low)
    us = 0.0
    while (pilot.level_mv(start_us + us) < goal) == rising and us < span_us:
        us += 0.05
    return us


@pytest.mark.parametrize(("ohm", "rise_us", "fall_us"), [(OHM_B, 10.0, 13.0), (OHM_C, 7.0, 13.0)])
@pytest.mark.parametrize("nf", [0.3, 1.0, 3.0])
def test_edges_keep_the_limits_10_to_90_percent(ohm, rise_us, fall_us, nf):
    pilot = Pilot()
    pilot.load(ohm)
    pilot.cable_nf = nf
    pilot.drive(PWM, 32768)
    assert 0.5 < crossing_us(pilot, 0.0, 0.9) - crossing_us(pilot, 0.0, 0.1) < rise_us
    assert 0.5 < crossing_us(pilot, 500.0, 0.9) - crossing_us(pilot, 500.0, 0.1) < fall_us


def test_level_over_the_period():
    pilot = Pilot()
    pilot.load(OHM_B)
    pilot.drive(PWM, 65536 // 4)
    assert pilot.level_mv(200.0) == pytest.approx(pilot.high_mv, abs=1)
    assert pilot.level_mv(900.0) == pytest.approx(pilot.low_mv, abs=1)
    assert pilot.level_mv(1200.0) == pilot.level_mv(200.0)


def test_noise_is_bounded_and_present():
    pilot = Pilot(random.Random(3))
    pilot.noise_mv = 50.0
    seen = [pilot.sample_mv(1.0) - pilot.high_mv for _ in range(400)]
    assert max(seen) > 40.0
    assert min(seen) < -40.0
    assert max(abs(x) for x in seen) <= 50.0


def test_seq_counts_changes_only():
    pilot = Pilot()
    before = pilot.seq
    pilot.drive(HOLD, 0)
    pilot.load(None)
    assert pilot.seq == before
    pilot.drive(PWM, 9000)
    assert pilot.seq == before + 1


@pytest.mark.parametrize(("plus_v", "minus_v"), [(11.4, -12.6), (12.6, -10.2), (12.0, -12.0)])
def test_each_rail_shows_in_its_own_part(plus_v, minus_v):
    pilot = Pilot()
    pilot.plus_mv, pilot.minus_mv = plus_v * 1000.0, minus_v * 1000.0
    pilot.load(OHM_C)
    pilot.drive(PWM, 32768)
    amps = (plus_v - 0.7) / (1000.0 + OHM_C)
    assert pilot.high_mv == pytest.approx(1000.0 * (plus_v - 1000.0 * amps))
    assert pilot.low_mv == pytest.approx(1000.0 * minus_v)


@given(ground_mv=st.floats(-500.0, 500.0))
def test_the_cars_earth_moves_what_each_end_sees(ground_mv):
    pilot = Pilot()
    pilot.load(OHM_B)
    before_mv = pilot.high_mv
    pilot.ground_mv = ground_mv
    pilot.touch()
    share = 1000.0 / (1000.0 + OHM_B)
    assert pilot.high_mv - before_mv == pytest.approx(ground_mv * share, abs=1e-6)
    assert pilot.inlet_high_mv == pytest.approx(pilot.high_mv - ground_mv)


def test_the_largest_parts_of_the_norm_keep_its_edges():
    pilot = Pilot()
    pilot.cable_nf, pilot.swing_us = honest.CABLE_NF, honest.SWING_US
    pilot.drive(PWM, 32768)
    for ohm, rise_us in ((OHM_B, 10.0), (OHM_C, 7.0)):
        pilot.load(ohm)
        rise = crossing_us(pilot, 0.0, 0.9) - crossing_us(pilot, 0.0, 0.1)
        fall = crossing_us(pilot, 500.0, 0.9) - crossing_us(pilot, 500.0, 0.1)
        assert 0.6 * rise_us < rise < rise_us
        assert 8.0 < fall < 13.0


def test_ripple_is_a_sine_of_its_own_time():
    pilot = Pilot(random.Random(3))
    pilot.ripple_mv, pilot.ripple_hz = 200.0, 100.0
    still = pilot.high_mv
    assert pilot.sample_mv(2500.0) - still == pytest.approx(200.0)
    assert pilot.sample_mv(7500.0) - still == pytest.approx(-200.0)
    assert pilot.sample_mv(5000.0) - still == pytest.approx(0.0, abs=1e-6)


def test_a_bouncing_contact_is_open_for_its_pulses_alone():
    pilot = Pilot()
    pilot.load(OHM_C)
    pilot.bounce(10.0, 0.06, every_s=1.0, times=2)
    seen = {}
    for step in range(500, 650):
        now_s = step * 0.02
        if now_s >= pilot.bounces.next_s:
            pilot.advance(now_s)
        seen[round(now_s, 2)] = (pilot.high_mv > 11000.0, pilot.inlet_signal()[0])
    opened = [now_s for now_s, (up, _) in seen.items() if up]
    assert opened == [10.0, 10.02, 10.04, 11.0, 11.02, 11.04]
    assert seen[10.0][1] == "none" and seen[10.06][1] == "hold"
