"""The ADC side of the clamp: windows of raw counts at a steady pace.

ADC1 only (ADC2 belongs to Wi-Fi); one read takes some 40-95 us on an ESP32 (MicroPython
issue 7495, older versions; not measured with 1.29), so three CTs and a voltage fit a
pace of 400 us, one CT 250 us. `read_u16` is the uncalibrated count, which suits an RMS whose
gain is calibrated per unit; `read_uv` would cost more and rounds to 1 mV.
"""

import time

from machine import ADC, Pin


class CtSampler:
    """pins: of the CTs, then of the voltage input where there is one. pace_us: see board.py."""

    def __init__(self, pins, pace_us, atten):
        self._adcs = [ADC(Pin(p), atten=atten) for p in pins]
        self._pace_us = pace_us

    def read(self, buffers, n):
        """Fill buffers[k][0..n-1] with 12-bit counts. Returns the pace in ns, or 0 when a
        garbage collection or the radio tore a hole of more than two periods."""
        pace = self._pace_us
        reads = [adc.read_u16 for adc in self._adcs]
        many = len(reads)
        ticks_us = time.ticks_us
        ticks_diff = time.ticks_diff
        worst = 0
        start = ticks_us()
        for i in range(n):
            target = i * pace
            late = ticks_diff(ticks_us(), start) - target
            while late < 0:
                late = ticks_diff(ticks_us(), start) - target
            if late > worst:
                worst = late
            for k in range(many):
                buffers[k][i] = reads[k]() >> 4
        return 0 if worst > 2 * pace else pace * 1000
