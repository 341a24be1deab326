"""What the supply can spare for the EV: the value of the SITE or PANEL limit slot.

Per phase, spare = limit - (mains - ev), where ev is what the EV drew when the
mains sample was taken. Down at once, up when it is worth a new duty
(raises.py). Less than the minimum is a pause, never the minimum.
"""

from micropython import const

from ballast.control.balance.ev_history import EvHistory
from ballast.control.balance.lag import EvLag, MeterLag
from ballast.control.balance.pause_budget import PauseBudget
from ballast.control.balance.raises import Raises
from ballast.control.balance.spare import PhaseSpare
from ballast.control.meter.ev_phases import EvPhases
from ballast.control.meter.meter import GOOD
from ballast.control.ticks import add, diff

# reason: what binds
WAIT = const(0)  # no sample yet that can be trusted
FREE = const(1)  # the supply leaves more than the charger's maximum
HOUSE = const(2)  # the house leaves less than that
HOLD = const(3)  # more is free, but not long enough to be worth a change
PAUSE = const(4)  # less than the minimum is left
OFF_TIME = const(5)  # the minimum is free again, but not yet for long enough
UNANSWERED = const(6)  # the EV took more and the mains did not show it

_HOLD_MS = const(3500)  # a draw that is over is kept back for so long
_BACK_MS = const(11000)  # ... but the EV shall be back so long after a fall, however slow it is
_SLEW_MS = const(2500)
_KEEP_PERCENT = const(40)  # of the margin: less than this left means down ...
_USED_MA = const(100)  # ... but so much may be used (what a class 1 meter cannot tell is no reason)
_USED_PERCENT = const(95)  # ... and of a small margin so much at most

_TRUE_MS = const(250)  # a sample's age by its sender's word
_BLIND_MS = const(6000)  # no own meter: 5 s that IEC 61851-1 allows, and the slewing
_GUESS_MS = const(100)


