"""What perfect knowledge could have charged: the measure for "% of a clairvoyant".

It knows the house's load of the coming second, obeys the limit on every phase that the car
uses, keeps the car's own bounds (minimum, maximum, battery with its taper), may start and
pause freely each second, and needs no reaction time. Its current is constant within a
second, so the largest house load of that second counts (seconds of the plant's clock, which are
those of a trace with one row a second). Taking all one can is then optimal:
no later second pays back a current that was left out, and the battery's taper only depends
on the energy already in it.
"""

from math import floor, inf

_SAME_S = 1e-9  # instants this near are one


class Clairvoyant:
    """Accumulates `energy_kwh` from the house's load as it unfolds.

    Args: limit_a: A per phase. max_a, min_a: car and charger. car_a: the car alone, which a full
    battery makes take less also at a smaller charger (None: max_a). phases: house phases in use.
    battery: a Battery of its own (a copy), or None for an endless one. volts: V per phase.
    start_s: when the car was plugged in. line_ohm: of the supply, whose sag takes its share.
    pf: power factor of the car.
    """

    def __init__(
        self, limit_a, max_a=32.0, min_a=6.0, phases=(0,), battery=None, volts=230.0, start_s=0.0,
        line_ohm=0.0, pf=1.0, car_a=None,
    ):  # fmt: skip
        self.limit_a, self.max_a, self.min_a = limit_a, max_a, min_a
        self.car_a = max_a if car_a is None else car_a
        self.phases = tuple(phases)
        self.battery = battery
        self.volts, self.line_ohm, self.pf = volts, line_ohm, pf
        self.energy_wh = 0.0
        self._now_s = start_s
        self._second_begin_s = start_s
        self._second_end_s = floor(start_s + _SAME_S) + 1.0
        self._worst_a = -inf  # largest house load in the second that runs

    @property
    def energy_kwh(self):
        return self.energy_wh / 1000.0

    def advance(self, now_s, house_a):
        """From the last call until `now_s` the house drew `house_a` [3] A, constant."""
        load = max(house_a[phase] for phase in self.phases)
        while self._now_s < now_s - _SAME_S:
            self._worst_a = max(self._worst_a, load)
            self._now_s = min(now_s, self._second_end_s)
            if self._now_s >= self._second_end_s - _SAME_S:
                self._add(self._worst_a, self._second_end_s - self._second_begin_s)
                self._worst_a = -inf
                self._now_s = self._second_begin_s = self._second_end_s
                self._second_end_s += 1.0

    def _add(self, house_a, span_s):
        """One second (the first may be a part) with this largest house load."""
        amps = min(self.limit_a - house_a, self.max_a)
        battery = self.battery
        if battery is not None:
            amps = min(amps, self.car_a * battery.share()) if amps >= self.min_a else 0.0
        elif amps < self.min_a:
            amps = 0.0
        volts = self.volts
        if self.line_ohm and amps:
            volts -= self.line_ohm * (house_a + amps)
        wh = amps * volts * len(self.phases) * span_s / 3600.0 * self.pf
        if battery is not None:
            wh = min(wh, battery.room_wh())
            battery.add(wh)
        self.energy_wh += wh


def clairvoyant_kwh(house, limit_a, **kwargs):
    """Energy for a series of house loads, one [3] A (or a number, for L1) per second, kWh.

    Keyword arguments as of `Clairvoyant`.
    """
    model = Clairvoyant(limit_a, **kwargs)
    now_s = kwargs.get("start_s", 0.0)
    for load in house:
        now_s += 1.0
        model.advance(now_s, (load,) * 3 if isinstance(load, int | float) else load)
    return model.energy_kwh
