"""Calls the step every 20 ms: from a soft machine.Timer, or from an asyncio loop.

Soft callbacks come late (garbage collection, a blocking C call) and can be lost.
Therefore the time of each call is read from the clock; calls are not counted. If the
step raises an exception, the calls end, and `on_error` makes the outputs safe. They do
not start again by themselves.
"""

import time

from machine import Timer
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Awaitable, Callable

PERIOD_MS = 20


class StepTimer:
    """Calls step(now_ms) every period, and on_error(exc), if given, when the step raised.

    after(now_ms), if given, is called at the end of each step, when its time has been measured:
    for what is better done right after a step than at any other moment.

    steps: calls so far. late_us_max: largest delay of a call. run_us_max: longest step.
    overruns: gaps of more than two periods. error: the exception that ended the calls.
    """

    def __init__(
        self,
        step: "Callable[[int], None]",
        period_ms: int = PERIOD_MS,
        on_error: "Callable[[BaseException | None], None] | None" = None,
        after: "Callable[[int], None] | None" = None,
    ) -> None:
        self._step = step
        self._after = after
        self._on_error = on_error
        self._period_us = period_ms * 1000
        self._period_ms = period_ms
        self._ticks_ms = time.ticks_ms
        self._ticks_us = time.ticks_us
        self._ticks_diff = time.ticks_diff
        self._timer: "Timer | None" = None
        self._last_us = 0
        self._called = self._on_timer  # bound once: each look-up of a method allocates memory
        self.reset_figures()
        self.steps = 0
        self.error: "BaseException | None" = None
        self.running = False

    def reset_figures(self) -> None:
        """Start the largest values anew."""
        self.late_us_max = 0
        self.run_us_max = 0
        self.overruns = 0

    def start(self) -> None:
        """Run from a soft timer. OSError without memory for it."""
        self._begin()
        timer = self._timer = Timer(-1)
        timer.init(mode=Timer.PERIODIC, period=self._period_ms, callback=self._called)

    async def run(self, sleep_ms: "Callable[[int], Awaitable]") -> None:
        """Run from an asyncio loop instead; `sleep_ms` is asyncio.sleep_ms.

        The deadlines are absolute: a late step does not delay the next ones.
        """
        self._begin()
        due = time.ticks_add(self._ticks_ms(), self._period_ms)
        while self.running:
            wait = self._ticks_diff(due, self._ticks_ms())
            await sleep_ms(wait if wait > 0 else 0)
            if not self.running:
                return
            self.run_step()
            due = time.ticks_add(due, self._period_ms)
            if self._ticks_diff(self._ticks_ms(), due) > 0:  # lost steps are not repeated
                due = time.ticks_add(self._ticks_ms(), self._period_ms)

    def stop(self) -> None:
        self.running = False
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None

    def _end(self, exc: "BaseException | None") -> None:
        self.error = exc
        self.stop()
        if self._on_error is not None:
            self._on_error(exc)

    def _begin(self) -> None:
        self._last_us = self._ticks_us()
        self.error = None
        self.running = True

    def _on_timer(self, timer: Timer) -> None:
        self.run_step()

    def run_step(self) -> None:
        """Do one step now and measure it."""
        if not self.running:
            return
        start = self._ticks_us()
        gap = self._ticks_diff(start, self._last_us)
        self._last_us = start
        late = gap - self._period_us
        if late > self.late_us_max:
            self.late_us_max = late
        if late > self._period_us:
            self.overruns += 1
        done = False
        try:
            now_ms = self._ticks_ms()
            self._step(now_ms)
            took = self._ticks_diff(self._ticks_us(), start)
            if took > self.run_us_max:
                self.run_us_max = took
            self.steps += 1
            if self._after is not None:
                self._after(now_ms)
            done = True
        except Exception as exc:  # noqa: BLE001 - after any exception the outputs must be safe
            self._end(exc)
            return
        finally:
            if not done and self.error is None:  # KeyboardInterrupt from the console
                self._end(None)
