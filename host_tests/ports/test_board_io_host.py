"""The whole board: what is fitted, the rates of the slow inputs, order of writing, safe()."""

import time

import pytest

from ballast.control.records import NOT_FITTED, PILOT_HOLD, PILOT_PWM, Fit, Out, Scan
from ballast.ports.board_io import BoardIo
from ballast_bench import boards
from ballast_bench.plant.ev import EV


@pytest.fixture
def io(rig):
    rig.at(0.2)
    return BoardIo(rig.board)


def test_first_frame_knows_every_input(rig, io):
    io.read_all(rig.scan)
    scan = rig.scan
    assert scan.pilot_low_mv > 11800
    assert (scan.rcd_trip, scan.mirror, scan.load_live, scan.pe, scan.button) == (0, 0, 0, 1, 0)
    assert all(abs(mv - 230000) < 3000 for mv in scan.supply_mv)
    assert scan.meter_seq == 2
    assert all(1200 < mv < 1500 for mv in scan.ntc_mv)  # 20 degC: 1386 mV


def test_rates(rig, io):
    """In 2 s: own meter 20 times, each thermistor 10 times; the pilot every step."""
    calls = {2: 0, 4: 0, 5: 0, 1: 0}
    for pin in calls:
        source = rig.dev.adc_input(pin)
        inner = source.take

        def counted(inner=inner, pin=pin):
            calls[pin] += 1
            return inner()

        source.take = counted
    for _ in range(100):
        io.read(rig.scan)
    assert rig.scan.meter_seq == 20
    assert [calls[pin] for pin in rig.board.NTC_PINS] == [40, 40, 40]  # four readings each
    assert calls[1] == 100 * rig.board.CP_BURST


def test_a_meter_that_lost_its_supply_comes_back(rig, io):
    chip = rig.dev.spi_slaves[10]
    rig.cp.meter.silent = True
    for _ in range(300):
        io.read(rig.scan)
    seq = rig.scan.meter_seq
    assert seq == 0
    chip.power_up()  # with its default gains: not believed until it is configured again
    rig.cp.meter.silent = False
    for _ in range(120):
        io.read(rig.scan)
    assert rig.scan.meter_seq > seq
    assert chip.config[0x61] == rig.board.METER_UGAIN[0]


def test_fit(rig, io):
    fit = Fit()
    io.fit(fit)
    assert (fit.phases, fit.rated_ma, fit.pwm_bits) == (3, 32000, 13)
    assert fit.mirror and fit.load_live and fit.pe and fit.rcd and fit.own_meter and fit.button
    assert fit.ntc == [True, True, True]
    assert (fit.ntc_pullup_ohm, fit.ntc_supply_mv, fit.rcd_module) == (10000, 2500, 1)


def test_what_is_not_fitted_is_said_and_never_read(dev):
    bare = boards.load(
        "bench",
        MIRROR_PIN=None,
        LOAD_PINS=None,
        PE_PIN=None,
        RCD_TRIP_PIN=None,
        METER_SPI=None,
        BUTTON_PIN=None,
        LED_PIN=None,
        COIL_PULSE_PIN=None,
        NTC_PINS=(2, None, None),
    )
    dev.feed_adc(2, [1_000_000])
    dev.feed_adc(1, [2_000_000])
    io, scan, fit = BoardIo(bare), Scan(), Fit()
    io.fit(fit)
    io.read_all(scan)
    io.write(Out())
    assert not (fit.mirror or fit.load_live or fit.pe or fit.rcd or fit.own_meter or fit.button)
    assert fit.ntc == [True, False, False]
    assert (scan.mirror, scan.load_live, scan.pe) == (NOT_FITTED,) * 3
    assert scan.rcd_trip == 1  # unknown is never "no residual current"
    assert scan.ntc_mv[1:] == [NOT_FITTED] * 2
    assert scan.meter_seq == 0


def test_calibration_of_the_unit_replaces_the_boards(rig):
    rig.at(0.02)
    io = BoardIo(rig.board, {"CP_OFFSET_UV": 1493700 - 30000, "METER_UGAIN": (1, 2, 3)})
    io.read(rig.scan)
    assert abs(rig.scan.pilot_high_mv - 12400) < 100
    assert rig.dev.spi_slaves[10].config[0x65] == 2


def test_write_and_safe(rig, io):
    out, dev = rig.out, rig.dev
    out.coil, out.pilot, out.duty_u16, out.rcd_test = 1, PILOT_PWM, 17472, 1
    io.write(out)
    assert (dev.pad(15), dev.pad(6)) == (1, 1)
    assert dev.pad(14).duty == 17472 >> 3
    io.safe()
    assert (dev.pad(15), dev.pad(16), dev.pad(6)) == (0, 0, 0)
    assert dev.pad(14).high_fraction() == 1.0


def test_a_trip_lets_the_coil_go_in_the_moment_it_is_read(rig, io):
    out, dev = rig.out, rig.dev
    out.coil = 1
    for gone in (False, True):
        io.write(out)
        if gone:
            rig.wiring.cut.add("rcd")  # the input's pull is the trip
            rig.wiring.update(0.0)
        io.read(rig.scan)
        assert rig.scan.rcd_trip == gone
        assert dev.pad(15) == (0 if gone else 1)


def test_safe_goes_on_after_an_error(rig, io):
    rig.out.coil = rig.out.rcd_test = 1
    rig.out.pilot, rig.out.duty_u16 = PILOT_PWM, 17472
    io.write(rig.out)
    io.pilot._pwm.deinit()  # the next duty raises RuntimeError
    with pytest.raises(RuntimeError):
        io.safe()
    assert (rig.dev.pad(15), rig.dev.pad(6)) == (0, 0)


def test_a_new_out_is_the_safe_state(rig, io):
    io.write(Out())
    assert rig.dev.pad(15) == 0
    assert rig.dev.pad(14).high_fraction() == 1.0
    assert Out().pilot == PILOT_HOLD


def test_a_car_through_all_the_copper(rig, io):
    """Plug in, PWM, car closes S2, contactor closes, current is read back."""
    scan, out, cp = rig.scan, rig.out, rig.cp
    cp.plug_in(EV(max_a=16.0, phases=(0, 1, 2), delay_s=0.5))
    out.pilot, out.duty_u16 = PILOT_PWM, 17472  # 26.66 %: 16 A
    for n in range(1, 500):
        rig.at(0.2 + 0.02 * n)
        io.read(scan)
        out.coil = 1 if 5000 < scan.pilot_high_mv < 7000 else 0
        io.write(out)
        io.read(scan)
    assert scan.mirror == 1
    assert scan.load_live == 7
    assert all(14500 < ma <= 16100 for ma in scan.ev_ma)
    assert scan.pilot_low_mv < -11500


def test_read_and_write_cost(rig, io, record_property):
    """Not a test of speed on this machine's mood: the median of many short runs."""
    scan, out = rig.scan, rig.out
    out.coil, out.pilot, out.duty_u16 = 1, PILOT_PWM, 17472
    rig.cp.pilot.load(882)
    rig.at(0.3)
    runs = []
    for _ in range(30):
        start = time.perf_counter()
        for _ in range(100):
            io.read(scan)
            io.write(out)
        runs.append((time.perf_counter() - start) * 1e4)
    runs.sort()
    record_property("us_per_step", round(runs[0], 1))
    print(f"io.read + io.write: {runs[0]:.1f} us at best, {runs[15]:.1f} us median")
