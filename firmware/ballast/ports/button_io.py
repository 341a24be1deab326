"""Push button: one digital input, pulled to "not pressed". Debouncing is the reader's."""

from machine import Pin


class ButtonIo:
    def __init__(self, pin, pressed_level=0):
        pull = Pin.PULL_DOWN if pressed_level else Pin.PULL_UP
        self._value = Pin(pin, Pin.IN, pull).value
        self._pressed = pressed_level

    def read(self, scan):
        scan.button = 1 if self._value() == self._pressed else 0
