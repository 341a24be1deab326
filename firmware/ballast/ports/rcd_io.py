"""Residual current detecting module: trip input and self-test output.

The trip input is pulled to "trip", so a broken cable reads as a trip. The hardware opens
the contactor by itself; the firmware opens it too, latches the fault and reports it.
"""

import time

from machine import Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan


class RcdIo:
    """trip_level: level of trip_pin with residual current. test_level: starts the self-test.

    pulse_us: None = the test level stays as long as Out.rcd_test is 1. Otherwise it stays
    for this time when Out.rcd_test becomes 1 (Bender RCMB102/103: 50..100 us; they take a
    longer pulse for a reset).
    """

    def __init__(
        self,
        trip_pin: int,
        trip_level: int = 1,
        test_pin: "int | None" = None,
        test_level: int = 1,
        pulse_us: "int | None" = None,
    ) -> None:
        pull = Pin.PULL_UP if trip_level else Pin.PULL_DOWN
        self._trip = Pin(trip_pin, Pin.IN, pull).value
        self._trip_level = trip_level
        self._on = test_level
        self._off = 0 if test_level else 1
        self._pulse_us = pulse_us
        self._last = 0
        self._test = None
        if test_pin is not None:
            self._test = Pin(test_pin, Pin.OUT, value=self._off).value

    def read(self, scan: "Scan") -> None:
        """Fill scan.rcd_trip."""
        scan.rcd_trip = 1 if self._trip() == self._trip_level else 0

    def write(self, test: int) -> None:
        """test: 1 = drive the self-test input."""
        if self._test is None:
            return
        if self._pulse_us is None:
            self._test(self._on if test == 1 else self._off)
            return
        if test == 1 and not self._last:
            self._test(self._on)
            time.sleep_us(self._pulse_us)
        self._test(self._off)
        self._last = test
