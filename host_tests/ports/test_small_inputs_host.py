"""PE monitor, button, thermistors, light."""

import pytest

from ballast.control import light
from ballast.control.records import NOT_FITTED, Scan
from ballast.control.safety.ntc import OPEN, SHORT, ddegc
from ballast.ports import led_io
from ballast.ports.button_io import ButtonIo
from ballast.ports.led_io import LedIo
from ballast.ports.pe_io import PeIo
from ballast.ports.thermistor_io import ThermistorIo


@pytest.mark.parametrize("good", [0, 1])
def test_pe(dev, good):
    port, scan = PeIo(39, good), Scan()
    for level, expected in ((good, 1), (1 - good, 0), (None, 0)):
        dev.drive(39, level)
        port.read(scan)
        assert scan.pe == expected


@pytest.mark.parametrize("pressed", [0, 1])
def test_button(dev, pressed):
    port, scan = ButtonIo(40, pressed), Scan()
    for level, expected in ((pressed, 1), (1 - pressed, 0), (None, 0)):
        dev.drive(40, level)
        port.read(scan)
        assert scan.button == expected


@pytest.mark.parametrize("degc", [-35, -20, 0, 25, 60, 90, 120])
def test_thermistor_through_divider_and_adc(rig, degc):
    """Physics of the plant against control's table: within 1 K, 2 K at the ends."""
    port = ThermistorIo(rig.board.NTC_PINS)
    ntc = rig.cp.ntc[0]
    ntc.degc = degc
    ntc.step(0.0, degc)
    for n in range(1, 5):
        rig.wiring.update(0.02 * n)
    port.read(rig.scan, 0)
    mv = rig.scan.ntc_mv[0]
    read = ddegc(mv, rig.board.NTC_SUPPLY_MV, rig.board.NTC_PULLUP_OHM)
    assert abs(read - 10 * degc) <= (10 if -20 <= degc <= 90 else 25)


@pytest.mark.parametrize(("fault", "expected"), [("open", OPEN), ("short", SHORT)])
def test_thermistor_faults_are_told_from_cold_and_hot(rig, fault, expected):
    port = ThermistorIo(rig.board.NTC_PINS)
    rig.cp.ntc[1].fault = fault
    rig.cp.ntc[1].step(0.0, 20.0)
    for n in range(1, 5):
        rig.wiring.update(0.02 * n)
    port.read(rig.scan, 1)
    mv = rig.scan.ntc_mv[1]
    assert ddegc(mv, rig.board.NTC_SUPPLY_MV, rig.board.NTC_PULLUP_OHM) == expected


def test_thermistor_not_fitted_and_adc_failure(dev):
    port, scan = ThermistorIo((2, None, 5)), Scan()
    dev.feed_adc(2, [1_250_000])
    port.read(scan, 0)
    port.read(scan, 1)
    assert abs(scan.ntc_mv[0] - 1250) <= 1
    assert scan.ntc_mv[1] == NOT_FITTED
    dev.fail_adc(2)
    port.read(scan, 0)
    assert scan.ntc_mv[0] == 0  # reads as a short: a fault, never "cold"


def test_led_numbers_are_those_of_control():
    names = ("READY", "CONNECTED", "CHARGING", "PAUSED", "FAULT", "LOCKED")
    theirs = ("READY", "WAIT", "CHARGE", "PAUSE", "FAULT", "LOCKED")
    for ours, control in zip(names, theirs, strict=True):
        assert getattr(led_io, ours) == getattr(light, control)


def show(dev, port, pattern):
    port.write(pattern)
    seen = []
    for _ in range(16):
        port.step()
        seen.append((dev.pad(41), dev.pad(18)))
    return seen


def test_led_patterns(dev):
    port = LedIo(41, 18, 1)
    looks = {p: tuple(show(dev, port, p)) for p in range(len(led_io.PATTERNS))}
    assert len(set(looks.values())) == len(led_io.PATTERNS)  # each can be told from the others
    assert set(looks[led_io.LOCKED]) == {(0, 1)}
    assert set(looks[led_io.READY]) == {(1, 0)}
    assert tuple(show(dev, port, 99)) == looks[led_io.FAULT]


def test_led_without_red_shows_faults_in_green_and_levels_may_be_inverted(dev):
    port = LedIo(41, None, 0)
    assert dev.pad(41) == 1
    seen = [level for level, _ in show(dev, port, led_io.LOCKED)]
    assert set(seen) == {0}
