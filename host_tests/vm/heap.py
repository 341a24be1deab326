"""For tests on the VM: runs a step with the heap locked, and finds where it allocates."""

import gc

import micropython


def steps_without_heap(step, count):
    """Call `step(i)` for i in 0..count-1 while any allocation is an error.

    `step` is made by the caller (a bound method or function), so its reference
    costs nothing inside. What grows is named: the first step that allocated and
    by how many bytes.
    """
    failed = _locked(step, count)
    if failed < 0:
        return
    step_bytes = _bytes_of(step, failed)
    raise AssertionError(
        "step %d of %d allocated (%d bytes when run again)" % (failed, count, step_bytes)
    )


def _locked(step, count):
    i = 0
    micropython.heap_lock()
    try:
        while i < count:
            step(i)
            i += 1
    except MemoryError:
        return i
    finally:
        micropython.heap_unlock()
    return -1


def _bytes_of(step, i):
    before = gc.mem_alloc()
    step(i)
    return gc.mem_alloc() - before
