"""Frozen in place of MicroPython's own _boot.py: the data partition, and no way to hang.

The stock one prints for ever when the file system cannot be mounted
(ports/esp32/modules/inisetup.py). A charger must come up instead: it formats the
data partition, starts with safe defaults and says so on its page.
"""

import gc

import vfs
from flashbdev import bdev

formatted = False  # read by main.py for the "settings lost" warning
try:
    vfs.mount(bdev, "/")
except OSError:
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(bdev, "/")
    formatted = True
gc.collect()
