"""One meter model as a line of text, and what its registers mean.

    key | name | fields | note

Fields, separated by blanks (addresses are 0-based as on the wire, decimal or 0x):

    fc=4                    function code: 3 holding, 4 input registers
    I=6,8,10:f32            current of L1, L2, L3 (or of one phase) in A
    P=12,14,16:f32          active power per phase in W: gives the currents their sign
    W=52:f32                total active power in W
    V=0,2,4:f32             voltages to neutral in V
    E=72:f32*1000           imported energy in Wh
    sign=P                  P: from P; I: the current is signed itself; -: not known
    gap=8                   registers that may be read along between two fields
    unit=1 baud=9600 parity=N    what it is set to when it comes from the factory
    bus=rtu,tcp             over what it is read

Types: u16 i16 u32 i32 u64 i64 f32 f64, high word first; with "l" behind it low
word first (i32l). Then an optional scale: /10, /1000, *1000. Then an optional
value that stands for "not available": !0x8000 (f32 and f64: NaN, always).

Sources of the rows: meter_table.py. A user's own meter is the same line, kept in
the settings.
"""

import struct

from micropython import const

from ballast.protocol.modbus import MAX_REGISTERS

#: type: (registers, struct format)
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
_LIMIT = const(1000000000)  # milli-units: 1 MA, 1 MV, 1 MW; more is no reading
_LIMIT_E = const(1000000000000000)  # mWh: 1 TWh
_NOMINAL_V = const(230)  # only for meters that tell nothing but power


class RowError(ValueError):
    """A meter's line cannot be used; str() names the field and what is expected."""


class Field:
    """Where a quantity lies and how it is written. scale: value = raw * mul / div."""

    def __init__(self, text, name):
        self.text = text
        try:
            places, rest = text.split(":")
            self.at = [_number(x) for x in places.split(",")]
        except ValueError:
            raise RowError("%s: expected address[,address..]:type, not '%s'" % (name, text))
        self.missing = None
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

    def milli(self, data, offset):
        """The value at byte `offset` of `data` in thousandths of its unit, an integer;
        None where the meter says "not available" or something impossible."""
        size = 2 * self.size
        raw = bytes(data[offset : offset + size])
        if self.low_first:
            raw = b"".join([raw[i : i + 2] for i in range(size - 2, -1, -2)])
        x = struct.unpack(_TYPES[self.kind][1], raw)[0]
        if self.kind[0] == "f":
            if not -1e15 < x < 1e15:  # NaN and infinity are neither
                return None
            x = round(x * 1000 * self.mul / self.div)
        else:
            if self.missing is not None and x & ((1 << (8 * size)) - 1) == self.missing:
                return None
            x = x * 1000 * self.mul
            half = self.div // 2
            x = (x + half) // self.div if x >= 0 else -((-x + half) // self.div)
        return x if -self.limit < x < self.limit else None


def _number(text):
    text = text.strip()
    try:
        return int(text, 16) if text[:2] == "0x" else int(text)
    except ValueError:
        raise RowError("'%s' is no number" % text)


class MeterRow:
    """A meter model. fields: quantity letter -> Field. note: "" or what to know about it.

    fc, sign, unit, baud, parity, buses as in the module's text; phases: 1 or 3.
    """

    def __init__(self, text):
        if "\n" in text or "\r" in text or "\t" in text:
            raise RowError("a meter is one line, with blanks and no tabs")
        parts = [p.strip() for p in text.split("|")]
        if len(parts) not in (3, 4) or not parts[0] or not parts[2]:
            raise RowError("a meter is 'key | name | fields' and perhaps '| note'")
        self.key, self.name = parts[0], parts[1]
        self.note = parts[3] if len(parts) == 4 else ""
        self.fields = {}
        self.fc = 0
        self.gap = 8
        self.unit, self.baud, self.parity = 1, 9600, "N"
        self.buses = ("rtu", "tcp")
        self.sign = ""
        for word in parts[2].split():
            self._word(word)
        self._finish()

    def _word(self, word):
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

    def _finish(self):
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

    def _sign_field(self):
        f = self.fields
        if "P" in f and len(f["P"].at) == self.phases:
            return f["P"]
        return f["W"] if self.phases == 1 and "W" in f else None

    def _needs(self, quantities):
        """(address, registers) of all fields wanted, by address."""
        spans = []
        for name in quantities:
            if name in self.fields:
                field = self.fields[name]
                spans += [(a, field.size) for a in field.at]
        return sorted(spans)

    def live(self):
        """The quantities that are read every time: what gives the currents and their sign."""
        if "I" not in self.fields:
            return "W"
        if self.sign != "P":
            return "I"
        return "IP" if self._sign_field() is self.fields.get("P") else "IW"

    def blocks(self, quantities):
        """Requests that read these quantities: list of (address, count), few and small."""
        out = []
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

    def value(self, quantity, index, blocks, data):
        """Milli-units of one quantity from what `blocks` read into `data` (list of bytes)."""
        field = self.fields[quantity]
        a = field.at[index]
        for i in range(len(blocks)):
            start, count = blocks[i]
            if start <= a and a + field.size <= start + count:
                return field.milli(data[i], 2 * (a - start))
        return None

    def currents(self, blocks, data, out):
        """Fill out[0..2] with signed mA, + = import. False when a value is not available."""
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

    def _from_power(self, blocks, data, out):
        """Only the total power is known: assume the worst, all of it on each phase."""
        mw = self.value("W", 0, blocks, data)
        if mw is None:
            return False
        out[0] = out[1] = out[2] = mw // _NOMINAL_V
        return True
