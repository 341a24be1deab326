"""What the supply can spare for the EV: the value of the SITE limit slot.

Per phase, spare = limit - (mains - ev), where ev is what the EV drew when the
mains sample was taken. Down at once, up slowly. Less than the minimum is a
pause, never the minimum.
"""

from micropython import const

from ballast.control.ev_history import EvHistory
from ballast.control.ev_phases import EvPhases
from ballast.control.spare import PhaseSpare
from ballast.control.ticks import diff

METER_GOOD = const(1)  # meter.GOOD

# reason: what binds
WAIT = const(0)  # no sample yet that can be trusted
FREE = const(1)  # the supply leaves more than the charger's maximum
HOUSE = const(2)  # the house leaves less than that
HOLD = const(3)  # more is free, but for too short a time
PAUSE = const(4)  # less than the minimum is left
OFF_TIME = const(5)  # the minimum is free again; the minimum pause runs


class Balancer:
    """One charger on one metered supply.

    ma: what the SITE slot may allow, mA per phase; 0 = pause.
    phase: 0..2, the phase that binds. reason: WAIT .. OFF_TIME.
    valid: 1 while `ma` rests on a trusted sample; else let the slot expire.
    """

    def __init__(self):
        self.ma = 0
        self.phase = 0
        self.reason = WAIT
        self.valid = 0
        self.spare = [PhaseSpare(), PhaseSpare(), PhaseSpare()]
        self.phases = EvPhases()
        self._history = EvHistory()
        self._ev_then = [0, 0, 0]
        self._ev_seq = -1
        self._meter_seq = -1
        self._changed_ms = 0
        self.configure([16000, 16000, 16000])

    def configure(
        self, limit_ma, min_ma=6000, max_ma=32000, phases=3, hold_ms=8000, min_off_ms=60000
    ):
        """Set the supply's limit per phase (list of three) and the charger's range, in mA."""
        for i in range(3):
            self.spare[i].limit_ma = limit_ma[i]
        self._min_ma = min_ma
        self._max_ma = max_ma
        self._hold_ms = hold_ms
        self._min_off_ms = min_off_ms
        self.phases.configure(phases)

    def new_ev(self):
        """The EV was unplugged: nothing found out about it holds any longer."""
        self.phases.forget()

    def step(self, now_ms, meter, ev, offered_ma):
        """One scan. `meter` as meter.Meter; `ev` has ma[3], seq, t_ms, fitted."""
        if ev.seq != self._ev_seq:
            self._ev_seq = ev.seq
            self._history.put(ev.t_ms, ev.ma)
            self.phases.put(ev.t_ms, ev.ma)
        if meter.state != METER_GOOD:
            self._lose()
            return
        if meter.seq != self._meter_seq:
            self._meter_seq = meter.seq
            self._sample(meter)
            self._decide(now_ms)

    def _lose(self):
        if self.valid:
            self.valid = 0
            self.reason = WAIT
            self.ma = 0
            for i in range(3):
                self.spare[i].clear()

    def _sample(self, meter):
        then = self._ev_then
        self._history.at(meter.t_ms, then)
        for i in range(3):
            self.spare[i].put(meter.t_ms, meter.ma[i] - then[i], self._hold_ms)

    def _decide(self, now_ms):
        hard = soft = self._max_ma
        self.reason = FREE
        for i in range(3):
            if self.phases.used[i]:
                spare = self.spare[i]
                hard = min(hard, spare.hard_ma())
                if spare.soft_ma() < soft:
                    soft = spare.soft_ma()
                    self.phase = i
                    self.reason = HOUSE
        if hard < self._min_ma:
            self._pause(now_ms)
        elif self.ma == 0:
            self._resume(now_ms, soft)
        elif self.ma > hard or soft >= self.ma + self._dead_band():
            self.ma = max(soft, self._min_ma)
        elif soft > self.ma:
            self.reason = HOLD
        self.valid = 1

    def _dead_band(self):
        return 500

    def _pause(self, now_ms):
        self.reason = PAUSE
        if self.ma or not self.valid:
            self.ma = 0
            self._changed_ms = now_ms

    def _resume(self, now_ms, soft):
        if soft < self._min_ma:
            self.reason = PAUSE
        elif self.valid and diff(now_ms, self._changed_ms) < self._min_off_ms:
            self.reason = OFF_TIME
        else:
            self.ma = soft
