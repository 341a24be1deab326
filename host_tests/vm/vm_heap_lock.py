"""The heap lock catches what it should, so that a pass of the zero-allocation tests counts."""

import gc

import micropython

from heap import steps_without_heap
from portable import raises

N = 10_000


class Steps:
    def __init__(self):
        self.value = 0
        self.items = [0, 0, 0]

    def integers(self, i):
        self.items[i % 3] = self.value = (self.value * 7 + i) % 1_000_003

    def a_float(self, i):
        if i == 17:
            self.value = i / 2

    def a_tuple(self, i):
        if i == 9_999:
            self.items = (i, i + 1)

    def a_big_integer(self, i):
        if i == 3:
            self.value = i << 62  # also where words have 64 bits

    def a_bound_method(self, i):
        if i == 5:
            self.value = self.integers


def test_integer_arithmetic_needs_no_heap():
    steps_without_heap(Steps().integers, N)


def test_each_kind_of_allocation_is_caught_and_located():
    steps = Steps()
    for step, at in (
        (steps.a_float, 17),
        (steps.a_tuple, 9_999),
        (steps.a_big_integer, 3),
        (steps.a_bound_method, 5),
    ):
        error = raises(AssertionError, steps_without_heap, step, N)
        assert ("step %d of" % at) in str(error), error


def test_the_heap_is_free_again_after_a_failure():
    raises(AssertionError, steps_without_heap, Steps().a_float, N)
    assert len([0] * 1000) == 1000
    assert gc.mem_alloc() > 0
    micropython.heap_lock()
    micropython.heap_unlock()
