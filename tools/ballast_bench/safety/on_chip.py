"""The charger of timing.py on a chip that takes its time: profile's steps, stalls and bursts.

On top of a step's usual lateness any stall that may come with a closed contactor (chip/closed.py) comes
at any moment, half of them at the worst: just before the step is due. Both together end where the overrun
law does, after all the lateness before: what is later opens the contactor at once, in the row `overrun`,
and `bench chip` counts such stops. So the longest gap that the law lets pass is the worst of a row, whatever
it is made of. What waited then runs back to back, eight steps at most; a flash stall moves the timer's phase.
"""

from types import SimpleNamespace

from ballast_bench.chip import closed
from ballast_bench.chip.paid_step import PaidStep
from ballast_bench.fakes.chip_time import QUEUE, ChipTime
from ballast_bench.safety.timing import LATE_US, STEP_US, Bench

_HELD_UP = 0.3  # chosen: share of the steps before which something holds the chip up


class ChipBench(Bench):
    """A Bench on a chip profile."""

    def __init__(self, seed, profile):
        super().__init__(seed)
        self.compute_us = 0  # the profile's steps instead
        time = ChipTime(self.clock, profile)
        time.turn = True
        self.device.time = time
        app = SimpleNamespace(_step=self.charger.step, charger=self.charger)
        self.charger.step = PaidStep(app, time)
        self._stalls = closed.stalls(profile)

    def step(self):
        moved = False
        if self.jitter and not self.forced_late:
            moved = self._hold_up()
        late_us = self.forced_late[0] if moved else 0
        super().step()
        self.grid_us += late_us

    def _hold_up(self):
        """Something comes before the next step, or not. True = it moves the timer's phase."""
        now_us, due_us = self.clock.us(), self.grid_us + STEP_US
        waiting = (now_us - due_us) // STEP_US
        if waiting >= 0:  # the last stall is not over: ticks wait in the queue
            self.grid_us += max(0, waiting - QUEUE + 1) * STEP_US
            self.forced_late = [0]
            return False
        if self.rng.random() > _HELD_UP:
            return False
        _, us, flash = self.rng.choice(self._stalls)
        before_us = 1 if self.rng.random() < 0.5 else self.rng.randrange(1, due_us - now_us + 1)
        us += self.rng.randrange(LATE_US)  # it began after a step that had waited for something else
        late_us = max(0, self._passed(due_us + max(0, us - before_us)) - due_us)
        self.forced_late = [late_us]
        return flash and late_us >= STEP_US
