"""Two meters: the charger's own power meter IC, and the supply's current measurement.

OwnMeter shows registers as an Atmel/Microchip ATM90E32AS does (data sheet: Urms 10 mV per
count, Irms 1 mA per count, active power signed 32 bit in 0.00032 W, frequency 10 mHz).
SupplyMeter gives the physical values in front of the house; a clamp, or a Modbus server, is
built on it. Their parts are in meter_parts.py.
"""

from collections import deque
from math import inf
from random import Random

from ballast_bench.plant.meter_parts import Answers, Spells, mean_over, squares_over, tick

U_RMS, I_RMS, P_MEAN, P_MEAN_LSB, P_TOTAL, P_TOTAL_LSB, FREQ = (
    0xD9,
    0xDD,
    0xB1,
    0xC1,
    0xB0,
    0xC0,
    0xF8,
)
_EARLY_S = 1e-5  # chosen: more than the rounding of a time; measure() itself decides
_STRAIGHT = (0, 1, 2)
_MAX_AGE_S = 30.0  # history kept for delayed readings


class OwnMeter:
    """Power meter of one charger, behind its contactor's supply side.

    window_s: a reading is the mean of so long. refresh_s: a new reading every so often. Both are
    0.32 s: "averaged among 16 phase-voltage cycles (about 320 ms at 50 Hz) ... update frequency
    is approximately 3 Hz" (data sheet 90E32AS, section 3.6). lag_s: from the end of a window to
    its reading; 0: the data sheet names none. `idealise()` gives the momentary value at 10 Hz.
    gain: error of the calibration (1.0 = none).
    offset_a: error at zero. noise_a, noise_v: standard deviation of one reading.
    Faults: silent (register() returns 0xFFFF, as an SPI bus without a chip), frozen, swapped
    (phases rotated by one).
    seq: counts readings. amps, volts, watts: decoded last reading, [3].
    """

    def __init__(
        self, rng, refresh_s=0.32, gain=1.0, offset_a=0.0, noise_a=0.01, noise_v=0.1,
        window_s=0.32, lag_s=0.0,
    ):  # fmt: skip
        self.refresh_s, self.window_s, self.lag_s = refresh_s, window_s, lag_s
        self.gain, self.offset_a = gain, offset_a
        self.noise_a, self.noise_v = noise_a, noise_v
        self.silent = self.frozen = self.swapped = False
        self.seq = 0
        self.amps = [0.0, 0.0, 0.0]
        self.volts = [0.0, 0.0, 0.0]
        self.watts = [0.0, 0.0, 0.0]
        self.hertz = 50.0
        self.power_factor = 1.0  # of the car: active power is this share of volts times amperes
        self._rng = rng
        self._period = -1
        self.next_s = -inf  # measure() has nothing to do before, unless the currents change
        self._past = deque()  # (since_s, amps, volts, hertz) of what flowed, newest last
        self._ready_s = 0.0  # a reading is due

    def idealise(self):
        """A part that no maker sells: the value of the moment, ten times a second."""
        self.refresh_s, self.window_s, self.lag_s = 0.1, 0.0, 0.0
        self.next_s = -inf

    def average_over(self, window_s, lag_s=0.0):
        """From now on a reading is the mean of `window_s`, as old as `lag_s`; 0 = of the moment."""
        self.window_s, self.lag_s = float(window_s), float(lag_s)
        self.refresh_s = self.window_s or 0.1
        self.next_s = -inf

    def measure(self, now_s, amps, volts, freq_hz):
        """Take a reading if the chip's period has passed. True = there is a new one."""
        if self.window_s > 0.0:
            return self._averaged(now_s, amps, volts, freq_hz)
        period = int(now_s / self.refresh_s + 1e-6)
        if period == self._period or self.silent:
            return False
        self._period = period
        self.next_s = (period + 1) * self.refresh_s - _EARLY_S
        return self._show(amps, volts, freq_hz)

    def _averaged(self, now_s, amps, volts, freq_hz):
        """As `measure`, for a chip that averages; cheap while nothing changes."""
        past = self._past
        if past:
            last = past[-1]
            if last[1] != amps or last[2] != volts:
                past.append((now_s, list(amps), list(volts), freq_hz))
        else:
            past.append((now_s, list(amps), list(volts), freq_hz))
        if now_s + 1e-6 < self._ready_s:
            self.next_s = self._ready_s - _EARLY_S
            return False
        end_s = self._ready_s - self.lag_s if self._ready_s else now_s
        number = int(now_s / self.refresh_s + 1e-6) + 1
        self._ready_s = number * self.refresh_s
        self.next_s = self._ready_s - _EARLY_S
        start_s = end_s - self.window_s
        while len(past) > 1 and past[1][0] <= start_s:
            past.popleft()
        if self.silent:
            return False
        if len(past) == 1:
            return self._show(past[0][1], past[0][2], freq_hz)
        mean_a, mean_v, _ = mean_over(past, start_s, end_s)
        return self._show(mean_a, mean_v, freq_hz)

    def _show(self, amps, volts, freq_hz):
        self.seq += 1
        if self.frozen:
            return True
        gauss = self._rng.gauss
        self.hertz = freq_hz
        swapped, gain, offset_a = self.swapped, self.gain, self.offset_a
        noise_a, noise_v = self.noise_a, self.noise_v
        own_a, own_v, watts, share = self.amps, self.volts, self.watts, self.power_factor
        for phase in (0, 1, 2):
            source = (phase + 1) % 3 if swapped else phase
            volt = volts[source]
            current = amps[source] * gain + offset_a
            if noise_a:
                current += gauss(0.0, noise_a)
            if noise_v and volt:
                volt += gauss(0.0, noise_v)
            if current < 0.0:
                current = 0.0
            if volt < 0.0:
                volt = 0.0
            own_a[phase], own_v[phase] = current, volt
            watts[phase] = volt * current * share
        return True

    def counts(self, phase):
        """(voltage, current) of a phase as the registers hold them: 0.01 V, 1 mA, 16 bits."""
        volts, amps = int(self.volts[phase] * 100.0 + 0.5), int(self.amps[phase] * 1000.0 + 0.5)
        return (volts if volts < 0xFFFF else 0xFFFF), (amps if amps < 0xFFFF else 0xFFFF)

    def register(self, address):
        """16-bit content of a measurement register; 0 for the others that read as zero."""
        if self.silent:
            return 0xFFFF
        phase = address - U_RMS
        if 0 <= phase < 3:
            return self.counts(phase)[0]
        phase = address - I_RMS
        if 0 <= phase < 3:
            return self.counts(phase)[1]
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
    """Measures a supply; the plant tells it of each change. All attributes may change any time.

    How it hangs on the supply (a clamp sees these too): ratio (wrong transformer, 1.0 = right),
    reversed (set of inputs whose transformer is the wrong way round), order (input -> phase that
    it sees; `swapped`: rotated by one), volts_too (voltages are exchanged with the currents, else
    the currents alone), offset_a, noise_a (standard deviation of one reading), jump_a and
    jump_chance (a wild value now and then), zero and zeros (Spells: reads 0 for a while),
    unsigned (magnitudes; unsigned_w: of the power too), other_cable: None, or a function () ->
    [3] A of the cable it really sits on, delay_s (everything is that old).
    What it makes of that (a meter, no clamp): held_s (a new value every so often), mean_s and
    mean_kind "sliding" or "block", step_a, step_w (resolution), offset_w.
    What comes out of it: silent (read() is None), frozen (the last reading for ever), answers
    (Answers), gateway_s (a gateway polls it so often and answers at once, for ever, with what it
    has), answer_s (from a question to its answer).
    path: "clamp", "tcp", "rtu", "none", or "" where nobody has said.
    """

    __slots__ = (  # so many attributes in a dictionary would cost time in each step
        "_history", "_phase", "_reading", "_rng", "_shown", "_since_s", "_tick", "_wh", "answer_s",
        "answers", "dead", "delay_s", "frozen", "gateway_s", "held_s", "jump_a", "jump_chance",
        "mean_kind", "mean_s", "noise_a", "offset_a", "offset_w", "order", "other_cable", "path",
        "ratio", "reversed", "silent", "step_a", "step_w", "unsigned", "unsigned_w", "volts_too",
        "zero", "zeros",
    )  # fmt: skip

    def __init__(self, rng, noise_a=0.0, seed=0):
        self.silent = self.frozen = self.unsigned = False
        self.unsigned_w = True
        self.reversed = set()
        self.order, self.volts_too = (0, 1, 2), True
        self.ratio = 1.0
        self.offset_a = self.offset_w = 0.0
        self.step_a = self.step_w = 0.0
        self.jump_a, self.jump_chance = 60.0, 0.0
        self.delay_s = 0.0
        self.held_s = self.gateway_s = 0.0
        self.mean_s, self.mean_kind = 0.0, "sliding"
        self.zero = False
        self.other_cable = None
        self.noise_a = noise_a
        self.answer_s = 0.0
        self.path = ""
        chance = Random(f"supply meter chance/{seed}")
        self._phase = chance.random()  # when its periods begin
        self.zeros = Spells(chance)
        self.answers = Answers(Random(f"supply meter answers/{seed}"))
        self._rng = rng
        self._history = deque([(-inf, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0)])
        self._wh = [0.0, 0.0]  # import, export
        self._since_s = -inf  # energy is counted up to here
        self._reading = Reading()
        self._shown = False  # there is a reading to freeze
        self._tick = None  # the period whose value is shown
        self.dead = False  # no supply for the meter itself

    @property
    def swapped(self):
        """The phases are rotated by one: L1 shows L2, L2 shows L3, L3 shows L1."""
        return self.order == (1, 2, 0)

    @swapped.setter
    def swapped(self, on):
        self.order, self.volts_too = ((1, 2, 0) if on else (0, 1, 2)), True

    def note(self, now_s, amps, volts, hertz):
        """The supply changed: from `now_s` on these values hold (the lists are copied)."""
        history = self._history
        self._count(now_s)
        oldest_s = now_s - max(_MAX_AGE_S, self.delay_s + self.mean_s)
        if len(history) > 1 and history[1][0] < oldest_s:
            history.popleft()
        history.append((now_s, tuple(amps), tuple(volts), hertz))

    def _count(self, now_s):
        """Energy registers up to `now_s`: Ferraris rule, phases are summed before the sign.

        The registers count what this meter measures: its ratio and reversed inputs too.
        """
        start, amps, volts, _ = self._history[-1]
        if start == -inf:
            return
        span = now_s - max(start, self._since_s)
        if self.reversed or self.ratio != 1.0:
            amps = [
                -a * self.ratio if phase in self.reversed else a * self.ratio
                for phase, a in enumerate(amps)
            ]
        watts = amps[0] * volts[0] + amps[1] * volts[1] + amps[2] * volts[2]
        if span > 0.0:
            self._wh[watts < 0.0] += abs(watts) * span / 3600.0
        self._since_s = now_s

    def read(self, now_s):
        """A Reading (the same object each time), or None when the meter is silent."""
        period_s = self.gateway_s or self.held_s
        if period_s:
            number, begin_s = tick(now_s, period_s, self._phase)
            kept = self.gateway_s and self._shown and not self.dead
            if kept and (number == self._tick or self.silent):
                return self._reading
        if self.silent or self.dead:
            return None
        reading = self._reading
        if self.frozen and self._shown:
            return reading
        if period_s:
            if self._shown and number == self._tick:
                return reading
            self._tick = number
            self._count(now_s)
            return self._measure(max(begin_s, 0.0))
        self._count(now_s)
        return self._measure(now_s)

    def _measure(self, now_s):
        reading = self._reading
        self._shown = True
        wanted = now_s - self.delay_s
        amps, volts, hertz = self._averaged(wanted) if self.mean_s > 0.0 else self._at(wanted)
        if self.other_cable is not None:
            amps = self.other_cable()
        reading.taken_s = wanted
        reading.hertz = hertz
        reading.import_kwh, reading.export_kwh = self._wh[0] / 1000.0, self._wh[1] / 1000.0
        flat = self.zero or (self.zeros.every_s and self.zeros.active(now_s))
        if not flat and self._plain():
            reading.volts[:], reading.amps[:] = volts, amps
            reading.watts[:] = volts[0] * amps[0], volts[1] * amps[1], volts[2] * amps[2]
            return reading
        for phase in range(3):
            source = self.order[phase]
            volt = volts[source if self.volts_too else phase]
            current = 0.0 if flat else self._current(phase, amps[source])
            watts = volt * current
            if source != phase and not self.volts_too:
                watts *= -0.5  # 120 degrees apart: cos 120 = cos 240 = -0.5
            reading.volts[phase] = volt
            reading.amps[phase], reading.watts[phase] = self._shown_as(current, watts, flat)
        return reading

    def _averaged(self, wanted):
        """(amps, volts, hertz) as the mean of mean_s before `wanted`."""
        if self.mean_kind == "block":
            _, wanted = tick(wanted, self.mean_s, self._phase)
        return mean_over(self._history, wanted - self.mean_s, wanted)

    def _plain(self):
        """No fault of a single reading: it shows what flows."""
        return not (self.reversed or self.noise_a or self.jump_chance or self.unsigned
                    or self.offset_a or self.offset_w or self.step_a or self.step_w
                    or self.order != _STRAIGHT or self.ratio != 1.0)  # fmt: skip

    def _at(self, when_s):
        """(amps, volts, hertz) in force at `when_s`, or the oldest that is kept."""
        for entry in reversed(self._history):
            if entry[0] <= when_s:
                return entry[1:]
        return self._history[0][1:]

    def _current(self, phase, amps):
        """What one input measures of a true current, signed."""
        current = amps * self.ratio
        if phase in self.reversed:
            current = -current
        if self.offset_a:
            current += self.offset_a
        if self.noise_a:
            current += self._rng.gauss(0.0, self.noise_a)
        if self.jump_chance and self._rng.random() < self.jump_chance:
            current += self.jump_a if self._rng.random() < 0.5 else -self.jump_a
        return current

    def _shown_as(self, current, watts, flat):
        """(A, W) with the meter's resolution and sign."""
        if self.offset_w and not flat:
            watts += self.offset_w
        if self.step_a:
            current = round(current / self.step_a) * self.step_a
        if self.step_w:
            watts = round(watts / self.step_w) * self.step_w
        if self.unsigned:
            return abs(current), abs(watts) if self.unsigned_w else watts
        return current, watts

    # -- for a clamp, which samples by itself ------------------------------------------

    def changed_since(self, when_s):
        """Whether another current flows than at `when_s`, as a clamp sees it."""
        return self._history[-1][0] > when_s - self.delay_s

    def mark(self):
        """Something that is equal as long as neither supply nor meter changed; None: it cannot be."""
        if self.other_cable is not None or self.noise_a or self.jump_chance or self.zeros.every_s:
            return None
        return (
            self._history[-1], self.ratio, self.offset_a, self.order, self.zero, self.delay_s,
            self.unsigned, self.frozen, frozenset(self.reversed),
        )  # fmt: skip

    def window(self, start_s, end_s):
        """(mean squares A² [3], signed current at the end A [3]) of the span, by the transformers.

        Ratio, direction, order, offset and wild values are in it; the clamp adds its own noise.
        """
        start_s, end_s = start_s - self.delay_s, end_s - self.delay_s
        if self.zero or self.zeros.active(end_s):
            return [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        history = self._history
        last = self.other_cable() if self.other_cable is not None else self._at(end_s)[0]
        if self.other_cable is not None or history[-1][0] <= start_s:
            squares = None
        else:
            squares = squares_over(history, start_s, end_s)
        out, signed = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        for phase in range(3):
            source = self.order[phase]
            true = last[source]
            seen = self._current(phase, true)
            signed[phase] = seen
            square = seen * seen
            if squares is not None:
                extra = seen - (-true if phase in self.reversed else true) * self.ratio
                rms = squares[source] ** 0.5 * self.ratio
                square = (rms + (extra if seen >= 0.0 else -extra)) ** 2
            out[phase] = square
        return out, signed
