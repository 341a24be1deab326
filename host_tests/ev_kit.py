"""A car on a pilot, without a charger: for the tests of the plant's cars."""

from ballast_bench.plant.pilot import PWM, Pilot

DT = 0.02


class Rig:
    """A car on a pilot; a contactor that follows S2 unless held open."""

    def __init__(self, ev, live=1):
        self.ev, self.pilot, self.live, self.t = ev, Pilot(), live, 0.0
        self.hold_open = False
        ev.reset()
        self.run(0.1)

    def duty(self, amps):
        self.pilot.drive(PWM, round(amps / 60.0 * 65536))

    def step(self):
        ev = self.ev
        self.t = round(self.t + DT, 6)
        self.pilot.load(ev.ohm, ev.diode)
        ev.step(self.t, self.pilot, self.live if ev.s2 and not self.hold_open else 0)

    def run(self, seconds):
        for _ in range(round(seconds / DT)):
            self.step()

    def until(self, true, limit_s=60.0):
        """Seconds until `true()`; fails after the limit."""
        start = self.t
        while not true():
            self.step()
            assert self.t - start < limit_s, "it never came"
        return self.t - start


def charging(ev, amps=16.0, live=1):
    rig = Rig(ev, live)
    rig.duty(amps)
    rig.until(lambda: abs(ev.level_a - min(amps, ev.max_a)) < 0.01)
    rig.run(0.1)
    return rig
