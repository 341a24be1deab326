"""Contactor port: coil, dead-man, feedback, and what an open cable reads as."""

import pytest

from ballast.control.records import NOT_FITTED, Scan
from ballast.ports.contactor_io import ContactorIo

COIL, PULSE, MIRROR, LOAD = 15, 16, 7, (8, 9, 21)


def full(dev):
    return ContactorIo(COIL, 1, PULSE, MIRROR, 1, LOAD, 0)


def test_off_after_construction_and_only_one_is_on(dev):
    port = full(dev)
    assert dev.pad(COIL) == 0
    port.write(1)
    assert dev.pad(COIL) == 1
    for not_on in (0, 2, -1, None, True + True):
        port.write(1)
        port.write(not_on)
        assert dev.pad(COIL) == 0


def test_a_coil_that_is_on_with_a_low_level(dev):
    port = ContactorIo(COIL, 0)
    assert dev.pad(COIL) == 1
    port.write(1)
    assert dev.pad(COIL) == 0


def test_the_dead_man_pulses_only_while_on(dev):
    port = full(dev)
    seen = []
    for _ in range(6):
        port.write(1)
        seen.append(dev.pad(PULSE))
    assert seen == [1, 0, 1, 0, 1, 0]
    port.write(1)
    for _ in range(3):
        port.write(0)
        assert dev.pad(PULSE) == 0


@pytest.mark.parametrize(("level", "closed"), [(1, 1), (0, 0), (None, 1)])
def test_mirror(dev, level, closed):
    """None is an open cable: it reads as closed, so that it is found as a weld."""
    port = full(dev)
    for pin in LOAD:
        dev.drive(pin, 1)
    dev.drive(MIRROR, level)
    scan = Scan()
    port.read(scan)
    assert scan.mirror == closed


@pytest.mark.parametrize("bits", range(8))
def test_load_live(dev, bits):
    port = full(dev)
    dev.drive(MIRROR, 0)
    for phase, pin in enumerate(LOAD):
        dev.drive(pin, 0 if bits >> phase & 1 else 1)
    scan = Scan()
    port.read(scan)
    assert scan.load_live == bits
    for pin in LOAD:
        dev.drive(pin, None)
    port.read(scan)
    assert scan.load_live == 0  # open cables: not live, so that "does not close" is found


def test_one_phase_and_nothing_fitted(dev):
    one = ContactorIo(COIL, load_pins=(8,), live_level=1)
    dev.drive(8, 1)
    scan = Scan()
    one.read(scan)
    assert (scan.mirror, scan.load_live) == (NOT_FITTED, 1)
    bare = ContactorIo(COIL)
    scan.load_live = 5
    bare.read(scan)
    assert (scan.mirror, scan.load_live) == (NOT_FITTED, NOT_FITTED)


def test_dead_man_opens_a_closed_contactor_without_software(rig):
    port = full(rig.dev)
    for n in range(1, 11):
        port.write(1)
        rig.at(0.02 * n)
    assert rig.cp.contactor.mirror == 1
    opened_after = None
    for n in range(11, 40):  # the step has stopped: the coil pin stays high
        rig.at(0.02 * n)
        if rig.cp.contactor.mirror == 0:
            opened_after = 0.02 * (n - 10)
            break
    assert rig.dev.pad(COIL) == 1
    assert opened_after is not None
    assert opened_after <= 0.16
