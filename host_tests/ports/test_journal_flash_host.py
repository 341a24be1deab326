"""The journal's partition as MicroPython offers it: a program does not erase."""

import pytest

import ballast_bench.fakes as fakes
from ballast_bench.upy.clock import ManualClock

fakes.install()

from ballast.ports.journal_flash import JournalFlash, open_journal  # noqa: E402
from ballast.services.memory.journal import Journal  # noqa: E402


@pytest.fixture
def chip():
    with fakes.Device(ManualClock()) as device:
        device.partitions["journal"] = bytearray(b"\xff" * (4 * 4096))
        yield device


def test_bits_are_only_cleared_until_the_sector_is_erased(chip):
    flash = JournalFlash()
    assert flash.sectors == 4
    flash.program(2, 32, b"\x0f")
    flash.program(2, 32, b"\xf1\x55")
    buf = bytearray(3)
    flash.read(2, 32, buf)
    assert buf == b"\x01\x55\xff" and chip.partitions["journal"][:8192] == b"\xff" * 8192
    erased = []
    chip.erase_watch = erased.append
    flash.erase(2)
    flash.read(2, 32, buf)
    assert buf == b"\xff\xff\xff" and erased == [1]


def test_a_journal_lives_on_it(chip):
    journal = Journal(open_journal())
    journal.prepare()
    assert journal.append(2, b"kept")
    found = []
    Journal(open_journal()).recover(lambda kind, payload: found.append(payload))
    assert found == [b"kept"]


def test_a_unit_from_before_the_journal_has_none(chip):
    del chip.partitions["journal"]
    assert open_journal() is None
