"""The control pilot as an electrical circuit (IEC 61851-1 annex A).

A source of +12 V / -12 V drives the pilot contact through 1 kohm. The EV loads it
with a diode in series with 2740 ohm (state B), 882 ohm (C: 2740 parallel 1300) or
246 ohm (D: 2740 parallel 270), so that only the positive part is loaded. With 0.7 V
across the diode that gives 9.0, 6.0 and 2.9 V, and -12 V in the low part.

Three views of one circuit: the charger's contact (`high_mv`, `low_mv`, `level_mv`),
the EV's inlet (`inlet_*`), and the cable between them, whose faults are attributes.
"""

from math import exp, pi, sin

from ballast_bench.plant.pulses import Pulses

HOLD, PWM, NEG = 0, 1, 2  # as in ballast/control/records.py

_SOURCE_OHM = 1000.0
_DIODE_MV = 700.0
_SETTLED = 20.0  # time constants: what is left of 24 V is less than a microvolt
_SWING_US = 1.0  # chosen: slew of the generator's own stage, 2 us limit in an open circuit


def _contact_mv(source_mv, source_ohm, linear_ohm, ev_ohm, diode, ground_mv=0.0):
    """Voltage at the contact, mV: source behind its resistance, a linear load, the EV.

    ground_mv: of the EV's earth against the charger's.
    """
    siemens = 1.0 / source_ohm
    inflow = source_mv / source_ohm
    if linear_ohm is not None:
        siemens += 1.0 / max(linear_ohm, 0.01)
    free = inflow / siemens  # without the EV
    if ev_ohm is None:
        return free
    if not diode:
        return (inflow + ground_mv / ev_ohm) / (siemens + 1.0 / ev_ohm)
    knee_mv = _DIODE_MV + ground_mv
    if free <= knee_mv:
        return free
    return (inflow + knee_mv / ev_ohm) / (siemens + 1.0 / ev_ohm)


