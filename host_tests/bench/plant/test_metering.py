"""Own meter's registers and the supply meter with its faults."""

import random

import pytest

from ballast_bench.plant.metering import (
    FREQ,
    I_RMS,
    P_MEAN,
    P_MEAN_LSB,
    P_TOTAL,
    U_RMS,
    OwnMeter,
    SupplyMeter,
)

VOLTS = [230.0, 231.5, 0.0]


def own(**kwargs):
    return OwnMeter(random.Random(5), **{"noise_a": 0.0, "noise_v": 0.0, **kwargs})


def test_registers_in_the_chips_units():
    meter = own()
    meter.measure(0.0, [16.123, 6.0, 0.0], VOLTS, 50.0)
    assert [meter.register(U_RMS + p) for p in range(3)] == [23000, 23150, 0]
    assert [meter.register(I_RMS + p) for p in range(3)] == [16123, 6000, 0]
    watts = ((meter.register(P_MEAN) << 16) + meter.register(P_MEAN_LSB)) * 0.00032
    assert watts == pytest.approx(16.123 * 230.0, abs=0.01)
    total = meter.register(P_TOTAL) << 16
    assert total * 0.00032 == pytest.approx(16.123 * 230.0 + 6.0 * 231.5, abs=25.0)
    assert meter.register(FREQ) == 5000
    assert meter.register(0x70) == 0


def test_ten_readings_a_second_of_an_ideal_one():
    meter = own()
    meter.idealise()
    fresh = [meter.measure(k * 0.02, [k * 1.0, 0.0, 0.0], VOLTS, 50.0) for k in range(500)]
    assert sum(fresh) == meter.seq == 100
    assert meter.amps[0] == 495.0


def test_three_readings_a_second_each_the_mean_of_16_cycles():
    """Each reading is the integral over the 320 ms before it (data sheet 90E32AS, 3.6)."""
    meter = own()
    truth, seen = [], []
    for k in range(500):
        now_s = k * 0.02
        amps = [k % 7 * 1.0, 10.0, 0.0]
        if meter.measure(now_s, amps, VOLTS, 50.0):
            seen.append((now_s, list(meter.amps)))
        truth.append(amps)  # from now_s on
    assert len(seen) == meter.seq == 32
    for now_s, amps in seen[1:]:
        last = round(now_s / 0.02)
        wanted = sum(row[0] for row in truth[last - 16 : last]) / 16
        assert amps[0] == pytest.approx(wanted) and amps[1] == pytest.approx(10.0)


def test_a_reading_can_lag():
    meter = own(lag_s=0.64)
    seen = []
    for k in range(200):
        if meter.measure(k * 0.02, [0.0 if k < 100 else 8.0, 0.0, 0.0], VOLTS, 50.0):
            seen.append((k * 0.02, meter.amps[0]))
    assert max(t for t, a in seen if a == 0.0) > 2.0 + 0.64 - 0.33
    assert min(t for t, a in seen if a == pytest.approx(8.0)) == pytest.approx(3.2)


def test_gain_noise_and_faults():
    meter = own(gain=1.02, offset_a=0.05)
    meter.measure(0.0, [10.0, 0.0, 0.0], VOLTS, 50.0)
    assert meter.amps == pytest.approx([10.25, 0.05, 0.05])
    noisy = own(noise_a=0.02)
    seen = []
    for k in range(2000):
        noisy.measure(k * 0.1, [10.0, 0.0, 0.0], VOLTS, 50.0)
        seen.append(noisy.amps[0])
    mean = sum(seen) / len(seen)
    assert mean == pytest.approx(10.0, abs=0.002)
    assert 0.015 < (sum((x - mean) ** 2 for x in seen) / len(seen)) ** 0.5 < 0.025
    assert min(noisy.amps) >= 0.0
    meter.frozen = True
    assert meter.measure(1.0, [1.0, 0.0, 0.0], VOLTS, 50.0)
    assert meter.amps[0] == pytest.approx(10.25)
    meter.silent = True
    assert not meter.measure(2.0, [1.0, 0.0, 0.0], VOLTS, 50.0)
    assert meter.register(I_RMS) == 0xFFFF


def supply(seed=1):
    meter = SupplyMeter(random.Random(seed))
    meter.note(0.0, [5.0, -2.0, 1.0], [230.0] * 3, 50.0)
    meter.note(10.0, [15.0, -3.0, 2.0], [229.0] * 3, 50.0)
    return meter


def test_true_values_and_energy_summed_over_the_phases():
    meter = supply()
    reading = meter.read(20.0)
    assert reading.amps == [15.0, -3.0, 2.0]
    assert reading.watts[1] == -687.0
    assert reading.import_kwh == pytest.approx((4 * 230 * 10 + 14 * 229 * 10) / 3.6e6)
    assert reading.export_kwh == 0.0
    assert meter.read(30.0).import_kwh == pytest.approx((4 * 230 * 10 + 14 * 229 * 20) / 3.6e6)
    meter.note(30.0, [-10.0, 0.0, 0.0], [230.0] * 3, 50.0)
    assert meter.read(40.0).export_kwh == pytest.approx(2300 * 10 / 3.6e6)


def test_faults_of_the_supply_meter():
    meter = supply()
    meter.reversed = {0}
    assert meter.read(20.0).amps == [-15.0, -3.0, 2.0]
    meter.reversed = set()
    meter.ratio = 0.5
    assert meter.read(20.0).amps == [7.5, -1.5, 1.0]
    meter.ratio, meter.swapped = 1.0, True
    assert meter.read(20.0).amps == [-3.0, 2.0, 15.0]
    meter.swapped, meter.unsigned = False, True
    assert meter.read(20.0).amps == [15.0, 3.0, 2.0]
    meter.unsigned, meter.other_cable = False, lambda: [1.0, 1.0, 1.0]
    assert meter.read(20.0).amps == [1.0, 1.0, 1.0]
    meter.other_cable, meter.silent = None, True
    assert meter.read(20.0) is None


def test_delay_shows_the_past():
    meter = supply()
    meter.delay_s = 3.0
    assert meter.read(12.0).amps[0] == 5.0
    assert meter.read(12.9).taken_s == pytest.approx(9.9)
    assert meter.read(13.0).amps[0] == 15.0


def test_frozen_repeats_the_last_reading_for_ever():
    meter = supply()
    meter.frozen = True  # before anything was shown: it shows the present and stays there
    assert meter.read(20.0).amps[0] == 15.0
    meter.note(30.0, [1.0, 1.0, 1.0], [230.0] * 3, 50.0)
    assert meter.read(99.0).amps[0] == 15.0
    meter.frozen = False
    assert meter.read(99.0).amps[0] == 1.0


def test_jumps_come_at_their_rate():
    meter = supply()
    meter.jump_chance = 0.25
    wild = sum(abs(meter.read(20.0).amps[0] - 15.0) > 50.0 for _ in range(2000))
    assert 400 < wild < 600


def test_history_is_bounded():
    meter = supply()
    for k in range(5000):
        meter.note(20.0 + k * 0.1, [k * 0.01, 0.0, 0.0], [230.0] * 3, 50.0)
    assert len(meter._history) < 320
