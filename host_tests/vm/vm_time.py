"""The VM's time is virtual: an hour of sleeps costs none, and ticks move exactly."""

import asyncio
import time


async def test_an_hour_of_sleeps():
    start = time.ticks_ms()
    for _ in range(60):
        await asyncio.sleep_ms(60_000)
    assert time.ticks_diff(time.ticks_ms(), start) == 3_600_000


def test_ticks_stand_still_while_code_runs():
    start = time.ticks_us()
    for _ in range(10_000):
        pass
    assert time.ticks_diff(time.ticks_us(), start) == 0
