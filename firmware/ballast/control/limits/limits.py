"""Limit slots: one per source, each with an expiry; the smallest wins and is named.

A slot that nobody renews in time falls to its fall-back value (EN 50631 and EEBUS call this
a fail-safe value). There is no minimum current here: scan_cycle.py makes a pause of less than
6 A.
"""

from micropython import const

from ballast.control import ticks
from ballast.control.records import Fit
from ballast.control.settings import Settings

RATING = const(0)  # of the hardware, or less where the brand sells it as less
PLUG = const(1)  # mains plug or adapter
CABLE = const(2)  # cable to the EV
CIRCUIT = const(3)  # the breaker and wiring of the socket
TEMP = const(4)  # derating by temperature
SITE = const(5)  # balancer at the main fuse
PANEL = const(6)  # balancer at the sub-panel
SOLAR = const(7)  # solar modes
DEMAND = const(8)  # mean import of a quarter hour
GRID = const(9)  # dimming by the grid operator
GROUP = const(10)  # lease from the group's leader
SCHEDULE = const(11)  # departure, tariff windows
OCPP = const(12)  # charging profiles
API = const(13)  # local API, MQTT, Modbus server
USER = const(14)  # the person
COMMISSION = const(15)  # pattern of the commissioning test
COUNT = const(16)

NAMES = (
    "rating",
    "plug",
    "cable",
    "circuit",
    "temp",
    "site",
    "panel",
    "solar",
    "demand",
    "grid",
    "group",
    "schedule",
    "ocpp",
    "api",
    "user",
    "commissioning",
)

NO_LIMIT_MA = const(1000000)
FOREVER = const(-1)
MAX_TTL_MS = const(172800000)  # 48 h: well within the 6.2 days of ticks.diff

BOOST_MASK = const(0x880)  # SOLAR and SCHEDULE: they save money and protect nothing
_SITE_MASK = const(0x20)


def external(slot: int) -> bool:
    """Whether a service may write `slot`; control/ alone writes the others."""
    return slot in (SOLAR, GRID, GROUP, SCHEDULE, OCPP, API)


def may_last(ttl_ms: object) -> bool:
    """Whether a service may renew a slot for `ttl_ms`: an int, 1..MAX_TTL_MS."""
    return isinstance(ttl_ms, int) and 0 < ttl_ms <= MAX_TTL_MS


class Limits:
    """All slots of one charger.

    ma: the smallest limit at the last step, in mA; winner: its slot. slot_ma: [COUNT] the
    limit of each slot now; fall_ma: [COUNT] what it falls to when its time is up.
    """

    def __init__(self) -> None:
        self.slot_ma = [NO_LIMIT_MA] * COUNT
        self.fall_ma = [NO_LIMIT_MA] * COUNT
        self._until_ms = [0] * COUNT
        self._timed = bytearray(COUNT)  # 1 where _until_ms counts
        self._ignored = 0  # a bit per slot
        self._changed = True  # step() must find the smallest anew
        self._soonest_ms = 0  # the next expiry of all, if _any_timed
        self._any_timed = False
        self.ma = NO_LIMIT_MA
        self.winner = RATING

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take over the limits that come from the settings and the hardware alone."""
        self.put(RATING, fit.rating_ma(settings), now_ms, FOREVER)
        self.put(PLUG, settings["plug_ma"], now_ms, FOREVER)
        self.put(CABLE, settings["cable_ma"], now_ms, FOREVER)
        circuit_ma = settings["circuit_ma"] * settings["continuous_pct"] // 100
        self.put(CIRCUIT, circuit_ma, now_ms, FOREVER)
        self.put(USER, settings["user_ma"], now_ms, FOREVER)

    def put(self, slot: int, ma: int, now_ms: int, ttl_ms: int) -> None:
        """Set `slot` to `ma` for `ttl_ms` (FOREVER or 1..MAX_TTL_MS), then to fall_ma[slot].

        A negative current counts as 0. A longer ttl_ms is cut to MAX_TTL_MS.
        """
        ma = max(0, ma)
        if ttl_ms == FOREVER:
            if self.slot_ma[slot] == ma and not self._timed[slot]:
                return
            self._timed[slot] = 0
        else:
            until = ticks.add(now_ms, min(ttl_ms, MAX_TTL_MS))
            self._until_ms[slot] = until
            if (
                self._timed[slot]
                and self.slot_ma[slot] == ma
                and self._any_timed
                and ticks.diff(until, self._soonest_ms) >= 0
            ):
                return  # a plain renewal: step() reads all expiries anew at the soonest one
            self._timed[slot] = 1
        self.slot_ma[slot] = ma
        self._changed = True

    def release(self, slot: int) -> None:
        """Free `slot`: no limit from this source, now and after expiry."""
        self.slot_ma[slot] = NO_LIMIT_MA
        self.fall_ma[slot] = NO_LIMIT_MA
        self._timed[slot] = 0
        self._changed = True

    def left_ms(self, slot: int, now_ms: int) -> int:
        """Milliseconds until `slot` expires, FOREVER if it does not."""
        if not self._timed[slot]:
            return FOREVER
        return max(0, ticks.diff(self._until_ms[slot], now_ms))

    def ignore(self, mask: int) -> None:
        """Leave out the slots of `mask` (a bit per slot, of BOOST_MASK) until the next call."""
        mask = (mask & BOOST_MASK) | (self._ignored & _SITE_MASK)
        if mask != self._ignored:
            self._ignored = mask
            self._changed = True

    def ignore_site(self, on: bool) -> None:
        """Leave SITE out while `on`: a group's leader balances the main fuse for all (shared.py)."""
        mask = self._ignored & BOOST_MASK
        if on:
            mask |= _SITE_MASK
        if mask != self._ignored:
            self._ignored = mask
            self._changed = True

    def step(self, now_ms: int) -> None:
        """Let slots expire, then find the smallest. Of equal ones the lower slot number wins."""
        if not self._changed and not (
            self._any_timed and ticks.diff(now_ms, self._soonest_ms) >= 0
        ):
            return
        best = NO_LIMIT_MA + 1
        self._any_timed = False
        for slot in range(COUNT):
            if self._timed[slot]:
                until = self._until_ms[slot]
                if ticks.diff(now_ms, until) >= 0:
                    self._timed[slot] = 0
                    self.slot_ma[slot] = self.fall_ma[slot]
                elif not self._any_timed or ticks.diff(until, self._soonest_ms) < 0:
                    self._any_timed = True
                    self._soonest_ms = until
            ma = self.slot_ma[slot]
            if ma < best and not (self._ignored >> slot) & 1:
                best = ma
                self.winner = slot
        self.ma = best
        self._changed = False
