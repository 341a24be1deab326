"""When garbage is collected: right after a plain step, never when a late step would disturb something."""

import pytest

from ballast.ports import collector
from ballast.ports.collector import ASK_MS, CLOSED_BYTES, OPEN_BYTES, Collector

LIVE = 100_000
COLLECT_MS, ALLOC_MS = 30, 3


class Heap:
    """As MicroPython's gc; each call takes its time and is noted."""

    def __init__(self, clock):
        self.clock, self.garbage, self.calls = clock, 5000, []

    def collect(self):
        self.calls.append("collect")
        self.garbage = 0
        self.clock.advance_us(COLLECT_MS * 1000)

    def mem_alloc(self):
        self.calls.append("alloc")
        self.clock.advance_us(ALLOC_MS * 1000)
        return LIVE + self.garbage


class Box:
    """Steps on a 20 ms grid, each `takes_ms` long. gaps: between the starts of two, in ms."""

    def __init__(self, clock):
        self.clock, self.heap = clock, Heap(clock)
        self.takes_ms, self.quiet, self.closed, self.rate = 8, True, 1, 0
        self.collector = Collector(self.heap)
        self.collector.start()
        self.heap.calls.clear()
        self.gaps = []
        self._due_us = self._last_us = clock.us()

    def run(self, seconds):
        end_us = self._due_us + seconds * 1_000_000
        while self._due_us < end_us:
            self._due_us += 20_000
            self.clock.advance_us(max(0, self._due_us - self.clock.us()))
            self.gaps.append((self.clock.us() - self._last_us) / 1000)
            self._last_us = self.clock.us()
            began_ms = self.clock.ms() & ((1 << 30) - 1)
            self.heap.garbage += self.rate // 50
            self.clock.advance_us(self.takes_ms * 1000)
            self.collector.after_step(began_ms, self.closed, self.quiet)
        return self.heap.calls.count("collect")


@pytest.fixture
def box(clock):
    return Box(clock)


def test_without_garbage_it_only_looks(box):
    assert box.run(60) == 0
    assert box.heap.calls == ["alloc"] * (60 // (ASK_MS // 1000))
    assert max(box.gaps) <= 21, "a look fits in behind a step"


def test_collections_come_by_the_garbage_and_while_open_earlier(box):
    for closed, limit in ((1, CLOSED_BYTES), (0, OPEN_BYTES)):
        box.closed, box.rate = closed, 4000
        made = 300 * box.rate
        box.heap.calls.clear()
        assert made // (limit + 2 * ASK_MS * box.rate // 1000) <= box.run(300) <= made // limit
        assert box.heap.garbage < limit + 2 * ASK_MS * box.rate // 1000
    assert box.collector.collections and box.collector.longest_ms == COLLECT_MS
    assert LIVE <= box.collector.live < LIVE + 200


def test_a_collection_begins_after_a_step_and_alone(box):
    box.rate = 15_000
    box.run(60)
    assert max(box.gaps) <= box.takes_ms + COLLECT_MS + 1, "step and collection, nothing else"
    after = [b for a, b in zip(box.heap.calls, box.heap.calls[1:], strict=False) if a == "collect"]
    assert set(after) == {"alloc"}


def test_it_waits_while_a_late_step_would_disturb_something_but_not_for_ever(box):
    box.rate = 40_000
    box.quiet = False
    box.heap.calls.clear()
    assert box.run(3) == 0
    box.quiet = True
    assert box.run(1) == 1
    box.quiet = False
    assert box.run(60) > 3, "a pilot that is never quiet must not let the heap run full"


def test_after_a_long_step_it_waits_for_a_shorter_one_but_not_for_ever(box):
    box.rate = 40_000
    box.takes_ms = collector._STEP_MS + 1
    steps = []
    after_step = box.collector.after_step

    def noted(*args):
        before = len(box.heap.calls)
        after_step(*args)
        steps.append(len(box.heap.calls) > before)

    box.collector.after_step = noted
    box.run(ASK_MS // 1000 + 1)
    tries = steps.index(True) - (ASK_MS // 20)
    assert abs(tries - collector._TRIES) <= 1


def test_what_micropython_collected_by_itself_counts_as_collected(box):
    box.rate = 0
    box.heap.garbage = CLOSED_BYTES - 100
    box.run(4)
    box.heap.garbage = -5000  # less is held than ever since the start
    box.run(4)
    assert box.collector.live == LIVE - 5000
    box.heap.garbage = CLOSED_BYTES - 5000
    assert box.run(4) == 1
