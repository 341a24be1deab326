"""NOR flash with a power cut: what every test of storage and updates writes to.

Erase sets a block to 0xFF, programming can only clear bits. Each erase and each
program is one operation; `cut_at` = n lets operation n happen half and then raises
PowerCut, and every later one too, until `power_on()`. What is half done is the worst
of what NOR flash shows: a half-erased block and a page programmed in part.
"""

from ballast_bench.fakes.esp_err import esp_error


class PowerCut(BaseException):
    """Not an Exception: no `except Exception` of the firmware may survive it."""


class Flash:
    def __init__(self, blocks, block_bytes=4096):
        self.block_bytes = block_bytes
        self.data = bytearray(b"\xff" * (blocks * block_bytes))
        self.ops = 0
        self.cut_at = None
        self.dead = False

    def power_on(self):
        self.cut_at = None
        self.dead = False
        self.ops = 0

    def read(self, offset, size):
        if self.dead:
            raise PowerCut
        return bytes(self.data[offset : offset + size])

    def erase(self, block):
        start = block * self.block_bytes
        size = self.block_bytes // 2 if self._last() else self.block_bytes
        self.data[start : start + size] = b"\xff" * size
        self._done()

    def program(self, offset, content):
        size = len(content) // 2 if self._last() else len(content)
        for i in range(size):
            self.data[offset + i] &= content[i]
        self._done()

    def _last(self):
        if self.dead:
            raise PowerCut
        return self.ops == self.cut_at

    def _done(self):
        self.dead = self.ops == self.cut_at
        self.ops += 1
        if self.dead:
            raise PowerCut


class Partition:
    """esp32.Partition over a Flash (its methods, as in ports/esp32/esp32_partition.c)."""

    TYPE_APP, TYPE_DATA, BOOT, RUNNING = 0, 1, 0, 1

    table = {}  # label -> (Flash, first block, blocks); set by `install`
    confirmed = 0

    def __init__(self, label):
        if label not in self.table:
            raise OSError(2)
        self._flash, self._first, self._blocks = self.table[label]

    def readblocks(self, block, buf, offset=0):
        start = self._at(block, len(buf)) + offset
        buf[:] = self._flash.read(start, len(buf))

    def writeblocks(self, block, buf, offset=None):
        start = self._at(block, len(buf))
        if offset is None:
            for i in range(0, len(buf), self._flash.block_bytes):
                self._flash.erase((start + i) // self._flash.block_bytes)
            offset = 0
        self._flash.program(start + offset, bytes(buf))

    def ioctl(self, op, arg):
        if op == 4:
            return self._blocks
        if op == 5:
            return self._flash.block_bytes
        if op == 6:
            self._flash.erase(self._at(arg, 0) // self._flash.block_bytes)
        return 0

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        cls.confirmed += 1

    def _at(self, block, size):
        start = block * self._flash.block_bytes
        if block < 0 or start + size > self._blocks * self._flash.block_bytes:
            raise esp_error("ESP_ERR_INVALID_SIZE")
        return self._first * self._flash.block_bytes + start
