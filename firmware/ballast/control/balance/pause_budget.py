"""When to stop for want of current, and when to start again.

A stop wears the contactor and the EV, so a restart must be worth it, and one short
dip may be ridden out if the person allows it (strict is the default: less than the
minimum is a pause). Both are charges in ampere seconds, not times: the smaller the
shortage, the longer it may last, and the more there is to spare, the sooner charging
resumes. Each stop within ten minutes doubles the price of
the next start.
"""

from micropython import const

from ballast.control.ticks import diff

_RECENT_MS = const(600000)
_DOUBLINGS = const(3)
_START_MAS = const(10000)  # mA * s of spare above the minimum that pays for a start
_FULL_MAS = const(1000000)


class PauseBudget:
    """dip_mas: how much a shortage may take from the supply before it is a stop (mA * s).

    0 is strict and the default: any shortage stops at once. No breaker or fuse notices
    1 A s: at 1.13 times its rating it must hold for an hour (IEC 60898-1).
    """

    def __init__(self):
        self.dip_mas = 0
        self.min_off_ms = 10000
        self._dip = 0
        self._spare = 0
        self._stops = 0
        self._stopped_ms = 0

    def clear(self):
        """No stop happened yet: the first start is free."""
        self._dip = 0
        self._spare = 0
        self._stops = 0

    def shortage(self, now_ms, short_ma, dt_ms, gross):
        """`short_ma` are missing to the minimum since `dt_ms`; True = stop now."""
        self._dip += short_ma * min(dt_ms, 1000) // 1000
        if self._dip < self.dip_mas and not gross:
            return False
        if self._stops and diff(now_ms, self._stopped_ms) > _RECENT_MS:
            self._stops = 0
        if self._stops <= _DOUBLINGS:
            self._stops += 1
        self._stopped_ms = now_ms
        self._dip = 0
        self._spare = 0
        return True

    def enough(self, dt_ms):
        """The minimum is there: what the dips took is paid back at 0.2 A."""
        if self._dip:
            self._dip = max(0, self._dip - dt_ms // 5)

    def may_start(self, now_ms, spare_ma, dt_ms):
        """`spare_ma` above the minimum are free (negative: not even that)."""
        if not self._stops:
            return spare_ma >= 0
        if spare_ma < 0:
            self._spare = 0
            return False
        self._spare = min(_FULL_MAS, self._spare + spare_ma * min(dt_ms, 1000) // 1000)
        return (
            diff(now_ms, self._stopped_ms) >= self.min_off_ms
            and self._spare >= _START_MAS << (self._stops - 1)
        )
