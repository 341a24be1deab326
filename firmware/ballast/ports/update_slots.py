"""The flash behind updates: two application slots and the record of which one runs.

Both slots lie in one partition labelled `romfs`, half each. MicroPython 1.29 maps
only the partition of this label into memory (ports/esp32/esp32_partition.c), so
this is how there can be two of them: each is mounted from a slice of the mapped
flash, and its code runs from there instead of the heap. A stock MicroPython has no
ROMFS; there the same halves hold LittleFS images ("littlefs").
The last block of a slot is its signed header, the image starts at block 0.

A block is 4096 bytes. Writing one erases it first: 45 ms typical, 400 ms at most
(W25Q64JV data sheet, tSE) plus 16 pages; nothing else runs meanwhile, therefore the
caller may only write while the contactor is open.

Frozen into the base image beside the loader: imports nothing of ours.
"""

import esp32
from micropython import const

BLOCK = const(4096)
IMAGE_BLOCK = const(512)  # of a LittleFS image
_ERASE_BLOCK = const(6)  # ioctl numbers of vfs.AbstractBlockDev
_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)


class UpdateSlots:
    """blocks: of one slot, header included. fs: "romfs" or "littlefs"."""

    def __init__(self, fs="romfs", apps="romfs", record="slotrec"):
        self.fs = fs
        self._part = esp32.Partition(apps)
        self._record = esp32.Partition(record)
        self.blocks = self._part.ioctl(_BLOCK_COUNT, 0) // 2

    def read(self, slot, block, buf):
        """Fill `buf` (bytearray or memoryview of up to 4096 bytes) from a block."""
        self._part.readblocks(self._at(slot, block), buf)

    def write(self, slot, block, buf):
        """Erase a block and write `buf` (4096 bytes)."""
        self._part.writeblocks(self._at(slot, block), buf)

    def erase(self, slot, block):
        self._part.ioctl(_ERASE_BLOCK, self._at(slot, block))

    def read_record(self, sector, buf):
        self._record.readblocks(sector, buf)

    def write_record(self, sector, buf):
        self._record.writeblocks(sector, buf)

    def device(self, slot, size):
        """What a VFS class mounts for an image of `size` bytes: mapped flash, or blocks."""
        if self.fs == "romfs":
            import vfs

            mapped = memoryview(vfs.rom_ioctl(2, 0))  # 2 = get segment
            start = slot * self.blocks * BLOCK
            return mapped[start : start + size]
        return _Window(self._part, slot * self.blocks * BLOCK, size)

    def _at(self, slot, block):
        # a wrong number would land in the other slot
        if not 0 <= block < self.blocks or not 0 <= slot <= 1:
            raise ValueError("no such block")
        return slot * self.blocks + block


class _Window:
    """A LittleFS image inside a partition, read only.

    Its blocks are small (512 bytes): nothing is ever erased here, so the flash's erase
    size does not matter, and a hundred small files waste little.
    """

    def __init__(self, part, start, size):
        self._part = part
        self._start = start
        self._blocks = size // IMAGE_BLOCK

    def readblocks(self, block, buf, offset=0):
        at = self._start + block * IMAGE_BLOCK + offset
        self._part.readblocks(at // BLOCK, buf, at % BLOCK)

    def writeblocks(self, block, buf, offset=0):
        raise OSError(30)  # EROFS

    def ioctl(self, op, arg):
        if op == _BLOCK_COUNT:
            return self._blocks
        if op == _BLOCK_SIZE:
            return IMAGE_BLOCK
        return 0
