"""Thermistors: NTC to ground, pull-up to the ADC's supply. This port gives mV, control/ degC.

With 11 dB attenuation the ADC is linear up to 2450 mV (ESP32) or about 3100 mV (S3). An
open NTC reads the upper end of the range, a shorted one 0; control/ treats both as
faults. If the ADC fails, the reading is 0 as well, so that a failure never looks cold.
"""

from machine import ADC, Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan


class ThermistorIo:
    """pins: by place, as in scan.ntc_mv; None = not fitted at that place."""

    def __init__(self, pins: "tuple[int | None, ...]") -> None:
        self._adcs: list = [None] * len(pins)
        for place in range(len(pins)):
            if pins[place] is not None:
                self._adcs[place] = ADC(Pin(pins[place]), atten=ADC.ATTN_11DB).read_uv

    def read(self, scan: "Scan", place: int) -> None:
        """Fill scan.ntc_mv[place] with the mean of four readings; about 0.4 ms on the chip."""
        read_uv = self._adcs[place]
        if read_uv is None:
            return
        try:
            total = read_uv() + read_uv() + read_uv() + read_uv()
        except OSError:
            total = 0
        scan.ntc_mv[place] = total // 4000
