"""Own meter: register frames, scaling, a chip that is missing, silent or reset."""

import pytest

from ballast.control.records import Scan
from ballast.ports.power_meter_io import PowerMeterIo
from ballast_bench.fakes.atm90e32 import Atm90e32

CS = 10
GAIN_U, GAIN_I = (37106, 37000, 36900), (39473, 39000, 38900)


class Registers:
    """What the chip measures: 0.01 V and 0.001 A per count."""

    def __init__(self):
        self.silent = False
        self.values = {
            0xD9: 23012,
            0xDA: 23120,
            0xDB: 22890,
            0xDD: 10003,
            0xDE: 11000,
            0xDF: 65535,
        }

    def register(self, address):
        return self.values.get(address, 0)


@pytest.fixture
def chip(dev):
    chip = Atm90e32(Registers(), dev.clock)
    dev.spi_slaves[CS] = chip
    return chip


def make(line_hz=50):
    return PowerMeterIo(1, 12, 11, 13, CS, GAIN_U, GAIN_I, 0x15, line_hz)


def a_round(port, scan):
    port.read_l1(scan)
    port.read_l2(scan)
    port.read_l3(scan)


def test_configuration(dev, chip):
    port = make()
    assert port.present
    assert chip.bad_frames == 0
    assert chip.config[0x33] == 0x0087  # MMode0: 50 Hz, 3P4W
    assert chip.config[0x34] == 0x0015
    assert [chip.config[0x61 + 4 * p] for p in range(3)] == list(GAIN_U)
    assert [chip.config[0x62 + 4 * p] for p in range(3)] == list(GAIN_I)
    assert chip.config[0x00] == 1
    chip._write(0x33, 1)
    assert chip.config[0x33] == 0x0087  # locked again
    assert dev.pad(CS) == 1
    make(60)
    assert chip.config[0x33] == 0x1087


def test_a_round_is_handed_over_as_one(chip):
    port, scan = make(), Scan()
    port.read_l1(scan)
    port.read_l2(scan)
    assert (scan.meter_seq, scan.ev_ma) == (0, [0, 0, 0])
    port.read_l3(scan)
    assert scan.meter_seq == 1
    assert scan.supply_mv == [230120, 231200, 228900]
    assert scan.ev_ma == [10003, 11000, 65535]


def test_sequence_wraps(chip):
    port, scan = make(), Scan()
    scan.meter_seq = 0xFFFF
    a_round(port, scan)
    assert scan.meter_seq == 0


def test_no_chip(dev):
    port, scan = make(), Scan()
    assert not port.present
    a_round(port, scan)
    assert (scan.meter_seq, scan.supply_mv) == (0, [0, 0, 0])


def test_a_chip_that_falls_silent_gives_no_new_reading(chip):
    """MISO high reads 65.5 A on every phase: it must not be taken for a current."""
    port, scan = make(), Scan()
    a_round(port, scan)
    chip.meter.silent = True
    for _ in range(25):
        a_round(port, scan)
    assert scan.meter_seq == 1
    assert scan.ev_ma == [10003, 11000, 65535]
    assert port.needs_repair()
    assert not port.repair()
    assert not port.needs_repair()
    chip.meter.silent = False
    assert port.repair()
    a_round(port, scan)
    assert scan.meter_seq == 2


def test_single_failures_do_not_add_up(chip):
    port, scan = make(), Scan()
    for _ in range(10):
        chip.meter.silent = True
        for _ in range(19):
            a_round(port, scan)
        assert not port.needs_repair()
        chip.meter.silent = False
        a_round(port, scan)
    assert scan.meter_seq == 10


def test_a_chip_that_was_reset_is_not_believed(chip):
    """Its gain words are the defaults then: the currents would be wrong by a factor."""
    port, scan = make(), Scan()
    chip.power_up()
    a_round(port, scan)
    assert scan.meter_seq == 0
    assert port.repair()
    a_round(port, scan)
    assert scan.meter_seq == 1


def test_each_call_has_three_transfers_at_most(chip):
    port, scan = make(), Scan()
    for call in (port.read_l1, port.read_l2, port.read_l3):
        before = chip.frames
        call(scan)
        assert chip.frames - before <= 3


def test_a_bus_error_is_no_reading(chip, monkeypatch):
    port, scan = make(), Scan()

    def fail(*_):
        raise OSError(0x107)

    monkeypatch.setattr(chip, "frame", fail)
    a_round(port, scan)
    assert scan.meter_seq == 0
