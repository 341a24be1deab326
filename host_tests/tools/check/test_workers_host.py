"""A pool of workers ends, whatever the parent does on SIGTERM."""

import multiprocessing
import os
import select
import signal

import pytest

from ballast_tools.check import workers


def _square(n):
    return n * n


def _pids(pool):
    return [process.pid for process in pool._pool]


def test_it_works_and_prepares_each_worker(tmp_path):
    def prepare():
        (tmp_path / str(os.getpid())).touch()

    with workers.pool(2, nice=0, prepare=prepare) as pool:
        assert pool.map(_square, range(20)) == [n * n for n in range(20)]
        ready = {int(file.name) for file in tmp_path.iterdir()}
        assert ready <= set(_pids(pool)) and ready


@pytest.mark.parametrize("work", [True, False])
def test_it_ends_though_the_parent_ignores_sigterm(work):
    old = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with workers.pool(1, nice=0) as pool:
            assert pool.map(_square, [3]) == [9]
            process = pool._pool[0]
            if work:
                pool.imap(_square, range(10))
    finally:
        signal.signal(signal.SIGTERM, old)
    assert process.exitcode in (0, -signal.SIGTERM)


def _say_and_wait(job):
    os.write(job[0], b".")
    signal.pause()


def _endless(write_end):
    for _ in workers.unordered([(write_end, 1), (write_end, 2)], _say_and_wait, 2, nice=0):
        pass


def test_the_workers_of_a_parent_that_is_killed_end_too():
    read_end, write_end = os.pipe()
    parent = multiprocessing.get_context("fork").Process(target=_endless, args=(write_end,))
    parent.start()
    os.close(write_end)  # the parent and its workers have it open until they end
    for _ in range(2):
        assert os.read(read_end, 1) == b"."
    parent.kill()
    parent.join()
    ended = select.select([read_end], [], [], 60.0)[0]
    assert ended and os.read(read_end, 1) == b"", "a worker is left"
    os.close(read_end)
