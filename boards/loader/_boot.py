"""Frozen in place of MicroPython's own _boot.py: safe pins, the data partition, no way to hang.

It runs before boot.py, and after machine.reset() or the watchdog the outputs still have the
level that the last run gave them. Formatting takes up to 0.9 s, so the pins come first.

The stock one prints for ever when the file system cannot be mounted
(ports/esp32/modules/inisetup.py). A charger must come up instead: it formats the
data partition, starts with safe defaults and says so on its page. It does so only if LittleFS
says three times that what it read is no LittleFS, not if the flash could not be read.

MicroPython runs this file in the namespace of __main__ (shared/runtime/pyexec.c), where
compose/chip.py of the application finds `formatted`.
"""

import gc

import vfs
from flashbdev import bdev

try:
    import boot  # noqa: F401 - frozen too: importing it makes the pins safe
except BaseException as error:  # noqa: BLE001 - MicroPython runs boot.py itself after this file
    print("ballast: boot.py:", error)

_TRIES = 3
_NO_LITTLEFS = (84, 22, 19)  # CORRUPT (also of an empty partition), EINVAL, ENODEV


def _blank():
    """Whether nothing was ever written: a new chip, where nothing is lost."""
    block = bytearray(bdev.ioctl(5, 0))
    for number in (0, 1):  # LittleFS keeps its superblock in these two
        bdev.readblocks(number, block)
        if block.count(b"\xff") != len(block):
            return False
    return True


def _mount():
    """Mount the data partition; errno of the last of three tries, 0 = it is mounted.

    LittleFS is named, because vfs.mount() by itself tries FAT next and then hides the
    error of LittleFS (extmod/vfs.c:166-208).
    """
    errno = 0
    for _ in range(_TRIES):
        try:
            vfs.mount(vfs.VfsLfs2(bdev), "/")
            return 0
        except OSError as error:
            errno = error.args[0]
        except MemoryError:
            errno = 12
        gc.collect()
    return errno


formatted = False  # True: what the partition held could not be read, and is gone
_errno = _mount()
if _errno in _NO_LITTLEFS:
    formatted = not _blank()
    vfs.VfsLfs2.mkfs(bdev)
    _errno = _mount()
if _errno:
    print("ballast: no data partition: error", _errno)
gc.collect()
