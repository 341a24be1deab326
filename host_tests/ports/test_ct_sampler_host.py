"""The clamp's sampler: pace, order, counts, and windows that were torn."""

import math

from ballast.ports.ct_sampler import CtSampler

PINS = (1, 2)


def test_counts_at_a_steady_pace(dev, clock):
    dev.adc_read_us = 45
    seen = []

    def sine(us):
        seen.append(us)
        return 875_000 + 400_000 * math.sin(2 * math.pi * 50 * us / 1e6)

    dev.feed_adc_timed(PINS[0], sine)
    dev.feed_adc_timed(PINS[1], lambda us: 875_000)
    sampler = CtSampler(PINS, 400, 2)
    buffers = [[0] * 120, [0] * 120]
    # the fake clock stands still between readings: the wait needs it to move
    ticks = iter_clock(clock)
    assert sampler.read(buffers, 120) == 400_000
    ticks.close()
    assert max(buffers[0]) - 2048 in range(900, 980) and min(buffers[0]) - 2048 in range(-980, -900)
    assert all(abs(x - 2048) < 8 for x in buffers[1])
    gaps = [b - a for a, b in zip(seen, seen[1:], strict=False)]
    assert all(abs(g - 400) <= 10 + dev.adc_scatter_us for g in gaps), gaps


class iter_clock:  # noqa: N801  used like a context
    """Makes time.ticks_us() advance the clock by a microsecond, as running code does."""

    def __init__(self, clock):
        import time

        self._time = time
        self._ticks = time.ticks_us

        def ticks():
            clock.advance_us(1)
            return self._ticks()

        time.ticks_us = ticks

    def close(self):
        self._time.ticks_us = self._ticks


def test_a_hole_of_more_than_two_periods_spoils_the_window(dev, clock):
    state = {"n": 0}

    def uv(us):
        state["n"] += 1
        if state["n"] == 60:
            clock.advance_us(2000)  # a garbage collection
        return 875_000

    dev.feed_adc_timed(PINS[0], uv)
    sampler = CtSampler(PINS[:1], 400, 2)
    ticks = iter_clock(clock)
    assert sampler.read([[0] * 120], 120) == 0
    assert sampler.read([[0] * 120], 120) == 400_000
    ticks.close()
