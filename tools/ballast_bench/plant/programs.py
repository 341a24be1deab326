"""When and how appliances run: timetables, and programs of (seconds, watts) pieces.

A program is a generator function (rng, local time of day in s); a negative power generates.
Powers and cycles: usual nameplate values and published load shapes, rounded (chosen);
start currents: locked-rotor about five to eight times the running current, decaying with a
time constant of some mains cycles (motor handbooks), 20 ms pieces. A piece may be
(seconds, watts, reactive A per phase, (peak A, seconds) of a surge).
"""

from math import exp, pi, sin, sqrt

DAY_S = 86400.0
_LOCKED_PF = 0.5  # power factor of a locked rotor
ALWAYS = None  # instead of a timetable: runs all the time, until midnight and again

# when: functions (rng, day) -> seconds of the day


def never(rng, day):
    """Only by hand."""
    return ()


def around(*hours, spread_h=0.5, chance=1.0):
    """Starts near these hours of the day, each with a probability."""

    def starts(rng, day):
        found = []
        for hour in hours:
            likely, at = rng.random() < chance, rng.gauss(hour, spread_h) * 3600.0
            if likely:
                found.append(min(max(at, 0.0), DAY_S - 1.0))
        return found

    return starts


# what: programs


def motor_start(watts, multiple, decay_s=0.06, locked_s=0.06):
    """Inrush of a motor: locked rotor, then exponential decay in 20 ms pieces."""
    yield locked_s, watts * multiple
    steps = int(4.0 * decay_s / 0.02)
    for step in range(1, steps + 1):
        yield 0.02, watts * (1.0 + (multiple - 1.0) * exp(-step * 0.02 / decay_s))


def direct_start(watts, multiple, locked_s=0.2, decay_s=0.06, volts=230.0):
    """A motor at the bare mains: locked rotor until it breaks away, then the decay.

    The locked rotor's current lags by 60 degrees (power factor 0.5, chosen: small motors have
    0.4..0.6), so it adds to the rest of the house at that angle. locked_s: 0.2 s (chosen).
    """
    amps = watts * multiple / volts
    yield locked_s, volts * amps * _LOCKED_PF, amps * sqrt(1.0 - _LOCKED_PF * _LOCKED_PF)
    steps = int(4.0 * decay_s / 0.02)
    for step in range(1, steps + 1):
        left = exp(-step * 0.02 / decay_s)
        above = (amps - watts / volts) * left
        yield 0.02, watts + volts * above * _LOCKED_PF, above * sqrt(1.0 - _LOCKED_PF * _LOCKED_PF)


def soft_start(watts, multiple):
    """A compressor behind a soft starter: makers promise 60 to 70 % less than the locked rotor.

    Of `multiple` 40 % are left at the peak of half a second (chosen: the less kind end).
    """
    for share in (0.4, 0.7, 1.0, 0.9, 0.7):
        yield 0.1, watts * max(multiple * 0.4 * share, 1.0 if share == 0.7 else 0.5)


def kettle(rng, local_s):
    """2.2 to 3 kW until the water boils."""
    yield rng.uniform(80.0, 190.0), rng.choice((2200.0, 2800.0, 3000.0))


def microwave(rng, local_s):
    """Transformer inrush, then 1.2 kW."""
    yield 0.04, 5200.0
    yield rng.uniform(60.0, 300.0), 1200.0


def oven(rng, local_s, watts=3000.0):
    """Preheating, then the thermostat's cycle."""
    yield rng.uniform(480.0, 720.0), watts
    for _ in range(int(rng.uniform(12, 26))):
        yield rng.uniform(70.0, 160.0), 60.0
        yield rng.uniform(25.0, 70.0), watts


def hob(rng, local_s):
    """Boil at full power, then an energy regulator's short cycles."""
    yield rng.uniform(240.0, 480.0), 3600.0
    for _ in range(int(rng.uniform(30, 60))):
        yield rng.uniform(4.0, 9.0), 1800.0
        yield rng.uniform(8.0, 18.0), 0.0


def shower(watts):
    """Instantaneous water heater: all of it, for minutes."""

    def program(rng, local_s):
        yield rng.uniform(180.0, 540.0), watts

    return program


def fridge(rng, local_s):
    """Compressor cycles through the day, each with a start current."""
    left = DAY_S - local_s % DAY_S
    while left > 1800.0:
        yield from motor_start(110.0, 9.0, 0.08)
        on, off = rng.uniform(600.0, 900.0), rng.uniform(1100.0, 1700.0)
        yield on, 110.0
        yield off, 2.0
        left -= on + off + 0.4
    yield max(left, 1.0), 2.0


