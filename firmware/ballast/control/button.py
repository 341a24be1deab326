"""The one button on the box: counts short presses and long presses.

A step that comes late, because the chip was in a long call, has not seen when the button was pressed
or released. The person must not pay for that: the press counts as long as it can have been.
"""

from micropython import const

_SHORT_MS = const(60)  # chosen: shorter is a bouncing contact, or a disturbance
_LONG_MS = const(3000)  # chosen
_LATE_MS = const(60)  # chosen: between two readings; more is a step that came late
# Chosen, for each end of a press: opening the access point blocks for 0.6 s at most (estimate). A press of
# less than 1.6 s is never a long one.
_HIDDEN_MS = const(700)


class Button:
    """shorts, longs: presses so far (16 bit, wrapping).

    A short press counts when the button is released, a long one while it is still held.
    """

    def __init__(self) -> None:
        self.shorts = 0
        self.longs = 0
        self._held_ms = 0
        self._counted = True  # a button that is held at power-on is no press

    def step(self, dt_ms: int, pressed: int) -> None:
        """Take one reading of the contact, `dt_ms` after the one before. pressed: 0 or 1."""
        end_ms = dt_ms if dt_ms < _HIDDEN_MS else _HIDDEN_MS
        if pressed:
            if self._held_ms < _LONG_MS:
                self._held_ms += dt_ms if self._held_ms else end_ms
            if self._held_ms >= _LONG_MS and not self._counted:
                self._counted = True
                self.longs = (self.longs + 1) & 0xFFFF
            return
        if self._held_ms and not self._counted:
            held_ms = self._held_ms
            if dt_ms > _LATE_MS:
                held_ms += end_ms
            if held_ms >= _LONG_MS:
                self.longs = (self.longs + 1) & 0xFFFF
            elif held_ms >= _SHORT_MS:
                self.shorts = (self.shorts + 1) & 0xFFFF
        self._held_ms = 0
        self._counted = False
