"""The one button on the box: counts short presses and long presses."""

from micropython import const

_SHORT_MS = const(60)  # chosen: shorter is a bouncing contact, or a disturbance
_LONG_MS = const(3000)  # chosen


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
        """Take one reading of the contact. pressed: 0 or 1."""
        if pressed:
            if self._held_ms < _LONG_MS:
                self._held_ms += dt_ms
            if self._held_ms >= _LONG_MS and not self._counted:
                self._counted = True
                self.longs = (self.longs + 1) & 0xFFFF
            return
        if self._held_ms >= _SHORT_MS and not self._counted:
            self.shorts = (self.shorts + 1) & 0xFFFF
        self._held_ms = 0
        self._counted = False
