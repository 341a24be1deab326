"""Python's heap on a chip: garbage is made, and when the heap is full a collection takes its time."""

FIRST_HEAP = 64 * 1024  # gc_init() of the S3; the heap doubles when a collection finds no room (gc.c:295-376)


class Heap:
    """live_kib: what the program holds. rate: bytes of garbage a second. time: ChipTime of the chip.

    collections: so far. A collection that the firmware asks for is `collect()`; one that comes by
    itself, in a service, is found by `make()`.
    """

    __slots__ = ("collections", "live_kib", "made", "rate", "size", "time")

    def __init__(self, time, live_kib, rate, most):
        self.time, self.live_kib, self.rate = time, live_kib, rate
        self.made = 0
        self.collections = 0
        size = FIRST_HEAP
        while size < live_kib * 1024 * 1.25 and size < most:  # chosen: a quarter is free after growing
            size *= 2
        self.size = min(size, most)

    @property
    def room(self):
        """Bytes of garbage that fit before a collection is needed."""
        return max(self.size - self.live_kib * 1024, 1024)

    def make(self, seconds):
        """So much time has passed. True = the heap is full: a collection is due."""
        self.made += self.rate * seconds
        return self.made >= self.room

    def collect(self):
        """gc.collect(), called by the program that runs now."""
        self.made = 0
        self.collections += 1
        self.time.spend("gc", self.live_kib)

    def collect_by_itself(self, after_us):
        """A collection that a service runs into, at a moment after the step's end."""
        self.made = 0
        self.collections += 1
        time = self.time
        time.busy_us = max(time.busy_us, time.clock.us() + after_us)
        us = time.price("gc", self.live_kib)
        calls, sum_us = time.spent.get("gc", (0, 0))
        time.spent["gc"] = (calls + 1, sum_us + us)
        time.busy_us += us


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
        return int(heap.live_kib * 1024 + heap.made)
