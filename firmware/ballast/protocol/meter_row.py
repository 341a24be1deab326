"""One meter model as a line of text, and the values of its registers.

    key | name | fields | note

Fields are separated by blanks. Addresses start at 0, as on the wire, decimal or 0x:

    fc=4                    function code: 3 holding, 4 input registers
    I=6,8,10:f32            current of L1, L2, L3 (or of one phase) in A
    P=12,14,16:f32          active power per phase in W: its sign is the current's sign
    W=52:f32                total active power in W
    V=0,2,4:f32             voltages to neutral in V
    E=72:f32*1000           imported energy in Wh
    sign=P                  where the current's sign comes from: P = from the power,
                            I = the current itself has a sign, - = the meter has none
    gap=8                   two fields are read at once if at most so many unused
                            registers lie between them
    unit=1 baud=9600 parity=N    the factory settings of the meter
    bus=rtu,tcp             the connections that the meter has

Types: u16 i16 u32 i32 u64 i64 f32 f64, high word first. An "l" after the type means
low word first (i32l). Then an optional scale: /10, /1000, *1000. Then an optional
value that stands for "not available": !0x8000 (for f32 and f64 NaN always does).

Sources of the rows: meter_table.py. A user can write such a line for a meter that is
not in the table; it is kept in the settings.
"""

import struct

from micropython import const

from ballast.protocol.modbus import MAX_REGISTERS

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Sequence

    from ballast.protocol.shapes import Readable

# type: (registers, struct format)
_TYPES = {
    "u16": (1, ">H"),
    "i16": (1, ">h"),
    "u32": (2, ">I"),
    "i32": (2, ">i"),
    "f32": (2, ">f"),
    "u64": (4, ">Q"),
    "i64": (4, ">q"),
    "f64": (4, ">d"),
}
_QUANTITIES = "IPWVE"
_LIMIT = const(1000000000)  # milli-units: 1 MA, 1 MV, 1 MW; a larger value is an error
_LIMIT_E = const(1000000000000000)  # mWh: 1 TWh
_NOMINAL_V = const(230)  # only for meters that measure nothing but power


class RowError(ValueError):
    """A meter's line is wrong; str() names the field and what is expected there."""


class Field:
    """The registers and the number format of one quantity: value = raw * mul / div.

    at: address of each phase. size: registers of one value.
    """

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        try:
            places, rest = text.split(":")
            self.at = [_number(x) for x in places.split(",")]
        except ValueError:
            raise RowError("%s: expected address[,address..]:type, not '%s'" % (name, text))
        self.missing: "int | None" = None  # the raw value that means "not available"
        self.limit = _LIMIT_E if name == "E" else _LIMIT
        if "!" in rest:
            rest, missing = rest.split("!")
            self.missing = _number(missing)
        self.mul, self.div = 1, 1
        for sign in "/*":
            if sign in rest:
                rest, factor = rest.split(sign)
                self.mul, self.div = (1, _number(factor)) if sign == "/" else (_number(factor), 1)
        self.low_first = rest.endswith("l")
        self.kind = rest[:-1] if self.low_first else rest
        if self.kind not in _TYPES:
            raise RowError(
                "%s: no type '%s'; there are %s" % (name, rest, " ".join(sorted(_TYPES)))
            )
        if self.div < 1 or self.mul < 1:
            raise RowError("%s: the scale must be 1 or more" % name)
        self.size = _TYPES[self.kind][0]
        for a in self.at:
            if a < 0 or a + self.size > 0x10000:
                raise RowError("%s: no register %d" % (name, a))

    def milli(self, data: "Readable", offset: int) -> "int | None":
        """The value at byte `offset` of `data`, in thousandths of its unit.

        None if the meter marks it as not available, or if it is out of range.
        """
        size = 2 * self.size
        raw = bytes(data[offset : offset + size])
        if self.low_first:
            raw = b"".join([raw[i : i + 2] for i in range(size - 2, -1, -2)])
        x = struct.unpack(_TYPES[self.kind][1], raw)[0]
        if self.kind[0] == "f":
            if not -1e15 < x < 1e15:  # also False for NaN and infinity
                return None
            x = round(x * 1000 * self.mul / self.div)
        else:
            if self.missing is not None and x & ((1 << (8 * size)) - 1) == self.missing:
                return None
            x = x * 1000 * self.mul
            half = self.div // 2
            x = (x + half) // self.div if x >= 0 else -((-x + half) // self.div)
        return x if -self.limit < x < self.limit else None


def _number(text: str) -> int:
    text = text.strip()
    try:
        return int(text, 16) if text[:2] == "0x" else int(text)
    except ValueError:
        raise RowError("'%s' is no number" % text)


