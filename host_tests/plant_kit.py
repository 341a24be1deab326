"""A plant with a charger without firmware: for the tests of the plant."""

from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import House
from ballast_bench.plant.pilot import HOLD, PWM
from ballast_bench.plant.trace import Trace

DT = 0.02


def duty(amps):
    return round(amps / 60.0 * 65536)


class Run:
    """A plant with the dumbest possible charger: closes on S2, offers `amps`."""

    def __init__(self, plant, offers=None, ev=None):
        self.plant = plant
        self.n = 0
        self.offers = offers or [16.0] * len(plant.chargers)
        self.auto = True
        for charger in plant.chargers:
            if ev is not False:
                charger.plug_in(ev or EV())

    @property
    def t(self):
        return self.n * DT

    def run(self, seconds):
        for _ in range(round(seconds / DT)):
            for charger, amps in zip(self.plant.chargers, self.offers, strict=True):
                if not self.auto:
                    continue
                charger.pilot.drive(PWM if amps else HOLD, duty(amps) if amps else 0)
                charger.set_coil(1 if charger.pilot.high_mv < 7000 and amps else 0)
            self.n += 1
            self.plant.step(self.t, DT)
        self.plant.flush()
        return self.plant


def flat_house(amps, phases=1):
    return House(Trace([0.0, 1e6], [tuple(amps), tuple(amps)], phases, 1.0))
