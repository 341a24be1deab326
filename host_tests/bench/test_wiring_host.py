"""The copper between chip and plant: dividers, open cables, floating pins, the air."""

import network
import pytest

from ballast.control.records import PILOT_NEG, PILOT_PWM
from ballast.ports.board_io import BoardIo
from ballast.ports.espnow_radio import EspnowRadio
from ballast_bench import boards, fakes, wiring
from ballast_bench.fakes.resets import KINDS
from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.plant.radio import Radio
from ballast_bench.wiring import Wiring
from ballast_tools.ship.board_check import read_board

NAMES = boards.names()


@pytest.mark.parametrize("name", NAMES)
def test_calibration_constants_are_those_of_the_resistors(name):
    """200k / 33k / 31.6k: each board says so in its comments."""
    values = read_board(boards.BOARDS / name / "board.py")[0]
    zero_mv, slope = wiring.cp_divider()
    assert abs(values["CP_OFFSET_UV"] / 1000 - zero_mv) < 0.2
    assert abs(values["CP_GAIN_X100"] / 100 * slope - 1) < 0.001


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("ohm", "nominal"), [(None, 12000), (2740, 9000), (882, 6000)])
def test_every_board_on_its_own_chip(clock, name, ohm, nominal):
    """Pins exist, ports are made, 10 A of PWM is read back through the board's constants."""
    from ballast.control.records import Fit, Out, Scan

    board = boards.load(name)
    with fakes.Device(clock, board.CHIP) as device:
        cp = ChargePoint(phases=board.PHASES)
        wires = Wiring(device, board, cp)
        io, scan, out, fit = BoardIo(board), Scan(), Out(), Fit()
        io.fit(fit)
        out.pilot, out.duty_u16 = PILOT_PWM, 10923
        io.write(out)
        cp.pilot.load(ohm)
        if board.CP_SPACING_US:
            device.adc_read_us = 60
            wires.timed()
        for n in range(1, 6):
            wires.update(0.02 * n)
            io.read_all(scan)
            assert abs(scan.pilot_high_mv - nominal) < 180
            assert abs(scan.pilot_low_mv + 12000) < 180
        assert (scan.rcd_trip, scan.pe) == (0, 1 if board.PE_PIN else -1)
        assert device.pad(board.CP_PWM_PIN).bits == board.CP_PWM_BITS == fit.pwm_bits
        io.safe()
        assert device.pad(board.COIL_PIN) != board.COIL_ON_LEVEL


@pytest.mark.parametrize("cp_mv", range(-12600, 12601, 350))
def test_the_whole_chain_is_true_to_60_mv(rig, cp_mv):
    """Plant volts, divider, ADC, port, mV: without noise only quantisation is left."""
    zero_mv, slope = wiring.cp_divider()
    io = BoardIo(rig.board)
    rig.dev.feed_adc(1, [(zero_mv + slope * cp_mv) * 1000])
    io.pilot.read(rig.scan)
    assert abs(rig.scan.pilot_high_mv - cp_mv) <= 60
    assert rig.scan.pilot_high_mv == rig.scan.pilot_low_mv


@pytest.mark.parametrize("kind", KINDS)
def test_a_chip_in_reset_is_safe_at_the_plant(rig, kind):
    """Pads that float give state F and no coil; pads that stay are opened by the dead-man."""
    io = BoardIo(rig.board)
    rig.out.coil, rig.out.pilot, rig.out.duty_u16 = 1, PILOT_PWM, 17472
    for n in range(1, 20):
        io.write(rig.out)
        rig.at(0.02 * n)
    assert rig.cp.contactor.mirror == 1
    rig.dev.hard_reset(kind)
    assert (rig.cp.pilot.high_mv < -11000) is not KINDS[kind].pads
    rig.at(0.5)
    assert rig.cp.contactor.mirror == 0


CABLES = [
    ("mirror", "mirror", 0, 1),
    ("load", "load_live", 0, 0),
    ("rcd", "rcd_trip", 0, 1),
    ("pe", "pe", 1, 0),
    ("button", "button", 0, 0),
]


@pytest.mark.parametrize(("cable", "field", "whole", "cut"), CABLES)
def test_open_cables(rig, cable, field, whole, cut):
    io = BoardIo(rig.board)
    rig.at(0.02)
    io.read(rig.scan)
    assert getattr(rig.scan, field) == whole
    rig.wiring.cut.add(cable)
    rig.at(0.04)
    io.read(rig.scan)
    assert getattr(rig.scan, field) == cut
    rig.wiring.cut.clear()
    rig.at(0.06)
    io.read(rig.scan)
    assert getattr(rig.scan, field) == whole


def test_an_open_cable_of_the_plants_own_rcd(rig):
    io = BoardIo(rig.board)
    rig.cp.rcd.cable_open = True
    rig.cp.touch()
    rig.at(0.04)
    io.read(rig.scan)
    assert rig.scan.rcd_trip == 1


@pytest.mark.parametrize("inverted", [0, 1])
def test_pilot_modes_reach_the_plant(dev, inverted):
    board = boards.load("bench", CP_PWM_INVERTED=inverted)
    cp = ChargePoint(phases=3)
    Wiring(dev, board, cp)
    io = BoardIo(board)
    assert cp.pilot.low_mv > 11000
    io.pilot.write(PILOT_PWM, 17472)
    assert abs(cp.pilot.duty - 0.2666) < 0.0002
    assert cp.pilot.freq_hz == 1000
    io.pilot.write(PILOT_NEG, 0)
    assert cp.pilot.high_mv < -11000


