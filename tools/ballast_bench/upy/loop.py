"""An asyncio event loop on a virtual clock: a sleep costs no real time.

Sockets work: when nothing is ready at once the clock jumps to the next timer.
A peer in another thread or process gets `grace_s` of real time to answer first.
"""

import asyncio
import selectors


class _Selector(selectors.DefaultSelector):
    def __init__(self, clock, grace_s):
        super().__init__()
        self._clock = clock
        self._grace_s = grace_s

    def select(self, timeout=None):
        if timeout is None:  # nothing is due ever: only a socket can wake the loop
            return super().select(None)
        ready = super().select(min(self._grace_s, timeout) if timeout > 0 else 0)
        if not ready and timeout > 0:
            self._clock.advance_us(max(1, round(timeout * 1e6)))
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Event loop whose `time()` is the clock's."""

    def __init__(self, clock, grace_s=0.0):
        super().__init__(_Selector(clock, grace_s))
        self._virtual = clock

    def time(self):
        return self._virtual.us() / 1e6


def run_virtual(main, clock, grace_s=0.0):
    """`asyncio.run(main)` on `clock` (a ManualClock); returns what `main` returns."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock, grace_s)) as runner:
        return runner.run(main)
