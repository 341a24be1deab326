"""One measured supply (main fuse or sub-panel): its meter, its balancer, its limit slot."""

from ballast.control.balance.balancer import Balancer
from ballast.control.limits import limits
from ballast.control.meter.ev_meter import EvMeter
from ballast.control.meter.meter import DISTRUSTED, GOOD, NONE, STALE, Meter
from ballast.control.records import EvView, Fit
from ballast.control.settings import Settings
from ballast.control.ticks import diff


class Supply:
    """A meter and a balancer, and the slot that they fill.

    slot: limits.SITE or limits.PANEL. limit_key: the setting that holds the supply's limit per
    phase; 0 = there is no such supply. used: this supply is commissioned. limit_ma: its limit
    per phase, less the margin. phase_map: [3] supply phase 0..2 of the charger's L1, L2, L3.
    view: the EV's current in the phases of the supply.
    """

    def __init__(
        self, slot: int, limit_key: str, all_limits: limits.Limits, made: bool = True
    ) -> None:
        """made: False = the balancer, 5 KiB and 2 for each phase, is made when the settings need it."""
        self.slot = slot
        self._limit_key = limit_key
        self._limits = all_limits
        self.meter = Meter()
        self.balancer: Balancer = None  # type: ignore[assignment]  # until make()
        self.made = False
        if made:
            self.make(1)
        self.view = EvView()
        self.used = False
        self.limit_ma = 0
        self._put_seq = -1  # the reading and the current of the last put into the slot
        self._put_ma = -1
        self.phase_map = [0, 1, 2]

    def make(self, phases: int) -> None:
        """Make the balancer for a supply of so many phases. MemoryError leaves all as it was."""
        if self.made:
            self.balancer.make(phases)
        else:
            self.balancer = Balancer(phases)
            self.made = True

    def new_ev(self) -> None:
        """Forget all that was found out about the EV: it was unplugged."""
        if self.made:
            self.balancer.new_ev()

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take the settings over. If the supply is not used, the slot is released: static mode."""
        limit_ma = settings[self._limit_key]
        self.used = settings["meter_kind"] > 0 and limit_ma > 0
        self.limit_ma = limit_ma - settings["margin_ma"]
        phase_of_l1 = settings["phase_of_l1"] - 1
        for i in range(3):
            self.phase_map[i] = (phase_of_l1 + i) % 3
        if not self.used:
            self._limits.release(self.slot)
            return
        n = settings["supply_phases"]
        self.make(n if n > 1 else phase_of_l1 + 1)  # a supply of one phase may be any of the three
        # on three phases the phase of the charger's L1 is not sure until the commissioning test
        proven = n == 1 or settings["phase_proven"] == 1
        self.meter.set_supply(limit_ma, settings["export"] == 1, self.phase_map if proven else None)
        self.meter.expect(settings["meter_interval_ms"])
        self.balancer.pauses.dip_mas = settings["dip_mas"]
        self.balancer.set_limits(
            [self.limit_ma] * 3, settings["min_ma"], settings["rated_ma"], n
        )
        fallback_ma = settings["fallback_ma"]
        self._limits.fall_ma[self.slot] = fallback_ma
        if self.meter.state != GOOD:
            self._limits.put(self.slot, fallback_ma, now_ms, limits.FOREVER)
        self._put_seq = -1

    def wants(self) -> bool:
        """Whether a sample waits, or is not worked out: step() has a part of the work to do."""
        return self.used and (self.balancer.part != 0 or self.meter.waiting)

    def step(
        self, now_ms: int, ev: EvMeter, fresh: bool, offered_ma: int, room: bool = True
    ) -> None:
        """Check the meter, balance, renew the slot.

        fresh: `ev` has a new reading. offered_ma: what the EV may draw; 0 while the contactor
        is open. room: this step has time for one part of the work on a sample: to take it, or a
        part of the balancer's.
        """
        if not self.used:
            return
        balancer = self.balancer
        busy = balancer.part
        view = self.view
        view.fitted = ev.fitted
        if fresh:
            for i in range(3):
                view.ma[self.phase_map[i]] = ev.ma[i]
            view.seq = ev.seq
            view.t_ms = ev.t_ms
        meter = self.meter
        meter.step(now_ms, ev, offered_ma, room and not busy)
        if meter.state == NONE:
            return
        if fresh or meter.seq != balancer.taken_seq or meter.state != GOOD or not view.fitted:
            balancer.watch(now_ms, meter, view, offered_ma)
        if busy and room and balancer.part:
            balancer.work(now_ms)
        if balancer.valid and (balancer.seq != self._put_seq or balancer.ma != self._put_ma):
            self._put_seq = balancer.seq
            self._put_ma = balancer.ma
            left = meter.fallback_ms - diff(now_ms, balancer.t_ms)
            self._limits.put(self.slot, self._put_ma, now_ms, left if left > 1 else 1)

    def lost(self) -> bool:
        """A meter is commissioned, and no reading comes."""
        return self.used and (self.meter.state == NONE or self.meter.state == STALE)

    def distrusted(self) -> bool:
        """A meter is commissioned, and its readings failed a check."""
        return self.used and self.meter.state == DISTRUSTED

    def house_ma(self, phase: int) -> int:
        """The house on supply phase 0..2, signed mA: mains less EV at the same time."""
        if self.balancer.valid:
            return self.balancer.house_ma(phase)
        return self.meter.ma[phase] - self.view.ma[phase]
