"""The balancer and the modes allocate nothing: volatile house, restless EV, lost meter."""

from ballast.control.balance.balancer import Balancer
from ballast.control.limits import solar
from ballast.control.limits.demand import Demand
from ballast.control.ticks import add
from heap import steps_without_heap
from sample_kit import MeterReading, ev_view

START = 0x3FFFFFFF - 20000


class Loop:
    """100 ms a call; the house follows a small generator, the EV what it was offered."""

    def __init__(self, fitted=True):
        self.b = Balancer()
        self.b.set_limits([25000, 25000, 25000], 6000, 32000, 3)
        self.meter = MeterReading(START)
        self.ev = ev_view(fitted, t_ms=START)
        self.now = START
        self.house = 5000
        self.random = 1
        self.demand = Demand()
        self.demand.set_limit(8000, 6000)
        self.demand.sync(START, 300000)
        self.solar = solar.Solar()
        self.solar.set_mode(solar.SOLAR_ONLY, 6000, 32000)
        self.min = self.max = 0

    def step(self, n):
        self.now = add(self.now, 100)
        ev = self.ev
        for i in range(3):
            ev.ma[i] += (self.b.ma - ev.ma[i]) // 4
        ev.seq += 1
        ev.t_ms = self.now
        if n % 10 == 0:
            self.random = (self.random * 75 + 74) % 65537
            if self.random % 7 == 0:
                self.house = self.random % 24000 - 3000
            meter = self.meter
            for i in range(3):
                meter.ma[i] = self.house + ev.ma[i]
            meter.seq += 1
            meter.t_ms = add(self.now, -300)
            meter.state = 2 if self.random % 97 == 0 else 1
        self.b.step(self.now, self.meter, ev, self.b.ma)
        if n % 10 == 0:
            self.demand.step(self.now, 1000, 2000 + self.house // 4, 1000, 3, 230)
            self.solar.step(1000, self.meter.ma, 3, 230)
        self.max = max(self.max, self.b.ma)


def test_20000_steps_with_an_own_meter():
    loop = Loop()
    steps_without_heap(loop.step, 20000)
    assert loop.max > 20000 and loop.b.meter_lag.known


def test_20000_steps_without_an_own_meter():
    loop = Loop(fitted=False)
    steps_without_heap(loop.step, 20000)
    assert loop.max > 20000
