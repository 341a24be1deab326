"""The button as Bluetooth uses it: held for three seconds, or pressed shortly."""

import time

from micropython import const

HOLD_MS = const(3000)


class HeldButton:
    """Call step() about ten times a second. What the last call saw:

    held: it has been pressed for HOLD_MS; once for each press. tapped: a shorter press has ended.
    """

    def __init__(self) -> None:
        self._since: "int | None" = None
        self._long = False
        self.held = False
        self.tapped = False

    def step(self, pressed: bool) -> None:
        """pressed: the button is pressed now."""
        self.held = self.tapped = False
        if not pressed:
            self.tapped = self._since is not None and not self._long
            self._since = None
            self._long = False
            return
        now = time.ticks_ms()
        if self._since is None:
            self._since = now
        elif not self._long and time.ticks_diff(now, self._since) >= HOLD_MS:
            self._long = self.held = True
