"""How a chip's time passes: what its blocking calls take, and what waits meanwhile.

While MicroPython's task is in a C call, no callback runs. The timer goes on: each tick is queued
(machine_timer.c:83, mp_sched_schedule), eight at most for all who schedule (mpconfigport.h:73), and
what finds no room is lost. Afterwards they run one after the other (scheduler.c:109-115). While
flash is erased or written both cores stand, the timer's task too: its phase moves, and one call is
made for all that were due (esp_timer.c:413-416).
"""

from random import Random

QUEUE = 8  # MICROPY_SCHEDULER_DEPTH


class Queue:
    """mp_sched_schedule: (function, argument), first in first out. lost: those without room."""

    __slots__ = ("calls", "lost")

    def __init__(self):
        self.calls = []
        self.lost = 0

    def put(self, fn, arg):
        """False = the queue is full and the call is lost."""
        if len(self.calls) >= QUEUE:
            self.lost += 1
            return False
        self.calls.append((fn, arg))
        return True


class ChipTime:
    """The time of one Device. profile: None = the ideal chip, on which nothing takes time.

    busy_us: until when its task is in a C call or a step. turn: its own code runs now, in a step or
    during the boot, so that the clock is its alone. block: what lets the world go on while a
    service blocks, block(us, stall); None = the clock alone moves. heap: chip/garbage.Heap or None.
    spent: {kind: (calls, us, longest us)}. paying: a call of chip/paid_calls.py runs. watch: is told
    of all stalls and steps (chip/lateness.py), or None.
    """

    __slots__ = (
        "block", "busy_us", "clock", "heap", "moved", "paying", "profile", "random", "spent", "turn",
        "watch", "worst",
    )  # fmt: skip

    def __init__(self, clock, profile=None, seed=0, block=None):
        self.clock = clock
        self.profile = profile
        self.random = Random(f"chip/{seed}")
        self.block = block
        self.busy_us = clock.us()
        self.turn = self.paying = False
        self.heap = self.watch = None
        self.moved = False  # a flash stall moved the timers' phase
        self.worst = False  # each call takes as long as the worst of its kind
        self.spent = {}

    def price(self, kind, amount=1):
        """us that this call takes."""
        if self.profile is None:
            return 0
        cost = self.profile.costs[kind]
        return cost.worst(amount) if self.worst else cost.draw(self.random, amount)

    def spend(self, kind, amount=1):
        """The call that runs now takes its time."""
        profile = self.profile
        if profile is None:
            return
        self.pass_us(self.note(kind, amount), profile.costs[kind].stall)

    def note(self, kind, amount=1):
        """us that this call takes, counted in `spent`."""
        us = self.price(kind, amount)
        calls, sum_us, longest_us = self.spent.get(kind, (0, 0, 0))
        self.spent[kind] = (calls + 1, sum_us + us, max(longest_us, us))
        if self.watch is not None:
            self.watch.stall(kind, us)
        return us

    def pass_us(self, us, stall="task"):
        """The code that runs now blocks for so long."""
        if us <= 0:
            return
        if stall == "flash":
            self.moved = True
        if self.turn or self.block is None:
            self.clock.advance_us(us)
        else:
            self.block(us, stall)
