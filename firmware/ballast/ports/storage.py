"""Files that survive a power cut at any moment: two generations, each replaced as a whole.

`NAME.0` and `NAME.1` are written alternately: first `NAME.tmp`, then flush and rename,
which LittleFS does completely or not at all. Each file has a counter, its length and a
CRC-32, so that `load` takes the newest file that is complete.
"""

import binascii
import os

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

OK = 0
OLDER = 1  # one file is damaged: the payload is that of the other file
MISSING = 2  # nothing was ever stored
DAMAGED = 3  # there are files, but none is complete

_MAGIC = b"BLS1"
_HEAD = 16  # magic, counter, length, CRC-32, each of 4 bytes, big-endian


class Storage:
    """folder: of the files, without a slash at the end; created if missing.

    disk: a file system with `open` and the functions of `os`, for the bench; None = the chip's.
    """

    # Any: the module os, or what the bench has instead
    def __init__(self, folder: str, disk: "Any" = None) -> None:
        self._folder = folder
        self._os: "Any" = os if disk is None else disk
        self._open = open if disk is None else disk.open
        try:
            self._os.mkdir(folder)
        except OSError:
            self._os.listdir(folder)  # it exists already; raises if it is no folder

    def _path(self, name: str, generation: "int | str") -> str:
        return "%s/%s.%s" % (self._folder, name, generation)

    def _read(self, name: str, generation: int) -> tuple[int, int, bytes]:
        """(OK, MISSING or DAMAGED; counter, -1 unless OK; payload)."""
        try:
            with self._open(self._path(name, generation), "rb") as file:
                data = file.read()
        except OSError:
            return MISSING, -1, b""
        if len(data) < _HEAD or data[:4] != _MAGIC:
            return DAMAGED, -1, b""
        payload = data[_HEAD:]
        crc = binascii.crc32(payload, binascii.crc32(data[4:12])) & 0xFFFFFFFF
        size = int.from_bytes(data[8:12], "big")
        if len(payload) != size or crc != int.from_bytes(data[12:16], "big"):
            return DAMAGED, -1, b""
        return OK, int.from_bytes(data[4:8], "big"), payload

    def load(self, name: str) -> "tuple[bytes | None, int]":
        """(payload or None, OK, OLDER, MISSING or DAMAGED)."""
        first, second = self._read(name, 0), self._read(name, 1)
        state, _, payload = first if first[1] > second[1] else second
        damaged = DAMAGED in (first[0], second[0])
        if state == OK:
            return payload, OLDER if damaged else OK
        return None, DAMAGED if damaged else MISSING

    def counter(self, name: str) -> int:
        """The counter of the newest file; 0 if there is none. Each save() raises it."""
        return max(self._read(name, 0)[1], self._read(name, 1)[1], 0)

    def save(self, name: str, payload: bytes, over: int = 0) -> int:
        """Store `payload` instead of the older file -> its counter, which is above `over`.

        OSError (disk full ...) changes nothing.
        """
        first, second = self._read(name, 0)[1], self._read(name, 1)[1]
        counter = max(first, second, over) + 1
        target = self._path(name, 1 if first > second else 0)
        body = counter.to_bytes(4, "big") + len(payload).to_bytes(4, "big")
        crc = binascii.crc32(payload, binascii.crc32(body)) & 0xFFFFFFFF
        temporary = self._path(name, "tmp")
        try:
            with self._open(temporary, "wb") as file:
                file.write(_MAGIC + body + crc.to_bytes(4, "big"))
                file.write(payload)
                file.flush()
        except OSError:
            self._remove(temporary)
            raise
        self._os.rename(temporary, target)
        return counter

    def erase(self, name: str) -> None:
        """Delete both generations (factory reset)."""
        for generation in (0, 1, "tmp"):
            self._remove(self._path(name, generation))

    def _remove(self, path: str) -> None:
        try:
            self._os.remove(path)
        except OSError:
            return
