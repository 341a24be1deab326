"""RCD port: polarity, open cable, and the two kinds of test input."""

import pytest

from ballast.control.records import Scan
from ballast.ports.rcd_io import RcdIo

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
