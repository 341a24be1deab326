"""One phase of a supply: the house, and the reserve for its next rise.

The spare is the limit less the house; the house is the mains less the EV. The highest draw
of the house in the last seconds is held, because what has just switched off often switches
on again. The reserve stays free for the next rise of the house; it is large for a restless
house and small for a calm one (rise_risk.py).
"""

from micropython import const

from ballast.control.balance.rise_risk import RiseRisk
from ballast.control.ticks import diff

_SLOTS = const(64)
_MASK = const(63)
_SLOT_MS = const(250)  # samples closer together than this share a slot: the ring spans 16 s
_RISE_MA = const(150)  # above the held draw; less does not count as a rise
_MEDIUM_MA = const(500)  # a rise from here to _LARGE_MA is often the first of several ...
_LARGE_MA = const(1500)  # ... a larger one is an appliance that was switched on, and ends there
_AFTER_MS = const(2000)  # so long after a rise another one is likely
_RAMP_MS = const(3000)  # two rises within this time are a ramp
_SAME_MS = const(700)  # two rises within this time are one switching, in two samples
_MOST_MA = const(1500)  # reserve at most
_LEAST_MA = const(150)  # and at least: with less, each 0.1 A of the house would move the pilot
_AGAIN_MA = const(480)  # reserve at most for a second rise of the same size
_WEIGHT_MAX_MS = const(2000)

# What the house did last. For each kind the reserve is learned separately.
_CALM = const(0)
_SMALL = const(1)
_MEDIUM = const(2)
_LARGE = const(3)
# The first guess for each kind: rise in mA, for how many thousandths of the time, weight in ms
# (RiseRisk.clear). None gives a reserve above _AGAIN_MA: a larger one must be learned.
_GUESS = ((150, 50, 15000), (250, 400, 15000), (480, 400, 6000), (250, 400, 15000))


