"""Which chip this is, and its memory."""

from common import attempt, clock_us, cost, timed, value


def main(params):
    import gc
    import os
    import sys

    import machine

    who = os.uname()
    value("machine", who.machine)
    value("micropython", who.release)
    value("bytecode", getattr(sys.implementation, "_mpy", 0) & 0xFF)
    value("uid", machine.unique_id().hex())
    value("mhz", machine.freq() // 1000000)
    value("start_cause", machine.reset_cause())
    value("clock_us", clock_us())
    attempt("board", _board)
    attempt("flash_bytes", _flash)
    attempt("idf_heap", _memory)
    gc.collect()
    value("python_heap", [gc.mem_alloc(), gc.mem_free()])
    cost("gc_info", 1, timed(gc.mem_free, 20))


def _board():
    import board

    value("board", board.NAME)


def _flash():
    import esp

    value("flash_bytes", esp.flash_size())


def _memory():
    """[total, free, largest free block, least ever free] of each region of the IDF's heap."""
    import esp32

    regions = [list(row) for row in esp32.idf_heap_info(esp32.HEAP_DATA)]
    value("idf_heap", regions)
    value("psram_bytes", max([0] + [row[0] for row in regions if row[0] > 1 << 20]))
