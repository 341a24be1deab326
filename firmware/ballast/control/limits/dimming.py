"""Dimming by the grid operator: a power in W as the current of the GRID slot.

Section 14a EnWG leaves a charger at least 4.2 kW. The current depends on the voltage, and
the voltage rises when the EV takes less: a current that was right when the order came is too
much a moment later. So each reading with a higher voltage than before lowers the current.
The order is divided among the phases that the EV is seen on; before that, among all that it
could be on.
"""

from ballast.control.limits import limits
from ballast.control.meter.ev_meter import EvMeter
from ballast.control.meter.ev_phases import EvPhases
from ballast.control.power import ma_of, volt_of


class Dimming:
    """phases: of the charger's own phases, those that the EV is on. on: an order in W is in force."""

    def __init__(self) -> None:
        self.phases = EvPhases()
        self.on = False
        self._watt = 0
        self._volt_sum = 0  # the phases in use added up: the highest since the order came
        self._phases_used = 0
        self._seq = -1

    def put(
        self, watt: int, now_ms: int, ttl_ms: int, ev: EvMeter, all_limits: limits.Limits
    ) -> None:
        """Take an order, new or renewed: `watt` (0..200 000 W) for `ttl_ms`."""
        self.on = True
        self._watt = watt
        self._volt_sum = 0
        self._count(now_ms, ttl_ms, ev, all_limits)

    def stop(self) -> None:
        """Give up the GRID slot: another source uses it now, or none."""
        self.on = False

    def step(self, now_ms: int, ev: EvMeter, all_limits: limits.Limits) -> None:
        """Take each new reading of the own meter `ev` into account."""
        if ev.seq == self._seq:
            return
        self._seq = ev.seq
        self.phases.put(ev.t_ms, ev.ma)
        if self.on:
            left_ms = all_limits.left_ms(limits.GRID, now_ms)
            self.on = left_ms > 0
            if self.on:
                self._count(now_ms, left_ms, ev, all_limits)

    def _count(self, now_ms: int, ttl_ms: int, ev: EvMeter, all_limits: limits.Limits) -> None:
        volt = used = 0
        for i in range(3):
            if self.phases.used[i]:
                used += 1
                volt += volt_of(ev.supply_mv[i])
        if used == self._phases_used and volt <= self._volt_sum:
            return
        self._phases_used = used
        self._volt_sum = volt
        all_limits.put(limits.GRID, ma_of(self._watt, 1, volt), now_ms, ttl_ms)
