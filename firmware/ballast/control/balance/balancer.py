"""What the supply can spare for the EV: the value of the SITE or PANEL limit slot.

For each phase, spare = limit - (mains - ev), where ev is what the EV drew when the mains
sample was taken. The offer falls at once, and rises when that is worth a new duty
(raises.py). If the spare is less than the minimum, the result is a pause, never the minimum.
"""

from micropython import const

from ballast.control.balance.ev_history import EvHistory
from ballast.control.balance.lag import EvLag, MeterLag
from ballast.control.balance.pause_budget import PauseBudget
from ballast.control.balance.raises import Raises
from ballast.control.balance.spare import PhaseSpare
from ballast.control.meter.ev_phases import EvPhases
from ballast.control.meter.meter import GOOD, Meter
from ballast.control.records import EvView
from ballast.control.ticks import add, diff

# reason: what binds
WAIT = const(0)  # no trusted sample yet
FREE = const(1)  # the supply leaves more than the charger's maximum
HOUSE = const(2)  # the house leaves less than that
HOLD = const(3)  # more is free, but not long enough to be worth a change
PAUSE = const(4)  # less than the minimum is left
OFF_TIME = const(5)  # the minimum is free again, but not yet for long enough
UNANSWERED = const(6)  # the EV draws more and the mains does not show it

_HOLD_MS = const(3500)  # a draw that is over is held for so long ...
_BACK_MS = const(11000)  # ... or shorter, so that a slow EV is back so long after a fall
_SLEW_MS = const(2500)
_DT_MAX_MS = const(1500)
# Chosen: 4 A unused all the time is the price at which no rise of the house exceeds the reserve.
_CAUTION_MA = const(4000)
# The offer is not lowered until the house has taken a part of the reserve: all but ...
_LOW_PERCENT = const(40)  # ... 40 % of it, and 0.1 A more ...
_USED_MA = const(100)  # ... as a class 1 meter cannot measure 0.1 A, ...
_USED_PERCENT = const(95)  # ... but at most 95 % of it

# The parts of the work on one mains sample. The scan cycle does one of them in a step, so that no
# step takes long: balance/README.md.
_IDLE = const(0)
_SPAN = const(1)
_FIRST_PHASE = const(2)
_LAST_PHASE = const(4)  # and the decision
_DELAY = const(5)

_AGE_ERROR_MS = const(250)  # error of the age that the sender states
_NO_METER_MS = const(6000)  # without own meter: 5 s that IEC 61851-1 allows, and the slewing
_GUESS_MS = const(100)


