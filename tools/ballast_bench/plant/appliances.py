"""What a house has on its phases: Load, and of it one with a program (programs.py), a timetable, a switch."""

from math import inf
from random import Random

from ballast_bench.plant.programs import ALWAYS, DAY_S

_VOLT = 230.0


class Load:
    """watt: what it draws now, negative = it feeds in. phase: house phases it is on (tuple).

    reactive_a: A on each of them at a right angle to that. surge: as of Appliance.
    """

    watt = reactive_a = 0.0
    phase = ()
    surge = None

    @property
    def on(self):
        return abs(self.watt) > 1.0

    @property
    def amps(self):
        """Active current on each of its phases, A."""
        return self.watt / (_VOLT * len(self.phase))


class Appliance(Load):
    """One switchable load.

    name; phase: house phases it is on (tuple); kind; on: it draws now (|watt| > 1);
    watt: what it draws now (negative = generates); next_s: next change.
    reactive_a: what it draws at a right angle to that, on each of its phases. surge: None, or
    (peak A, seconds) of an inrush that has just begun; the house takes it.
    hand: None = its own timetable, True = switched on by hand, False = switched off.
    Args: program(rng, local_s) -> generator of (seconds, watts), never empty; starts(rng, day)
    -> seconds of the day, or ALWAYS; repeat: a hand start goes on until switched off (else one
    program, then the timetable). A piece may have a third part, reactive A, and a fourth, the surge.
    """

    def __init__(self, name, phase, program, starts, repeat=False, kind="", seed=0):
        self.name, self.phase, self.kind = name, tuple(phase), kind or name
        self.watt = self.reactive_a = 0.0
        self.surge = None
        self.hand = None
        self.next_s = -inf
        self.program, self._starts, self._repeat = program, starts, repeat
        self._rng = Random(f"appliance/{seed}/{name}")
        self._run = None
        self._day = -1
        self._today = []

    def switch(self, hand, now_s, local_s):
        """True on, False off, None back to the timetable."""
        self.hand = hand
        self.watt, self.reactive_a, self._run = 0.0, 0.0, None
        self.next_s = now_s
        if hand:
            self._run = self.program(self._rng, local_s)
        elif hand is False:
            self.next_s = inf

    def advance(self, now_s, offset_s):
        """Changes up to `now_s`; local time of day is now + offset. True if the power changed."""
        before, reactive = self.watt, self.reactive_a
        if self.next_s == -inf:
            self.next_s = now_s
        while self.next_s <= now_s:
            self._piece(offset_s)
        return self.watt != before or self.reactive_a != reactive or self.surge is not None

    def _piece(self, offset_s):
        """The next piece of the program, or the wait for the next start."""
        at = self.next_s
        if self._run is not None:
            piece = next(self._run, None)
            if piece is not None:
                self.next_s, self.watt = at + piece[0], piece[1]
                self.reactive_a = piece[2] if len(piece) > 2 else 0.0
                if len(piece) > 3:
                    self.surge = piece[3]
                return
            self._run, self.watt, self.reactive_a = None, 0.0, 0.0
            if self.hand and self._repeat:
                self._run = self.program(self._rng, at + offset_s)
                return
            self.hand = None
        start = self._next_start(at + offset_s)
        if start <= at + offset_s:
            self._run = self.program(self._rng, at + offset_s)
        else:
            self.next_s = start - offset_s

    def _next_start(self, local_s):
        """Local time of the next start; now, if one fell due in this instant."""
        if self._starts is ALWAYS:
            return local_s
        while True:
            while self._today and self._today[0] < local_s - 1e-6:
                self._today.pop(0)
            if self._today:
                start = self._today[0]
                if start <= local_s + 1e-6:
                    self._today.pop(0)
                    return local_s
                return start
            self._day = max(self._day + 1, int(local_s // DAY_S))
            if self._day > local_s // DAY_S + 400:
                return inf  # no start within a year: only by hand
            day_s = self._day * DAY_S
            self._today = sorted(day_s + s for s in self._starts(self._rng, self._day))
