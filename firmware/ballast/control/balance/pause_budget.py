"""When to stop because too little current is left, and when to start again.

A stop wears the contactor and the EV. So a restart must be worth it, and the charge may
continue through a short dip if the person allows it. (Strict is the default: less than the
minimum is a pause.) Both are measured in ampere seconds, not in time: the smaller the
shortage, the longer it may last; the more current is free, the sooner charging resumes.
Each further stop within ten minutes doubles the price of the next start.
"""

from micropython import const

from ballast.control.ticks import diff

_RECENT_MS = const(600000)
_DOUBLINGS = const(3)
_START_MAS = const(10000)  # price of a start: mA * s that were free above the minimum
_MAX_MAS = const(1000000)


class PauseBudget:
    """dip_mas: how much a dip may take from the supply before the charge stops, mA * s.

    0 is strict and the default: any shortage stops at once. No breaker or fuse reacts to
    1 A s: at 1.13 times its rating it must not trip for an hour (IEC 60898-1).
    min_off_ms: shortest pause.
    """

    def __init__(self) -> None:
        self.dip_mas = 0
        self.min_off_ms = 10000
        self._dip_taken_mas = 0
        self._saved_mas = 0
        self._stops = 0
        self._stopped_ms = 0

    def clear(self) -> None:
        """Forget all stops: the next start is free."""
        self._dip_taken_mas = 0
        self._saved_mas = 0
        self._stops = 0

    def shortage(self, now_ms: int, short_ma: int, dt_ms: int, gross: bool) -> bool:
        """Whether to stop now.

        short_ma: by how much the current was below the minimum during the last `dt_ms`.
        gross: the house alone exceeds the limit, so stop at once.
        """
        self._dip_taken_mas += short_ma * min(dt_ms, 1000) // 1000
        if self._dip_taken_mas < self.dip_mas and not gross:
            return False
        if self._stops and diff(now_ms, self._stopped_ms) > _RECENT_MS:
            self._stops = 0
        if self._stops <= _DOUBLINGS:
            self._stops += 1
        self._stopped_ms = now_ms
        self._dip_taken_mas = 0
        self._saved_mas = 0
        return True

    def enough(self, dt_ms: int) -> None:
        """Call while the minimum is available: the allowance for dips refills at 0.2 A."""
        if self._dip_taken_mas:
            self._dip_taken_mas = max(0, self._dip_taken_mas - dt_ms // 5)

    def may_start(self, now_ms: int, above_ma: int, dt_ms: int) -> bool:
        """Whether to start now.

        above_ma: by how much the free current was above the minimum during the last `dt_ms`;
        negative = less than the minimum is free.
        """
        if not self._stops:
            return above_ma >= 0
        if above_ma < 0:
            self._saved_mas = 0
            return False
        self._saved_mas = min(_MAX_MAS, self._saved_mas + above_ma * min(dt_ms, 1000) // 1000)
        return (
            diff(now_ms, self._stopped_ms) >= self.min_off_ms
            and self._saved_mas >= _START_MAS << (self._stops - 1)
        )
