"""Whether a group's leader or the own balancer guards the main fuse.

In a group the leader balances: it divides one budget among all chargers. To a charger's
own balancer the other chargers are a part of the house; it would never let this charger
have more when another one takes less. So the balancer's slot (SITE) is left out while the
charger holds a lease. Without a lease the charger is on its guaranteed share, and its own
balancer guards the fuse.

A group needs at most one lease time to bring the supply below its limit. If the own meter
shows more for longer than that, the group does not work as it should: the own balancer
counts again for a minute.
"""

from micropython import const

from ballast.control.meter.meter import GOOD
from ballast.control.ticks import add, diff

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.control.group.shapes import Supply

MAX_SHARED_MS = const(2000)
_OVER_MA = const(500)  # chosen: more than the meter's error
_OVER_MS = const(25000)  # the lease time, and the time that an EV takes to follow
_DOUBT_MS = const(60000)  # chosen: a few lease times for the group to come right


class Shared:
    """Whether the group balances the supply; doubted while it does not keep it below its limit."""

    def __init__(self) -> None:
        self._on = False
        self._until_ms = 0
        self._over = False
        self._over_ms = 0
        self._doubt = False
        self._doubt_ms = 0

    def renew(self, now_ms: int, ttl_ms: int) -> None:
        """The leader balances for the next `ttl_ms`."""
        self._on = True
        self._until_ms = add(now_ms, ttl_ms)

    def step(self, now_ms: int, supply: "Supply") -> bool:
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

    def _watch(self, now_ms: int, supply: "Supply") -> None:
        """Doubt the group when the supply stays above its limit."""
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
