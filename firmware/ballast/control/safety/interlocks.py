"""Interlocks: from readings to faults. A STOP fault opens the contactor, whatever else holds.

Every limit and time has its source beside it. An input that board.py declares as not fitted is
left out; a fitted input that gives no reading is a fault.
"""

from micropython import const

from ballast.control import ticks
from ballast.control.pilot import pilot
from ballast.control.pilot.charge_state import ChargeState
from ballast.control.places import COUNT, PLACES
from ballast.control.records import PILOT_HOLD, PILOT_PWM, Fit, Scan
from ballast.control.safety import contactor, faults
from ballast.control.safety.derating import Derating
from ballast.control.settings import Settings

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.control.shapes import EnergyOfEv

STEP_MS = const(20)
# The longest gap between two steps while the contactor is closed; README.md derives the two.
STEP_MAX_MS = const(51)
PENDING_MAX_MS = const(42)  # the same from the first burst that shows another level of the pilot
STEP_LATE_MS = const(38)  # chosen: what a gap has above that is added up ...
_LATE_SUM_MS = const(60)  # ... chosen: four gaps of 51 ms in a row; more is an overrun ...
_FORGET = const(50)  # ... and 1 ms of it is forgotten in 50 ms of steps in time
# Chosen: the longest gap under a permit, which there is only while the contactor is open: more than
# the 600 ms after which ESP-IDF gives up a flash sector, less than the watchdog's second
STEP_PERMIT_MS = const(900)

_PILOT_FAULT_MS = const(200)  # chosen: the contactor opens long before; plugging in takes less
_PE_MS = const(200)  # chosen: must be below 1 s (SAFETY.md)
_VOLT_MS = const(1000)  # chosen: must be below 2 s (SAFETY.md)
_VOLT_LOST_MV = const(50000)  # chosen: less than this is no supply
_OC_NOISE_MA = const(500)  # EVerest soft_over_current_measurement_noise_A
_OC_SOFT_MS = const(6650)  # EVerest: 7 s; less 0.32 s that the power meter averages over, and a late step
_OC_HARD_MS = const(150)  # chosen, beside the 0.32 s that the power meter averages over
_OC_SOFT_HOLD_MS = const(3000)  # chosen: 5 s to obey (A.5) plus a slew, inside 7 s + 3 s
_OC_HARD_HOLD_MS = const(8000)  # chosen: an EV whose current still falls is no over-current
_NOT = const(-1)  # the last reading was no over-current
_LEAK_MA = const(1000)  # chosen: more than this past an open contactor is a fault ...
_LEAK_MS = const(1000)  # ... after so long


