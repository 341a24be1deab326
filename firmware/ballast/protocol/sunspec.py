"""SunSpec meters: find the meter's model in the chain of models, then read its values.

Source: SunSpec Information Model Specification, models 201-204 (integers with scale
factors) and 211-214 (floats). Offsets count from the model's ID register. The last
digit of the model: 1 = one phase, 2 = split phase, 3 = wye, 4 = delta. All reads use
function code 3. Positive means import.
"""

import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Sequence

    from ballast.protocol.shapes import Readable

BASES = (40000, 50000, 0)
METERS = (201, 202, 203, 204, 211, 212, 213, 214)

_END = const(0xFFFF)
_MAX_MODELS = const(40)
_I16_NONE = const(-32768)


class SunSpecScan:
    """Follows the chain of models. The caller reads what `request()` names from the meter
    and hands the bytes to `answer()`:

        scan = SunSpecScan()
        while scan.request():
            scan.answer(registers of scan.request(), or None)

    model, address: of the first meter model, 0 = none found. models: all seen so far.
    """

    def __init__(self) -> None:
        self.models: list[int] = []
        self.model = 0
        self.address = 0
        self._base = 0
        self._at = -1  # of the next model; -1: the mark "SunS" is read first

    def request(self) -> "tuple[int, int] | None":
        """(address, count) to read next with function code 3, or None at the end."""
        if self._base >= len(BASES):
            return None
        if self._at < 0:
            return (BASES[self._base], 2)
        return (self._at, 2)

    def answer(self, data: "Readable | None") -> None:
        """Take the 4 bytes read at `request()`, None if the device refused the read."""
        if self._at < 0:
            if data is not None and bytes(data[:4]) == b"SunS":
                self._at = BASES[self._base] + 2
            else:
                self._base += 1
            return
        if data is None or len(data) < 4:
            self._stop()
            return
        model, length = struct.unpack_from(">HH", data, 0)
        if model == _END or length == 0 or len(self.models) >= _MAX_MODELS:
            self._stop()
            return
        self.models.append(model)
        if model in METERS and length >= _least(model):
            self.model = model
            self.address = self._at
            self._stop()
            return
        self._at += 2 + length
        if self._at + 2 > 0x10000:
            self._stop()

    def _stop(self) -> None:
        self._base = len(BASES)


def _least(model: int) -> int:
    """How many registers a model must have after its header, so that all values are there."""
    return 21 if model < 210 else 34


class SunSpecMeter:
    """A meter with this SunSpec model at `address`; same methods and fields as MeterRow."""

    def __init__(self, model: int, address: int) -> None:
        if model not in METERS:
            raise ValueError("SunSpec model %d is no meter" % model)
        self.key = "sunspec-%d" % model
        self.name = "SunSpec meter, model %d" % model
        self.note = ""
        self.fc = 3
        self.unit, self.baud, self.parity = 1, 9600, "N"
        self.buses = ("rtu", "tcp")
        self.phases = {1: 1, 2: 2, 3: 3, 4: 3}[model % 10]
        self._float = model > 210
        self._address = address

    def live(self) -> str:
        """As MeterRow.live(): all measurements, because one block holds them."""
        return "VIPW"

    def blocks(self, quantities: str) -> list[tuple[int, int]]:
        """As MeterRow.blocks(): always the one block that holds all measurements."""
        return [(self._address + 2, _least(200 if not self._float else 211))]

    def _scaled(self, raw: "Readable", at: int, scale_at: int) -> "int | None":
        """The int16 at offset `at` with its scale factor at `scale_at`, in milli-units.

        Offsets count from the model's ID. None if the meter marks the value as missing.
        """
        x = struct.unpack_from(">h", raw, 2 * (at - 2))[0]
        scale = struct.unpack_from(">h", raw, 2 * (scale_at - 2))[0]
        if x == _I16_NONE or not -10 <= scale <= 10:
            return None
        scale += 3
        return x * 10**scale if scale >= 0 else round(x / 10**-scale)

    def _value(self, raw: "Readable", quantity: str, i: int) -> "int | None":
        """Quantity "I", "V" or "P" of phase i, or "W" (i = 0), in milli-units; None = missing."""
        if not self._float:
            at, scale_at = {"I": (3, 6), "V": (8, 15), "P": (19, 22), "W": (18, 22)}[quantity]
            x = self._scaled(raw, at + i, scale_at)
        else:
            at = {"I": 4, "V": 12, "P": 30, "W": 28}[quantity] + 2 * i
            f = struct.unpack_from(">f", raw, 2 * (at - 2))[0]
            x = round(f * 1000) if -1e6 < f < 1e6 else None
        return x if x is None or -1000000000 < x < 1000000000 else None

    def value(
        self, quantity: str, index: int, blocks: list[tuple[int, int]], data: "Sequence[Readable]"
    ) -> "int | None":
        """As MeterRow.value()."""
        return self._value(data[0], quantity, index)

    def currents(
        self, blocks: list[tuple[int, int]], data: "Sequence[Readable]", out: list[int]
    ) -> bool:
        """As MeterRow.currents(): signed mA, False when not available."""
        raw = data[0]
        out[0] = out[1] = out[2] = 0
        total = self._value(raw, "W", 0)
        for i in range(self.phases):
            ma = self._value(raw, "I", i)
            if ma is None:
                return False
            power = self._value(raw, "P", i)
            if power is None:
                power = total  # one direction for all phases is better than no direction
            if power is not None:
                ma = -abs(ma) if power < 0 else abs(ma)
            out[i] = ma
        return True
