"""The flash for updates: two application slots and the record of which one runs.

The partition labelled `romfs` holds both slots, one in each half. MicroPython 1.29 maps
only the partition with this label into memory (ports/esp32/esp32_partition.c). A slot is
mounted from its half of the mapped memory, and its code runs from flash instead of the
heap. A stock MicroPython has no ROMFS; there the halves hold LittleFS images ("littlefs").
The image starts at block 0 of its slot; the last block is its signed header.

A block is 4096 bytes. It is erased before it is written: 45 ms typical, 400 ms at most
(W25Q64JV data sheet, tSE) plus 16 pages. Nothing else runs during this time, so the
caller may write only while the contactor is open.

This file is frozen into the base image beside the loader, so it imports no other file of
the firmware.
"""

import esp32
from micropython import const

BLOCK = const(4096)
IMAGE_BLOCK = const(512)  # of a LittleFS image
_ERASE_BLOCK = const(6)  # ioctl numbers of vfs.AbstractBlockDev
_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)


class UpdateSlots:
    """blocks: size of one slot with its header. fs: "romfs" or "littlefs".

    apps, record: labels of the partitions.
    """

    def __init__(self, fs: str = "romfs", apps: str = "romfs", record: str = "slotrec") -> None:
        self.fs = fs
        self._part = esp32.Partition(apps)
        self._record = esp32.Partition(record)
        self.blocks = self._part.ioctl(_BLOCK_COUNT, 0) // 2

    def read(self, slot: int, block: int, buf: "bytearray | memoryview") -> None:
        """Fill `buf` (bytearray or memoryview of up to 4096 bytes) from a block."""
        self._part.readblocks(self._at(slot, block), buf)

    def write(self, slot: int, block: int, buf: "bytes | bytearray") -> None:
        """Erase a block and write `buf` (4096 bytes)."""
        self._part.writeblocks(self._at(slot, block), buf)

    def erase(self, slot: int, block: int) -> None:
        """Erase one block."""
        self._part.ioctl(_ERASE_BLOCK, self._at(slot, block))

    def read_record(self, sector: int, buf: bytearray) -> None:
        """Fill `buf` from block 0 or 1 of the slot record."""
        self._record.readblocks(sector, buf)

    def write_record(self, sector: int, buf: bytearray) -> None:
        """Erase block 0 or 1 of the slot record and write `buf`."""
        self._record.writeblocks(sector, buf)

    def device(self, slot: int, size: int) -> "memoryview | _Window":
        """What vfs.mount() needs for the image of `size` bytes: mapped flash or a block device."""
        if self.fs == "romfs":
            import vfs

            mapped = memoryview(vfs.rom_ioctl(2, 0))  # 2 = get segment
            start = slot * self.blocks * BLOCK
            return mapped[start : start + size]
        return _Window(self._part, slot * self.blocks * BLOCK, size)

    def _at(self, slot: int, block: int) -> int:
        # a wrong block number would be a block of the other slot
        if not 0 <= block < self.blocks or not 0 <= slot <= 1:
            raise ValueError("no such block")
        return slot * self.blocks + block


class _Window:
    """A LittleFS image inside a partition, as a read-only block device.

    Its blocks have 512 bytes, so that a hundred small files waste little space. They need
    not be as large as the flash's erase blocks, because nothing is erased here.
    """

    def __init__(self, part: esp32.Partition, start: int, size: int) -> None:
        self._part = part
        self._start = start
        self._blocks = size // IMAGE_BLOCK

    def readblocks(self, block: int, buf: "bytearray | memoryview", offset: int = 0) -> None:
        at = self._start + block * IMAGE_BLOCK + offset
        self._part.readblocks(at // BLOCK, buf, at % BLOCK)

    def writeblocks(
        self, block: int, buf: "bytes | bytearray | memoryview", offset: int = 0
    ) -> None:
        raise OSError(30)  # EROFS

    def ioctl(self, op: int, arg: int) -> int:
        if op == _BLOCK_COUNT:
            return self._blocks
        if op == _BLOCK_SIZE:
            return IMAGE_BLOCK
        return 0
