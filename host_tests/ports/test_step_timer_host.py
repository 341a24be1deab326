"""Step timer: period, lateness, overruns, exceptions, and the asyncio drive."""

import asyncio

import pytest

from ballast.ports.step_timer import StepTimer
from ballast.ports.watchdog import Watchdog
from ballast_bench import fakes, upy


def run_ms(dev, clock, ms, slice_ms=1):
    for _ in range(ms // slice_ms):
        clock.advance_ms(slice_ms)
        dev.run_due()


def test_every_period(dev, clock):
    times = []
    timer = StepTimer(times.append, 20)
    timer.start()
    run_ms(dev, clock, 5000)  # over the wrap of the ticks
    assert len(times) == timer.steps == 250
    assert all((b - a) & (2**30 - 1) == 20 for a, b in zip(times, times[1:], strict=False))
    assert timer.late_us_max <= 0
    assert timer.overruns == 0


def test_a_blocking_call_makes_a_burst_of_steps_and_its_lateness_is_seen(dev, clock):
    timer = StepTimer(lambda now: None)
    timer.start()
    run_ms(dev, clock, 100)
    clock.advance_ms(65)  # a blocking call: three periods pass, each tick waits in the queue
    dev.run_due()
    assert timer.steps == 8
    assert timer.late_us_max == 45_000
    assert timer.overruns == 1
    timer.reset_figures()
    run_ms(dev, clock, 200)
    assert timer.overruns == 0


def test_run_time_is_measured(dev, clock):
    timer = StepTimer(lambda now: clock.advance_us(4300))
    timer.start()
    run_ms(dev, clock, 60)
    assert timer.run_us_max == 4300


def test_an_exception_ends_the_drive_safely(dev, clock):
    seen = []

    def step(now):
        if timer.steps == 3:
            raise ValueError("broken")

    timer = StepTimer(step, on_error=seen.append)
    timer.start()
    run_ms(dev, clock, 400)
    assert timer.steps == 3
    assert not timer.running
    assert [type(exc) for exc in seen] == [ValueError]
    assert timer.error is seen[0]
    assert dev.timers == []


def test_an_interrupt_from_the_console_ends_it_too(dev, clock):
    seen = []

    def step(now):
        raise KeyboardInterrupt

    timer = StepTimer(step, on_error=seen.append)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_ms(dev, clock, 40)
    assert seen == [None]
    assert not timer.running


def test_stop(dev, clock):
    timer = StepTimer(lambda now: None)
    timer.start()
    run_ms(dev, clock, 100)
    timer.stop()
    run_ms(dev, clock, 100)
    timer.run_step()
    assert timer.steps == 5


def test_asyncio_drive_keeps_absolute_deadlines(dev, clock):
    times = []

    def step(now):
        times.append(now)
        clock.advance_us(3700)

    timer = StepTimer(step)

    async def main():
        task = asyncio.create_task(timer.run(asyncio.sleep_ms))
        await asyncio.sleep_ms(2005)
        timer.stop()
        await task

    upy.run_virtual(main(), clock)
    gaps = [(b - a) & (2**30 - 1) for a, b in zip(times, times[1:], strict=False)]
    assert abs(len(times) - 100) <= 1  # 3.7 ms of work do not stretch the period
    assert max(gaps) <= 21


def test_asyncio_drive_does_not_make_up_for_lost_periods(dev, clock):
    times = []

    def step(now):
        times.append(now)
        if len(times) == 3:
            clock.advance_ms(500)

    timer = StepTimer(step)

    async def main():
        task = asyncio.create_task(timer.run(asyncio.sleep_ms))
        await asyncio.sleep_ms(1000)
        timer.stop()
        await task

    upy.run_virtual(main(), clock)
    gaps = [(b - a) & (2**30 - 1) for a, b in zip(times[3:], times[4:], strict=False)]
    assert min(gaps) >= 19
    assert timer.overruns == 1


def test_watchdog_bites_unless_fed(dev, clock):
    watchdog = Watchdog(1000)
    for _ in range(100):
        clock.advance_ms(900)
        dev.run_due()
        watchdog.feed()
    clock.advance_ms(1001)
    with pytest.raises(fakes.HardReset):
        dev.run_due()
    import machine

    assert machine.reset_cause() == machine.WDT_RESET


def test_watchdog_is_not_quicker_than_the_port(dev):
    with pytest.raises(ValueError, match="999"):
        Watchdog(999)
