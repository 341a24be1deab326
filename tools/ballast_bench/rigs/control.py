"""A charger of control/ alone, fed by hand: pilot levels and pins as numbers.

Portable: runs under pytest and on the MicroPython VM. `Rig` is an ideal box, not
a plant: what the contactor is told, its feedback shows 20 ms later.
"""

from ballast.control import ticks
from ballast.control.charger import Charger
from ballast.control.records import PILOT_NEG, PILOT_PWM, Fit, Out, Scan
from ballast.control.settings import Settings

A_MV = 12000
B_MV = 9000
C_MV = 6000
D_MV = 3000
E_MV = 0


def full_fit(phases=1):
    """Everything fitted, an X6/X30 residual-current module."""
    fit = Fit()
    fit.phases = phases
    fit.rated_ma = 32000
    fit.mirror = fit.load_live = fit.pe = fit.rcd = fit.own_meter = True
    fit.ntc = [True] * len(fit.ntc)
    fit.rcd_module = 1
    return fit


class Rig:
    """now_ms starts just below the tick wrap. `level_mv`: what the EV makes of +12 V."""

    def __init__(self, fit=None, **values):
        self.fit = fit or full_fit()
        self.settings = Settings()
        for key in values:
            self.settings.set(key, values[key])
        self.charger = Charger(self.settings, self.fit)
        self.cycle = self.charger.cycle
        self.scan = Scan()
        self.out = Out()
        self.now_ms = (1 << 30) - 5000
        self.level_mv = A_MV
        self.low_mv = -12000
        self.draw_ma = 0
        self.dt_ms = 20
        self.obeys = True  # the EV opens S2 by itself when PWM stops
        self.ntc_mv = 1650  # 25 degC at 10 kohm, 3.3 V
        self.rcd_answers = True
        self.leak = 0
        self._test_ms = -1
        self._meter_ms = 0
        s = self.scan
        s.rcd_trip = 0
        s.pe = 1
        s.mirror = 0
        s.load_live = 0
        for i in range(self.fit.phases):
            s.supply_mv[i] = 230000
        for i in range(len(s.ntc_mv)):
            s.ntc_mv[i] = self.ntc_mv

    def feed(self):
        """Fill the scan from the wishes above: what ideal hardware would read now."""
        s = self.scan
        out = self.out
        s.pilot_samples = 32
        s.pilot_high_mv = -12000 if out.pilot == PILOT_NEG else self.level_mv
        s.pilot_low_mv = self.low_mv if out.pilot == PILOT_PWM else s.pilot_high_mv
        s.mirror = out.coil
        s.load_live = (1 if self.fit.phases == 1 else 7) if out.coil else 0
        self._meter_ms += self.dt_ms
        if self._meter_ms >= 100:
            self._meter_ms = 0
            s.meter_seq += 1
            for i in range(self.fit.phases):
                s.ev_ma[i] = self.draw_ma if out.coil else 0
        if out.rcd_test and self._test_ms < 0:
            self._test_ms = 0
        elif self._test_ms >= 0:
            self._test_ms += self.dt_ms
            if self._test_ms > 2200:
                self._test_ms = -1
        answer = self.rcd_answers and 700 <= self._test_ms < 2050
        s.rcd_trip = 1 if self.leak or answer else 0

    def step(self, n=1):
        """`n` steps with fresh feedback before each."""
        for _ in range(n):
            self.feed()
            self.charger.step(self.now_ms, self.scan, self.out)
            self.now_ms = ticks.add(self.now_ms, self.dt_ms)

    def run(self, seconds):
        """Steps for `seconds`."""
        self.step(seconds * 1000 // self.dt_ms)

    def until(self, condition, seconds):
        """Step until condition() is true; the time it took in ms, or -1."""
        t = 0
        while t <= seconds * 1000:
            if condition():
                return t
            self.step()
            t += self.dt_ms
        return -1

    def charge(self):
        """Plug in, wait for PWM, ask, wait for the contactor."""
        self.level_mv = B_MV
        assert self.until(lambda: self.out.duty_u16 > 0, 10) >= 0, "no PWM"
        self.level_mv = C_MV
        assert self.until(lambda: self.out.coil == 1, 3) >= 0, "not closed"
        self.step(20)


def active(rig):
    """The faults that are there, by id."""
    return [n for n, there in enumerate(rig.cycle.faults.active) if there]


def charging(**values):
    """A rig with these settings whose EV charges, without a fault."""
    rig = Rig(**values)
    rig.run(1)
    rig.charge()
    assert active(rig) == []
    return rig