class HeatPump:
    """A program: fixed-speed compressor, longer runs in cold hours.

    start: "soft" (as connection rules ask of a compressor that starts several times an hour),
    "direct" (locked rotor at the bare mains), or "simple" (the locked rotor's current as if it
    were active, for 60 ms: more than any breaker sees).
    """

    def __init__(self, watts, multiple, start="soft"):
        self.watts, self.multiple, self.start = watts, multiple, start

    def _begin(self):
        if self.start == "soft":
            return soft_start(self.watts, self.multiple)
        if self.start == "direct":
            return direct_start(self.watts, self.multiple)
        return motor_start(self.watts, self.multiple)

    def __call__(self, rng, local_s):
        watts = self.watts
        left = DAY_S - local_s % DAY_S
        while left > 2400.0:
            hour = (DAY_S - left) / 3600.0
            share = 0.45 + 0.2 * sin((hour - 23.0) / 24.0 * 2.0 * pi + pi / 2.0)
            on = rng.uniform(700.0, 1300.0)
            off = on * (1.0 - share) / share
            yield from self._begin()
            yield on, watts * rng.uniform(0.95, 1.05)
            yield off, 30.0
            left -= on + off + 0.3
        yield max(left, 1.0), 30.0


def heat_pump(watts=2200.0, multiple=5.0):
    """A HeatPump with these figures."""
    return HeatPump(watts, multiple)


def surge(peak_a, seconds):
    """Program: something with a big capacitor is switched on, and draws no more than that."""

    def program(rng, local_s):
        yield 0.02, 0.0, 0.0, (peak_a, seconds)

    return program


def motor(watts, multiple, seconds, start="direct"):
    """Program: one start of a motor and its run."""

    def program(rng, local_s):
        starter = {"soft": soft_start, "direct": direct_start}[start]
        yield from starter(watts, multiple)
        yield seconds, watts

    return program


def dishwasher(rng, local_s):
    """Pump, two heating phases, drying."""
    for heat_s, watts in ((900.0, 2050.0), (720.0, 2050.0)):
        yield rng.uniform(300.0, 700.0), 90.0
        yield heat_s * rng.uniform(0.8, 1.2), watts
        yield rng.uniform(400.0, 900.0), 90.0
    yield 600.0, 15.0


def washer(rng, local_s):
    """Heating, tumbling back and forth, spinning."""
    yield 120.0, 60.0
    yield rng.uniform(500.0, 900.0), 2000.0
    for _ in range(int(rng.uniform(80, 140))):
        yield 0.2, 800.0
        yield 11.8, 230.0
        yield 4.0, 15.0
    yield 1.0, 900.0
    yield rng.uniform(300.0, 600.0), 480.0


def dryer(rng, local_s):
    """Heater under a thermostat with the drum's motor."""
    yield from motor_start(250.0, 7.0)
    for _ in range(int(rng.uniform(12, 22))):
        yield rng.uniform(120.0, 260.0), 2600.0
        yield rng.uniform(30.0, 60.0), 250.0
    yield 300.0, 250.0


def second_ev(watts):
    """Another car that charges without asking: a ramp, hours, and a taper."""

    def program(rng, local_s):
        for step in range(1, 17):
            yield 1.0, watts * step / 16.0
        yield rng.uniform(1.2, 3.5) * 3600.0, watts
        for step in range(40):
            yield 60.0, watts * (1.0 - step / 50.0)

    return program


def base_load(mean_w):
    """Everything small: a daily pattern with noise that forgets within a minute."""

    def program(rng, local_s):
        left = DAY_S - local_s % DAY_S
        noise = 0.0
        while left > 0.5:
            hour = (DAY_S - left) / 3600.0
            shape = 0.7 + 0.25 * sin((hour - 8.0) / 24.0 * 2.0 * pi)
            shape += 0.55 * exp(-(((hour - 19.5) / 2.0) ** 2)) + 0.3 * exp(
                -(((hour - 7.3) / 1.0) ** 2)
            )
            noise = 0.85 * noise + rng.gauss(0.0, 0.06)
            span = min(rng.uniform(4.0, 12.0), left)
            yield span, max(mean_w * (shape + noise), 20.0)
            left -= span
        yield 0.5, mean_w

    return program


def photovoltaics(peak_w, sunrise_h=7.0, sunset_h=18.5):
    """Sun of the day times clouds that come and go within seconds to minutes."""

    def program(rng, local_s):
        left = DAY_S - local_s % DAY_S
        cloudiness = rng.choice((0.05, 0.25, 0.6))
        sky, until = 1.0, left
        while left > 0.5:
            hour = (DAY_S - left) / 3600.0
            if not sunrise_h <= hour < sunset_h:
                night = (sunrise_h - hour if hour < sunrise_h else 24.0 - hour) * 3600.0
                span = max(min(night, left), 0.5)
                yield span, 0.0
                left -= span
                until = left
                continue
            if left <= until:
                cloudy = rng.random() < cloudiness
                sky = rng.uniform(0.15, 0.5) if cloudy else rng.uniform(0.9, 1.0)
                until = left - rng.uniform(20.0, 240.0 if cloudy else 600.0)
            span = min(rng.uniform(4.0, 8.0), left)
            height = sin(pi * (hour - sunrise_h) / (sunset_h - sunrise_h))
            yield span, -peak_w * height * sky * rng.uniform(0.97, 1.0)
            left -= span
        yield 0.5, 0.0

    return program
