"""Controllers to compare with, for ballast_bench.sims.balance.sim: re-stated from published constants.

None of this is the rivals' code: each class states in a few lines the rule that
their documentation and sources describe, at the speed they describe. All of them
are given the mains without the clamp's second of waiting ("stream"), which
favours them. Units: A, ms. `step` returns the offer in A, 0 = pause.
"""

from math import ceil, exp, floor

from ballast_bench.sims.balance.sim import MAX_A, MIN_A


class Static:
    """A fixed current that a person judged safe beside the house's usual peak."""

    def __init__(self, limit_a, house_peak_a):
        free = limit_a - house_peak_a
        self._offer = min(MAX_A, float(floor(free))) if free >= MIN_A else 0.0

    def step(self, t_ms, reading, ev_a):
        return self._offer


class Lagged:
    """The reference for any controller that cannot foresee: the house is known exactly,
    `late_s` after the fact, and the EV obeys as late as it does. It keeps `margin_a`, no hold.

    What it overdraws for how long, no feedback can avoid but by a larger margin.
    """

    def __init__(self, limit_a, house, late_s, ev_phases, margin_a=0.5):
        self._limit = limit_a
        self._margin = margin_a
        self._house = [house[p] for p in ev_phases]
        self._late_ms = round(late_s * 1000)

    def step(self, t_ms, reading, ev_a):
        if t_ms < self._late_ms:
            return 0.0
        second = (t_ms - self._late_ms) // 1000
        free = self._limit - max(house[second] for house in self._house)
        return 0.0 if free < MIN_A else min(MAX_A, max(MIN_A, free - self._margin))


class _Loop:
    """A controller that runs each `period_ms` on the newest reading."""

    period_ms = 1000

    def __init__(self, limit_a):
        self.limit = limit_a
        self.offer = 0.0
        self.mains = None

    def step(self, t_ms, reading, ev_a):
        if reading is not None:
            self.mains = max(reading.a)
        self.see(t_ms, ev_a)
        if self.mains is not None and t_ms % self.period_ms == 0:
            self.offer = self.decide(t_ms)
        return self.offer

    def see(self, t_ms, ev_a):
        pass

    def decide(self, t_ms):
        raise NotImplementedError


class Naive(_Loop):
    """Unity feedback each second: the offer plus all that is free now."""

    def __init__(self, limit_a):
        super().__init__(limit_a)
        self.offer = MIN_A

    def decide(self, t_ms):
        offer = self.offer + self.limit - self.mains
        return min(offer, MAX_A) if offer >= MIN_A else 0.0


class QuarterStep(_Loop):
    """Each 2 s: up by a quarter of what is free, down by all that is missing."""

    period_ms = 2000

    def decide(self, t_ms):
        error = self.limit - self.mains
        offer = max(self.offer, MIN_A) + (error / 4 if error > 0 else error)
        return min(offer, MAX_A) if offer >= MIN_A else 0.0


class Filtered(_Loop):
    """Each second on the mains smoothed over 10 s."""

    def __init__(self, limit_a):
        super().__init__(limit_a)
        self.smooth = None

    def decide(self, t_ms):
        if self.smooth is None:
            self.smooth = self.mains
        self.smooth += (self.mains - self.smooth) * (1 - exp(-0.1))
        error = self.limit - self.smooth
        offer = max(self.offer, MIN_A) + error / 8
        return min(offer, MAX_A) if offer >= MIN_A else 0.0


class Slow(_Loop):
    """A 30 s loop over the network: house = mains - offer, then all that is free."""

    period_ms = 30000

    def decide(self, t_ms):
        offer = self.offer + self.limit - self.mains
        return float(floor(min(offer, MAX_A))) if offer >= MIN_A else 0.0


class OpenEvse(_Loop):
    """OpenEVSE's current shaper (ESP32 gateway): limit - live + EV's own amps, each 2 s.

    The offer is a whole number of amperes; below 6 A charging is disabled, and
    while it is, the live power falls through a 60 s low-pass and rises at once.
    """

    period_ms = 2000
    _AMPS_LATE = 3  # the amps come from the charge controller, 0.3 s old

    def __init__(self, limit_a):
        super().__init__(limit_a)
        self._amps = [0.0] * self._AMPS_LATE
        self._smooth = None
        self._off = False

    def see(self, t_ms, ev_a):
        self._amps.append(max(ev_a))
        self._ev = self._amps.pop(0)

    def decide(self, t_ms):
        if self._smooth is None or not self._off or self.mains > self._smooth:
            self._smooth = self.mains
        else:
            self._smooth += (self.mains - self._smooth) * (1 - exp(-self.period_ms / 60e3))
        free = self.limit - self._smooth + self._ev
        self._off = free < MIN_A
        return 0.0 if self._off else min(MAX_A, float(floor(free)))


class SmartEvse(_Loop):
    """SmartEVSE smart mode, one charger: 0.1 A integers, each 2 s.

    Up by a quarter of what is free, down by all that is missing, never above
    limit - (mains - set-point). Short of the minimum in more than two passes, or
    at twice the limit: stop, and 60 s without shortage before the next start.
    """

    period_ms = 2000

    def __init__(self, limit_a):
        super().__init__(limit_a)
        self._limit = floor(limit_a * 10)
        self._set = 0
        self._on = False
        self._short = 0
        self._wait_ms = 0

    def decide(self, t_ms):
        mains = ceil(self.mains * 10 - 1e-9)
        if not self._on:
            return self._start(mains)
        free = self._limit - mains
        room = self._limit - (mains - self._set)
        self._set += free // 4 if free > 0 else free
        self._set = min(self._set, room, int(MAX_A * 10))
        if self._set < MIN_A * 10:
            self._set = int(MIN_A * 10)
            self._short = self._short + 1 if room < self._set else 0
        else:
            self._short = 0
        if self._short > 2 or mains > 2 * self._limit:
            self._on = False
            self._set = 0
            self._wait_ms = 60000
        return self._set / 10

    def _start(self, mains):
        self._wait_ms -= self.period_ms
        if mains + MIN_A * 10 > self._limit:
            return 0.0
        if self._wait_ms > 0:
            return 0.0
        self._on = True
        self._short = 0
        self._set = min(self._limit - mains, int(MAX_A * 10))
        return self._set / 10


RIVALS = {
    "naive": Naive,
    "quarter": QuarterStep,
    "filter": Filtered,
    "slow": Slow,
    "OpenEVSE": OpenEvse,
    "SmartEVSE": SmartEvse,
}
