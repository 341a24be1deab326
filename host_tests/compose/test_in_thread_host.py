"""compose/env.py in_thread(): a worker whose stack holds the step, and errors that reach the caller."""

import asyncio
import sys

import pytest

from ballast.compose import env
from ballast_bench.fakes import fake_thread
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.setup import Setup

COIL = 15


@pytest.fixture
def threads(monkeypatch):
    monkeypatch.setitem(sys.modules, "_thread", fake_thread)
    monkeypatch.setattr(env.asyncio, "sleep_ms", lambda ms: asyncio.sleep(0))
    monkeypatch.setattr(fake_thread, "_size", [0])


@pytest.fixture
def charging():
    setup = Setup(house=flat(seed=3), ev=EV(max_a=16.0, delay_s=0.5))
    world = setup.start()
    node = world.nodes[0]
    assert world.until(lambda: node.cp.amps[0] > 5.0, 60.0) is not None
    with node.device:
        yield world, node
    setup.stop()


def scan(world, node):
    """A Wi-Fi scan of 20 ms: the port releases the lock, and the worker's thread takes the step."""

    def blocks():
        world.clock.advance_us(20_000)
        node.device.run_due()
        return "found"

    return blocks


def test_a_step_that_comes_while_a_worker_runs_is_a_step_as_any_other(charging, threads):
    world, node = charging
    steps = node.app.timer.steps
    assert asyncio.run(env.in_thread(scan(world, node))) == "found"
    assert node.app.timer.steps > steps and node.app.timer.error is None
    assert node.device.pad(COIL) == 1


def test_on_the_default_stack_the_step_ends(charging, threads):
    """What makes the test above worth having: 4 KiB are too little."""
    world, node = charging
    for _ in range(20):  # a step that works on a sample of the supply's meter goes deepest
        node.app.charger.put_sample(0, world.clock.ms() & (2**30 - 1), 9000, 0, 0, 0)
        fake_thread.start_new_thread(scan(world, node), ())
    assert isinstance(node.app.timer.error, RuntimeError) and not node.app.timer.running


@pytest.mark.parametrize("refused", [1, 4])
def test_a_thread_that_finds_no_memory_is_tried_again(dev, threads, refused):
    dev.threads_refused = refused
    assert asyncio.run(env.in_thread(lambda: 5)) == 5


def test_without_memory_for_a_thread_the_caller_gets_the_error(dev, threads):
    dev.threads_refused = 99
    with pytest.raises(OSError, match="can't create thread"):
        asyncio.run(env.in_thread(lambda: 5))


@pytest.mark.parametrize("error", [OSError(5), MemoryError(), SystemExit(3), KeyboardInterrupt()])
def test_whatever_the_function_raises_ends_the_wait(dev, threads, error):
    def fail():
        raise error

    async def caught():
        try:
            await env.in_thread(fail)
        except BaseException as raised:  # noqa: BLE001 (asyncio.run() would end with two of these)
            return raised

    assert asyncio.run(caught()) is error
