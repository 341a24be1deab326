"""What drives the step: a soft machine.Timer, or a loop of the scheduler.

Soft callbacks are late (garbage collection, a blocking C call) and can be lost:
the time of each call is read from the clock, never counted. An exception of the
step ends the drive after `on_error` has made the outputs safe; no restart.
"""

import time

from machine import Timer

PERIOD_MS = 20


class StepTimer:
    """step(now_ms) every period. on_error(exc), if given, when it raised.

    steps, late_us_max (delay of a call against its period), run_us_max (length of a
    step), overruns (gaps of more than two periods), error (what ended the drive).
    """

    def __init__(self, step, period_ms=PERIOD_MS, on_error=None):
        self._step = step
        self._on_error = on_error
        self._period_us = period_ms * 1000
        self._period_ms = period_ms
        self._ticks_ms = time.ticks_ms
        self._ticks_us = time.ticks_us
        self._ticks_diff = time.ticks_diff
        self._timer = None
        self._last_us = 0
        self._called = self._on_timer  # made once: a bound method is an allocation
        self.reset_figures()
        self.steps = 0
        self.error = None
        self.running = False

    def reset_figures(self):
        self.late_us_max = 0
        self.run_us_max = 0
        self.overruns = 0

    def start(self):
        """Run from a soft timer. OSError if the chip has none left."""
        self._begin()
        self._timer = Timer(-1)
        self._timer.init(mode=Timer.PERIODIC, period=self._period_ms, callback=self._called)

    async def run(self, sleep_ms):
        """Run from an asyncio loop instead; `sleep_ms` is asyncio.sleep_ms.

        Absolute deadlines: a late step does not delay the ones after it.
        """
        self._begin()
        due = time.ticks_add(self._ticks_ms(), self._period_ms)
        while self.running:
            wait = self._ticks_diff(due, self._ticks_ms())
            await sleep_ms(wait if wait > 0 else 0)
            if not self.running:
                return
            self.tick()
            due = time.ticks_add(due, self._period_ms)
            if self._ticks_diff(self._ticks_ms(), due) > 0:  # lost periods are not made up for
                due = time.ticks_add(self._ticks_ms(), self._period_ms)

    def stop(self):
        self.running = False
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None

    def _end(self, exc):
        self.error = exc
        self.stop()
        if self._on_error is not None:
            self._on_error(exc)

    def _begin(self):
        self._last_us = self._ticks_us()
        self.error = None
        self.running = True

    def _on_timer(self, timer):
        self.tick()

    def tick(self):
        """One step now, with its figures."""
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
            self._step(self._ticks_ms())
            done = True
        except Exception as exc:  # noqa: BLE001 - whatever it is: outputs safe, drive ended
            self._end(exc)
            return
        finally:
            if not done and self.error is None:  # KeyboardInterrupt from the console
                self._end(None)
        self.steps += 1
        took = self._ticks_diff(self._ticks_us(), start)
        if took > self.run_us_max:
            self.run_us_max = took
