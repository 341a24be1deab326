"""A pool of workers ends, whatever the parent does on SIGTERM."""

import os
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
