"""A LittleFS on flash that can lose its power, and the `os` that ports/storage.py sees.

The same C code as on the device (littlefs-python wraps it), with MicroPython's geometry.
"""

import littlefs
from littlefs import lfs
from littlefs.context import UserContext

from ballast_bench.devices.flash import Flash, PowerCut
from ballast_bench.devices.lfs_geometry import GEOMETRY

BLOCK = 4096
IO_ERROR = -5


class _Device(UserContext):
    """littlefs callbacks onto a Flash. A cut becomes an I/O error, as C cannot raise.

    raised: what a call back raised, for whoever called littlefs.
    """

    def __init__(self, flash):
        self.flash = flash
        self.raised = None
        self.in_size = len(flash.data)
        self.buffer = flash.data

    def read(self, cfg, block, off, size):
        return bytearray(self._try(self.flash.read, block * BLOCK + off, size) or size)

    def prog(self, cfg, block, off, data):
        self._try(self.flash.program, block * BLOCK + off, bytes(data))
        return IO_ERROR if self.raised else 0

    def erase(self, cfg, block):
        self._try(self.flash.erase, block)
        return IO_ERROR if self.raised else 0

    def _try(self, action, *args):
        if self.raised is None:
            try:
                return action(*args)
            except BaseException as error:  # noqa: BLE001 - raised again by Disk.guard()
                self.raised = error
        return None


class Disk:
    """An `os` and an `open` for ports/storage.py; after a cut every call raises PowerCut.

    blocks: of the data partition, the first ones of the flash. journal: sectors behind them.
    """

    def __init__(self, blocks=24, journal=0):
        self.flash = Flash(blocks + journal, BLOCK)
        self.blocks = blocks
        self.journal = JournalPart(self.flash, blocks, journal) if journal else None
        self.fs = self._new(format_it=True)

    def _new(self, format_it=False):
        self._device = _Device(self.flash)
        fs = littlefs.LittleFS(
            context=self._device,
            block_size=BLOCK,
            block_count=self.blocks,
            mount=False,
            **GEOMETRY,
        )
        if format_it:
            fs.format()
        fs.mount()
        return fs

    def format(self):
        """Make the file system anew."""
        self.fs = self._new(format_it=True)

    def power_cycle(self):
        """Power comes back; a new mount finds what is in flash, nothing from memory."""
        self.flash.power_on()
        self.fs = self._new()

    def call(self, method, *args):
        return self.guard(getattr(self.fs, method), *args)

    # what ports/storage.py uses of the module os

    def mkdir(self, path):
        self.call("mkdir", path)

    def listdir(self, path):
        return self.call("listdir", path)

    def rename(self, old, new):
        self.call("rename", old, new)

    def remove(self, path):
        self.call("remove", path)

    def open(self, path, mode):
        return _File(self, self.guard(lfs.file_open, self.fs.fs, path, mode))

    def guard(self, function, *args):
        try:
            result = function(*args)
        except (littlefs.LittleFSError, OSError) as error:
            self._reraise()
            raise OSError(-getattr(error, "code", IO_ERROR), str(error)) from error
        self._reraise()
        return result

    def _reraise(self):
        if self._device.raised is not None:
            raise self._device.raised
        if self.flash.dead:
            raise PowerCut


class JournalPart:
    """ports/journal_flash.JournalFlash over the sectors behind the data partition."""

    def __init__(self, flash, first, sectors):
        self.flash = flash
        self._first = first
        self.sectors = sectors

    def read(self, sector, at, buf):
        buf[:] = self.flash.read((self._first + sector) * BLOCK + at, len(buf))

    def program(self, sector, at, data):
        if at // 256 != (at + len(data) - 1) // 256:
            raise AssertionError("more than one page program")
        self.flash.program((self._first + sector) * BLOCK + at, data)

    def erase(self, sector):
        self.flash.erase(self._first + sector)


class _File:
    """An open file. After a cut the handle is left alone: its file system is gone."""

    def __init__(self, disk, handle):
        self._disk = disk
        self._handle = handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._disk.flash.dead:
            self._call(lfs.file_close)

    def _call(self, function, *args):
        return self._disk.guard(function, self._disk.fs.fs, self._handle, *args)

    def read(self):
        return bytes(self._call(lfs.file_read, self._call(lfs.file_size)))

    def write(self, data):
        return self._call(lfs.file_write, bytes(data))

    def flush(self):
        self._call(lfs.file_sync)
