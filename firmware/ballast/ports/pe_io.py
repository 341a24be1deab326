"""Protective earth monitor: one digital input, pulled to "lost"."""

from machine import Pin


class PeIo:
    """good_level: level that the monitor gives while PE is connected and cold."""

    def __init__(self, pin, good_level=1):
        pull = Pin.PULL_DOWN if good_level else Pin.PULL_UP
        self._value = Pin(pin, Pin.IN, pull).value
        self._good = good_level

    def read(self, scan):
        scan.pe = 1 if self._value() == self._good else 0
