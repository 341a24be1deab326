"""Python's heap on a chip: garbage is made, and when the heap is full a collection takes its time."""

from functools import lru_cache
from pathlib import Path

from ballast_bench.product.tomlfile import Reader

PROGRAM = Path(__file__).parent / "heap" / "program.toml"
FIRST_HEAP = 64 * 1024  # gc_init() of the S3 (ports/esp32/main.c:133)
_MOST = 1 << 26


class Program:
    """live: bytes that the firmware holds. page: more of them while a page is open.

    headroom: bytes that it needs beside them. needs: all three together. idle: bytes of garbage a
    second with nobody looking.
    made: {"request", "frame", "x25519": bytes of garbage of one such}.
    """

    def __init__(self, reader):
        self.live = reader.integer("live.charger", 1, _MOST)
        self.page = reader.integer("live.page", 0, _MOST)
        self.headroom = reader.integer("headroom.bytes", 0, _MOST)
        self.idle = reader.integer("garbage.idle", 0, _MOST)
        self.made = {
            name: reader.integer(f"garbage.{name}", 0, _MOST) for name in ("request", "frame", "x25519")
        }
        for table in ("live", "headroom", "garbage"):
            reader.text(f"{table}.source", 200)
        reader.finish()
        self.needs = self.live + self.page + self.headroom  # bytes: with less it dies of MemoryError


@lru_cache
def program():
    """The Program of heap/program.toml."""
    return Program(Reader(PROGRAM))


class Heap:
    """live: bytes that the program holds. rate: bytes of garbage a second. most: bytes of the whole heap.

    It grows as in gc.c:295-376: from FIRST_HEAP on it doubles when a collection leaves too little,
    which is `headroom`. collections: so far. A collection that the firmware asks for is `collect()`;
    one that comes by itself, in a service, is found by `make()`.
    """

    __slots__ = ("collections", "headroom", "live", "made", "most", "rate", "size", "time")

    def __init__(self, time, live, rate, most, headroom=0):
        self.time, self.live, self.rate = time, live, rate
        self.most, self.headroom = most, headroom
        self.made = 0
        self.collections = 0
        self.size = min(FIRST_HEAP, most)
        self._grow()

    def _grow(self):
        while self.size < self.live + self.headroom and self.size < self.most:
            self.size = min(2 * self.size, self.most)

    @property
    def room(self):
        """Bytes of garbage that fit before a collection is needed."""
        return max(self.size - self.live, 1024)

    def hold(self, more):
        """The program holds `more` bytes from now on; less if negative."""
        self.live += more
        self._grow()

    def litter(self, size):
        """So many bytes are garbage at once; a collection that they need comes with the next step."""
        self.made += size

    def make(self, seconds):
        """So much time has passed. True = the heap is full: a collection is due."""
        self.made += self.rate * seconds
        return self.made >= self.room

    def collect(self):
        """gc.collect(), called by the program that runs now."""
        self._collected()
        self.time.spend("gc", self.live >> 10)

    def collect_by_itself(self, after_us):
        """A collection that a service runs into, at a moment after the step's end."""
        self._collected()
        time = self.time
        time.busy_us = max(time.busy_us, time.clock.us() + after_us)
        time.busy_us += time.note("gc", self.live >> 10)

    def _collected(self):
        self.made = 0
        self.collections += 1


class Gc:
    """MicroPython's module gc on the chip of `node`, for Env.heap; nothing happens on the ideal chip."""

    def __init__(self, node):
        self._node = node

    def collect(self):
        heap = self._node.heap
        if heap is not None:
            heap.collect()

    def mem_alloc(self):
        heap = self._node.heap
        if heap is None:
            return 0
        heap.time.spend("gc_info")
        return int(heap.live + heap.made)
