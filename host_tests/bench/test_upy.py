"""The CPython stand-ins for MicroPython names behave as MicroPython's do."""

import asyncio
import threading
import time

import pytest

from ballast_bench import upy


@pytest.fixture
def clock():
    before = upy.clock()
    clock = upy.install(upy.ManualClock(2**30 - 5))
    yield clock
    upy.install(before)


def test_ticks_wrap_and_stay_comparable(clock):
    from time import ticks_ms  # bound before the clock moves, as the firmware does

    first = ticks_ms()
    clock.advance_ms(10)
    assert ticks_ms() == 5
    assert time.ticks_diff(ticks_ms(), first) == 10
    assert time.ticks_add(first, 10) == ticks_ms()
    assert time.ticks_diff(first, ticks_ms()) == -10


def test_ticks_add_refuses_half_a_period():
    with pytest.raises(OverflowError):
        time.ticks_add(0, 2**29)


def test_a_blocking_sleep_moves_the_manual_clock(clock):
    time.sleep_ms(1500)
    time.sleep_us(250)
    assert clock.us() == (2**30 - 5 + 1500) * 1000 + 250


def test_an_hour_of_sleeps_takes_no_time(clock):
    async def main():
        start = time.ticks_ms()
        for _ in range(3600):
            await asyncio.sleep_ms(1000)
        return time.ticks_diff(time.ticks_ms(), start)

    assert upy.run_virtual(main(), clock) == 3_600_000


def test_wait_for_ms_times_out_and_refuses_a_bare_sleep(clock):
    async def forever():
        await asyncio.sleep_ms(10_000)

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for_ms(forever(), 300)
        with pytest.raises(TypeError, match="coroutine expected"):
            await asyncio.wait_for_ms(asyncio.sleep_ms(1), 300)

    start = clock.ms()
    upy.run_virtual(main(), clock)
    assert clock.ms() - start == 300


def test_thread_safe_flag_wakes_once_per_set():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        thread = threading.Thread(target=flag.set)
        thread.start()
        await asyncio.wait_for(flag.wait(), 10)
        thread.join()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(flag.wait(), 0.01)
        flag.set()
        flag.clear()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(flag.wait(), 0.01)

    asyncio.run(main())


def test_thread_safe_flag_has_one_waiter():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        first = asyncio.create_task(flag.wait())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one waiter"):
            await flag.wait()
        flag.set()
        await first

    asyncio.run(main())


def test_sockets_work_on_the_virtual_loop(clock):
    async def main():
        async def echo(reader, writer):
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await asyncio.wait_for(reader.readline(), 60)
        writer.close()
        server.close()
        return answer

    assert upy.run_virtual(main(), clock, grace_s=0.05) == b"hello\n"
