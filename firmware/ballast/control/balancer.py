"""What the supply can spare for the EV: the value of the SITE or PANEL limit slot.

Per phase, spare = limit - (mains - ev), where ev is what the EV drew when the
mains sample was taken. Down at once, up when it is worth a new duty. Less than
the minimum is a pause, never the minimum.
"""

from micropython import const

from ballast.control.ev_history import EvHistory
from ballast.control.ev_phases import EvPhases
from ballast.control.lag import EvLag, MeterLag
from ballast.control.meter import GOOD
from ballast.control.pause_budget import PauseBudget
from ballast.control.spare import PhaseSpare
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
_BACK_MS = const(14000)  # ... but the EV shall be back within 15 s of a fall
_SLEW_MS = const(2500)
_WORTH_MAS = const(10000)  # a raise must have been due by 10 A s to be made ...
_WORTH_AT_ONCE_MA = const(2000)  # ... or be this large
_LEAST_RAISE_MA = const(100)
_FORGET_MAS = const(500)
_NONE_DUE_MA = const(1000000)
_KEEP_PERCENT = const(15)  # of the margin: less than this left means down
_UNANSWERED_MS = const(30000)

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
        self._due_mas = 0
        self._due_ma = _NONE_DUE_MA
        self._raise_mains = [0, 0, 0]  # at the last raise: mains, EV, time
        self._raise_ev = 0
        self._raise_ms = 0
        self._raised = 0
        self.configure([16000, 16000, 16000])

    def configure(self, limit_ma, min_ma=6000, max_ma=32000, phases=3, caution_ma=5000):
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
        self._due_mas = 0
        self._raised = 0
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
        horizon = self.ev_lag.ms + diff(now_ms, then)
        hold = min(_HOLD_MS, max(1000, _BACK_MS - _SLEW_MS - horizon))
        for i in range(3):
            self.spare[i].put(then, ma[i] - high[i], ma[i] - low[i], horizon, hold)

    def _decide(self, now_ms, meter):
        dt = min(diff(now_ms, self._decided_ms), 1500) if self.valid else 0
        self._decided_ms = now_ms
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
                    keep = margin * (100 - _KEEP_PERCENT) // 100
                    self.phase = i
                    self.reason = HOUSE
                up = min(up, spare.limit_ma - spare.held_high_ma - margin)
        if left < self._min_ma:
            self._shortage(now_ms, left, dt)
        else:
            self.pauses.enough(dt)
            if not self.valid:  # the fallback current may have been flowing: no reason to stop
                self._remember(now_ms, meter.ma)
                self._set(max(down, self._min_ma))
            elif self.ma == 0:
                self._resume(now_ms, up, dt, meter)
            elif self.ma > max(down, self._min_ma) + keep:
                self._set(max(down, self._min_ma))
            else:
                self._raise(now_ms, up, dt, meter)
        self.valid = 1

    def _set(self, ma):
        self.ma = ma
        self._due_mas = 0
        self._due_ma = _NONE_DUE_MA

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
            self._remember(now_ms, meter.ma)
            self._set(up)
        else:
            self.reason = PAUSE if up < self._min_ma else OFF_TIME

    def _raise(self, now_ms, up, dt, meter):
        gain = up - self.ma
        if gain < _LEAST_RAISE_MA:
            self._due_mas -= self._due_mas // 8
            if self._due_mas < _FORGET_MAS:
                self._due_ma = _NONE_DUE_MA
            return
        self.reason = HOLD
        self._due_ma = min(self._due_ma, up)  # to what was free all the while, not to a lucky moment
        self._due_mas = min(self._due_mas + gain * dt // 1000, _WORTH_MAS)
        if gain < _WORTH_AT_ONCE_MA:
            if self._due_mas < _WORTH_MAS:
                return
            up = self._due_ma
        if self._unanswered(now_ms, meter.ma):
            self.reason = UNANSWERED
        else:
            self._remember(now_ms, meter.ma)
            self._set(up)

    def _remember(self, now_ms, mains):
        self._raised = 1
        self._raise_ev = self._ev_now
        self._raise_ms = now_ms
        for i in range(3):
            self._raise_mains[i] = mains[i]

    def _unanswered(self, now_ms, mains):
        """The EV has taken more since the last raise, but the mains stands where it stood.

        Then the house seems to have fallen by just what the EV rose: a frozen
        meter looks like that, and each raise would make room for the next.
        """
        took = self._ev_now - self._raise_ev
        if not self._raised or took < 1000:
            return False
        if self._blind:
            took *= 3  # what was offered need not have been taken: then nothing more is, either
        elif diff(now_ms, self._raise_ms) > _UNANSWERED_MS:
            took = 4  # such chance is over: only a mains that says the very same still counts
        for i in range(3):
            if self.phases.used[i]:
                change = mains[i] - self._raise_mains[i]
                if -took < change * 4 < took:
                    return True
        return False