class Balancer:
    """One charger on one metered supply.

    ma: what the slot may allow, mA per phase; 0 = pause. phase: 0..2, the
    phase that binds. reason: WAIT .. UNANSWERED. valid: 1 while `ma` rests on a
    trusted sample; else let the slot expire.
    """

    def __init__(self):
        self.ma = 0
        self.phase = 0
        self.reason = WAIT
        self.valid = 0
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
        self._blind = False
        self._ev_now = 0
        self._ev_seq = -1
        self._meter_seq = -1
        self._decided_ms = 0
        self.configure([16000, 16000, 16000])

    def configure(self, limit_ma, min_ma=6000, max_ma=32000, phases=3, caution_ma=4000):
        """Set the supply's limit per phase (list of three) and the charger's range, in mA.

        caution_ma: what it is worth, in mA not used all the time, that no rise of
        the house goes beyond the margin (0..100 000; 0 = no margin).
        """
        for i in range(3):
            self.spare[i].limit_ma = limit_ma[i]
        self._min_ma = min_ma
        self._max_ma = max_ma
        self._caution_ma = caution_ma
        self.phases.configure(phases)

    def new_ev(self):
        """The EV was unplugged: nothing found out about it holds any longer."""
        self.phases.forget()
        self.ev_lag.clear()
        self.pauses.clear()

    def house_ma(self, phase):
        """The house on `phase` 0..2 at the last sample, signed mA: the mains less the EV of then."""
        spare = self.spare[phase]
        return (spare.house_ma + spare.house_high_ma) // 2

    def step(self, now_ms, meter, ev, offered_ma):
        """One scan. `meter` as meter.Meter; `ev` has ma[3], seq, t_ms, fitted.

        offered_ma: what the EV may draw now; 0 while the contactor is open.
        """
        self._blind = not ev.fitted
        if self._blind:
            self._guess(now_ms, offered_ma)
        elif ev.seq != self._ev_seq:
            self._ev_seq = ev.seq
            self._own(ev, offered_ma)
        if meter.seq != self._meter_seq:
            self._meter_seq = meter.seq
            if meter.state == GOOD:
                self._sample(now_ms, meter)
                self._decide(now_ms, meter)
                return
        if self.valid and meter.state != GOOD:
            self._lose()

    def _own(self, ev, offered_ma):
        ma = ev.ma
        self._history.put(ev.t_ms, ma)
        self.phases.put(ev.t_ms, ma)
        self._ev_now = max(ma[0], ma[1], ma[2])
        self.ev_lag.put(ev.t_ms, offered_ma, self._ev_now)
        self.meter_lag.watch(ev.t_ms, ma[0] + ma[1] + ma[2])

    def _guess(self, now_ms, offered_ma):
        """No own meter: the EV draws what was offered at some time of the last seconds.

        The lowest of it decides about raises, the highest about reductions: what
        is cut is then what the mains is above the limit, whatever the EV draws.
        """
        if self._history.count and diff(now_ms, self._guessed_ms) < _GUESS_MS:
            return
        self._guessed_ms = now_ms
        self._ev_now = offered_ma
        self.ev_lag.ms = _BLIND_MS
        guess = self._ev_guess
        for i in range(3):
            guess[i] = offered_ma if self.phases.used[i] else 0
        self._history.put(now_ms, guess)

    def _lose(self):
        self.valid = 0
        self.reason = WAIT
        self.ma = 0
        self._raises.lose()
        for i in range(3):
            self.spare[i].clear()

    def _sample(self, now_ms, meter):
        lag = self.meter_lag
        ma = meter.ma
        lag.put(now_ms, meter.t_ms, ma[0] + ma[1] + ma[2], self._history)
        then = add(meter.t_ms, -lag.ms)
        early = add(then, -(_BLIND_MS if self._blind else lag.doubt_ms))
        late = add(then, lag.doubt_ms) if lag.known else then
        low = self._ev_low
        high = self._ev_high
        self._history.span(early, late, low, high)
        if not self._blind and lag.doubt_ms > _TRUE_MS:  # a doubt never hides a rise of the house
            self._history.span(add(then, -_TRUE_MS), late, self._ev_guess, high)
        horizon = self.ev_lag.ms + diff(now_ms, then)
        hold = min(_HOLD_MS, max(1000, _BACK_MS - _SLEW_MS - horizon))
        for i in range(3):
            self.spare[i].put(then, ma[i] - high[i], ma[i] - low[i], horizon, hold)

    def _decide(self, now_ms, meter):
        dt = min(diff(now_ms, self._decided_ms), 1500) if self.valid else 0
        self._decided_ms = now_ms
        self._raises.rest(dt)
        self._raises.see(meter.ma)
        left = down = up = self._max_ma
        keep = 0
        self.reason = FREE
        for i in range(3):
            if self.phases.used[i]:
                spare = self.spare[i]
                margin = spare.margin_ma(self._caution_ma)
                left = min(left, spare.limit_ma - spare.house_ma)
                certain = spare.limit_ma - spare.held_ma - margin
                if certain < down:
                    down = certain
                    keep = min(
                        margin * (100 - _KEEP_PERCENT) // 100 + _USED_MA,
                        margin * _USED_PERCENT // 100,
                    )
                    self.phase = i
                    self.reason = HOUSE
                up = min(up, spare.limit_ma - spare.held_high_ma - margin)
        if left < self._min_ma:
            self._shortage(now_ms, left, dt)
        else:
            self.pauses.enough(dt)
            if not self.valid:  # the fallback current may have been flowing: no reason to stop
                self._raises.watch(now_ms, meter.ma, self._ev_now)
                self._set(max(down, self._min_ma))
            elif self.ma == 0:
                self._resume(now_ms, up, dt, meter)
            elif self.ma > left or self.ma > max(down, self._min_ma) + keep:
                self._set(max(down, self._min_ma))
            else:
                self._raise(now_ms, up, dt, meter)
        self.valid = 1

    def _set(self, ma):
        self.ma = ma
        self._raises.restart()

    def _shortage(self, now_ms, left, dt):
        self.reason = PAUSE
        if self.ma == 0:
            self.pauses.may_start(now_ms, -1, dt)
        elif self.pauses.shortage(now_ms, self._min_ma - left, dt, left < 0):
            self._set(0)
        else:
            self._set(self._min_ma)

    def _resume(self, now_ms, up, dt, meter):
        if self.pauses.may_start(now_ms, up - self._min_ma, dt):
            self._raises.watch(now_ms, meter.ma, self._ev_now)
            self._set(up)
        else:
            self.reason = PAUSE if up < self._min_ma else OFF_TIME

    def _raise(self, now_ms, up, dt, meter):
        raises = self._raises
        to = raises.due(self.ma, up, dt)
        if to == 0:
            return
        if to < 0:
            self.reason = HOLD
        elif raises.unanswered(now_ms, meter.ma, self._ev_now, self.phases.used, self._blind):
            self.reason = UNANSWERED
        else:
            raises.watch(now_ms, meter.ma, self._ev_now)
            raises.count()
            self._set(to)
