"""How long a garbage collection takes, by the memory that is in use."""

from common import cost, spread, timed, value

STEP = 16 << 10
MOST = 256 << 10


def main(params):
    import gc

    gc.collect()
    kept: list = []
    worst = 0
    for _ in range(1 + MOST // STEP):
        gc.collect()
        live = gc.mem_alloc()
        took = timed(gc.collect, 5)
        worst = max(worst, *took)
        cost("gc", live >> 10, took)
        if gc.mem_free() < 2 * STEP:
            break
        kept.append(grown(STEP))
    value("collection_worst_us", worst)
    kept.clear()
    gc.collect()
    value("python_heap_after", [gc.mem_alloc(), gc.mem_free()])
    value("largest_free_bytes", largest_free())
    value("collections_again_us", spread(timed(gc.collect, 20)))


def grown(size):
    """Small objects as a program has them, about `size` bytes: lists that hold tuples and texts."""
    import gc

    rows = []
    start = gc.mem_alloc()
    while gc.mem_alloc() - start < size:
        for n in range(16):
            rows.append((n, "%d" % n, [n]))
    return rows


def largest_free():
    """The largest block that can be had, to 1 KiB, by trying."""
    low, high = 0, 16 << 20
    while high - low > 1024:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
    return low