class MeterRow:
    """A meter model. fields: quantity letter -> Field. note: a hint for the user, or "".

    fc, sign, unit, baud, parity, buses: as described above. phases: 1 or 3.
    """

    def __init__(self, text: str) -> None:
        if "\n" in text or "\r" in text or "\t" in text:
            raise RowError("a meter is one line, with blanks and no tabs")
        parts = [p.strip() for p in text.split("|")]
        if len(parts) not in (3, 4) or not parts[0] or not parts[2]:
            raise RowError("a meter is 'key | name | fields' and perhaps '| note'")
        self.key, self.name = parts[0], parts[1]
        self.note = parts[3] if len(parts) == 4 else ""
        self.fields: dict[str, Field] = {}
        self.fc = 0
        self.gap = 8
        self.unit, self.baud, self.parity = 1, 9600, "N"
        self.buses: tuple[str, ...] = ("rtu", "tcp")
        self.sign = ""
        for word in parts[2].split():
            self._word(word)
        self._finish()

    def _word(self, word: str) -> None:
        name, found, value = word.partition("=")
        if not found:
            raise RowError("'%s': expected name=value" % word)
        if name in _QUANTITIES:
            self.fields[name] = Field(value, name)
        elif name == "fc":
            self.fc = _number(value)
        elif name == "gap":
            self.gap = _number(value)
        elif name == "unit":
            self.unit = _number(value)
        elif name == "baud":
            self.baud = _number(value)
        elif name == "parity" and value in ("N", "E"):
            self.parity = value
        elif name == "bus" and value in ("rtu", "tcp", "rtu,tcp"):
            self.buses = tuple(value.split(","))
        elif name == "sign" and value in ("P", "I", "-"):
            self.sign = value
        else:
            raise RowError("'%s' is not understood" % word)

    def _finish(self) -> None:
        f = self.fields
        if self.fc not in (3, 4):
            raise RowError("fc: 3 (holding) or 4 (input registers)")
        if not 1 <= self.unit <= 247:
            raise RowError("unit: 1..247")
        if "I" not in f and "W" not in f:
            raise RowError("neither current (I) nor power (W): nothing to balance by")
        main = f["I"] if "I" in f else f["W"]
        self.phases = len(main.at)
        if self.phases not in (1, 3):
            raise RowError("I: one address or three")
        for name in "PV":
            if name in f and len(f[name].at) not in (1, self.phases):
                raise RowError("%s: as many addresses as I" % name)
        for name in "WE":
            if name in f and len(f[name].at) != 1:
                raise RowError("%s: one address" % name)
        if not self.sign:
            self.sign = "P" if self._sign_field() else "-"
        if self.sign == "P" and not self._sign_field():
            raise RowError("sign=P needs P (or W where there is one phase)")

    def _sign_field(self) -> "Field | None":
        f = self.fields
        if "P" in f and len(f["P"].at) == self.phases:
            return f["P"]
        return f["W"] if self.phases == 1 and "W" in f else None

    def _needs(self, quantities: str) -> list[tuple[int, int]]:
        """(address, registers) of all values of these quantities, sorted by address."""
        spans = []
        for name in quantities:
            if name in self.fields:
                field = self.fields[name]
                spans += [(a, field.size) for a in field.at]
        return sorted(spans)

    def live(self) -> str:
        """The quantities that every reading needs: the currents and what gives their sign."""
        if "I" not in self.fields:
            return "W"
        if self.sign != "P":
            return "I"
        return "IP" if self._sign_field() is self.fields.get("P") else "IW"

    def blocks(self, quantities: str) -> list[tuple[int, int]]:
        """[(address, count)]: as few requests as possible that read these quantities."""
        out: list[tuple[int, int]] = []
        for a, n in self._needs(quantities):
            if out:
                start, count = out[-1]
                end = start + count
                whole = max(end, a + n) - start
                if a <= end + self.gap and whole <= MAX_REGISTERS:
                    out[-1] = (start, whole)
                    continue
            out.append((a, n))
        return out

    def value(
        self, quantity: str, index: int, blocks: list[tuple[int, int]], data: "Sequence[Readable]"
    ) -> "int | None":
        """One value of a quantity in milli-units, None if it is not available.

        data: the bytes of each of `blocks`.
        """
        field = self.fields[quantity]
        a = field.at[index]
        for i in range(len(blocks)):
            start, count = blocks[i]
            if start <= a and a + field.size <= start + count:
                return field.milli(data[i], 2 * (a - start))
        return None

    def currents(
        self, blocks: list[tuple[int, int]], data: "Sequence[Readable]", out: list[int]
    ) -> bool:
        """Fill out[0..2] with signed mA, + = import. False if a value is not available."""
        out[0] = out[1] = out[2] = 0
        if "I" not in self.fields:
            return self._from_power(blocks, data, out)
        sign = self._sign_field() if self.sign == "P" else None
        for i in range(self.phases):
            ma = self.value("I", i, blocks, data)
            if ma is None:
                return False
            if sign is not None:
                name = "P" if sign is self.fields.get("P") else "W"
                power = self.value(name, i, blocks, data)
                if power is None:
                    return False
                ma = -abs(ma) if power < 0 else abs(ma)
            elif self.sign == "-":
                ma = abs(ma)
            out[i] = ma
        return True

    def _from_power(
        self, blocks: list[tuple[int, int]], data: "Sequence[Readable]", out: list[int]
    ) -> bool:
        """Only the total power is known: assume the worst case, all of it on each phase."""
        mw = self.value("W", 0, blocks, data)
        if mw is None:
            return False
        out[0] = out[1] = out[2] = mw // _NOMINAL_V
        return True
