"""The clamp's composition root on fake pins: it boots, measures, pairs by its button, restarts."""

import math

import pytest

from ballast_bench import fakes, upy

fakes.install()

from ballast.ports.storage import Storage  # noqa: E402
from clamp import board, main  # noqa: E402
from clamp.settings import ClampSettings  # noqa: E402


@pytest.fixture
def chip(monkeypatch, tmp_path):
    before = upy.clock()
    clock = upy.install(upy.ManualClock(2**30 - 3000))
    monkeypatch.setattr(board, "CT_PINS", (1, 2, 3))
    monkeypatch.setattr(board, "BUTTON_PIN", 5)
    monkeypatch.setattr(board, "LED_PIN", 6)
    import time

    ticks = time.ticks_us

    def running():
        clock.advance_us(1)
        return ticks()

    monkeypatch.setattr(time, "ticks_us", running)
    with fakes.Device(clock, mac=b"\x02\xc1\xa3\x50\x00\x07") as device:
        device.clock = clock
        device.folder = str(tmp_path / "data")
        device.drive(5, 1)
        yield device
    upy.install(before)


def current(device, pin, amps):
    uv = amps * 3330 * math.sqrt(2)
    device.feed_adc_timed(pin, lambda us: 875_000 + uv * math.sin(2 * math.pi * 50 * us / 1e6))


def boot(device):
    app, button, led = main.make(Storage(device.folder))
    return app, button, led


def test_a_blank_clamp_measures_and_says_that_it_is_not_provisioned(chip):
    for pin, amps in ((1, 10.0), (2, 0.0), (3, 32.0)):
        current(chip, pin, amps)
    app, _, _ = boot(chip)
    assert app.settings.problem == "not provisioned"
    for _ in range(5):
        app.cycle()
    assert app.bad_windows == 0
    for got, want in zip(app.ma, (10000, 0, 32000), strict=True):
        assert abs(got - want) < max(100, want * 0.02)
    assert app.light() == "unpaired"


def test_the_epoch_rises_with_every_start(chip):
    for pin in (1, 2, 3):
        current(chip, pin, 1.0)
    store = Storage(chip.folder)
    s = ClampSettings()
    s.number = 4711
    store.save("clamp", s.dump())
    epochs = []
    for _ in range(3):
        chip.hard_reset()
        app, _, _ = boot(chip)
        epochs.append(app.settings.epoch)
        assert app.settings.number == 4711 and app.settings.problem == ""
    assert epochs == [1, 2, 3]


def test_the_button(chip):
    for pin in (1, 2, 3):
        current(chip, pin, 1.0)
    _, button, _ = boot(chip)
    assert button.poll() == ""
    chip.drive(5, 0)
    assert button.poll() == ""
    chip.clock.advance_ms(300)
    chip.drive(5, 1)
    assert button.poll() == "short" and button.poll() == ""
    chip.drive(5, 0)
    button.poll()
    chip.clock.advance_ms(10_000)
    assert button.poll() == "long" and button.poll() == ""
    chip.drive(5, 1)
    assert button.poll() == ""


def test_an_open_input_shows_on_the_lamp(chip):
    for pin in (1, 2, 3):
        chip.feed_adc_timed(pin, lambda us: 0)
    app, _, _ = boot(chip)
    app.cycle()
    assert app.light() == "fault" and main._BLINK["fault"]


def test_two_clamps_hear_nothing_of_each_other(chip):
    """Frames on the air are checked before they touch anything."""
    for pin in (1, 2, 3):
        current(chip, pin, 1.0)
    app, _, _ = boot(chip)
    app._radio._esp.on_air(b"\x02" * 6, b"BC\x01\x02" + bytes(40), -50)
    app._radio._esp.on_air(b"\x02" * 6, b"noise", -50)
    app.cycle()
    assert app.light() == "unpaired"
