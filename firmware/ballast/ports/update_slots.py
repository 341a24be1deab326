"""The flash behind updates: two application slots and the record of which one runs.

Two layouts (docs: boards/README.md):
 - "romfs": one partition labelled `romfs`, cut in halves. MicroPython 1.29 maps
   only this label into memory (ports/esp32/esp32_partition.c), so both slots lie in
   it and each is mounted from a slice: the code runs from flash, not from the heap.
 - "littlefs": partitions `app_a` and `app_b`, for a stock MicroPython without ROMFS.
The last block of a slot is its signed header, the image starts at block 0.

A block is 4096 bytes. Writing one erases it first: 45 ms typical, 400 ms at most
(W25Q64JV data sheet, tSE) plus 16 pages; nothing else runs meanwhile, therefore the
caller may only write while the contactor is open.

Frozen into the base image beside the loader: imports nothing of ours.
"""

import esp32
from micropython import const

BLOCK = const(4096)
_ERASE_BLOCK = const(6)  # ioctl numbers of vfs.AbstractBlockDev
_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)


class UpdateSlots:
    """blocks: of one slot, header included. fs: "romfs" or "littlefs"."""

    def __init__(self, fs="romfs", record="slotrec"):
        self.fs = fs
        if fs == "romfs":
            part = esp32.Partition("romfs")
            self.blocks = part.ioctl(_BLOCK_COUNT, 0) // 2
            self._parts = (part, part)
            self._base = (0, self.blocks)
        else:
            self._parts = (esp32.Partition("app_a"), esp32.Partition("app_b"))
            self.blocks = self._parts[0].ioctl(_BLOCK_COUNT, 0)
            self._base = (0, 0)
        self._record = esp32.Partition(record)

    def read(self, slot, block, buf):
        """Fill `buf` (bytearray or memoryview of up to 4096 bytes) from a block."""
        self._parts[slot].readblocks(self._base[slot] + self._inside(block), buf)

    def write(self, slot, block, buf):
        """Erase a block and write `buf` (4096 bytes)."""
        self._parts[slot].writeblocks(self._base[slot] + self._inside(block), buf)

    def erase(self, slot, block):
        self._parts[slot].ioctl(_ERASE_BLOCK, self._base[slot] + self._inside(block))

    def read_record(self, sector, buf):
        self._record.readblocks(sector, buf)

    def write_record(self, sector, buf):
        self._record.writeblocks(sector, buf)

    def device(self, slot):
        """What a VFS class mounts: a slice of mapped flash, or the partition."""
        if self.fs == "romfs":
            import vfs

            mapped = memoryview(vfs.rom_ioctl(2, 0))  # 2 = get segment
            start = self._base[slot] * BLOCK
            return mapped[start : start + self.blocks * BLOCK]
        return _Window(self._parts[slot], self.blocks - 1)

    def _inside(self, block):
        # in the romfs layout a wrong number would land in the other slot
        if not 0 <= block < self.blocks:
            raise ValueError("block outside the slot")
        return block


class _Window:
    """The image's blocks of a partition, read only: LittleFS wants the exact count."""

    def __init__(self, part, blocks):
        self._part = part
        self._blocks = blocks

    def readblocks(self, block, buf, offset=0):
        self._part.readblocks(block, buf, offset)

    def writeblocks(self, block, buf, offset=0):
        raise OSError(30)  # EROFS

    def ioctl(self, op, arg):
        if op == _BLOCK_COUNT:
            return self._blocks
        if op == _BLOCK_SIZE:
            return BLOCK
        return 0


def confirm_base():
    """Tell the boot loader that this MicroPython runs (CONFIG_BOOTLOADER_APP_ROLLBACK)."""
    esp32.Partition.mark_app_valid_cancel_rollback()