class Pilot:
    """Generator, cable and load of one control pilot.

    Faults (then call `touch()`):
    short_ohm: CP to PE in the cable, ohm (IEC 61851-1 A.4.9 tests 80), None = none.
    short_behind_diode: the same on the car's side of the diode: low part stays at -12 V.
    open_cable: the CP wire is broken: the charger sees 12 V, the car nothing.
    pe_open: PE of the cable is broken: no return path, the same picture.
    bounces: Pulses in which the contact in the inlet is open (`bounce()`).
    stuck_high, stuck_low: the generator stays at +12 V, -12 V whatever is commanded.
    offset_mv: error of generator or measurement on both levels. ground_mv: the car's earth
    against the charger's. noise_mv: amplitude of what a sampler sees on top (uniform).
    ripple_mv, ripple_hz: amplitude and frequency of a sine on top, not locked to the PWM.
    fresh: True = a sampler sees new noise at every step; False = 250 samples, over and over.
    cable_nf: capacitance of cable, charger and car. swing_us: the generator's own edge.
    plus_mv, minus_mv: its rails (IEC: 11400..12600, -12600..-11400). source_ohm: 1000 (970..1030).
    """

    def __init__(self, rng=None):
        self.mode = HOLD
        self.duty_u16 = 0
        self.freq_hz = 1000
        self.plus_mv, self.minus_mv = 12000.0, -12000.0
        self.source_ohm = _SOURCE_OHM
        self.powered = True
        self.short_ohm = None
        self.short_behind_diode = False
        self.open_cable = False
        self.pe_open = False
        self.bounces = Pulses()
        self.stuck_high = False
        self.stuck_low = False
        self.offset_mv = 0.0
        self.ground_mv = 0.0
        self._noise_mv = 0.0
        self.ripple_mv, self.ripple_hz = 0.0, 100.0
        self.fresh = False
        self.cable_nf = 1.0
        self.swing_us = _SWING_US
        self._rng = rng
        self._ev_ohm = None
        self._diode = True
        self.seq = 0  # counts changes; readers compare it
        self.changed = True  # for the charge point's step; it clears it
        self.touch()

    @property
    def noise_mv(self):
        return self._noise_mv

    @noise_mv.setter
    def noise_mv(self, mv):
        if mv != self._noise_mv:
            self._noise_mv = mv
            self.seq += 1

    @property
    def source_mv(self):
        """The positive rail; setting it sets both, as of one symmetric supply."""
        return self.plus_mv

    @source_mv.setter
    def source_mv(self, mv):
        self.plus_mv, self.minus_mv = mv, -mv

    def drive(self, mode, duty_u16=0):
        """What the generator is told: HOLD, PWM with duty (u16, 65536 = 100 %), or NEG."""
        if mode == self.mode and duty_u16 == self.duty_u16:
            return
        self.mode = mode
        self.duty_u16 = duty_u16
        self.touch()

    def load(self, ev_ohm, diode=True):
        """The EV's load: ohm behind a diode, None = unplugged."""
        if ev_ohm == self._ev_ohm and diode == self._diode:
            return
        self._ev_ohm = ev_ohm
        self._diode = diode
        self.touch()

    def bounce(self, now_s, seconds, every_s=0.0, times=1):
        """The contact of CP in the car's inlet opens `times` times for `seconds`."""
        self.bounces.start(now_s, seconds, every_s, times)

    def advance(self, now_s):
        """Open and close the bouncing contact."""
        if self.bounces.advance(now_s):
            self.touch()

    def touch(self):
        """Solve the circuit again after any change."""
        up, down, duty = self._generated()
        broken = self.open_cable or self.pe_open or self.bounces.on
        ev_ohm = None if broken else self._ev_ohm
        linear = None if self.pe_open else self.short_ohm
        if self.short_behind_diode and ev_ohm is not None:
            ev_ohm = 1.0
        source, ground = self.source_ohm, self.ground_mv
        high = _contact_mv(up, source, linear, ev_ohm, self._diode, ground)
        low = _contact_mv(down, source, linear, ev_ohm, self._diode, ground)
        absent = broken or self._ev_ohm is None
        self.inlet_high_mv = 0.0 if absent else high - ground
        self.inlet_low_mv = 0.0 if absent else low - ground
        self._up_mv = high + self.offset_mv
        self._down_mv = low + self.offset_mv
        self.duty = duty
        self.high_mv = self._up_mv if duty > 0.0 else self._down_mv
        self.low_mv = self._down_mv if duty < 1.0 else self._up_mv
        self._time_constants(linear, ev_ohm)
        self.seq += 1
        self.changed = True

    def _generated(self):
        """(level of the high part mV, of the low part mV, share of the high part 0..1)."""
        if not self.powered:
            return 0.0, 0.0, 1.0
        duty = 1.0
        if self.stuck_low:
            duty = 0.0
        elif not self.stuck_high:
            if self.mode == PWM:
                duty = min(max(self.duty_u16 / 65536.0, 0.0), 1.0)
                if self.duty_u16 >= 65535:
                    duty = 1.0
            elif self.mode == NEG:
                duty = 0.0
        return self.plus_mv, self.minus_mv, duty

    def _time_constants(self, linear_ohm, ev_ohm):
        """RC of the rising and the falling edge, us."""
        siemens = 1.0 / self.source_ohm
        if linear_ohm is not None:
            siemens += 1.0 / max(linear_ohm, 0.01)
        loaded = siemens + (1.0 / ev_ohm if ev_ohm else 0.0)
        self._rise_us = max(self.cable_nf * 1e-3 / loaded, 0.01) + self.swing_us / 2.2
        falling = siemens if self._diode else loaded
        self._fall_us = max(self.cable_nf * 1e-3 / falling, 0.01) + self.swing_us / 2.2

    @property
    def period_us(self):
        return 1e6 / self.freq_hz

    def level_mv(self, phase_us):
        """Voltage at the charger's contact, mV, `phase_us` after the rising edge, with edges."""
        if self.duty >= 1.0 or self.duty <= 0.0:
            return self.high_mv
        period = self.period_us
        phase_us %= period
        high_us = self.duty * period
        span = self._up_mv - self._down_mv
        if phase_us < high_us:
            return self._up_mv - span * exp(-phase_us / self._rise_us)
        return self._down_mv + span * exp(-(phase_us - high_us) / self._fall_us)

    def levels_mv(self, instants_us):
        """`level_mv` at each of these instants; a settled edge counts as the level itself."""
        if self.duty >= 1.0 or self.duty <= 0.0:
            return [self.high_mv] * len(instants_us)
        period, up_mv, down_mv = self.period_us, self._up_mv, self._down_mv
        high_us, span = self.duty * period, up_mv - down_mv
        rise_us, fall_us = self._rise_us, self._fall_us
        out = []
        for us in instants_us:
            us %= period
            if us < high_us:
                settled = us > _SETTLED * rise_us
                out.append(up_mv if settled else up_mv - span * exp(-us / rise_us))
            else:
                us -= high_us
                settled = us > _SETTLED * fall_us
                out.append(down_mv if settled else down_mv + span * exp(-us / fall_us))
        return out

    def sample_mv(self, phase_us):
        """`level_mv` with noise from the plant's generator: what an ADC would be shown."""
        level = self.level_mv(phase_us)
        if self._noise_mv:
            level += (2.0 * self._rng.random() - 1.0) * self._noise_mv
        if self.ripple_mv:
            level += self.ripple_at_mv(phase_us)
        return level

    def ripple_at_mv(self, us):
        """The ripple alone, mV, at `us` of its own time."""
        return self.ripple_mv * sin(2.0 * pi * self.ripple_hz * us * 1e-6)

    def inlet_signal(self):
        """What the car can measure at its inlet: (kind, duty 0..1, Hz).

        kind: "none" (no voltage: E, or a broken wire), "hold" (steady +), "neg" (steady -),
        "pwm". The positive part must reach 2 V and the negative one -2 V (chosen).
        """
        plus, minus = self.inlet_high_mv > 2000.0, self.inlet_low_mv < -2000.0
        if 0.0 < self.duty < 1.0:
            if plus and minus:
                return "pwm", self.duty, self.freq_hz
            return ("hold" if plus else "neg" if minus else "none"), 0.0, 0
        if self.duty >= 1.0:
            return ("hold" if plus else "none"), 1.0, 0
        return ("neg" if minus else "none"), 0.0, 0
