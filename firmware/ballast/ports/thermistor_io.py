"""Thermistors: NTC to ground, pull-up to the ADC's supply. Gives mV; degC is control's.

11 dB attenuation: linear to 2450 mV (ESP32) or about 3100 mV (S3). An open NTC
reads the top of the range, a short 0; both are faults for the reader. An ADC
that fails reads 0 too: never "cold".
"""

from machine import ADC, Pin


class ThermistorIo:
    """pins: [plug, connector, box], None = not fitted at that place."""

    def __init__(self, pins):
        self._adcs: list = [None, None, None]
        for place in range(3):
            if pins[place] is not None:
                self._adcs[place] = ADC(Pin(pins[place]), atten=ADC.ATTN_11DB).read_uv

    def read(self, scan, place):
        """Fill scan.ntc_mv[place]; mean of four readings, about 0.4 ms on the chip."""
        read_uv = self._adcs[place]
        if read_uv is None:
            return
        try:
            total = read_uv() + read_uv() + read_uv() + read_uv()
        except OSError:
            total = 0
        scan.ntc_mv[place] = total // 4000
