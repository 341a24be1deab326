"""Limit slots: one per source, each with an expiry; the smallest wins and is named.

A slot that is not renewed falls to its fall-back value when its time is up
(EN 50631 and EEBUS call this a fail-safe value). Nothing here knows a minimum
current: less than 6 A means a pause and that is decided by charge_state.
"""

from micropython import const

from ballast.control import ticks

RATING = const(0)  # the hardware and what the brand sells it as
PLUG = const(1)  # mains plug or adapter
CABLE = const(2)  # vehicle cable
CIRCUIT = const(3)  # the breaker and wiring of the socket
TEMP = const(4)  # derating by temperature
SITE = const(5)  # balancer at the main fuse
PANEL = const(6)  # balancer at the sub-panel
SOLAR = const(7)  # solar modes
DEMAND = const(8)  # quarter-hour demand
GRID = const(9)  # dimming by the grid operator
GROUP = const(10)  # lease from the group
SCHEDULE = const(11)  # departure, tariff windows
OCPP = const(12)  # charging profiles
API = const(13)  # local API, MQTT, Modbus server
USER = const(14)  # the person
COMMISSION = const(15)  # the commissioning test moves the EV in its pattern
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
MAX_TTL_MS = const(172800000)  # 48 h: far inside what ticks.diff can tell

BOOST_MASK = const(0x880)  # SOLAR and SCHEDULE: wishes, not protections
_SITE_MASK = const(0x20)  # SITE: while a group's leader balances the main fuse for all


def external(slot):
    """Whether a service may write `slot`; the others belong to control/ alone."""
    return slot in (SOLAR, GRID, GROUP, SCHEDULE, OCPP, API)


def may_last(ttl_ms):
    """Whether a service may renew a slot for `ttl_ms`."""
    return isinstance(ttl_ms, int) and 0 < ttl_ms <= MAX_TTL_MS


class Limits:
    """All slots of one charger. `ma`: the smallest now; `winner`: its slot."""

    def __init__(self):
        self.slot_ma = [NO_LIMIT_MA] * COUNT
        self.fall_ma = [NO_LIMIT_MA] * COUNT
        self._until_ms = [0] * COUNT
        self._timed = bytearray(COUNT)
        self._ignored = 0
        self._dirty = True
        self._soonest_ms = 0
        self._any_timed = False
        self.ma = NO_LIMIT_MA
        self.winner = RATING

    def configure(self, settings, fit, now_ms):
        """Take over the limits that come from the settings and the hardware alone."""
        self.put(RATING, fit.rating_ma(settings), now_ms, FOREVER)
        self.put(PLUG, settings["plug_ma"], now_ms, FOREVER)
        self.put(CABLE, settings["cable_ma"], now_ms, FOREVER)
        self.put(CIRCUIT, settings["circuit_ma"], now_ms, FOREVER)
        self.put(USER, settings["user_ma"], now_ms, FOREVER)

    def put(self, slot, ma, now_ms, ttl_ms):
        """Set `slot` to `ma` for `ttl_ms` (FOREVER or 1..MAX_TTL_MS), then fall_ma[slot].

        A negative current is taken as 0. An over-long ttl is shortened.
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
                return  # a plain renewal: when the soonest expiry comes, all is looked at anew
            self._timed[slot] = 1
        self.slot_ma[slot] = ma
        self._dirty = True

    def release(self, slot):
        """Give `slot` up: no limit from this source, and none after expiry."""
        self.slot_ma[slot] = NO_LIMIT_MA
        self.fall_ma[slot] = NO_LIMIT_MA
        self._timed[slot] = 0
        self._dirty = True

    def left_ms(self, slot, now_ms):
        """Time until `slot` expires, FOREVER if it does not."""
        if not self._timed[slot]:
            return FOREVER
        return max(0, ticks.diff(self._until_ms[slot], now_ms))

    def ignore(self, mask):
        """Leave the slots of `mask` (bit per slot) out: a boost passes over solar and schedule."""
        mask = (mask & BOOST_MASK) | (self._ignored & _SITE_MASK)
        if mask != self._ignored:
            self._ignored = mask
            self._dirty = True

    def leave_site_out(self, on):
        """Leave SITE out while `on`: a group's leader balances then. See group/shared.py."""
        mask = self._ignored & BOOST_MASK
        if on:
            mask |= _SITE_MASK
        if mask != self._ignored:
            self._ignored = mask
            self._dirty = True

    def step(self, now_ms):
        """Let slots expire, then find the smallest. Ties go to the lower slot number."""
        if not self._dirty and not (
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
        self._dirty = False
