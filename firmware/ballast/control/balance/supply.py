"""One measured supply (main fuse or sub-panel): meter, balancer, and its limit slot."""

from ballast.control.balance.balancer import Balancer
from ballast.control.limits import limits
from ballast.control.meter.meter import DISTRUSTED, GOOD, NONE, STALE, Meter
from ballast.control.records import EvView


class Supply:
    """meter, balancer, and `used`: whether this supply is commissioned at all.

    slot: of `all_limits`. limit_key: the setting that holds its limit; 0 = there is no such supply.
    limit_ma: of it, less the margin. phase_map [3]: its phase that the charger's L1, L2, L3 is on.
    """

    def __init__(self, slot, limit_key, all_limits):
        self.slot = slot
        self._limit_key = limit_key
        self._limits = all_limits
        self.meter = Meter()
        self.balancer = Balancer()
        self.view = EvView()  # the EV's current in this supply's own phases
        self.used = False
        self.limit_ma = 0
        self._first = 0
        self._seq = -1
        self._ma = -1
        self.phase_map = [0, 1, 2]

    def configure(self, settings, fit, now_ms):
        """Take the settings over. Without a meter the slot is released: static mode."""
        values = settings
        limit_ma = values[self._limit_key]
        self.used = values["meter_kind"] > 0 and limit_ma > 0
        self.limit_ma = limit_ma - values["margin_ma"]
        self._first = values["phase_of_l1"] - 1
        for i in range(3):
            self.phase_map[i] = (self._first + i) % 3
        if not self.used:
            self._limits.release(self.slot)
            return
        n = values["supply_phases"]
        # on three phases nobody knows where the charger's L1 is, until the test has shown it
        proven = n == 1 or values["phase_proven"] == 1
        self.meter.configure(limit_ma, values["export"] == 1, self.phase_map if proven else None)
        self.meter.expect(values["meter_interval_ms"])
        self.balancer.pauses.dip_mas = values["dip_mas"]
        self.balancer.configure(
            [self.limit_ma] * 3, values["min_ma"], values["rated_ma"], n
        )
        fallback_ma = values["fallback_ma"]
        self._limits.fall_ma[self.slot] = fallback_ma
        if self.meter.state != GOOD:
            self._limits.put(self.slot, fallback_ma, now_ms, limits.FOREVER)
        self._seq = -1

    def step(self, now_ms, ev, fresh, offered_ma):
        """Judge the meter, balance, renew the slot. `fresh`: ev has a new reading.

        offered_ma: what the EV may draw; 0 while the contactor is open.
        """
        if not self.used:
            return
        view = self.view
        view.fitted = ev.fitted
        if fresh:
            for i in range(3):
                view.ma[self.phase_map[i]] = ev.ma[i]
            view.seq = ev.seq
            view.t_ms = ev.t_ms
        meter = self.meter
        meter.step(now_ms, ev, offered_ma)
        if meter.state == NONE:
            return
        self.balancer.step(now_ms, meter, view, offered_ma)
        if self.balancer.valid and (
            meter.seq != self._seq or self.balancer.ma != self._ma
        ):
            self._seq = meter.seq
            self._ma = self.balancer.ma
            left = meter.fallback_ms - meter.age_ms
            self._limits.put(self.slot, self._ma, now_ms, left if left > 1 else 1)

    def lost(self):
        """A meter is commissioned and says nothing."""
        return self.used and (self.meter.state == NONE or self.meter.state == STALE)

    def distrusted(self):
        """A meter is commissioned, speaks, and is not believed."""
        return self.used and self.meter.state == DISTRUSTED

    def house_ma(self, phase):
        """The rest of the house on supply phase 0..2, signed mA: the mains less the EV of then."""
        if self.balancer.valid:
            return self.balancer.house_ma(phase)
        return self.meter.ma[phase] - self.view.ma[phase]