def test_advertised_duty_is_never_more_than_what_was_written(rig):
    io = BoardIo(rig.board)
    for duty in range(6552, 55000, 331):
        io.pilot.write(PILOT_PWM, duty)
        assert 0 <= duty / 65536 - rig.cp.pilot.duty < 1 / 8192


def test_the_fast_readings_are_those_of_the_timed_mode(rig, clock):
    """The bench's shortcut (a prepared list) against readings on the true waveform."""
    io = BoardIo(rig.board)
    io.pilot.write(PILOT_PWM, 17472)
    for ohm in (2740, 882, 246):
        rig.cp.pilot.load(ohm)
        rig.wiring.update(1.0)
        io.pilot.read(rig.scan)
        fast = rig.scan.pilot_high_mv, rig.scan.pilot_low_mv
        rig.wiring.timed()
        rig.dev.adc_read_us = 116
        io.pilot.read(rig.scan)
        for one, other in zip(fast, (rig.scan.pilot_high_mv, rig.scan.pilot_low_mv), strict=True):
            assert abs(one - other) < 100
        rig.wiring._timed = False


def test_frames_through_the_plants_air(clock):
    radio = Radio(seed=4)
    radio.air.loss_good = 0.0
    ends = []
    for n in (1, 2):
        device = fakes.Device(clock, mac=bytes([2, 0, 0, 0, 0, n]))
        board = boards.load("bench")
        with device:
            wires = Wiring(device, board, ChargePoint(phases=3), radio, seed=n)
            network.WLAN(network.WLAN.IF_STA).active(True)
            port = EspnowRadio()
            port.start()
        wires.update(0.02)
        ends.append((device, wires, port))
    (dev_a, _, a), (dev_b, wires_b, b) = ends
    for wires in (ends[0][1], wires_b):
        wires.air.tune()
    assert a.send(dev_b.mac, b"hello")
    assert b.receive() is None  # still in the air
    radio.advance(1.0)
    assert b.receive()[:2] == (dev_a.mac, b"hello")
    b.stop()
    wires_b.air.tune()
    a.send(dev_b.mac, b"again")
    radio.advance(2.0)
    assert b.receive() is None


def test_one_phase_board(dev):
    board = boards.load("bench", PHASES=1, LOAD_PINS=(8,))
    cp = ChargePoint(phases=1)
    cp.supply_v[0] = 230.0
    wires = Wiring(dev, board, cp)
    io = BoardIo(board)
    from ballast.control.records import Out, Scan

    out, scan = Out(), Scan()
    out.coil = 1
    for n in range(1, 20):
        io.write(out)
        cp.step(0.02 * n)
        wires.update(0.02 * n)
    io.read(scan)
    assert (scan.mirror, scan.load_live) == (1, 1)


def test_unknown_board_and_constant():
    with pytest.raises(boards.BoardError, match="no board 'nowhere'"):
        boards.load("nowhere")
    with pytest.raises(boards.BoardError, match="no constant SPEED"):
        boards.load("bench", SPEED=1)


def fresh_wiring(clock, seed=0, **values):
    """A wiring whose pilot has these figures, in state C at 16 A."""
    device = fakes.Device(clock)
    cp = ChargePoint(phases=1)
    for name, value in values.items():
        setattr(cp.pilot, name, value)
    wires = Wiring(device, boards.load("bench"), cp, seed=seed)
    cp.pilot.drive(1, 17476)
    cp.pilot.load(882.0)
    adc = device.adc_input(wires.board.CP_ADC_PIN)
    return wires, adc


def bursts(wires, adc, steps):
    """What the port's burst in each step gives."""
    out = []
    for n in range(1, steps + 1):
        wires.update(0.02 * n)
        out.append(tuple(adc.take() for _ in range(wires.board.CP_BURST)))
    return out


def test_fresh_noise_does_not_repeat_and_stale_noise_does(clock):
    stale = bursts(*fresh_wiring(clock, noise_mv=60.0), 1000)
    fresh = bursts(*fresh_wiring(clock, noise_mv=60.0, fresh=True), 1000)
    assert len(set(stale)) <= 125  # 250 samples, read 34 at a time
    assert len(set(fresh)) > 600
    assert fresh == bursts(*fresh_wiring(clock, noise_mv=60.0, fresh=True), 1000)
    assert fresh != bursts(*fresh_wiring(clock, 1, noise_mv=60.0, fresh=True), 1000)


@pytest.mark.parametrize("noise_mv", [0.0, 60.0, 300.0])
@pytest.mark.parametrize("ripple_mv", [0.0, 50.0, 500.0])
def test_fresh_noise_has_its_amplitude(clock, noise_mv, ripple_mv):
    wires, adc = fresh_wiring(clock, noise_mv=noise_mv, ripple_mv=ripple_mv, ripple_hz=130.0, fresh=True)
    zero_mv, slope = wiring.cp_divider()
    seen = [(uv / 1000 - zero_mv) / slope for burst in bursts(wires, adc, 2000) for uv in burst]
    high, low = max(seen), min(seen)
    around_mv = noise_mv + ripple_mv + (3.0 + 1.5) / slope  # the ADC's own noise and its steps
    assert wires.cp.pilot.high_mv + 0.6 * (noise_mv + ripple_mv) < high <= wires.cp.pilot.high_mv + around_mv
    assert wires.cp.pilot.low_mv - around_mv <= low < wires.cp.pilot.low_mv - 0.6 * (noise_mv + ripple_mv)
