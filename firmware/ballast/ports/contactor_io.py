"""Contactor: coil, dead-man pulse, mirror contact, voltage behind the contacts.

An open cable always reads as the dangerous answer: the mirror input is pulled to
"closed" (seen as a weld), the load inputs to "not live" (seen as not closing).
"""

from machine import Pin

NOT_FITTED = -1


def pull_to(level):
    """Pull that makes an open cable read `level`."""
    return Pin.PULL_UP if level else Pin.PULL_DOWN


class ContactorIo:
    """coil_pin with coil_on level; None for what the board lacks.

    pulse_pin: toggles with every write while the coil is on; the board's coil
        supply passes only while it does (charge pump), so a step that stops
        opens the contactor without any software.
    load_pins: three optocouplers with RC, level `live_level` = voltage present.
    """

    def __init__(
        self,
        coil_pin,
        coil_on=1,
        pulse_pin=None,
        mirror_pin=None,
        mirror_closed=1,
        load_pins=None,
        live_level=0,
    ):
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

    def read(self, scan):
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
        if self._l2 is not None:
            if self._l2() == live:
                bits += 2
            if self._l3() == live:
                bits += 4
        scan.load_live = bits

    def write(self, coil):
        """1 = energise. Written every step, so that nothing else can leave it on."""
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
