"""Dimming by the grid operator: a power in W as the current of the GRID slot.

Section 14a EnWG leaves a charger at least 4.2 kW. The current depends on the voltage,
and the voltage rises as the vehicle takes less: what was right when the order came is
too much a moment later. So the order is counted anew with the highest voltage since.
The phases are those that the vehicle is seen on; until then all that could carry it.
"""

from ballast.control.limits import limits
from ballast.control.meter.ev_phases import EvPhases
from ballast.control.power import ma_of, volt_of


class Dimming:
    """phases: those of the charger's own that the vehicle is on. on: an order in W stands."""

    def __init__(self):
        self.phases = EvPhases()
        self.on = False
        self._watt = 0
        self._volt = 0  # of all the phases in use together
        self._used = 0
        self._seq = -1

    def put(self, watt, now_ms, ttl_ms, ev, all_limits):
        """An order, new or renewed: `watt` (0..200 kW) for `ttl_ms`."""
        self.on = True
        self._watt = watt
        self._volt = 0
        self._count(now_ms, ttl_ms, ev, all_limits)

    def stop(self):
        """Somebody else has the slot now, or nobody."""
        self.on = False

    def step(self, now_ms, ev, all_limits):
        """Take each new reading of the own meter `ev` (ev_meter.EvMeter) into account."""
        if ev.seq == self._seq:
            return
        self._seq = ev.seq
        self.phases.put(ev.t_ms, ev.ma)
        if self.on:
            left_ms = all_limits.left_ms(limits.GRID, now_ms)
            self.on = left_ms > 0
            if self.on:
                self._count(now_ms, left_ms, ev, all_limits)

    def _count(self, now_ms, ttl_ms, ev, all_limits):
        volt = used = 0
        for i in range(3):
            if self.phases.used[i]:
                used += 1
                volt += volt_of(ev.supply_mv[i])
        if used == self._used and volt <= self._volt:
            return
        self._used = used
        self._volt = volt
        all_limits.put(limits.GRID, ma_of(self._watt, 1, volt), now_ms, ttl_ms)
