"""Two meters: the charger's own power meter IC, and the supply's current measurement.

OwnMeter shows registers as an Atmel/Microchip ATM90E32AS does (data sheet: Urms 10 mV per
count, Irms 1 mA per count, active power signed 32 bit in 0.00032 W, frequency 10 mHz).
SupplyMeter gives the physical values in front of the house; a clamp, or a Modbus server, is
built on it. Both measure only when they are read.
"""

from collections import deque
from math import inf

U_RMS, I_RMS, P_MEAN, P_MEAN_LSB, P_TOTAL, P_TOTAL_LSB, FREQ = (
    0xD9,
    0xDD,
    0xB1,
    0xC1,
    0xB0,
    0xC0,
    0xF8,
)
_MAX_AGE_S = 30.0  # history kept for delayed readings


class OwnMeter:
    """Power meter of one charger, behind its contactor's supply side.

    refresh_s: a new reading every 100 ms (10 Hz). gain: error of the calibration (1.0 = none).
    offset_a: error at zero. noise_a, noise_v: standard deviation of one reading.
    Faults: silent (register() returns 0xFFFF, as an SPI bus without a chip), frozen, swapped
    (phases rotated by one).
    seq: counts readings. amps, volts, watts: decoded last reading, [3].
    """

    def __init__(self, rng, refresh_s=0.1, gain=1.0, offset_a=0.0, noise_a=0.01, noise_v=0.1):
        self.refresh_s = refresh_s
        self.gain, self.offset_a = gain, offset_a
        self.noise_a, self.noise_v = noise_a, noise_v
        self.silent = self.frozen = self.swapped = False
        self.seq = 0
        self.amps = [0.0, 0.0, 0.0]
        self.volts = [0.0, 0.0, 0.0]
        self.watts = [0.0, 0.0, 0.0]
        self.hertz = 50.0
        self._rng = rng
        self._period = -1

    def measure(self, now_s, amps, volts, freq_hz):
        """Take a reading if the chip's period has passed. True = there is a new one."""
        period = int(now_s / self.refresh_s + 1e-6)
        if period == self._period or self.silent:
            return False
        self._period = period
        self.seq += 1
        if self.frozen:
            return True
        gauss = self._rng.gauss
        self.hertz = freq_hz
        for phase in range(3):
            source = (phase + 1) % 3 if self.swapped else phase
            volt = volts[source]
            current = amps[source] * self.gain + self.offset_a
            if self.noise_a:
                current += gauss(0.0, self.noise_a)
            if self.noise_v and volt:
                volt += gauss(0.0, self.noise_v)
            self.amps[phase] = current = max(current, 0.0)
            self.volts[phase] = volt = max(volt, 0.0)
            self.watts[phase] = volt * current
        return True

    def register(self, address):
        """16-bit content of a measurement register; 0 for the others that read as zero."""
        if self.silent:
            return 0xFFFF
        phase = address - U_RMS
        if 0 <= phase < 3:
            return min(int(self.volts[phase] * 100.0 + 0.5), 0xFFFF)
        phase = address - I_RMS
        if 0 <= phase < 3:
            return min(int(self.amps[phase] * 1000.0 + 0.5), 0xFFFF)
        if P_TOTAL <= address <= P_TOTAL + 3 or P_TOTAL_LSB <= address <= P_TOTAL_LSB + 3:
            return self._power(address)
        return int(self.hertz * 100.0 + 0.5) if address == FREQ else 0

    def _power(self, address):
        high = address < P_TOTAL_LSB
        phase = (address & 3) - 1
        watts = sum(self.watts) if phase < 0 else self.watts[phase]
        counts = int(watts / 0.00032) & 0xFFFFFFFF
        return counts >> 16 if high else counts & 0xFFFF


class Reading:
    """What the supply meter shows at one instant: amps [3] A signed (+ = import), volts [3] V,
    watts [3] W signed, hertz, import_kwh, export_kwh, taken_s (when the values were true)."""

    def __init__(self):
        self.amps = [0.0, 0.0, 0.0]
        self.volts = [0.0, 0.0, 0.0]
        self.watts = [0.0, 0.0, 0.0]
        self.hertz = 0.0
        self.import_kwh = self.export_kwh = 0.0
        self.taken_s = 0.0


class SupplyMeter:
    """Measures a supply; the plant tells it of each change.

    Faults, any time: silent (read() is None), frozen (the last reading for ever), reversed
    (set of phases whose clamp is the wrong way round), ratio (wrong transformer, 1.0 = right),
    jump_a and jump_chance (a wild value now and then), swapped (phases rotated by one), delay_s
    (everything is that old), other_cable: None, or a function () -> [3] A of the cable it really
    sits on. noise_a: standard deviation of one reading. unsigned: shows magnitudes only.
    """

    def __init__(self, rng, noise_a=0.0):
        self.silent = self.frozen = self.swapped = self.unsigned = False
        self.reversed = set()
        self.ratio = 1.0
        self.jump_a, self.jump_chance = 60.0, 0.0
        self.delay_s = 0.0
        self.other_cable = None
        self.noise_a = noise_a
        self._rng = rng
        self._history = deque([(-inf, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0)])
        self._wh = [0.0, 0.0]  # import, export
        self._since_s = -inf  # energy is counted up to here
        self._reading = Reading()
        self._shown = False  # there is a reading to freeze
        self.dead = False  # no supply for the meter itself

    def note(self, now_s, amps, volts, hertz):
        """The supply changed: from `now_s` on these values hold (the lists are copied)."""
        history = self._history
        self._count(now_s)
        if len(history) > 1 and history[1][0] < now_s - _MAX_AGE_S:
            history.popleft()
        history.append((now_s, tuple(amps), tuple(volts), hertz))

    def _count(self, now_s):
        """Energy registers up to `now_s`: Ferraris rule, phases are summed before the sign."""
        start, amps, volts, _ = self._history[-1]
        if start == -inf:
            return
        span = now_s - max(start, self._since_s)
        watts = amps[0] * volts[0] + amps[1] * volts[1] + amps[2] * volts[2]
        if span > 0.0:
            self._wh[watts < 0.0] += abs(watts) * span / 3600.0
        self._since_s = now_s

    def read(self, now_s):
        """A Reading (the same object each time), or None when the meter is silent."""
        if self.silent or self.dead:
            return None
        reading = self._reading
        if self.frozen and self._shown:
            return reading
        self._shown = True
        self._count(now_s)
        wanted = now_s - self.delay_s
        amps, volts, hertz = self._at(wanted)
        if self.other_cable is not None:
            amps = self.other_cable()
        reading.taken_s = wanted
        reading.hertz = hertz
        reading.import_kwh, reading.export_kwh = self._wh[0] / 1000.0, self._wh[1] / 1000.0
        for phase in range(3):
            source = (phase + 1) % 3 if self.swapped else phase
            volt = volts[source]
            current = self._current(phase, amps[source])
            reading.volts[phase] = volt
            reading.amps[phase] = current
            reading.watts[phase] = volt * current
        return reading

    def _at(self, when_s):
        """(amps, volts, hertz) in force at `when_s`, or the oldest that is kept."""
        for entry in reversed(self._history):
            if entry[0] <= when_s:
                return entry[1:]
        return self._history[0][1:]

    def _current(self, phase, amps):
        current = amps * self.ratio
        if phase in self.reversed:
            current = -current
        if self.noise_a:
            current += self._rng.gauss(0.0, self.noise_a)
        if self.jump_chance and self._rng.random() < self.jump_chance:
            current += self.jump_a if self._rng.random() < 0.5 else -self.jump_a
        return abs(current) if self.unsigned else current
