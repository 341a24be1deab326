"""Solar, demand and dimming: each fills a limit slot of its own; the balancer has no part in it.

Solar and demand follow the site's meter, dimming follows the charger's own meter.
"""

from micropython import const

from ballast.control import ticks
from ballast.control.limits import limits
from ballast.control.limits.demand import QUARTER_MS, Demand
from ballast.control.limits.dimming import Dimming
from ballast.control.limits.solar import OFF, SOLAR_ONLY, Solar
from ballast.control.meter.commissioning import Commissioning
from ballast.control.meter.ev_meter import EvMeter
from ballast.control.meter.meter import GOOD, Meter
from ballast.control.power import volt_of, watt_of
from ballast.control.records import Fit
from ballast.control.settings import Settings

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.control.limits.shapes import Site


class Modes:
    """solar, demand, dimming: one object each, which computes the current of its slot."""

    def __init__(self, all_limits: limits.Limits) -> None:
        self._limits = all_limits
        self.solar = Solar()
        self.demand = Demand()
        self.dimming = Dimming()
        self._solar_on = False
        self._demand_on = False
        self._seq = -1
        self._last_ms = 0
        self._house = [0, 0, 0]

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take the settings over; an unused slot is released."""
        self.dimming.phases.set_phases(fit.wired_phases(settings))
        mode = settings["mode"] if settings["meter_kind"] else OFF
        self._solar_on = mode != OFF
        min_ma = settings["min_ma"]
        self.solar.set_mode(mode, min_ma, settings["rated_ma"])
        self._slot(limits.SOLAR, self._solar_on, 0 if mode == SOLAR_ONLY else min_ma)
        self._demand_on = settings["meter_kind"] > 0 and settings["demand_w"] > 0
        self.demand.set_limit(settings["demand_w"] if self._demand_on else 0, min_ma)
        self._slot(limits.DEMAND, self._demand_on, settings["fallback_ma"])
        self._last_ms = now_ms

    def _slot(self, slot: int, used: bool, fall_ma: int) -> None:
        if used:
            self._limits.fall_ma[slot] = fall_ma
            self._limits.put(slot, fall_ma, 0, limits.FOREVER)
        else:
            self._limits.release(slot)

    def sync(self, now_ms: int, into_ms: int) -> None:
        """Take over from the clock how long ago the quarter hour began, in ms."""
        self.demand.sync(now_ms, into_ms % QUARTER_MS)

    def step(self, now_ms: int, site: "Site", ev: EvMeter, room: bool = True) -> None:
        """Move the slots with each new reading of the two meters; of the site, only trusted ones.

        room: this step has time for a reading of the site, which the balancer has worked out.
        """
        all_limits = self._limits
        self.dimming.step(now_ms, ev, all_limits)
        meter = site.meter
        seq = site.balancer.seq
        if seq == self._seq or not room:
            return
        self._seq = seq
        if not (self._solar_on or self._demand_on):
            return
        if meter.state != GOOD:
            return  # nothing renews the slots, so they expire
        dt_ms = ticks.diff(meter.t_ms, self._last_ms)
        self._last_ms = meter.t_ms
        if dt_ms <= 0:
            return
        volt = volt_of(ev.supply_mv[0])
        phases = max(1, sum(site.balancer.phases.used))
        mains_w = house_w = 0
        for i in range(3):
            self._house[i] = site.house_ma(i)
            house_w += watt_of(self._house[i], volt)
            mains_w += watt_of(meter.ma[i], volt)
        ttl = meter.fallback_ms - meter.age_ms
        ttl = ttl if ttl > 1 else 1
        if self._solar_on:
            self.solar.step(dt_ms, self._house, phases, volt)
            all_limits.put(limits.SOLAR, self.solar.ma, now_ms, ttl)
        if self._demand_on:
            self.demand.step(meter.t_ms, dt_ms, mains_w, house_w, phases, volt)
            all_limits.put(limits.DEMAND, self.demand.ma, now_ms, ttl)

    def commission(
        self, now_ms: int, test: Commissioning, meter: Meter, ev: EvMeter
    ) -> None:
        """The commissioning test makes the EV follow its pattern by a limit slot of its own."""
        ma = test.step(now_ms, meter, ev)
        if ma < 0:
            self._limits.release(limits.COMMISSION)
        else:
            self._limits.put(limits.COMMISSION, ma, now_ms, limits.FOREVER)
