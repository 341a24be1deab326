"""Protective earth monitor: one digital input. Its pull resistor makes a broken cable read "lost"."""

from machine import Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan


class PeIo:
    """good_level: level of the pin while PE is connected and cold."""

    def __init__(self, pin: int, good_level: int = 1) -> None:
        pull = Pin.PULL_DOWN if good_level else Pin.PULL_UP
        self._value = Pin(pin, Pin.IN, pull).value
        self._good = good_level

    def read(self, scan: "Scan") -> None:
        """Fill scan.pe."""
        scan.pe = 1 if self._value() == self._good else 0
