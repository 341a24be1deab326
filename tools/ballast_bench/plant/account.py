"""The books: what a run is judged by.

An overload caused by the EV is the time in which, on some phase, the mains draw more than
the limit by over 0.1 A while the EV draws on that phase and the house alone is below the
limit. `overload_a2s` is the heat of it beyond what the limit allows, the integral of
(I^2 - limit^2) dt over the phases concerned. Everything is piecewise constant between
changes, so the integrals are exact.
"""

from math import inf

_MARGIN_A = 0.1
_DRAWS_A = 0.05  # the EV counts as drawing


class Account:
    """Integrals of one plant.

    energy_kwh: to the EVs. overload_s, overload_longest_s, overload_a2s, overload_peak_a
    (largest mains - limit), overloads (number of separate ones). clairvoyant: None, or a model
    fed with the house's load. limit_a: may be changed by `set_limit`.
    """

    def __init__(self, limit_a):
        self.limit_a = limit_a
        self.clairvoyant = None
        self.energy_ws = 0.0
        self.overload_s = 0.0
        self.overload_longest_s = 0.0
        self.overload_a2s = 0.0
        self.overload_peak_a = 0.0
        self.overloads = 0
        self._now_s = 0.0
        self._watts = 0.0
        self._house_a = [0.0, 0.0, 0.0]
        self._heat = 0.0
        self._over = False
        self._began_s = inf

    @property
    def energy_kwh(self):
        return self.energy_ws / 3.6e6

    @property
    def clairvoyant_kwh(self):
        """kWh, or None when no comparison runs."""
        return None if self.clairvoyant is None else self.clairvoyant.energy_kwh

    @property
    def clairvoyant_pct(self):
        """Energy delivered, % of the clairvoyant's; None when there is no comparison."""
        best = self.clairvoyant_kwh
        return None if not best else 100.0 * self.energy_kwh / best

    def set_limit(self, limit_a, now_s):
        self.flush(now_s)
        self.limit_a = limit_a
        if self.clairvoyant is not None:
            self.clairvoyant.limit_a = limit_a

    def flush(self, now_s):
        """Bring every integral up to `now_s` (call before reading)."""
        span = now_s - self._now_s
        if span <= 0.0:
            return
        self._now_s = now_s
        self.energy_ws += self._watts * span
        if self.clairvoyant is not None:
            self.clairvoyant.advance(now_s, self._house_a)
        if self._over:
            self.overload_s += span
            self.overload_a2s += self._heat * span
            self.overload_longest_s = max(self.overload_longest_s, now_s - self._began_s)

    def note(self, now_s, house_a, ev_a, mains_a, watts):
        """From `now_s` on these currents [3] A flow; the EVs take `watts`. After `flush`."""
        limit = self.limit_a
        self._watts = watts
        heat = 0.0
        over = False
        kept = self._house_a
        for phase in (0, 1, 2):
            house = kept[phase] = house_a[phase]
            mains = mains_a[phase]
            if mains > limit + _MARGIN_A and ev_a[phase] > _DRAWS_A and house < limit:
                over = True
                heat += mains * mains - limit * limit
                if mains - limit > self.overload_peak_a:
                    self.overload_peak_a = mains - limit
        self._heat = heat
        if over and not self._over:
            self._began_s = now_s
            self.overloads += 1
        self._over = over
