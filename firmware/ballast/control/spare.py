"""What one phase of the supply can spare: the house's draw, held and judged.

The house is the mains less the EV. Its highest draw of the last seconds is
held, because what has just switched off often switches on again; and how far
it rises above that is remembered, so that a volatile house gets a margin that
a calm one does not.
"""

from micropython import const

from ballast.control.ticks import diff

_SLOTS = const(32)
_MASK = const(31)


class PhaseSpare:
    """One phase. All in mA; `house` may be negative (export)."""

    def __init__(self):
        self.limit_ma = 0
        self.house_ma = 0
        self.held_ma = 0
        self.margin_ma = 0
        self._t = [0] * _SLOTS
        self._ma = [0] * _SLOTS
        self._newest = 0
        self._count = 0
        self._rough_ma = 0  # decaying mean of the rises above what was held

    def clear(self):
        """Forget the samples (a gap in the measurement), keep the volatility."""
        self._count = 0

    def put(self, t_ms, house_ma, hold_ms):
        """A new sample of the house, measured at `t_ms`."""
        if self._count and house_ma > self.held_ma:
            self._rough_ma += (house_ma - self.held_ma - self._rough_ma) // 8
        elif self._count:
            self._rough_ma -= self._rough_ma // 64
        self._newest = (self._newest + 1) & _MASK
        self._t[self._newest] = t_ms
        self._ma[self._newest] = house_ma
        if self._count < _SLOTS:
            self._count += 1
        self.house_ma = house_ma
        self.held_ma = self._highest(t_ms, hold_ms)
        self.margin_ma = min(200 + self._rough_ma, 1000)

    def _highest(self, t_ms, hold_ms):
        highest = self.house_ma
        for back in range(1, self._count):
            i = (self._newest - back) & _MASK
            if diff(t_ms, self._t[i]) > hold_ms:
                break
            if self._ma[i] > highest:
                highest = self._ma[i]
        return highest

    def hard_ma(self):
        """What is left with nothing held back."""
        return self.limit_ma - self.house_ma

    def soft_ma(self):
        """What may be offered: less the held peak and the margin."""
        return self.limit_ma - self.held_ma - self.margin_ma
