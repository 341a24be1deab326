"""Status light: green and, if fitted, red, in patterns of sixteen slots of 100 ms.

control/ puts the number of the pattern into Out.led. Without a red LED the green one
shows the red part too, so that a fault is always visible.
"""

from machine import Pin

OFF = 0
READY = 1
CONNECTED = 2
CHARGING = 3
PAUSED = 4
WARNING = 5
FAULT = 6
LOCKED = 7
SETUP = 8
UPDATING = 9

# (green, red): bit 0 is the first slot
PATTERNS = (
    (0x0000, 0x0000),  # OFF
    (0xFFFF, 0x0000),  # READY: steady green
    (0x00FF, 0x0000),  # CONNECTED: slow green
    (0x3333, 0x0000),  # CHARGING: quick green
    (0x0003, 0x0000),  # PAUSED: one short green flash
    (0xFFF0, 0x0003),  # WARNING: green with one short red flash
    (0x0000, 0x3333),  # FAULT, clears by itself or by unplugging: quick red
    (0x0000, 0xFFFF),  # LOCKED, needs a person: steady red
    (0x0033, 0x0000),  # SETUP: two short green flashes
    (0x5555, 0xAAAA),  # UPDATING: green and red alternate
)


class LedIo:
    """on_level: level of both pins that lights the LED. red_pin: None = not fitted."""

    def __init__(self, pin: int, red_pin: "int | None" = None, on_level: int = 1) -> None:
        off = 0 if on_level else 1
        self._invert = off
        self._green = Pin(pin, Pin.OUT, value=off).value
        self._red = None
        if red_pin is not None:
            self._red = Pin(red_pin, Pin.OUT, value=off).value
        self._slot = 0
        self._pattern = OFF
        self._green_bits = 0
        self._red_bits = 0

    def write(self, pattern: int) -> None:
        """Choose a pattern; an unknown number shows FAULT."""
        if pattern == self._pattern:
            return
        self._pattern = pattern
        if not 0 <= pattern < len(PATTERNS):
            pattern = FAULT
        self._green_bits, self._red_bits = PATTERNS[pattern]
        self._slot = 0

    def step(self) -> None:
        """Show the next 100 ms slot."""
        slot = self._slot
        self._slot = (slot + 1) & 15
        green = (self._green_bits >> slot) & 1
        red = (self._red_bits >> slot) & 1
        if self._red is None:
            green |= red
        else:
            self._red(red ^ self._invert)
        self._green(green ^ self._invert)
