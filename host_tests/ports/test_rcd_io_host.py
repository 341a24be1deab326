"""RCD port: polarity, open cable, and the two kinds of test input."""

import pytest

from ballast.control.records import Scan
from ballast.control.safety import rcd_test
from ballast.ports.board_io import BoardIo
from ballast.ports.rcd_io import RcdIo
from ballast_bench import boards
from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.wiring import Wiring
from ballast_tools.ship.board_circuit import PULSED_MODULES

TRIP, TEST = 47, 6


@pytest.mark.parametrize("trip_level", [0, 1])
def test_trip_and_open_cable(dev, trip_level):
    port = RcdIo(TRIP, trip_level)
    scan = Scan()
    for level, expected in ((trip_level, 1), (1 - trip_level, 0), (None, 1)):
        dev.drive(TRIP, level)
        port.read(scan)
        assert scan.rcd_trip == expected


@pytest.mark.parametrize("test_level", [0, 1])
def test_level_test_input(dev, test_level):
    port = RcdIo(TRIP, 1, TEST, test_level)
    assert dev.pad(TEST) == 1 - test_level
    port.write(1)
    assert dev.pad(TEST) == test_level
    port.write(0)
    assert dev.pad(TEST) == 1 - test_level


def test_pulsed_test_input(dev, clock):
    """Bender RCMB102: one pulse of 50..100 us; longer than 530 ms would be a reset."""
    edges = []
    dev.listen(TEST, lambda: edges.append((clock.us(), dev.pad(TEST))))
    port = RcdIo(TRIP, 1, TEST, 1, pulse_us=75)
    edges.clear()
    for _ in range(5):
        port.write(1)
    assert [level for _, level in edges] == [1, 0]
    assert edges[1][0] - edges[0][0] == 75
    port.write(0)
    port.write(1)
    assert len(edges) == 4


def test_without_a_test_input(dev):
    port = RcdIo(TRIP)
    port.write(1)
    assert dev.pad(TEST) is None


MODULES = [("RCM14", 0, None), ("X6_X30", 1, None), ("RCMB102", 2, 75), ("RCMB104", 3, None)]


@pytest.mark.parametrize(("name", "row", "pulse_us"), MODULES)
@pytest.mark.parametrize("test_level", [0, 1])
@pytest.mark.parametrize("dead", [False, True])
def test_the_whole_self_test_through_pins_and_plant(dev, name, row, pulse_us, test_level, dead):
    """Control's test, the port, the pads, the wires, the module, and back."""
    board = boards.load(
        "bench", RCD_TEST_LEVEL=test_level, RCD_TEST_PULSE_US=pulse_us, RCD_MODULE=row
    )
    cp = ChargePoint(phases=3, rcd=name)
    cp.supply_v[:] = [230.0, 230.0, 230.0]
    wires = Wiring(dev, board, cp)
    io, scan = BoardIo(board), Scan()
    cp.rcd.test_dead = dead
    test = rcd_test.RcdTest(row)
    io.rcd.read(scan)
    test.start(0, scan.rcd_trip)
    now_ms = 0
    while test.state == rcd_test.RUNNING and now_ms < 10_000:
        io.rcd.write(test.drive)
        now_ms += 20
        cp.step(now_ms / 1000)
        wires.update(now_ms / 1000)
        io.rcd.read(scan)
        test.step(now_ms, scan.rcd_trip)
    assert test.state == (rcd_test.FAILED if dead else rcd_test.PASSED)


def test_the_checker_knows_which_modules_take_a_pulse():
    assert [rcd_test.NAMES[row] for row in PULSED_MODULES] == ["RCMB102"]
