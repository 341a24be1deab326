"""Protective earth at the charger's plug and its monitor.

The monitor (a small test current or the voltage N-PE) says "bad" when the loop is at or
above `limit_ohm`, PE is open, or PE carries a dangerous voltage. Delay of its output: chosen.
"""

from math import inf


class ProtectiveEarth:
    """Faults: lost; loop_ohm (ohm, normal below 2); touch_v (V between PE and true earth).

    Call `touch()` after a change. delay_s: both ways, from the cause to the output.
    good: 1 = earth good, 0 = lost, too high, or hot. changed_s: instant of the last change.
    """

    def __init__(self, delay_s=0.2, limit_ohm=80.0, limit_v=30.0):
        self.delay_s = delay_s
        self.limit_ohm = limit_ohm
        self.limit_v = limit_v
        self.lost = False
        self.loop_ohm = 0.8
        self.touch_v = 0.0
        self.stuck = None  # monitor broken: None or the level 0/1
        self.good = 1
        self.changed_s = -inf
        self.next_s = inf
        self._touched = False
        self._due_s = inf

    def touch(self):
        self._touched = True
        self.next_s = -inf

    def _truth(self):
        if self.stuck is not None:
            return self.stuck
        bad = self.lost or self.loop_ohm >= self.limit_ohm or abs(self.touch_v) >= self.limit_v
        return 0 if bad else 1

    def advance(self, now_s):
        """Bring the output up to `now_s`. True when it changed."""
        if self._touched:
            self._touched = False
            if self._truth() == self.good:
                self._due_s = inf
            elif self._due_s == inf:
                self._due_s = now_s + self.delay_s
        changed = self._due_s <= now_s
        if changed:
            self.good, self.changed_s, self._due_s = self._truth(), self._due_s, inf
        self.next_s = self._due_s
        return changed
