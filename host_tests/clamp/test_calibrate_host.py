"""Calibration as in the factory: noise, gain, phase; and what is refused in words."""

import math

import pytest

from ballast_bench.devices.clamp_unit.analog_front import SINE, Front
from ballast_bench.devices.clamp_unit.unit import BenchBoard
from clamp import calibrate
from clamp.app import ClampApp
from clamp.settings import ClampSettings


class NoRadio:
    def start(self):
        pass

    def stop(self):
        pass

    def send(self, mac, frame):
        return True

    def receive(self):
        return None


class VoltBoard(BenchBoard):
    VOLT_PIN = 4


def bench(amps, volts=None, angle=0.0, **front_options):
    """(app, front, saved): a clamp on a current of `amps`."""
    board = VoltBoard if volts else BenchBoard
    front = Front(seed=4, currents=[(amps, SINE, angle)] * 3, volts=volts, **front_options)
    front.gain = 1.06  # parts are what they are
    saved = []

    class Sampler:
        def read(self, buffers, n):
            for k, row in enumerate(front.sample(n, 400)):
                buffers[k][:] = row
            return 400_000

    settings = ClampSettings()
    app = ClampApp(
        board,
        settings,
        Sampler(),
        NoRadio(),
        lambda channel: None,
        lambda: 0,
        bytes,
        saved.append,
        lambda: 0,
    )
    return app, front, saved


def set_amps(front, amps, angle=0.0):
    front.currents = [(amps, SINE, angle)] * 3


def test_a_unit_of_the_factory_is_within_one_per_cent_afterwards():
    app, front, saved = bench(0)
    calibrate.noise(app)
    set_amps(front, 20)
    before = calibrate.gain(app, 0, 20000)
    assert 21000 < before < 21500
    for i in (1, 2):
        calibrate.gain(app, i, 20000)
    for amps in (0.3, 1, 10, 60):
        set_amps(front, amps)
        for c in app.meter.channels:
            c.average_ma()
        for _ in range(16):
            app.measure()
        for c in app.meter.channels:
            assert abs(c.average_ma() - amps * 1000) <= max(50, amps * 10)
    kept = ClampSettings()
    kept.load(saved[-1])
    assert kept.problem == "" and all(kept.calibration)


def test_noise_with_a_cable_in_the_clamp_is_refused():
    app, _, saved = bench(2)
    n = len(saved)
    with pytest.raises(calibrate.CalibrationError, match="not quiet"):
        calibrate.noise(app)
    assert len(saved) == n and app.settings.calibration == [None, None, None]


def test_an_open_input_is_refused():
    app, _, _ = bench(0, bias_uv=0)
    with pytest.raises(calibrate.CalibrationError, match="open or short"):
        calibrate.noise(app)


@pytest.mark.parametrize(
    ("amps", "told", "words"),
    [(20, 2000, "5 A"), (10, 20000, "wrong CT"), (0, 20000, "wrong CT"), (190, 190000, "its end")],
)
def test_a_gain_that_cannot_be_right_is_refused(amps, told, words):
    app, _, _ = bench(amps)
    with pytest.raises(calibrate.CalibrationError, match=words):
        calibrate.gain(app, 0, told)
    assert app.settings.calibration[0] is None


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("lag_us", [0, 800])
def test_the_phase_and_the_direction_are_found(lag_us, reverse):
    angle = 2 * math.pi * 50 * lag_us * 1e-6 + (math.pi if reverse else 0.0)
    app, front, _ = bench(20, volts=230, angle=angle)
    found, flipped = calibrate.lag(app, 0)
    assert flipped == reverse
    # the voltage is sampled 180 us after the first current, which adds to its lag
    assert abs(found - (lag_us + 180)) <= 60
    set_amps(front, 10, angle)
    app.measure()
    assert app.meter.channels[0].ma > 0


def test_the_phase_needs_a_voltage_and_a_load():
    app, _, _ = bench(20)
    with pytest.raises(calibrate.CalibrationError, match="no voltage"):
        calibrate.lag(app, 0)
    app, _, _ = bench(0, volts=230)
    with pytest.raises(calibrate.CalibrationError, match="no load"):
        calibrate.lag(app, 0)
    app, _, _ = bench(20, volts=230, angle=2 * math.pi / 3)
    with pytest.raises(calibrate.CalibrationError, match="another phase"):
        calibrate.lag(app, 0)
    assert app.settings.calibration[0] is None
