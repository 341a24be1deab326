"""What the pilot's ADC reads where noise and ripple are new all the time.

A piece of readings is the level at each instant plus noise and ripple. The noise of each piece is
drawn anew, from the charger's own generator, and no piece is kept: nothing repeats. So that this
costs no more than pieces out of a store, each of the three is a row of 16-bit numbers of whole mV,
and rows are added as one large number each: no sum reaches 2**16, so none carries over.
"""

import struct

READINGS = 1000  # of one piece; chosen
_ZERO = 8192  # stands for 0 mV of noise, and of ripple: more than either can be
_STARTS = 4096  # chosen: places in the strip of ripple at which a piece may begin
_LEVELS = 32  # chosen: levels whose rows are kept


class Piece:
    """Readings of one level. values: mV of each, plus `Piece.ZERO`; count of them."""

    __slots__ = ("_most_uv", "count", "values")
    ZERO = 2 * _ZERO

    def __init__(self, values, most_uv):
        self.values, self._most_uv = values, most_uv
        self.count = len(values)

    def uv(self, value):
        """One of `values` in uV, as read_uv() gives it."""
        return min(max((value - self.ZERO) * 1000, 0), self._most_uv)


class PadNoise:
    """rng: the charger's own. adc: AdcInput. zero_mv, slope: the divider, see wiring.py.

    samples readings, spacing_us apart, end in step with the PWM. adc_mv: amplitude of the ADC's
    own noise, uniform. count: readings of a piece.
    """

    def __init__(self, rng, adc, zero_mv, slope, samples, spacing_us, adc_mv):
        self._rng, self._adc = rng, adc
        self._zero_mv, self._slope, self._adc_mv = zero_mv, slope, adc_mv
        self._spacing_us = spacing_us
        self._instants_us = [k * spacing_us for k in range(samples)]
        self._rounds = max(1, READINGS // samples)
        self.count = samples * self._rounds
        self._form = f"<{self.count}H"
        self._most_uv = adc.calibrated_uv(1e9)
        self._levels = {}  # (high, low, duty) -> the row without noise
        self._kind = None  # of noise and ripple that the three below are for
        self._low, self._high, self._ripple = b"", b"", b""

    def piece(self, pilot):
        """The next readings, a Piece."""
        kind = (pilot.noise_mv, pilot.ripple_mv, pilot.ripple_hz)
        if kind != self._kind:
            self._kind = kind
            self._prepare(pilot)
        size = 2 * self.count
        drawn = self._rng.randbytes(self.count)
        noise = bytearray(size)
        noise[::2], noise[1::2] = drawn.translate(self._low), drawn.translate(self._high)
        at = 2 * self._rng.randrange(_STARTS)
        row = self._level(pilot) + _row(noise) + _row(self._ripple[at : at + size])
        return Piece(struct.unpack(self._form, row.to_bytes(size, "little")), self._most_uv)

    def _level(self, pilot):
        """The row of this level alone."""
        key = (pilot.high_mv, pilot.low_mv, pilot.duty)
        found = self._levels.get(key)
        if found is None:
            if len(self._levels) >= _LEVELS:
                self._levels.clear()
            found = self._levels[key] = self._without_noise(pilot)
        return found

    def _without_noise(self, pilot):
        to_uv, slope, zero_mv = self._adc.calibrated_uv, self._slope, self._zero_mv
        known, out = {}, []
        for mv in pilot.levels_mv(self._instants_us):
            if mv not in known:
                known[mv] = to_uv(max(zero_mv + slope * mv, 0.0) * 1000.0) // 1000
            out.append(known[mv])
        return _row(struct.pack(self._form, *out * self._rounds))

    def _prepare(self, pilot):
        """Tables from a random byte to noise, and from a place in time to ripple.

        The upper half of a byte is the noise of the contact, the lower half that of the ADC.
        """
        contact_mv = self._slope * pilot.noise_mv
        values = [
            _ZERO + round(contact_mv * _share(n >> 4) + self._adc_mv * _share(n & 15)) for n in range(256)
        ]
        self._low, self._high = bytes(v & 255 for v in values), bytes(v >> 8 for v in values)
        count = _STARTS + self.count
        ripple = [
            _ZERO + round(self._slope * pilot.ripple_at_mv(k * self._spacing_us)) for k in range(count)
        ]
        self._ripple = struct.pack(f"<{count}H", *ripple)


def _row(data):
    return int.from_bytes(data, "little")


def _share(sixteenth):
    """-1..1 for 0..15: the middle of each sixteenth of a uniform amplitude."""
    return (2 * sixteenth + 1) / 16 - 1
