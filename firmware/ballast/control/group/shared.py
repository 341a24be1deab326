"""Whether a group's leader or the own balancer guards the main fuse.

In a group the leader balances: what all may draw comes out of one budget. The own
balancer sees the other chargers as part of the house and would hold each of them where
it is. So its slot (SITE) is left out while a lease is held, and binds when none is:
alone on its guaranteed share, the charger guards the fuse by itself.

A group has one lease time to bring the supply under its limit. When the own meter shows
it above for longer, something is wrong with the group: the own balancer binds again.
"""

from micropython import const

from ballast.control.meter.meter import GOOD
from ballast.control.ticks import add, diff

MAX_SHARED_MS = const(2000)
_OVER_MA = const(500)
_OVER_MS = const(25000)  # the lease time, and what the EV takes to follow
_DOUBT_MS = const(60000)


class Shared:
    """`doubts`: how often the group did not keep the supply under its limit."""

    def __init__(self):
        self.doubts = 0
        self._on = False
        self._until_ms = 0
        self._over = False
        self._over_ms = 0
        self._doubt = False
        self._doubt_ms = 0

    def renew(self, now_ms, ttl_ms):
        """The leader balances for the next `ttl_ms`."""
        self._on = True
        self._until_ms = add(now_ms, ttl_ms)

    def step(self, now_ms, supply):
        """True while the own balancer of `supply` is to be left out."""
        if self._on and diff(now_ms, self._until_ms) >= 0:
            self._on = False
        if not self._on and not self._doubt:
            self._over = False
            return False
        if self._doubt:
            if diff(now_ms, self._doubt_ms) >= _DOUBT_MS:
                self._doubt = False
            return False
        self._watch(now_ms, supply)
        return not self._doubt

    def _watch(self, now_ms, supply):
        meter = supply.meter
        most = supply.limit_ma + _OVER_MA
        over = (
            supply.used
            and meter.state == GOOD
            and (meter.ma[0] > most or meter.ma[1] > most or meter.ma[2] > most)
        )
        if over and not self._over:
            self._over_ms = now_ms
        self._over = over
        if over and diff(now_ms, self._over_ms) >= _OVER_MS:
            self._over = False
            self._doubt = True
            self._doubt_ms = now_ms
            self.doubts += 1