class Interlocks:
    """Puts the faults of one step's readings into `all_faults`.

    low_mv, high_mv: bounds of the supply's voltage. phases: those of the supply to check.
    soft_ref_ma, hard_ref_ma: the offers that the EV's current is compared with. permit: True
    while blocking work is permitted, until permit_until_ms.
    """

    def __init__(self, fit: Fit, all_faults: faults.Faults) -> None:
        self._fit = fit
        self._faults = all_faults
        self.low_mv = 195000
        self.high_mv = 264000
        self.phases = fit.phases
        self.permit_until_ms = 0
        self.permit = False
        self._late_sum = 0  # in 1/50 ms
        self._short_ms = 0
        self._lost_ms = 0
        self._vent_ms = 0
        self._pe_ms = 0
        self._low_ms = 0
        self._high_ms = 0
        self._phase_ms = 0
        self._leak_ms = 0
        self._soft_ms = _NOT
        self._hard_ms = _NOT
        self.soft_ref_ma = 0
        self.hard_ref_ma = 0
        self._offer_ma = 0
        self._cut_ms = 0
        self._judge_pilot_ms = 0
        self._hot = _places_by_fault([faults.by_key(row[4]) for row in PLACES])
        self._sensor = _places_by_fault([faults.by_key(row[5]) for row in PLACES])

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take the settings over."""
        self.phases = fit.wired_phases(settings)
        self.low_mv = settings["low_mv"]
        self.high_mv = settings["high_mv"]

    def allow_blocking(self, now_ms: int, ttl_ms: int) -> None:
        """Permit one piece of blocking work (a flash erase): the step may be late for `ttl_ms`."""
        self.permit = True
        self.permit_until_ms = ticks.add(now_ms, ttl_ms)

    def gap(self, now_ms: int, dt_ms: int, closed: bool, pending_ms: int) -> None:
        """Check the time since the last step: README.md says how late a step may be.

        closed: the contactor is closed; while it is open no step is too late. pending_ms: as in
        pilot.Pilot.
        """
        late = dt_ms < 0
        if not closed:
            self._late_sum = 0
        elif not self.permit:
            if dt_ms > STEP_LATE_MS:
                self._late_sum += (dt_ms - STEP_LATE_MS) * _FORGET
                late = dt_ms > STEP_MAX_MS or self._late_sum > _LATE_SUM_MS * _FORGET
            elif self._late_sum:
                self._late_sum = max(0, self._late_sum - dt_ms)
            if pending_ms >= 0 and pending_ms + dt_ms > PENDING_MAX_MS:
                late = True
        elif dt_ms > STEP_PERMIT_MS:
            late = True
        if self.permit and ticks.diff(now_ms, self.permit_until_ms) >= 0:
            self.permit = False
        self._faults.put(faults.OVERRUN, late, now_ms)

    def fast(
        self,
        now_ms: int,
        dt_ms: int,
        scan: Scan,
        pilot_in: pilot.Pilot,
        charge: ChargeState,
        testing: bool,
    ) -> None:
        """The checks of every step: RCD, pilot, protective earth. testing: the RCD's test runs."""
        table = self._faults  # not its bound method: making one would allocate
        if self._fit.rcd:
            table.put(faults.RCD_TRIP, scan.rcd_trip and not testing, now_ms)
        level = pilot_in.level
        if charge.pilot == PILOT_HOLD or charge.pilot == PILOT_PWM:
            if self._judge_pilot_ms < 100:
                self._judge_pilot_ms += dt_ms
                level = pilot.A
        else:
            self._judge_pilot_ms = 0  # the charger drives the pilot: there is nothing to check
            level = pilot.A
        if level <= pilot.C:
            self._short_ms = self._lost_ms = self._vent_ms = 0
        else:
            self._short_ms = self._short_ms + dt_ms if level == pilot.E else 0
            self._vent_ms = self._vent_ms + dt_ms if level == pilot.D else 0
            self._lost_ms = self._lost_ms + dt_ms if level >= pilot.NEG else 0
        table.put(faults.PILOT_SHORT, self._short_ms >= _PILOT_FAULT_MS, now_ms)
        table.put(faults.PILOT_LOST, self._lost_ms >= _PILOT_FAULT_MS, now_ms)
        vent = self._vent_ms >= _PILOT_FAULT_MS and not charge.ventilation
        table.put(faults.VENTILATION, vent, now_ms)
        table.put(faults.DIODE, pilot_in.diode == 0, now_ms)
        if self._fit.pe:
            self._pe_ms = self._pe_ms + dt_ms if scan.pe != 1 else 0
            table.put(faults.PE_LOST, self._pe_ms >= _PE_MS, now_ms)

    def contacts(self, now_ms: int, cont: contactor.Contactor) -> None:
        """The contactor's own faults, after its step."""
        self._faults.put(faults.WELD, cont.weld, now_ms)
        self._faults.put(faults.NO_CLOSE, cont.no_close, now_ms)

    def offered(self, now_ms: int, ma: int) -> None:
        """Follow the advertised current `ma`. A lower offer counts only once the EV had time to obey."""
        if ma >= self._offer_ma:
            self._offer_ma = ma
            self.soft_ref_ma = max(self.soft_ref_ma, ma)
            self.hard_ref_ma = max(self.hard_ref_ma, ma)
            if ma >= self.hard_ref_ma:
                self._cut_ms = now_ms
        else:
            self._offer_ma = ma
            self._cut_ms = now_ms
        since = ticks.diff(now_ms, self._cut_ms)
        if since >= _OC_SOFT_HOLD_MS:
            self.soft_ref_ma = self._offer_ma
        if since >= _OC_HARD_HOLD_MS:
            self.hard_ref_ma = self._offer_ma
            self._cut_ms = ticks.add(now_ms, -_OC_HARD_HOLD_MS)  # stay far from the wrap

    def metered(
        self, now_ms: int, dt_ms: int, scan: Scan, ev: "EnergyOfEv", cont: contactor.Contactor
    ) -> None:
        """The checks of the own power meter's readings, at each new one. dt_ms: since the last."""
        table = self._faults  # not its bound method: making one would allocate
        closed = cont.state == contactor.CLOSED
        top = ev.max_ma
        if closed:
            soft = top > (self.soft_ref_ma + _OC_NOISE_MA) * 11 // 10
            hard = top > max(self.hard_ref_ma, pilot.MIN_MA) * 3 // 2
            self._soft_ms = _longer(self._soft_ms, dt_ms) if soft else _NOT
            self._hard_ms = _longer(self._hard_ms, dt_ms) if hard else _NOT
            self._leak_ms = 0
        else:
            self._soft_ms = self._hard_ms = _NOT
            self._leak_ms = self._leak_ms + dt_ms if top > _LEAK_MA else 0
        over = self._soft_ms >= _OC_SOFT_MS or self._hard_ms >= _OC_HARD_MS
        table.put(faults.OVERCURRENT, over, now_ms)
        table.put(faults.LEAK_OPEN, self._leak_ms >= _LEAK_MS, now_ms)
        low = high = lost = 0
        for phase in range(self.phases):
            mv = scan.supply_mv[phase]
            if mv < _VOLT_LOST_MV:
                lost = 1
            elif mv < self.low_mv:
                low = 1
            elif mv > self.high_mv:
                high = 1
        if lost and self.phases == 1:
            lost = 0
            low = 1
        self._low_ms = self._low_ms + dt_ms if low else 0
        self._high_ms = self._high_ms + dt_ms if high else 0
        self._phase_ms = self._phase_ms + dt_ms if lost else 0
        table.put(faults.UNDERVOLT, self._low_ms >= _VOLT_MS, now_ms)
        table.put(faults.OVERVOLT, self._high_ms >= _VOLT_MS, now_ms)
        table.put(faults.PHASE_LOST, self._phase_ms >= _VOLT_MS, now_ms)

    def warm(self, now_ms: int, heat: Derating) -> None:
        """The faults of the temperatures, after each step of Derating."""
        table = self._faults  # not its bound method: making one would allocate
        self._by_place(now_ms, self._hot, heat.hot)
        table.put(faults.PLUG_RISE, heat.rise, now_ms)
        self._by_place(now_ms, self._sensor, heat.sensor)
        table.put(faults.DERATED, heat.limit_ma < heat.full_ma, now_ms)

    def _by_place(
        self, now_ms: int, places_by_fault: "list[tuple[int, tuple[int, ...]]]", flags: "list[int]"
    ) -> None:
        """Put a flag 0/1 of each place as its fault; of places that share a fault one is enough."""
        for fault, places in places_by_fault:
            present = 0
            for i in places:
                present |= flags[i]
            self._faults.put(fault, present, now_ms)


def _places_by_fault(fault_of: "list[int]") -> "list[tuple[int, tuple[int, ...]]]":
    """(fault, its places) for each fault of `fault_of`, which names the fault of each place."""
    return [
        (fault, tuple([i for i in range(COUNT) if fault_of[i] == fault]))
        for first, fault in enumerate(fault_of)
        if fault_of.index(fault) == first
    ]


def _longer(ms: int, dt_ms: int) -> int:
    """The time since the first bad reading, which itself counts 0 ms."""
    return ms + dt_ms if ms >= 0 else 0
