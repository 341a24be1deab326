"""Collects garbage when it hurts least: right after a step, and above all while the contactor is open.

MicroPython collects by itself when no free block is left, at any moment and then for 10 to 35 ms
(estimate for an ESP32-S3 with PSRAM); a step that falls into that is late. A collection that begins
right after a step has the rest of the 20 ms for itself. `gc.mem_alloc()` walks all blocks (2-6 ms,
estimate), which fits into that rest too; so it is asked every ASK_MS, in a step of its own.

    after a step: look  ->  enough garbage?  ->  after the next plain step: collect  ->  look again
"""

import time

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import PythonHeap

ASK_MS = const(2000)  # chosen: at 15 KB/s (the bar with one page) 30 KB of garbage gather meanwhile
# Chosen: what is held rarely leaves less than 64 KiB of a heap that doubles; this and two looks fit in.
CLOSED_BYTES = const(32768)
OPEN_BYTES = const(8192)  # chosen: while nothing depends on a step in time, so that a charge begins clean
_STEP_MS = const(12)  # chosen: after a step that took longer the next one would be late for sure
_TRIES = const(10)  # chosen: after so many steps that took longer one of these must do
_WAIT_MS = const(4000)  # chosen: longer than a self-test; a pilot that never rests stops nothing for ever


class Collector:
    """heap: MicroPython's module gc, or what stands in for it.

    due_ms: the tick from which after_step() has something to do. collections: so far.
    longest_ms: of a collection. live: bytes in use after the last one.
    """

    def __init__(self, heap: "PythonHeap") -> None:
        self._collect = heap.collect
        self._mem_alloc = heap.mem_alloc
        self._ticks_ms = time.ticks_ms
        self._ticks_diff = time.ticks_diff
        self._ticks_add = time.ticks_add
        self.due_ms = 0
        self.collections = 0
        self.longest_ms = 0
        self.live = 0
        self._wanted = False
        self._ask_after = False
        self._tries = 0

    def start(self) -> None:
        """Collect what the boot has left behind; before the first step."""
        self._collect()
        self.live = self._mem_alloc()
        self.due_ms = self._ticks_add(self._ticks_ms(), ASK_MS)

    def after_step(self, began_ms: int, closed: int, quiet: bool) -> None:
        """Call at the end of each step, which began at `began_ms`.

        closed: 1 = the contactor is closed. quiet: nothing is under way that a late step disturbs.
        """
        now = self._ticks_ms()
        waited = self._ticks_diff(now, self.due_ms)
        if waited < 0:
            return
        if not quiet and waited < _WAIT_MS:
            return
        if self._ticks_diff(now, began_ms) > _STEP_MS and self._tries < _TRIES:
            self._tries += 1
            return
        self._tries = 0
        if self._wanted:
            self._wanted = False
            self._ask_after = True
            self.due_ms = now
            self._collect()
            self.collections += 1
            took = self._ticks_diff(self._ticks_ms(), now)
            if took > self.longest_ms:
                self.longest_ms = took
            return
        used = self._mem_alloc()
        if self._ask_after or used < self.live:  # it has collected by itself meanwhile
            self._ask_after = False
            self.live = used
        self._wanted = used - self.live >= (CLOSED_BYTES if closed else OPEN_BYTES)
        self.due_ms = now if self._wanted else self._ticks_add(now, ASK_MS)
