"""The raw partition of the journal: erased by sector, programmed by page.

`Partition.writeblocks(block, buf)` erases first; with a third argument it only programs
(ports/esp32/esp32_partition.c, esp32_partition_writeblocks: "An extended write, erasing must have
been done explicitly before this write"). A page program takes 0.4 to 0.7 ms, at most 3 ms; an
erase 45 ms, at most 400 ms (W25Q64JV data sheet, tPP and tSE). Both stop both cores.
"""

import esp32
from micropython import const

_BLOCK_COUNT = const(4)  # ioctl numbers of vfs.AbstractBlockDev
_ERASE_BLOCK = const(6)


class JournalFlash:
    """sectors: how many there are. OSError if this unit's partition table has no such label."""

    def __init__(self, label: str = "journal") -> None:
        self._part = esp32.Partition(label)
        self.sectors = self._part.ioctl(_BLOCK_COUNT, 0)

    def read(self, sector: int, at: int, buf: "bytearray | memoryview") -> None:
        """Fill `buf` from byte `at` of a sector on."""
        self._part.readblocks(sector, buf, at)

    def program(self, sector: int, at: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`. It should not cross a page of 256 bytes."""
        self._part.writeblocks(sector, data, at)

    def erase(self, sector: int) -> None:
        """Set every bit of a sector. Never called while the contactor is closed."""
        self._part.ioctl(_ERASE_BLOCK, sector)


def open_journal() -> "JournalFlash | None":
    """None on a unit whose partition table was made before there was a journal."""
    try:
        return JournalFlash()
    except OSError:
        return None
