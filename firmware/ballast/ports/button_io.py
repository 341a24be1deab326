"""Push button: one digital input, pulled to "not pressed". control/ debounces it."""

from machine import Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan


class ButtonIo:
    """pressed_level: level of the pin while the button is pressed."""

    def __init__(self, pin: int, pressed_level: int = 0) -> None:
        pull = Pin.PULL_DOWN if pressed_level else Pin.PULL_UP
        self._value = Pin(pin, Pin.IN, pull).value
        self._pressed = pressed_level

    def read(self, scan: "Scan") -> None:
        """Fill scan.button."""
        scan.button = 1 if self._value() == self._pressed else 0
