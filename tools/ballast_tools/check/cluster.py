"""Jobs on a Dask cluster, as workers.unordered() does them on this machine.

`distributed` is imported here alone, when --dask asks for it. Each worker needs this version of
the bench where Python finds it (on a cluster: `pip install` of the same checkout); another
version is refused, because its rows would differ.
"""

import concurrent.futures
import contextlib
import logging
import os
import signal
import threading

from ballast_tools.shell.errors import UserError

_PATIENCE_S = 15  # chosen: until the first worker is there
_GONE = (OSError, TimeoutError, concurrent.futures.CancelledError)
"""What a client raises whose scheduler is gone."""

_LOUD = ("distributed", "distributed.client", "distributed.utils")  # they report each lost worker at length


@contextlib.contextmanager
def connected(address):
    """A distributed.Client for "local", "local:N" or the address of a scheduler."""
    try:
        import distributed
    except ImportError:
        raise UserError("--dask needs the package distributed: pip install distributed") from None
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with contextlib.ExitStack() as stack:
        if address == "local" or address.startswith("local:"):
            cluster = stack.enter_context(_local(distributed, address))
            yield stack.enter_context(distributed.Client(cluster))
            return
        try:
            client = stack.enter_context(distributed.Client(address, timeout=_PATIENCE_S))
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except (OSError, TimeoutError, ValueError) as error:
            text = " ".join(str(error).split())
            raise UserError(f"--dask {address}: no scheduler with a worker answers there: {text}") from None
        yield client


def _local(distributed, address):
    count = address.partition(":")[2] or str(os.cpu_count() or 1)
    if not count.isdecimal() or not int(count):
        raise UserError(f"--dask {address}: write local, or local:4 for four workers")
    with _deaf():
        return distributed.LocalCluster(
            n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )  # fmt: skip


@contextlib.contextmanager
def _deaf():
    """Processes that begin in the block do not hear Ctrl-C, which a terminal sends to all of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def same_version(client):
    """UserError if a worker has another version of the bench or of the firmware."""
    from ballast_bench.campaign import work

    mine = work.version()
    for worker, theirs in client.run(_version, on_error="return").items():
        if isinstance(theirs, BaseException):
            raise UserError(f"--dask: worker {worker} has no bench: {theirs}; install this checkout there")
        if theirs != mine:
            raise UserError(f"--dask: worker {worker} has another version of the bench; install this one")


def _version():
    from ballast_bench.campaign import work

    return work.version()


def unordered(jobs, work, client):
    """Yield (job, work(job)) as they are done; (job, None) for one that was lost with its workers.

    The scheduler gives a job whose worker died to another, as often as its setting
    `distributed.scheduler.allowed-failures` says (3). UserError if the scheduler itself is gone.
    """
    waiting = {}
    try:
        yield from _unordered(iter(jobs), work, client, waiting)
    except _GONE as error:
        text = " ".join(str(error).split())[:200]
        raise UserError(f"--dask: the cluster is gone; --resume goes on with what is kept ({text})") from None
    finally:
        with contextlib.suppress(*_GONE):
            client.cancel(list(waiting))


def _unordered(todo, work, client, waiting):
    """waiting: {future: job}, which the caller cancels in the end."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    running = as_completed()
    while True:
        while len(waiting) < max(8, 3 * sum(client.nthreads().values())):
            job = next(todo, None)
            if job is None:
                break
            future = client.submit(work, job, pure=False)
            waiting[future] = job
            running.add(future)
        if not waiting:
            return
        future = next(running)
        job = waiting.pop(future)
        try:
            yield job, future.result()
        except KilledWorker:
            yield job, None
        future.release()
