"""Processes that share long work: a pool that always ends.

A worker is forked, and with it whatever the parent does on SIGTERM (a test run's coverage,
for one). Between two pieces of work it would then not die when the pool is closed, and the
parent would wait for ever. So each worker takes the signal's default back first.
"""

import multiprocessing
import os
import signal


def pool(jobs, nice=5, prepare=None):
    """A multiprocessing.Pool of `jobs` forked processes; prepare() runs first in each."""
    context = multiprocessing.get_context("fork")
    return context.Pool(jobs, initializer=_begin, initargs=(nice, prepare))


def _begin(nice, prepare):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(nice)
    if prepare is not None:
        prepare()
