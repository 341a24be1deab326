"""Processes that share long work: a pool that always ends, and one that outlives its workers.

A worker is forked, and with it whatever the parent does on SIGTERM (a test run's coverage,
for one). Between two pieces of work it would then not die when the pool is closed, and the
parent would wait for ever. So each worker takes the signal's default back first.
"""

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

_DEATHS = 2  # so often a job may have killed its worker, alone with it, before it is given up


def pool(jobs, nice=5, prepare=None):
    """A multiprocessing.Pool of `jobs` forked processes; prepare() runs first in each."""
    context = multiprocessing.get_context("fork")
    return context.Pool(jobs, initializer=_begin, initargs=(nice, prepare))


def _begin(nice, prepare):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(nice)
    if prepare is not None:
        prepare()


def _begin_deaf(nice, read_end, write_end):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends its workers
    os.close(write_end)
    threading.Thread(target=_end_with_parent, args=(read_end,), daemon=True).start()
    _begin(nice, None)


def _end_with_parent(read_end):
    """A parent that is killed ends nobody; the end of its pipe does."""
    os.read(read_end, 1)
    os._exit(1)


def unordered(jobs, work, processes, nice=5):
    """Yield (job, work(job)) as they are done; (job, None) for one that has killed its worker twice.

    jobs: hashable. When a worker dies, its job and those that ran beside it are done again, one
    after the other, so that the one which kills is found. Closing the generator ends the workers.
    """
    todo, again, deaths = iter(jobs), deque(), Counter()
    crew = _Crew(work, processes, nice)
    try:
        while True:
            width = 1 if again else 2 * processes
            while len(crew.waiting) < width:
                job = again.popleft() if again else next(todo, None)
                if job is None:
                    break
                if not crew.give(job):
                    again.append(job)
                    break
            if not crew.waiting and not again:
                return
            done, lost = crew.look()
            yield from done
            if len(lost) == 1 and width == 1:
                deaths[lost[0]] += 1
                if deaths[lost[0]] >= _DEATHS:
                    yield lost.pop(), None
            if lost or crew.broken:
                again.extend(lost)
                crew.end()
                crew = _Crew(work, processes, nice)
    finally:
        crew.end()


class _Crew:
    """Some processes and what they work on."""

    def __init__(self, work, processes, nice):
        before = set(multiprocessing.active_children())
        context = multiprocessing.get_context("fork")
        self.waiting, self.broken = {}, False
        self._work, self._before = work, before
        self._pipe = os.pipe()  # its write end is open as long as this process lives
        self._pool = ProcessPoolExecutor(processes, context, _begin_deaf, (nice, *self._pipe))

    def give(self, job):
        """False if a worker has died meanwhile."""
        try:
            self.waiting[self._pool.submit(self._work, job)] = job
        except BrokenProcessPool:
            self.broken = True
        return not self.broken

    def look(self):
        """([(job, result)], [jobs whose worker died]) when something has happened."""
        ended, _ = wait(self.waiting, return_when=FIRST_COMPLETED)
        done, lost = [], []
        for future in ended:
            job = self.waiting.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                self.broken = True
                lost.append(job)
            else:
                done.append((job, future.result()))
        if self.broken:
            lost += self.waiting.values()
            self.waiting = {}
        return done, lost

    def end(self):
        """End the processes, in the middle of their work if need be."""
        for child in set(multiprocessing.active_children()) - self._before:
            child.terminate()
        self._pool.shutdown(cancel_futures=True)
        for end in self._pipe:
            os.close(end)
