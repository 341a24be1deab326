"""The button as Bluetooth uses it: held for three seconds, or pressed shortly."""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.ble.shapes import Button


class HeldButton:
    """button: control/button.Button, which the step counts. Call step() often; what has come since:

    held: a long press. tapped: a short one.
    """

    def __init__(self, button: "Button") -> None:
        self._button = button
        self._longs = button.longs
        self._shorts = button.shorts
        self.held = False
        self.tapped = False

    def step(self) -> None:
        button = self._button
        self.held = button.longs != self._longs
        self.tapped = button.shorts != self._shorts
        self._longs = button.longs
        self._shorts = button.shorts
