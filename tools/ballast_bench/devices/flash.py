"""NOR flash with a power cut: what every test of storage and updates writes to.

Erase sets a block to 0xFF, programming can only clear bits. Each erase and each program is one
operation; `cut_at` = n lets the power go during operation n, which raises PowerCut, as does every
later one until `power_on()`. What the cut leaves is drawn from `seed`, the same each time:

* a page program: the bytes before `cut_byte` are programmed, in that byte some of the bits, and the
  bytes after it are as they were. cut_byte None = half of the bytes;
* an erase: the bytes before `cut_byte` read as erased, the rest is anything, since a chip programs
  a sector to 0 before it erases it (W25Q64JV data sheet, 8.2.17: the content is not defined after
  a cut). The block is *weak*: whatever it reads, bits programmed into it may be lost. So
  programming a weak block before a complete erase is a mistake of the firmware, and raises.

watch(kind, amount) is called for each operation with "flash_erase" (sectors), "flash_write" or
"flash_read" (bytes): the chip that the flash is soldered to spends time there. If it is reset
meanwhile (watch raises), the operation is cut short at a byte that is drawn, and the exception
goes on.
"""

from random import Random

from ballast_bench.fakes.esp_err import esp_error


class PowerCut(BaseException):
    """Not an Exception: no `except Exception` of the firmware may survive it."""


class WeakBlock(AssertionError):
    """The firmware trusts an erase that a power cut interrupted."""


def both(old, new):
    """What NOR flash holds after `new` was programmed over `old`: bits are only cleared."""
    bits = int.from_bytes(old, "little") & int.from_bytes(new, "little")
    return bits.to_bytes(len(new), "little")


class Flash:
    def __init__(self, blocks, block_bytes=4096, seed=0):
        self.block_bytes = block_bytes
        self.data = bytearray(b"\xff" * (blocks * block_bytes))
        self.ops = 0
        self.cut_at = None
        self.cut_byte = None
        self.dead = False
        self.erases = [0] * blocks
        self.weak = set()
        self.watch = None
        self._seed = seed

    def power_on(self):
        self.cut_at = self.cut_byte = None
        self.dead = False
        self.ops = 0

    def read(self, offset, size):
        if self.dead:
            raise PowerCut
        reset = self._tell("flash_read", size)
        if reset:
            raise reset
        return bytes(self.data[offset : offset + size])

    def erase(self, block):
        start, size = block * self.block_bytes, self.block_bytes
        last = self._last()
        self.erases[block] += 1
        reset = self._tell("flash_erase", 1) if not last else None
        done = self._cut_byte(size, reset) if last or reset else size
        self.data[start : start + done] = b"\xff" * done
        if last or reset:
            rest = Random(f"{self._seed}/{self.ops}/{done}").randbytes(size - done)
            self.data[start + done : start + size] = rest
            self.weak.add(block)
        else:
            self.weak.discard(block)
        self._done(reset)

    def program(self, offset, content):
        last = self._last()
        blocks = range(offset // self.block_bytes, -(-(offset + len(content)) // self.block_bytes))
        # writing zeros to make a block unreadable asks nothing of its cells
        if any(block in self.weak for block in blocks) and any(content):
            raise WeakBlock(f"programmed at {offset:#x}, where a power cut interrupted an erase")
        reset = self._tell("flash_write", len(content)) if not last else None
        size = self._cut_byte(len(content), reset) if last or reset else len(content)
        self.data[offset : offset + size] = both(self.data[offset : offset + size], content[:size])
        if size < len(content):  # some bits of the byte that the cut met
            late = Random(f"{self._seed}/{self.ops}/{size}").getrandbits(8)
            self.data[offset + size] &= content[size] | late
        self._done(reset)

    def _cut_byte(self, size, reset=None):
        if reset:
            return Random(f"{self._seed}/{self.ops}").randrange(size + 1)
        return size // 2 if self.cut_byte is None else min(self.cut_byte, size)

    def _tell(self, kind, amount):
        """The chip waits for the flash; what ended that before its time, or None."""
        if self.watch is not None:
            try:
                self.watch(kind, amount)
            except BaseException as reset:  # noqa: BLE001 - raised again by _done()
                return reset
        return None

    def _last(self):
        if self.dead:
            raise PowerCut
        return self.ops == self.cut_at

    def _done(self, reset):
        self.dead = self.ops == self.cut_at
        self.ops += 1
        if reset:
            raise reset
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
