"""Contactor: coil, dead-man pulse, mirror contact, voltage behind the contacts.

A broken cable always reads as the dangerous state: the mirror input is pulled to "closed"
(which control/ takes for a weld), the load inputs to "not live" (which it takes for a
contactor that does not close).
"""

from machine import Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan

NOT_FITTED = -1


def pull_to(level: int) -> int:
    """The pull resistor that makes a broken cable read `level`."""
    return Pin.PULL_UP if level else Pin.PULL_DOWN


class ContactorIo:
    """coil_on: the level of coil_pin that closes the contactor. A pin is None if not fitted.

    pulse_pin: changes its level with every write while the coil is on. The board
        supplies the coil only while this pin changes (charge pump): if the steps stop,
        the contactor opens without any software.
    load_pins: one or three optocouplers with RC; live_level: their level with voltage.
    """

    def __init__(
        self,
        coil_pin: int,
        coil_on: int = 1,
        pulse_pin: "int | None" = None,
        mirror_pin: "int | None" = None,
        mirror_closed: int = 1,
        load_pins: "tuple[int, ...] | None" = None,
        live_level: int = 0,
    ) -> None:
        self._on = coil_on
        self._off = 0 if coil_on else 1
        coil = Pin(coil_pin, Pin.OUT, value=self._off)
        self._coil = coil.value
        self._pulse = None
        self._phase = 0
        if pulse_pin is not None:
            self._pulse = Pin(pulse_pin, Pin.OUT, value=0).value
        self._mirror = None
        self._mirror_closed = mirror_closed
        if mirror_pin is not None:
            self._mirror = Pin(mirror_pin, Pin.IN, pull_to(mirror_closed)).value
        self._live = live_level
        self._l1 = self._l2 = self._l3 = None
        if load_pins is not None:
            pull = pull_to(0 if live_level else 1)
            self._l1 = Pin(load_pins[0], Pin.IN, pull).value
            if len(load_pins) > 1:
                self._l2 = Pin(load_pins[1], Pin.IN, pull).value
                self._l3 = Pin(load_pins[2], Pin.IN, pull).value

    def read(self, scan: "Scan") -> None:
        """Fill mirror and load_live."""
        mirror = self._mirror
        if mirror is None:
            scan.mirror = NOT_FITTED
        else:
            scan.mirror = 1 if mirror() == self._mirror_closed else 0
        l1 = self._l1
        if l1 is None:
            scan.load_live = NOT_FITTED
            return
        live = self._live
        bits = 1 if l1() == live else 0
        if self._l2 is not None and self._l3 is not None:
            if self._l2() == live:
                bits += 2
            if self._l3() == live:
                bits += 4
        scan.load_live = bits

    def write(self, coil: int) -> None:
        """coil: 1 = energise. Each step writes the pin, so that no other code can leave it on."""
        pulse = self._pulse
        if coil == 1:
            self._coil(self._on)
            if pulse is not None:
                self._phase ^= 1
                pulse(self._phase)
            return
        self._coil(self._off)
        if pulse is not None and self._phase:
            self._phase = 0
            pulse(0)