class Balancer:
    """One charger on one metered supply.

    ma: what the slot may allow, mA per phase; 0 = pause. phase: 0..2, the phase that binds.
    reason: WAIT .. UNANSWERED. valid: 1 while a trusted sample is behind `ma`; otherwise the
    slot must not be renewed. spare: [3] by supply phase. phases: those that the EV is on.
    part: not 0 while the work on a sample is not done; work() does the next part of it.
    seq, t_ms: number and time of the newest sample that is in `ma`; taken_seq: of the one that is
    worked on, or was left out.
    """

    def __init__(self, phases: int = 3) -> None:
        """phases: of the supply; see set_limits()."""
        self.ma = 0
        self.phase = 0
        self.reason = WAIT
        self.valid = 0
        self.part = _IDLE
        self.seq = -1
        self.t_ms = 0
        self.spare = [PhaseSpare(), PhaseSpare(), PhaseSpare()]
        self.phases = EvPhases()
        self.ev_lag = EvLag()
        self.meter_lag = MeterLag()
        self.pauses = PauseBudget()
        self._raises = Raises()
        self._history = EvHistory()
        self._ev_low = [0, 0, 0]
        self._ev_high = [0, 0, 0]
        self._ev_guess = [0, 0, 0]
        self._guessed_ms = 0
        self._no_meter = False
        self._ev_max_ma = 0
        self._ev_seq = -1
        self.taken_seq = -1
        self._mains_ma = [0, 0, 0]  # the sample that is worked on, and when it was measured
        self._mains_ms = 0
        self._then_ms = 0  # the same less the meter's delay
        self._late_ms = 0  # the latest that it may be, by the doubt about the delay
        self._horizon_ms = 0
        self._hold_ms = 0
        self._reserve_ma = [0, 0, 0]
        self._decided_ms = 0
        self.set_limits([16000, 16000, 16000], 6000, 32000, phases)
        self.phases.set_phases(3)  # until the settings say which: a group without a meter asks too

    def set_limits(self, limit_ma: list[int], min_ma: int, max_ma: int, phases: int) -> None:
        """Set the supply's limit per phase ([3]) and the charger's range, in mA.

        phases: of the supply. One that there was not before is made, see make().
        """
        self.make(phases)
        for i in range(3):
            self.spare[i].limit_ma = limit_ma[i]
        self._min_ma = min_ma
        self._max_ma = max_ma
        self.phases.set_phases(phases)

    def make(self, phases: int) -> None:
        """Make what the supply's phases need, unless it is there. MemoryError leaves all as it was."""
        for i in range(phases):
            self.spare[i].make()

    def new_ev(self) -> None:
        """Forget all that was found out about the EV: it was unplugged."""
        self.phases.forget()
        self.ev_lag.clear()
        self.pauses.clear()

    def house_ma(self, phase: int) -> int:
        """The house on `phase` 0..2 at the last sample, signed mA: mains less EV of that time."""
        spare = self.spare[phase]
        return (spare.house_ma + spare.house_high_ma) // 2

    def step(self, now_ms: int, meter: Meter, ev: EvView, offered_ma: int) -> None:
        """Take new readings into account at once; sets ma, phase, reason, valid. As watch(), work()."""
        self.watch(now_ms, meter, ev, offered_ma)
        while self.part:
            self.work(now_ms)

    def watch(self, now_ms: int, meter: Meter, ev: EvView, offered_ma: int) -> None:
        """Take the EV's reading; begin the work on a new mains sample, which work() does.

        ev: the EV's current in the phases of the supply. offered_ma: what the EV may draw now;
        0 while the contactor is open.
        """
        self._no_meter = not ev.fitted
        if self._no_meter:
            self._guess_ev(now_ms, offered_ma)
        elif ev.seq != self._ev_seq:
            self._ev_seq = ev.seq
            self._take_ev(ev, offered_ma)
        if meter.state != GOOD:
            self.taken_seq = meter.seq
            self.part = _IDLE
            if self.valid:
                self._lose()
        elif meter.seq != self.taken_seq and not self.part:
            self.taken_seq = meter.seq
            for i in range(3):
                self._mains_ma[i] = meter.ma[i]
            self._mains_ms = meter.t_ms
            self.part = _SPAN

    def work(self, now_ms: int) -> None:
        """Do the next part of the work on the newest sample."""
        part = self.part
        if part == _SPAN:
            self._take_mains(now_ms)
        elif part < _DELAY:
            self._take_phase(part - _FIRST_PHASE)
            if part == _LAST_PHASE:
                ma = self._mains_ma
                self._decide(now_ms, ma)
                self.seq = self.taken_seq
                self.t_ms = self._mains_ms
                if not self.meter_lag.begin(now_ms, self._mains_ms, ma[0] + ma[1] + ma[2]):
                    part = _DELAY
        elif self.meter_lag.work(self._history):
            return
        self.part = part + 1 if part < _DELAY else _IDLE

    def _take_ev(self, ev: EvView, offered_ma: int) -> None:
        ma = ev.ma
        self._history.put(ev.t_ms, ma)
        self.phases.put(ev.t_ms, ma)
        self._ev_max_ma = max(ma[0], ma[1], ma[2])
        self.ev_lag.put(ev.t_ms, offered_ma, self._ev_max_ma)
        self.meter_lag.watch(ev.t_ms, ma[0] + ma[1] + ma[2])

    def _guess_ev(self, now_ms: int, offered_ma: int) -> None:
        """Without own meter: record the offer in place of the EV's current.

        The EV draws what was offered at some time of the last seconds. The lowest of these
        offers decides about raises, the highest about reductions: then a reduction equals what
        the mains exceeds the limit by, whatever the EV draws.
        """
        if self._history.count and diff(now_ms, self._guessed_ms) < _GUESS_MS:
            return
        self._guessed_ms = now_ms
        self._ev_max_ma = offered_ma
        self.ev_lag.ms = _NO_METER_MS
        guess = self._ev_guess
        for i in range(3):
            guess[i] = offered_ma if self.phases.used[i] else 0
        self._history.put(now_ms, guess)

    def _lose(self) -> None:
        self.valid = 0
        self.reason = WAIT
        self.ma = 0
        self._raises.lose()
        for i in range(3):
            self.spare[i].clear()

    def _take_mains(self, now_ms: int) -> None:
        """Find what the EV drew when the sample was taken."""
        lag = self.meter_lag
        then = self._then_ms = add(self._mains_ms, -lag.ms)
        early = add(then, -(_NO_METER_MS if self._no_meter else lag.doubt_ms))
        late = add(then, lag.doubt_ms) if lag.known else then
        low = self._ev_low
        high = self._ev_high
        self._history.span(early, late, low, high)
        self._late_ms = late
        horizon = self._horizon_ms = self.ev_lag.ms + diff(now_ms, then)
        self._hold_ms = min(_HOLD_MS, max(1000, _BACK_MS - _SLEW_MS - horizon))

    def _take_phase(self, i: int) -> None:
        if i == 0 and not self._no_meter and self.meter_lag.doubt_ms > _AGE_ERROR_MS:
            # no doubt may hide a rise of the house
            early = add(self._then_ms, -_AGE_ERROR_MS)
            self._history.span(early, self._late_ms, self._ev_guess, self._ev_high)
        ma = self._mains_ma[i]
        low = ma - self._ev_high[i]
        high = ma - self._ev_low[i]
        self.spare[i].put(self._then_ms, low, high, self._horizon_ms, self._hold_ms)
        self._reserve_ma[i] = self.spare[i].reserve_ma(_CAUTION_MA)

    def _decide(self, now_ms: int, mains_ma: list[int]) -> None:
        """Set ma from the spare of the phases in use."""
        dt = min(diff(now_ms, self._decided_ms), _DT_MAX_MS) if self.valid else 0
        self._decided_ms = now_ms
        self._raises.step(dt)
        self._raises.put(mains_ma)
        # lower_to, raise_to: what the offer may be with the held house and the reserve, once
        # for the least and once for the most that the house can be
        spare_ma = lower_to = raise_to = self._max_ma
        tolerance = 0
        self.reason = FREE
        for i in range(3):
            if self.phases.used[i]:
                on_phase = self.spare[i]
                reserve = self._reserve_ma[i]
                spare_ma = min(spare_ma, on_phase.limit_ma - on_phase.house_ma)
                down_ma = on_phase.limit_ma - on_phase.held_ma - reserve
                if down_ma < lower_to:
                    lower_to = down_ma
                    tolerance = min(
                        reserve * (100 - _LOW_PERCENT) // 100 + _USED_MA,
                        reserve * _USED_PERCENT // 100,
                    )
                    self.phase = i
                    self.reason = HOUSE
                raise_to = min(raise_to, on_phase.limit_ma - on_phase.held_high_ma - reserve)
        if spare_ma < self._min_ma:
            self._shortage(now_ms, spare_ma, dt)
        else:
            self.pauses.enough(dt)
            if not self.valid:  # the fallback current may flow already: do not stop it
                self._raises.watch(now_ms, mains_ma, self._ev_max_ma)
                self._set(max(lower_to, self._min_ma))
            elif self.ma == 0:
                self._resume(now_ms, raise_to, dt, mains_ma)
            elif self.ma > spare_ma or self.ma > max(lower_to, self._min_ma) + tolerance:
                self._set(max(lower_to, self._min_ma))
            else:
                self._raise(now_ms, raise_to, dt, mains_ma)
        self.valid = 1

    def _set(self, ma: int) -> None:
        self.ma = ma
        self._raises.restart()

    def _shortage(self, now_ms: int, spare_ma: int, dt: int) -> None:
        self.reason = PAUSE
        if self.ma == 0:
            self.pauses.may_start(now_ms, -1, dt)
        elif self.pauses.shortage(now_ms, self._min_ma - spare_ma, dt, spare_ma < 0):
            self._set(0)
        else:
            self._set(self._min_ma)

    def _resume(self, now_ms: int, raise_to: int, dt: int, mains_ma: list[int]) -> None:
        if self.pauses.may_start(now_ms, raise_to - self._min_ma, dt):
            self._raises.watch(now_ms, mains_ma, self._ev_max_ma)
            self._set(raise_to)
        else:
            self.reason = PAUSE if raise_to < self._min_ma else OFF_TIME

    def _raise(self, now_ms: int, raise_to: int, dt: int, mains_ma: list[int]) -> None:
        raises = self._raises
        to = raises.due(self.ma, raise_to, dt)
        if to == 0:
            return
        if to < 0:
            self.reason = HOLD
        elif raises.unanswered(now_ms, mains_ma, self._ev_max_ma, self.phases.used, self._no_meter):
            self.reason = UNANSWERED
        else:
            raises.watch(now_ms, mains_ma, self._ev_max_ma)
            raises.count()
            self._set(to)
