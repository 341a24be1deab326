"""A battery beside the solar roof: it holds the supply meter at zero, as far as it can.

It looks at what flows through the house's meter, the car included, and answers after
`delay_s`: charges from a surplus, supports the house and the car when power is bought.
Figures (chosen, as in data sheets of home storage): 10 kWh, 5 kW, answer within 3 s, 90 %
of the energy comes back, 5 % stay in it. In a house it counts as one of its appliances.
"""

from math import inf

from ballast_bench.plant.appliances import Load

_VOLT = 230.0
_IDLE_W = 50.0  # chosen: so near to zero it stays as it is
_SAME_S = 1e-6


class HomeBattery(Load):
    """soc: 0..1. watt: what it draws now, negative = it supports. hand: False = switched off.

    Args: phase: house phases it is on. power_w: in either direction. Raises ValueError for a
    capacity or power that is not positive, or a soc outside 0..1.
    """

    program = None

    def __init__(self, kwh=10.0, power_w=5000.0, soc=0.5, phase=(0,), delay_s=3.0,
                 efficiency=0.9, least_soc=0.05, name="home battery"):  # fmt: skip
        if not kwh > 0.0 or not power_w > 0.0 or not 0.0 <= soc <= 1.0:
            raise ValueError("home battery: kwh and power_w must be positive, soc 0..1")
        self.name = self.kind = name
        self.kwh, self.power_w, self.soc = kwh, power_w, soc
        self.phase, self.delay_s = tuple(phase), delay_s
        self.efficiency, self.least_soc = efficiency, least_soc
        self.watt = 0.0
        self.hand = None
        self.next_s = inf
        self._grid_w = 0.0
        self._answer_s = inf
        self._counted_s = 0.0

    def switch(self, hand, now_s, local_s):
        """False: off. True or None: it works again."""
        self._count(now_s)
        self.hand = hand
        self._grid_w += 0.0 if hand is not False else -self.watt
        self.watt = 0.0
        self._answer_s = self.next_s = now_s + self.delay_s if hand is not False else inf

    def watch(self, now_s, mains_a):
        """The meter shows `mains_a` [3] A from now on, + = bought."""
        self._grid_w = sum(mains_a) * _VOLT
        if self._answer_s == inf and self.hand is not False and self._target_w() != self.watt:
            self._answer_s = now_s + self.delay_s
            self.next_s = min(self.next_s, self._answer_s)

    def advance(self, now_s, offset_s):
        """Answer, or stop because it is full or empty. True if its power changed."""
        before = self.watt
        self._count(now_s)
        if self._answer_s <= now_s + _SAME_S:
            self._answer_s = inf
            self.watt = self._target_w()
        elif not self._may(self.watt):
            self.watt = 0.0
        self.next_s = min(self._answer_s, now_s + self._left_s())
        return self.watt != before

    def _may(self, watt):
        return not ((watt > 0.0 and self.soc >= 1.0) or (watt < 0.0 and self.soc <= self.least_soc))

    def _target_w(self):
        if abs(self._grid_w) <= _IDLE_W:
            return self.watt
        wanted = min(max(self.watt - self._grid_w, -self.power_w), self.power_w)
        return wanted if self._may(wanted) else 0.0

    def _rate(self):
        """Change of soc per second."""
        share = self.watt * (self.efficiency if self.watt > 0.0 else 1.0)
        return share / (3.6e6 * self.kwh)

    def _count(self, now_s):
        soc = self.soc + self._rate() * (now_s - self._counted_s)
        self.soc, self._counted_s = min(max(soc, 0.0), 1.0), now_s
        for end in (1.0, self.least_soc):
            if abs(self.soc - end) < 1e-9:
                self.soc = end

    def _left_s(self):
        """Seconds until it is full or empty at this power."""
        rate = self._rate()
        if rate == 0.0:
            return inf
        return max(((1.0 if rate > 0.0 else self.least_soc) - self.soc) / rate, 0.0)
