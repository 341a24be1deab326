"""Interlocks and what they look at, in good order; tests spoil one thing at a time."""

from ballast.control import ticks
from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, Fit, Scan
from ballast.control.safety import contactor, faults
from ballast.control.safety.faults import Faults
from ballast.control.safety.interlocks import Interlocks


class Stub:
    """Attributes by keyword."""

    def __init__(self, **kw):
        for key in kw:
            setattr(self, key, kw[key])


class Box:
    """The interlocks with all that they look at: a scan, a pilot, a contactor, an EV."""

    def __init__(self, phases=1, **missing):
        fit = Fit()
        fit.phases = phases
        fit.rcd = fit.pe = fit.mirror = fit.load_live = fit.own_meter = True
        for key in missing:
            setattr(fit, key, missing[key])
        self.f = Faults()
        self.i = Interlocks(fit, self.f)
        self.s = Scan()
        self.s.rcd_trip = 0
        self.s.pe = 1
        self.s.supply_mv = [230000] * 3
        self.pilot = Stub(level=pilot.A, diode=-1)
        self.charge = Stub(pilot=PILOT_HOLD, ventilation=0)
        self.cont = Stub(state=contactor.OPEN, weld=0, no_close=0)
        self.ev = Stub(max_ma=0)
        self.testing = False
        self.now = (1 << 30) - 700

    def fast(self, ms=20):
        for _ in range(ms // 20):
            self.i.fast(self.now, 20, self.s, self.pilot, self.charge, self.testing)
            self.now = ticks.add(self.now, 20)

    def metered(self, ms=100):
        for _ in range(ms // 100):
            self.i.metered(self.now, 100, self.s, self.ev, self.cont)
            self.now = ticks.add(self.now, 100)

    def active(self):
        return [n for n in range(faults.COUNT) if self.f.active[n]]
