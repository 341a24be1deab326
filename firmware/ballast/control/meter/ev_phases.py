"""Which phases the EV is on: found from what it draws, never assumed.

Until it has drawn for a while every phase of the charger counts as used, so a
wrong guess can only cost current, never a fuse.
"""

from micropython import const

from ballast.control.ticks import diff

_ON_MA = const(1500)  # IEC 61851-1: an EV that charges draws near 6 A; less is standby
_OFF_MA = const(500)
_FIND_MS = const(5000)  # on-board chargers of three phases may start one after another
_LEAVE_MS = const(30000)  # a phase is given up only after this long without draw


class EvPhases:
    """`used[i]` is 1 where phase i must be able to carry the offered current."""

    def __init__(self):
        self.used = [1, 1, 1]
        self._fitted = 3
        self._drawing = 0
        self._since_ms = 0
        self._seen_ms = [0, 0, 0]

    def configure(self, phases):
        """`phases` of the supply: 1 or 3. What was found out stays, where that is nothing new."""
        if phases != self._fitted:
            self._fitted = phases
            self.forget()

    def forget(self):
        """Another EV may have been plugged in: every phase counts again."""
        self._drawing = 0
        for i in range(3):
            self.used[i] = 1 if i < self._fitted else 0

    def put(self, t_ms, ma):
        """One own-meter reading, `ma` a list of three in mA, taken at `t_ms`."""
        drawing = 0
        for i in range(self._fitted):
            if ma[i] > _ON_MA:
                drawing = 1
                self._seen_ms[i] = t_ms
                self.used[i] = 1
        if not drawing:
            self._drawing = 0
            return
        if not self._drawing:
            self._drawing = 1
            self._since_ms = t_ms
            for i in range(3):
                self._seen_ms[i] = t_ms if self.used[i] else self._seen_ms[i]
            return
        if diff(t_ms, self._since_ms) < _FIND_MS:
            return
        for i in range(self._fitted):
            if self.used[i] and ma[i] < _OFF_MA and self._left(t_ms, i):
                self.used[i] = 0

    def _left(self, t_ms, i):
        # In the first minute of drawing a phase without any draw is not in use.
        quiet = diff(t_ms, self._seen_ms[i])
        return quiet >= (_FIND_MS if self._seen_ms[i] == self._since_ms else _LEAVE_MS)
