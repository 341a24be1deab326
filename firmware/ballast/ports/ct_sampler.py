"""The clamp's ADC: windows of raw counts at regular intervals.

ADC1 only, because Wi-Fi uses ADC2. One reading takes about 40-95 us on an ESP32
(MicroPython issue 7495, older versions; not measured with 1.29). So three CTs and a
voltage fit into 400 us, one CT into 250 us. `read_u16` gives the uncalibrated count,
which is good enough because the gain of each clamp is calibrated. `read_uv` would take
longer and rounds to 1 mV.
"""

import time

from machine import ADC, Pin


class CtSampler:
    """pins: of the CTs, then of the voltage input if fitted. pace_us: from sample to sample."""

    def __init__(self, pins: "tuple[int, ...]", pace_us: int, atten: int) -> None:
        self._adcs = [ADC(Pin(p), atten=atten) for p in pins]
        self._pace_us = pace_us

    def read(self, buffers: list[list[int]], n: int) -> int:
        """Fill buffers[k][0..n-1] with 12-bit counts. Returns the pace in ns.

        Returns 0 if a sample was late by more than two periods: a garbage collection or
        the radio came in between, and the window is not usable.
        """
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
