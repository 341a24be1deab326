"""Do two sources agree? The supply's meter and the sub-panel's measure currents of one house.

Both limits always hold, the smaller wins (limits.py): nothing here decides a current. But what
flows into the sub-panel flows through the supply: a panel that shows more than the supply
does, for ten seconds on end, means that one of the two is wrong, and a person should know.
Where PV or a battery can feed in between, the panel may well carry more: nothing is said.
"""

from micropython import const

from ballast.control.meter.meter import GOOD
from ballast.control.ticks import diff

_TOLERANCE_MA = const(2000)  # two meters of class 2, read up to two seconds apart
_FOR_MS = const(10000)
_STALE_GAP_MS = const(3000)  # older than that beside each other says nothing


class MeterPair:
    """apart: 1 while they disagree. apart_ma: by how much, on phase `phase`."""

    def __init__(self):
        self.apart = 0
        self.apart_ma = 0
        self.phase = 0
        self._since_ms = 0
        self._running = False
        self._seq = -1

    def step(self, now_ms, supply, panel, export):
        """Compare the two `Meter`s; cheap while the panel has no new reading."""
        if panel.seq == self._seq:
            return
        self._seq = panel.seq
        if export or supply.state != GOOD or panel.state != GOOD:
            self._agree()
            return
        gap = diff(supply.t_ms, panel.t_ms)
        if gap > _STALE_GAP_MS or gap < -_STALE_GAP_MS:
            return
        worst = 0
        for i in range(3):
            over = panel.ma[i] - supply.ma[i] - supply.ma[i] // 10
            if over > worst:
                worst = over
                self.phase = i
        if worst <= _TOLERANCE_MA:
            self._agree()
            return
        if not self._running:
            self._running = True
            self._since_ms = now_ms
        self.apart_ma = worst
        if diff(now_ms, self._since_ms) >= _FOR_MS:
            self.apart = 1

    def _agree(self):
        self.apart = 0
        self.apart_ma = 0
        self._running = False