class PhaseSpare:
    """One phase, in mA. The house may be negative (export).

    Because of the doubt about the meter's delay the house is a range. house_ma, house_high_ma:
    its least and most in the newest sample. held_ma, held_high_ma: the highest of each within
    the hold time. Before make() nothing is held and nothing learned: a phase that the supply lacks.
    """

    def __init__(self) -> None:
        self.limit_ma = 0
        self.house_ma = 0
        self.house_high_ma = 0
        self.held_ma = 0
        self.held_high_ma = 0
        self._t: "list[int]" = []  # the rings, until make()
        self._low: "list[int]" = []
        self._high: "list[int]" = []
        self._held: "list[int]" = []
        self._kind = bytearray()
        self._newest = 0
        self._uncounted = 0  # oldest slot after which no rise has been counted yet
        self._count = 0
        self._has_risen = 0  # _rise_ma and _rise_ms are set
        self._rise_ma = 0
        self._rise_ms = 0
        self._rise_before_ma = 0
        self._ramp = 0  # the last two rises were a ramp
        self._kind_now = _CALM
        self._risk: "list[RiseRisk]" = []

    def make(self) -> None:
        """Make what learns, 2 KiB, unless it is there. MemoryError leaves all as it was."""
        if self._t:
            return
        risks = [RiseRisk() for _ in _GUESS]
        for risk, guess in zip(risks, _GUESS):
            risk.clear(*guess)
        t, low, high, held = [[0] * _SLOTS for _ in range(4)]
        self._kind = bytearray(_SLOTS)
        self._risk, self._low, self._high, self._held = risks, low, high, held
        self._t = t

    def clear(self) -> None:
        """Forget the samples after a gap in the readings; what was learned of the house stays."""
        self._count = 0
        self._has_risen = 0
        self._ramp = 0

    def put(self, t_ms: int, low_ma: int, high_ma: int, horizon_ms: int, hold_ms: int) -> None:
        """Take a new sample of the house, measured at `t_ms`.

        low_ma..high_ma: the range of the house; it is wide while the EV moves and the delay of
        the mains sample is in doubt. horizon_ms: time of a reaction, from the measurement to
        the EV. hold_ms: how long a draw that is over is held.
        """
        if not self._t:
            self.house_ma = self.held_ma = low_ma
            self.house_high_ma = self.held_high_ma = high_ma
            return
        if self._count:
            self._note_rise(t_ms, low_ma - self._highest(self._high, t_ms, hold_ms))
        if self._has_risen and diff(t_ms, self._rise_ms) <= _AFTER_MS:
            self._kind_now = self._after_rise()
        else:
            self._kind_now = _CALM
            self._ramp = 0
        self._store(t_ms, low_ma, high_ma)
        self._count_rises(t_ms, horizon_ms)
        self.house_ma = low_ma
        self.house_high_ma = high_ma
        self.held_ma = self._highest(self._low, t_ms, hold_ms)
        self.held_high_ma = self._highest(self._high, t_ms, hold_ms)
        self._held[self._newest] = self.held_ma
        self._kind[self._newest] = self._kind_now

    def _note_rise(self, t_ms: int, rise_ma: int) -> None:
        if rise_ma <= _RISE_MA:
            return
        since = diff(t_ms, self._rise_ms)
        if self._has_risen and since < _SAME_MS:
            self._rise_ma += rise_ma
        else:
            self._ramp = 1 if self._has_risen and since <= _RAMP_MS else 0
            self._rise_before_ma = self._rise_ma
            self._rise_ma = rise_ma
        self._has_risen = 1
        self._rise_ms = t_ms

    def _after_rise(self) -> int:
        """The kind of the last rise."""
        if self._ramp or _MEDIUM_MA <= self._rise_ma <= _LARGE_MA:
            return _MEDIUM
        return _SMALL if self._rise_ma < _MEDIUM_MA else _LARGE

    def _store(self, t_ms: int, low_ma: int, high_ma: int) -> None:
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
            self._uncounted = i
        if self._count < _SLOTS:
            self._count += 1

    def _count_rises(self, t_ms: int, horizon_ms: int) -> None:
        """Count for each slot that is `horizon_ms` old how far the house rose after it."""
        while self._uncounted != self._newest:
            i = self._uncounted
            if diff(t_ms, self._t[i]) < horizon_ms:
                return
            top = self._low[self._newest]
            k = self._newest
            while k != i:
                if self._low[k] > top:
                    top = self._low[k]
                k = (k - 1) & _MASK
            self._uncounted = (i + 1) & _MASK
            weight = diff(self._t[self._uncounted], self._t[i])
            risk = self._risk[self._kind[i]]
            risk.add(top - self._held[i], min(weight, _WEIGHT_MAX_MS))

    def _highest(self, values: list[int], t_ms: int, within_ms: int) -> int:
        """The highest of the ring `values` in the last `within_ms` before `t_ms`."""
        i = self._newest
        highest = values[i]
        for _ in range(self._count - 1):
            i = (i - 1) & _MASK
            if diff(t_ms, self._t[i]) > within_ms:
                break
            if values[i] > highest:
                highest = values[i]
        return highest

    def reserve_ma(self, worth_ma: int) -> int:
        """The reserve to leave free now, in mA; see RiseRisk.reserve_ma for `worth_ma`."""
        if not self._t:
            return 0
        risk = self._risk[self._kind_now]
        reserve = max(risk.reserve_ma(worth_ma, _MOST_MA), min(worth_ma, _LEAST_MA))
        if self._kind_now != _CALM:  # a second rise of the same size often follows
            reserve = max(reserve, min(self._rise_ma, _AGAIN_MA))
        if self._ramp:  # expect twice the smaller one of the last two rises
            ramp = 2 * min(self._rise_ma, self._rise_before_ma)
            reserve = max(reserve, min(ramp, _MOST_MA))
        return reserve
