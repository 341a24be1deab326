"""The main breaker: a type B or C miniature circuit breaker by IEC 60898-1.

Points of the standard's table 7 (reference 30 degC, In <= 32 A; above 32 A the
limits in brackets): 1.13 In from cold must hold 1 h (2 h above 63 A); 1.45 In
directly afterwards must trip within that time; 2.55 In from cold trips in 1..60 s
(1..120 s); the magnetic release must hold 0.1 s at 3 In (B) or 5 In (C) and trip in
less than 0.1 s at 5 In or 10 In.

Thermal element: first order in the square of the current,
    d(theta)/dt = ((I/In)^2 - theta) / tau,    trip at theta >= trip_level.
A band of real breakers fits the points; `low` is the fast edge (trips first, the
default, because it is what a balancer must fear), `high` the slow one. The three
(trip_level, tau) pairs are chosen so that the tests against the table's points hold.
"""

from math import exp, inf, log, sqrt

# edge of the band: (conventional tripping current in In, tau s, magnetic share 0..1 of the band)
_EDGES = {"low": (1.14, 45.0, 0.0), "mid": (1.25, 100.0, 0.5), "high": (1.44, 143.0, 1.0)}
_MAGNETIC = {"B": (3.0, 5.0), "C": (5.0, 10.0)}  # multiples of In
_MAGNETIC_S = 0.02  # chosen: one half-cycle and the arc; the standard says < 0.1 s
_HALF_WAVE_S = 0.01  # of 50 Hz
_PEAK = sqrt(2.0)


class Breaker:
    """A breaker with one pole per phase; any pole trips all.

    Args: rated_a: In in A. curve: "B" or "C". edge: "low", "mid" or "high".
    Raises ValueError for another curve or edge, or a rating that is not positive.
    opens: False = a trip is only recorded and the current goes on (replaying a house that
    exceeds its own fuse); `thermal_state` may then pass 1.
    Attributes: open (bool, interrupts now), tripped (bool), tripped_s (instant), cause ("",
    "thermal", "magnetic"), pole (index of the one that tripped, None), peak_state (up to the
    last change or call of `thermal_state`), next_s: when `advance` has something to do (inf =
    never with this current).
    """

    def __init__(self, rated_a=25.0, curve="B", edge="low", poles=3, opens=True):
        if curve not in _MAGNETIC or edge not in _EDGES:
            raise ValueError("breaker: curve is B or C, edge is low, mid or high")
        if not rated_a > 0:
            raise ValueError(f"breaker: rated current {rated_a!r} A must be positive")
        self.rated_a = float(rated_a)
        self.curve = curve
        conventional, self.tau_s, share = _EDGES[edge]
        low, high = _MAGNETIC[curve]
        self.trip_level = conventional * conventional
        self.magnetic_a = self.rated_a * (low + share * (high - low))
        self.poles = poles
        self.opens = opens
        self.peak_state = 0.0  # largest thermal_state since the last reset
        self._theta = [0.0] * poles
        self._heat = [0.0] * poles  # (I/In)^2 now flowing
        self._since_s = 0.0
        self.reset()

    def reset(self):
        """Close the breaker again; the bimetal keeps its heat (a hot one trips sooner)."""
        self.tripped = False
        self.tripped_s = -inf
        self.cause = ""
        self.pole = None
        self.next_s = inf
        self._why = ""
        self._which = 0
        self.peak_state = 0.0
        if max(self._theta) >= self.trip_level:  # nobody can latch a breaker that is still hot
            self._theta = [min(theta, self.trip_level * 0.95) for theta in self._theta]

    @property
    def open(self):
        return self.tripped and self.opens

    def cool(self):
        """Back to cold, as after an hour without load."""
        self._theta = [0.0] * self.poles
        self.peak_state = 0.0

    def set_current(self, amps, now_s):
        """From `now_s` on, `amps` [A per pole, sign ignored] flow; call when they change."""
        self._settle(now_s)
        magnetic = None  # the pole whose current is enough for the magnetic release
        for pole in range(self.poles):
            current = 0.0 if self.open else abs(amps[pole])
            ratio = current / self.rated_a
            self._heat[pole] = ratio * ratio
            if current > self.magnetic_a and magnetic is None:
                magnetic = pole
        self._predict(now_s, magnetic)

    def surge(self, now_s, amps, peak_a, seconds):
        """An inrush shorter than a half-wave: `peak_a` on top of the load's own peak.

        The magnetic release follows the peak, sqrt(2) times the r.m.s. value at which it trips.
        Its armature needs time: a pulse of t moves it like one of a whole half-wave with
        sqrt(t / 10 ms) of its height (chosen: the impulse of a force that grows with the current).
        """
        felt = amps * _PEAK + peak_a * min(1.0, sqrt(seconds / _HALF_WAVE_S))
        if not self.tripped and not self.open and felt > self.magnetic_a * _PEAK:
            self.next_s, self._why = now_s, "magnetic"

    def advance(self, now_s):
        """Trip when it is time. Returns True at the moment of a trip."""
        if now_s < self.next_s:
            return False
        when = self.next_s
        self._settle(when)
        self.tripped, self.tripped_s, self.cause = True, when, self._why
        self.pole = self._which
        if self.opens:
            self._heat = [0.0] * self.poles
        self.next_s = inf
        return True

    def thermal_state(self, now_s):
        """0 = cold .. 1 = trips, of the hottest pole, at `now_s`."""
        self._settle(now_s)
        return max(self._theta) / self.trip_level

    def heat_at(self, now_s):
        """As `thermal_state`, but nothing is carried forward: for a reader beside the run."""
        decay = exp((self._since_s - now_s) / self.tau_s) if now_s > self._since_s else 1.0
        hottest = 0.0
        for pole in range(self.poles):
            heat = self._heat[pole]
            theta = heat + (self._theta[pole] - heat) * decay
            if theta > hottest:
                hottest = theta
        return hottest / self.trip_level

    def _settle(self, now_s):
        """Carry the bimetals exactly from the last change to `now_s`."""
        span = now_s - self._since_s
        if span <= 0.0:
            return
        decay = exp(-span / self.tau_s)
        hottest = 0.0
        for pole in range(self.poles):
            heat = self._heat[pole]
            theta = heat + (self._theta[pole] - heat) * decay
            self._theta[pole] = theta
            if theta > hottest:
                hottest = theta
        self._since_s = now_s
        state = hottest / self.trip_level
        if state > self.peak_state:  # heat is monotonic between changes: the ends suffice
            self.peak_state = state

    def _predict(self, now_s, magnetic):
        """Instant of the next trip with the current that flows now."""
        if self.tripped:
            return
        if magnetic is not None:
            if self._why != "magnetic" or self.next_s == inf:
                self.next_s, self._why, self._which = now_s + _MAGNETIC_S, "magnetic", magnetic
            return
        soonest = inf
        for pole in range(self.poles):
            heat, theta = self._heat[pole], self._theta[pole]
            if heat > self.trip_level:
                left = (heat - theta) / (heat - self.trip_level)
                until = self.tau_s * log(left) if left > 1.0 else 0.0
                if until < soonest:
                    soonest, self._which = until, pole
        self.next_s, self._why = now_s + soonest, "thermal"
