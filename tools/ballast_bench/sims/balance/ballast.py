"""Ballast's own balancing as a controller for ballast_bench.sims.balance.sim: the firmware's modules."""

from ballast.control.balance.balancer import Balancer
from ballast.control.meter.meter import GOOD, Meter
from ballast.control.records import EvView
from ballast.control.ticks import add
from ballast_bench.sims.balance.sim import MIN_A, START_MS

_DUTY_MA = 10  # resolution of the offer: 13 bit PWM is 7.3 mA


class Ballast:
    """Meter, balancer and the slot's expiry, as `Supply` and the scan cycle join them.

    limit_a: of the supply, all phases. phases: of the supply. own_meter: False
    = the charger has no power meter of its own. age_known: False = the link does
    not say how old a reading is (it is then part of what has to be found out).
    fallback_a: what the slot falls to when the meter is lost.
    """

    def __init__(self, limit_a, phases=1, own_meter=True, age_known=True, export=True,
                 fallback_a=0.0, max_a=32.0, interval_ms=1000):
        self.meter = Meter()
        self.meter.set_supply(round(limit_a * 1000), export, [0, 1, 2])
        self.meter.expect(interval_ms)
        self.balancer = Balancer()
        self.balancer.set_limits(
            [round(limit_a * 1000)] * 3, round(MIN_A * 1000), round(max_a * 1000), phases
        )
        self.view = EvView()
        self.view.fitted = own_meter
        self.offer = 0.0
        self.log = []
        self._own_meter = own_meter
        self._age_known = age_known
        self._fallback = fallback_a
        self._until = None

    def step(self, t_ms, reading, ev_a):
        now = add(START_MS, t_ms) if t_ms < 1 << 29 else (START_MS + t_ms) & 0x3FFFFFFF
        view = self.view
        meter = self.meter
        if self._own_meter:
            for i, a in enumerate(ev_a):
                view.ma[i] = round(a * 1000)
            view.seq += 1
            view.t_ms = now
        if reading is not None:
            ma = [round(a * 1000) for a in reading.a] + [0, 0]
            meter.put(now, ma[0], ma[1], ma[2], reading.age_ms if self._age_known else 0)
        meter.step(now, view, round(self.offer * 1000))
        balancer = self.balancer
        balancer.step(now, meter, view, round(self.offer * 1000))
        if balancer.valid:
            self._until = t_ms + meter.fallback_ms - meter.age_ms
            self.offer = self._duty(balancer.ma)
        elif self._until is None or t_ms >= self._until:
            self.offer = self._fallback
        return self.offer

    def _duty(self, ma):
        ma = ma // _DUTY_MA * _DUTY_MA
        return ma / 1000 if ma >= MIN_A * 1000 else 0.0

    def trusted(self):
        return self.meter.state == GOOD
