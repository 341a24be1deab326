"""The one button on the box: short press and long press, told as counters."""

from micropython import const

_SHORT_MS = const(60)  # shorter is a bounce, or a disturbance
_LONG_MS = const(3000)


class Button:
    """shorts, longs: presses so far (16 bit, wrapping). A long one counts while still held."""

    def __init__(self):
        self.shorts = 0
        self.longs = 0
        self._held_ms = 0
        self._told = True  # a button that is held at power-on is no press

    def step(self, dt_ms, pressed):
        """Follow the contact; `pressed` 0 or 1."""
        if pressed:
            if self._held_ms < _LONG_MS:
                self._held_ms += dt_ms
            if self._held_ms >= _LONG_MS and not self._told:
                self._told = True
                self.longs = (self.longs + 1) & 0xFFFF
            return
        if self._held_ms >= _SHORT_MS and not self._told:
            self.shorts = (self.shorts + 1) & 0xFFFF
        self._held_ms = 0
        self._told = False
