"""Whether the supply's meter and the sub-panel's meter contradict each other.

Both limits always apply and the smaller one wins (limits.py); nothing here decides a current.
But all current into the sub-panel flows through the supply. If the panel's meter shows more
than the supply's meter for ten seconds, one of the two is wrong, and a person must be told.
Where PV or a battery can feed in between, the panel may carry more: then there is no check.
"""

from micropython import const

from ballast.control.meter.meter import GOOD, Meter
from ballast.control.ticks import diff

_TOLERANCE_MA = const(2000)  # two meters of class 2, read up to two seconds apart
_FOR_MS = const(10000)
_MAX_GAP_MS = const(3000)  # readings further apart are not compared


class MeterAgreement:
    """apart: 1 while they contradict."""

    def __init__(self) -> None:
        self.apart = 0
        self._since_ms = 0
        self._running = False
        self._seq = -1

    def step(self, now_ms: int, supply: Meter, panel: Meter, export: bool) -> None:
        """Compare each new reading of `panel` with the newest of `supply`.

        export: PV or a battery can feed in.
        """
        if panel.seq == self._seq:
            return
        self._seq = panel.seq
        if export or supply.state != GOOD or panel.state != GOOD:
            self._agree()
            return
        gap = diff(supply.t_ms, panel.t_ms)
        if gap > _MAX_GAP_MS or gap < -_MAX_GAP_MS:
            return
        worst = 0
        for i in range(3):
            worst = max(worst, panel.ma[i] - supply.ma[i] - supply.ma[i] // 10)
        if worst <= _TOLERANCE_MA:
            self._agree()
            return
        if not self._running:
            self._running = True
            self._since_ms = now_ms
        if diff(now_ms, self._since_ms) >= _FOR_MS:
            self.apart = 1

    def _agree(self) -> None:
        self.apart = 0
        self._running = False
