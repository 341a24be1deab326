"""Frozen in place of MicroPython's own _boot.py: the data partition, and no way to hang.

The stock one prints for ever when the file system cannot be mounted
(ports/esp32/modules/inisetup.py). A charger must come up instead: it formats the
data partition, starts with safe defaults and says so on its page.

MicroPython runs this file in the namespace of __main__ (shared/runtime/pyexec.c), where
compose/chip.py of the application finds `formatted`.
"""

import gc

import vfs
from flashbdev import bdev


def _blank():
    """Whether nothing was ever written: a new chip, where nothing is lost."""
    block = bytearray(bdev.ioctl(5, 0))
    for number in (0, 1):  # LittleFS keeps its superblock in these two
        bdev.readblocks(number, block)
        if block.count(b"\xff") != len(block):
            return False
    return True


formatted = False  # True: what the partition held could not be read, and is gone
try:
    vfs.mount(bdev, "/")
except OSError:
    formatted = not _blank()
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(bdev, "/")
gc.collect()
