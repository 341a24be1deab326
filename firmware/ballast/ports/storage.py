"""Files that survive a power cut at any write: two generations, each replaced in one stroke.

`NAME.0` and `NAME.1` are written by turns, through `NAME.tmp`, flush and rename
(atomic on LittleFS). Each carries a counter, its length and a CRC-32, so that a
reader takes the newest one that is whole.
"""

import binascii
import os

OK = 0
OLDER = 1  # the newest was damaged: the generation before it
MISSING = 2  # nothing was ever stored
DAMAGED = 3  # something is there, but nothing whole

_MAGIC = b"BLS1"
_HEAD = 16


def _u32(value):
    return bytes((value >> 24 & 0xFF, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF))


def _get32(data, at):
    return data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]


class Storage:
    """folder: where the files live, without a slash at the end; made if missing."""

    def __init__(self, folder):
        self._folder = folder
        try:
            os.mkdir(folder)
        except OSError:
            os.listdir(folder)  # there already; raises if it is not a folder

    def _path(self, name, generation):
        return "%s/%s.%s" % (self._folder, name, generation)

    def _read(self, name, generation):
        """(counter, payload), None = no such file, False = damaged."""
        try:
            with open(self._path(name, generation), "rb") as file:
                data = file.read()
        except OSError:
            return None
        if len(data) < _HEAD or data[:4] != _MAGIC:
            return False
        size = _get32(data, 8)
        crc = binascii.crc32(data[4:12])
        crc = binascii.crc32(data[_HEAD:], crc) & 0xFFFFFFFF
        if len(data) != _HEAD + size or crc != _get32(data, 12):
            return False
        return _get32(data, 4), data[_HEAD:]

    def load(self, name):
        """(payload or None, OK / OLDER / MISSING / DAMAGED)."""
        first, second = self._read(name, 0), self._read(name, 1)
        if first and second:
            return (first if first[0] > second[0] else second)[1], OK
        whole = first or second
        if whole:
            damaged = first is False or second is False
            return whole[1], OLDER if damaged else OK
        if first is None and second is None:
            return None, MISSING
        return None, DAMAGED

    def save(self, name, payload):
        """Replace; OSError (disk full ...) leaves what was there before."""
        first, second = self._read(name, 0), self._read(name, 1)
        counter = max(first[0] if first else 0, second[0] if second else 0) + 1
        keep_first = first and (not second or first[0] > second[0])
        target = self._path(name, 1 if keep_first else 0)
        body = _u32(counter) + _u32(len(payload))
        crc = binascii.crc32(payload, binascii.crc32(body)) & 0xFFFFFFFF
        temporary = self._path(name, "tmp")
        try:
            with open(temporary, "wb") as file:
                file.write(_MAGIC + body + _u32(crc))
                file.write(payload)
                file.flush()
        except OSError:
            self._remove(temporary)
            raise
        os.rename(temporary, target)

    def erase(self, name):
        """Forget both generations (factory reset)."""
        for generation in (0, 1, "tmp"):
            self._remove(self._path(name, generation))

    def _remove(self, path):
        try:
            os.remove(path)
        except OSError:
            return
