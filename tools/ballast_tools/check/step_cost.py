"""What one step of the scan cycle costs. One file, needs nothing but the firmware.

Runs on any MicroPython (the VM, or a board: `mpremote run step_cost.py`) and on CPython.
On the VM the times are means of 100 steps. Prints `step NAME figures min median max closed`
and `bytes NAME n` per load. Outputs are records in memory: no pin is touched, no contactor
can close.
"""

import gc
import time

from ballast.control import ticks
from ballast.control.charger import Charger
from ballast.control.records import PILOT_PWM, Fit, Out, Scan
from ballast.control.settings import Settings

STEPS = 500
WARM = 400  # steps until the EV charges


class Ideal:
    """An EV that charges at once on ideal hardware, three phases, everything fitted."""

    def __init__(self, metered):
        fit = Fit()
        fit.phases, fit.rated_ma, fit.rcd_module = 3, 32000, 1
        fit.mirror = fit.load_live = fit.pe = fit.rcd = fit.own_meter = True
        fit.ntc = [True] * len(fit.ntc)
        settings = Settings()
        settings.set("supply_phases", 3)
        if metered:
            settings.set("meter_kind", 1)
            settings.set("fallback_ma", 6000)
        self.charger = Charger(settings, fit)
        self.metered = metered
        self.scan, self.out = Scan(), Out()
        self.now_ms = 0
        self.test_ms = -1
        self.n = 0
        s = self.scan
        s.rcd_trip, s.pe, s.pilot_samples = 0, 1, 32
        for i in range(3):
            s.supply_mv[i] = 230000
        for i in range(len(s.ntc_mv)):
            s.ntc_mv[i] = 1650

    def feed(self):
        s, out = self.scan, self.out
        pwm = out.pilot == PILOT_PWM
        s.pilot_high_mv = 9000 if not pwm else 6000
        s.pilot_low_mv = -12000 if pwm else s.pilot_high_mv
        s.mirror = out.coil
        s.load_live = 7 if out.coil else 0
        if out.rcd_test and self.test_ms < 0:
            self.test_ms = 0
        elif self.test_ms >= 0:
            self.test_ms = self.test_ms + 20 if self.test_ms <= 2200 else -1
        s.rcd_trip = 1 if 700 <= self.test_ms < 2050 else 0
        if self.n % 5 == 0:
            s.meter_seq += 1
            for i in range(3):
                s.ev_ma[i] = min(16000, self.charger.cycle.offered_ma) if out.coil else 0
        if self.metered and self.n % 50 == 0:
            own = s.ev_ma[0]
            self.charger.put_sample(0, self.now_ms, own + 2000, own + 1000, own + 500, 100)
        self.n += 1
        self.now_ms = ticks.add(self.now_ms, 20)


try:  # the VM's ticks are the bench's; the browser's or Node's own clock tells the truth
    from js import performance
except ImportError:
    performance = None


def _now():
    if performance is not None:
        return int(performance.now() * 1000)
    return time.ticks_us() if hasattr(time, "ticks_us") else int(time.perf_counter() * 1e6)


def _since(start):
    if performance is None and hasattr(time, "ticks_us"):
        return time.ticks_diff(time.ticks_us(), start)
    return _now() - start


def _coarse():
    """Whether a call into the clock costs as much as a step: the VM."""
    return performance is not None


def _batches(ideal, steps, batch=100):
    """Times of one step as means over `batch` steps, the feeding taken off."""
    step, scan, out = ideal.charger.step, ideal.scan, ideal.out
    other = Ideal(ideal.metered)
    took = []
    for _ in range(max(5, steps // batch)):
        start = _now()
        for _ in range(batch):
            other.feed()
        feeding = _since(start)
        start = _now()
        for _ in range(batch):
            ideal.feed()
            step(ideal.now_ms, scan, out)
        took.append(max(0, _since(start) - feeding) // batch)
    return took


def measure(name, metered, steps=STEPS):
    """One load: its line of times, then the bytes that the steps took from the heap."""
    ideal = Ideal(metered)
    step, scan, out = ideal.charger.step, ideal.scan, ideal.out
    for _ in range(WARM):
        ideal.feed()
        step(ideal.now_ms, scan, out)
    took = []
    if _coarse():
        took = _batches(ideal, steps * 4)
    else:
        for _ in range(steps):
            ideal.feed()
            start = _now()
            step(ideal.now_ms, scan, out)
            took.append(_since(start))
    took.sort()
    print("step", name, len(took), took[0], took[len(took) // 2], took[-1], "closed", out.coil)
    if not hasattr(gc, "mem_alloc"):
        print("bytes", name, "unknown: only MicroPython tells")
        return
    gc.collect()
    gc.disable()
    used = 0
    for _ in range(steps):
        ideal.feed()
        before = gc.mem_alloc()
        step(ideal.now_ms, scan, out)
        used += gc.mem_alloc() - before
    gc.enable()
    print("bytes", name, used)


def main():
    measure("charging", False)
    measure("balancing", True)


if __name__ == "__main__":
    main()
