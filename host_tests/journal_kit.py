"""A journal over a flash chip, for its tests."""

import pytest

from ballast.services.memory.journal import Journal
from ballast_bench.devices.flash import Flash, PowerCut
from ballast_bench.devices.lfs_disk import JournalPart

SECTORS = 6


def blank(sectors=SECTORS):
    return Flash(sectors)


def start(chip, port=None):
    """(journal, [(kind, payload) found]) of a start on this flash."""
    journal, found = Journal(port or JournalPart(chip, 0, len(chip.erases))), []
    journal.recover(lambda kind, payload: found.append((kind, bytes(payload))))
    return journal, found


def ready(sectors=SECTORS):
    """A flash whose sectors are all clean."""
    chip = blank(sectors)
    journal, _ = start(chip)
    while journal.erase_one():
        pass
    return chip


def every_cut(chip, work, step=1, erase_step=97):
    """For each operation of work(), and in it for each byte: (op, byte) with the flash cut there.

    Each work() begins with what the chip held before. step, erase_step: bytes between two cuts of
    a program and of an erase.
    """
    before = bytes(chip.data)
    sizes = []
    chip.power_on()
    real_program, real_erase = chip.program, chip.erase

    def program(at, data):
        sizes.append(len(data))
        real_program(at, data)

    def erase(block):
        sizes.append(4096)
        real_erase(block)

    chip.program, chip.erase = program, erase
    work()
    del chip.program, chip.erase
    for op in range(len(sizes)):
        size = sizes[op]
        for byte in sorted({*range(0, size, step if size < 4096 else erase_step), size}):
            chip.data[:] = before
            chip.weak.clear()
            chip.power_on()
            chip.cut_at, chip.cut_byte = op, byte
            with pytest.raises(PowerCut):
                work()
            chip.power_on()
            yield op, byte
    chip.data[:] = before
