"""What one phase of the supply can spare: the house's draw, held and judged.

The house is the mains less the EV. Its highest draw of the last seconds is
held, because what has just switched off often switches on again, and a margin
is kept that a volatile house earns and a calm one does not (rise_risk.py).
"""

from micropython import const

from ballast.control.balance.rise_risk import RiseRisk
from ballast.control.ticks import diff

_SLOTS = const(64)
_MASK = const(63)
_SLOT_MS = const(250)  # samples closer together than this share a slot: the ring spans 16 s
_RISE_MA = const(150)  # beyond what was held: what counts as a rise
_STEP_MA = const(500)  # a rise from here to _LARGE_MA is often the first of several ...
_LARGE_MA = const(1500)  # ... a larger one is an appliance switched on, and over
_STIR_MS = const(2000)  # a house that has just risen is a house that rises
_RAMP_MS = const(3000)  # two rises within this are a ramp
_SAME_MS = const(700)  # one switching, seen by two samples
_CAP_MA = const(1500)
_REST_MA = const(150)  # always free: or every tenth of an ampere of the house moves the pilot
_AGAIN_MA = const(480)  # after a single rise, of whatever size, the EV falls no further below
_WEIGHT_MS = const(2000)

# What the house has just done: how it goes on is learned for each by itself.
_CALM = const(0)
_SMALL = const(1)
_STEP = const(2)
_LARGE = const(3)
# The first guess for each: a rise of so many mA, in so many thousandths of the time, for so many
# ms. None asks for more than _AGAIN_MA: a larger margin is what a house has to earn.
_GUESS = ((150, 50, 15000), (250, 400, 15000), (480, 400, 6000), (250, 400, 15000))


class PhaseSpare:
    """One phase, in mA; `house_ma` may be negative (export).

    house_ma, house_high_ma: the newest sample, at least and at most. held_ma: the
    highest of the hold time, as far as it is certain; held_high_ma: the highest
    that it may have been.
    """

    def __init__(self):
        self.limit_ma = 0
        self.house_ma = 0
        self.house_high_ma = 0
        self.held_ma = 0
        self.held_high_ma = 0
        self._t = [0] * _SLOTS
        self._low = [0] * _SLOTS
        self._high = [0] * _SLOTS
        self._held = [0] * _SLOTS
        self._state = [0] * _SLOTS
        self._newest = 0
        self._unjudged = 0
        self._count = 0
        self._rises = 0  # how many of the two below are known
        self._rise_ma = 0
        self._rise_ms = 0
        self._rise_before_ma = 0
        self._ramp = 0
        self._state_now = _CALM
        self._risk = [RiseRisk() for _ in _GUESS]
        for risk, guess in zip(self._risk, _GUESS):
            risk.clear(*guess)

    def clear(self):
        """A gap in the measurement: forget the samples, keep what was learned of the house."""
        self._count = 0
        self._rises = 0
        self._ramp = 0

    def put(self, t_ms, low_ma, high_ma, horizon_ms, hold_ms):
        """A new sample of the house, measured at `t_ms`.

        low_ma..high_ma: what it can have been; they differ while the EV moves
        and the age of the mains sample is not known well. horizon_ms: how long
        a reaction takes, from the measurement to the EV. hold_ms: how long a
        draw that is over is kept back.
        """
        if self._count:
            self._watch_rise(t_ms, low_ma - self._highest(self._high, t_ms, hold_ms))
        if self._rises and diff(t_ms, self._rise_ms) <= _STIR_MS:
            self._state_now = self._after_rise()
        else:
            self._state_now = _CALM
            self._ramp = 0
        self._store(t_ms, low_ma, high_ma)
        self._judge(t_ms, horizon_ms)
        self.house_ma = low_ma
        self.house_high_ma = high_ma
        self.held_ma = self._highest(self._low, t_ms, hold_ms)
        self.held_high_ma = self._highest(self._high, t_ms, hold_ms)
        self._held[self._newest] = self.held_ma
        self._state[self._newest] = self._state_now

    def _watch_rise(self, t_ms, rise_ma):
        if rise_ma <= _RISE_MA:
            return
        since = diff(t_ms, self._rise_ms)
        if self._rises and since < _SAME_MS:
            self._rise_ma += rise_ma
        else:
            self._ramp = 1 if self._rises and since <= _RAMP_MS else 0
            self._rise_before_ma = self._rise_ma
            self._rise_ma = rise_ma
        self._rises = 1
        self._rise_ms = t_ms

    def _after_rise(self):
        if self._ramp or _STEP_MA <= self._rise_ma <= _LARGE_MA:
            return _STEP
        return _SMALL if self._rise_ma < _STEP_MA else _LARGE

    def _store(self, t_ms, low_ma, high_ma):
        i = self._newest
        if self._count and diff(t_ms, self._t[i]) < _SLOT_MS:
            self._low[i] = max(self._low[i], low_ma)
            self._high[i] = max(self._high[i], high_ma)
            return
        i = (i + 1) & _MASK
        self._newest = i
        self._t[i] = t_ms
        self._low[i] = low_ma
        self._high[i] = high_ma
        if self._count == 0:
            self._unjudged = i
        if self._count < _SLOTS:
            self._count += 1

    def _judge(self, t_ms, horizon_ms):
        """Count, for each slot that is `horizon_ms` old, how far the house rose since."""
        while self._unjudged != self._newest:
            i = self._unjudged
            if diff(t_ms, self._t[i]) < horizon_ms:
                return
            top = self._low[self._newest]
            k = self._newest
            while k != i:
                if self._low[k] > top:
                    top = self._low[k]
                k = (k - 1) & _MASK
            self._unjudged = (i + 1) & _MASK
            weight = diff(self._t[self._unjudged], self._t[i])
            risk = self._risk[self._state[i]]
            risk.add(top - self._held[i], min(weight, _WEIGHT_MS))

    def _highest(self, values, t_ms, within_ms):
        i = self._newest
        highest = values[i]
        for _ in range(self._count - 1):
            i = (i - 1) & _MASK
            if diff(t_ms, self._t[i]) > within_ms:
                break
            if values[i] > highest:
                highest = values[i]
        return highest

    def margin_ma(self, worth_ma):
        """What to keep free now; see RiseRisk.margin_ma for `worth_ma`."""
        risk = self._risk[self._state_now]
        margin = max(risk.margin_ma(worth_ma, _CAP_MA), min(worth_ma, _REST_MA))
        if self._state_now != _CALM:  # a second switching of the same kind often follows
            margin = max(margin, min(self._rise_ma, _AGAIN_MA))
        if self._ramp:  # twice the smaller of the last two rises is to be expected
            ramp = 2 * min(self._rise_ma, self._rise_before_ma)
            margin = max(margin, min(ramp, _CAP_MA))
        return margin
