"""What each kind of step costs, on the MicroPython VM: in us, and in runs of one reference loop.

The same evening runs a few times; of each step the shortest time counts, so what else the computer
does is left out. Prints `reference us` and `kind NAME count median p99`.
"""

import gc

from js import performance

from ballast.control import ticks
from ballast.control.charger import Charger
from ballast.control.records import PILOT_PWM, Out, Scan
from ballast.control.settings import Settings
from ballast_bench.rigs.control import full_fit

STEPS = 3000
RUNS = 5
SETTLED = 2000  # steps: before, the delays of meter and EV are being measured
PLAIN, READING, SAMPLE = 0, 1, 2
NAMES = ("plain", "reading", "sample")


class Evening:
    """A house whose current moves each 7 s, an EV that follows the offer, a reading each second."""

    def __init__(self):
        settings = Settings()
        settings.set("supply_phases", 3)
        settings.set("meter_kind", 1)
        settings.set("fallback_ma", 6000)
        settings.set("fuse_ma", 25000)
        self.charger = Charger(settings, full_fit(3))
        self.scan, self.out = Scan(), Out()
        self.now_ms = self.n = self.draw = 0
        self.test_ms = -1
        self.house = 3137
        s = self.scan
        s.rcd_trip, s.pe, s.pilot_samples = 0, 1, 32
        for i in range(3):
            s.supply_mv[i] = 230000
        for i in range(len(s.ntc_mv)):
            s.ntc_mv[i] = 1650

    def feed(self):
        """The inputs of the next step. Returns its kind; SAMPLE: or a part of the work on one."""
        s, out = self.scan, self.out
        pwm = out.pilot == PILOT_PWM
        s.pilot_high_mv = 6000 if pwm else 9000
        s.pilot_low_mv = -12000 if pwm else 9000
        s.mirror = out.coil
        s.load_live = 7 if out.coil else 0
        if out.rcd_test and self.test_ms < 0:
            self.test_ms = 0
        elif self.test_ms >= 0:
            self.test_ms = self.test_ms + 20 if self.test_ms <= 2200 else -1
        s.rcd_trip = 1 if 700 <= self.test_ms < 2050 else 0
        kind = PLAIN
        if self.n % 5 == 0:
            kind = READING
            s.meter_seq += 1
            self.draw += ((min(16000, self.charger.cycle.offered_ma) if out.coil else 0) - self.draw) // 4
            for i in range(3):
                s.ev_ma[i] = self.draw
        if self.n % 50 == 7:
            if self.n % 350 == 7:
                self.house = (self.house * 5 + 3137) % 17000
            mains = self.draw + self.house
            self.charger.put_sample(0, self.now_ms, mains, self.draw + 1000, self.draw + 500, 100)
        if kind == PLAIN and self.charger.cycle.site.wants():
            kind = SAMPLE
        self.n += 1
        self.now_ms = ticks.add(self.now_ms, 20)
        return kind


def reference():
    """A loop of whole numbers, lists and branches, as the step's own code."""
    a = [0] * 16
    x = 1
    for i in range(200):
        x = (x * 1103 + 12345) & 0xFFFF
        a[x & 15] += i
        if x & 1:
            a[i & 15] = x
    return a


def _since(start):
    return int((performance.now() - start) * 1000)


def main():
    shortest = [1 << 29] * STEPS
    kinds = bytearray(STEPS)
    loop_us = 1 << 29
    for _ in range(RUNS):
        evening = Evening()
        step, scan, out = evening.charger.step, evening.scan, evening.out
        for k in range(STEPS):
            kinds[k] = evening.feed()
            start = performance.now()
            step(evening.now_ms, scan, out)
            took = _since(start)
            if took < shortest[k]:
                shortest[k] = took
        for _ in range(200):
            start = performance.now()
            reference()
            loop_us = min(loop_us, _since(start))
        gc.collect()
    print("reference", loop_us, "closed", out.coil)
    # the first step takes the settings over
    _show("all", [shortest[k] for k in range(1, STEPS)])
    for kind in range(3):
        _show(NAMES[kind], [shortest[k] for k in range(SETTLED, STEPS) if kinds[k] == kind])
        _show("first_" + NAMES[kind], [shortest[k] for k in range(1, SETTLED) if kinds[k] == kind])


def _show(name, times):
    times.sort()
    # of a hundred: a step that every run disturbed must not decide
    print("kind", name, len(times), times[len(times) // 2], times[len(times) * 99 // 100])


def test_step_kinds():
    main()
