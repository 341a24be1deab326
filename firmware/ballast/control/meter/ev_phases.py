"""Which phases the EV is on: found from what it draws, never assumed.

Until the EV has drawn for a while, every phase of the charger counts as used. An error can
thus only cost charging current; it cannot overload a fuse.
"""

from micropython import const

from ballast.control.ticks import diff

_ON_MA = const(1500)  # IEC 61851-1: an EV that charges draws near 6 A; less is standby
_OFF_MA = const(500)
_FIND_MS = const(5000)  # on-board chargers of three phases may start one after another
_LEAVE_MS = const(30000)  # a phase in use that has no draw for so long is no longer in use


class EvPhases:
    """used: [3] 1 where the phase must be able to carry the offered current, else 0."""

    def __init__(self) -> None:
        self.used = [1, 1, 1]
        self._supply_phases = 3
        self._drawing = 0
        self._since_ms = 0
        self._seen_ms = [0, 0, 0]

    def set_phases(self, phases: int) -> None:
        """phases: of the supply, 1..3. If their number changes, every phase counts as used again."""
        if phases != self._supply_phases:
            self._supply_phases = phases
            self.forget()

    def forget(self) -> None:
        """Count every phase as used: another EV may have been plugged in."""
        self._drawing = 0
        for i in range(3):
            self.used[i] = 1 if i < self._supply_phases else 0

    def put(self, t_ms: int, ma: list[int]) -> None:
        """Take one reading of the own meter into account. ma: [3], measured at `t_ms`."""
        drawing = 0
        for i in range(self._supply_phases):
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
        for i in range(self._supply_phases):
            if self.used[i] and ma[i] < _OFF_MA and self._left(t_ms, i):
                self.used[i] = 0

    def _left(self, t_ms: int, i: int) -> bool:
        """Whether phase `i` is no longer in use: soon if the EV has never drawn from it."""
        quiet = diff(t_ms, self._seen_ms[i])
        return quiet >= (_FIND_MS if self._seen_ms[i] == self._since_ms else _LEAVE_MS)
