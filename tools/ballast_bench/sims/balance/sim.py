"""One charger behind one main fuse, at the level of currents: fast enough for hundreds of runs.

The plant, in steps of 100 ms: a house trace (A per phase), an EV of 6..32 A that
obeys the offer after `ev_delay_s` and then slews 10 A/s, a meter in the supply
whose readings arrive `latency_s` late, the charger's own meter at 10 Hz. The
controller is handed what arrives, nothing else.

Scores follow the usual bench of chargers:
 - overload: the mains above the limit by more than 0.1 A while the EV draws and
   the house alone is below the limit (per phase, any phase counts);
 - energy: charge delivered, as a share of what a clairvoyant with an EV that
   answers at once would have delivered without any overload;
 - pause: the EV came to rest because the offer was withdrawn;
 - change: the offer was changed.
"""

from ballast_bench.plant.breaker import Breaker

STEPS_PER_S = 10
STEP_MS = 1000 // STEPS_PER_S
SLEW_A = 10.0 / STEPS_PER_S
TOLERANCE_A = 0.1
MIN_A = 6.0
MAX_A = 32.0
EVENT_A = 1.0
START_MS = (1 << 30) - 60_000  # the tick wraps in the first minute of every run


class Reading:
    """What a link delivers: t_ms when it was measured, a: list of A per phase."""

    __slots__ = ("a", "age_ms", "t_ms")

    def __init__(self, t_ms, a, age_ms):
        self.t_ms = t_ms
        self.a = a
        self.age_ms = age_ms


class Link:
    """Readings of the mains, `latency_s` late. `kind`:

    "clamp": once a second, and within 150 ms of a change by more than 1 A;
    "poll": once a second; "stream": every step (for controllers that poll by themselves).
    frozen_at_s: from then on the last value is repeated. silent_at_s: nothing comes.
    """

    def __init__(self, kind, latency_s, frozen_at_s=None, silent_at_s=None):
        self._kind = kind
        self._late = round(latency_s * STEPS_PER_S)
        self._frozen = _steps(frozen_at_s)
        self._silent = _steps(silent_at_s)
        self._way = []
        self._head = 0
        self._last = None
        self._before = None

    def measure(self, step, mains):
        """The mains at `step` (A per phase)."""
        if step >= self._silent:
            return
        if step >= self._frozen and self._last is not None:
            mains = self._last
        due = self._kind == "stream" or step % STEPS_PER_S == 5
        if not due and self._kind == "clamp" and self._last is not None:
            # The window of the rms value must be full: the change is in for one step.
            due = any(
                abs(a - b) > EVENT_A and abs(c - b) > EVENT_A
                for a, b, c in zip(mains, self._last, self._before, strict=True)
            )
        self._before = list(mains)
        if due:
            self._last = list(mains)
            self._way.append((step + self._late, step, self._last))

    def arrived(self, step):
        """The newest reading that is in at `step` and was not there before, or None."""
        found = None
        while self._head < len(self._way) and self._way[self._head][0] <= step:
            found = self._way[self._head]
            self._head += 1
        if found is None:
            return None
        late = (step - found[1]) * STEP_MS
        return Reading(found[1] * STEP_MS, found[2], late)


def _steps(seconds):
    return 1 << 60 if seconds is None else round(seconds * STEPS_PER_S)


class Score:
    """What one run was like; see the module's text for the words."""

    def __init__(self):
        self.energy = 0.0
        self.possible = 0.0
        self.overload_s = 0.0
        self.longest_s = 0.0
        self.pauses = 0
        self.changes_per_h = 0.0
        self.heat = 0.0
        self.ev = []
        self.offer = []
        self.mains = []

    @property
    def energy_percent(self):
        return 100.0 * self.energy / self.possible if self.possible else 100.0


def clairvoyant_a(house, step, limit_a, phases):
    """What could be drawn at `step` without overload by an EV that answers at once."""
    s = step // STEPS_PER_S
    free = min(limit_a - house[p][s] for p in phases)
    return 0.0 if free < MIN_A else min(free, MAX_A)


def simulate(
    controller, house, limit_a, ev_delay_s, link, ev_phases=(0,), keep=False, ev_max_a=MAX_A
):
    """Run `controller` over `house` (list of one list of A per second for each phase).

    controller.step(t_ms, reading or None, ev_a: list per phase) -> offer in A
    (below 6 = pause), every 100 ms. Returns a Score; `keep` keeps the curves.
    """
    score = Score()
    phases = range(len(house))
    steps = len(house[0]) * STEPS_PER_S
    delay = round(ev_delay_s * STEPS_PER_S)
    offers = [0.0] * steps
    ev = 0.0
    drew = False
    run = 0
    changes = 0
    previous = 0.0
    ev_a = [0.0] * len(house)
    breaker = Breaker(limit_a, "B", "low", len(house))
    for step in range(steps):
        second = step // STEPS_PER_S
        target = offers[step - delay] if step >= delay else 0.0
        target = min(target, ev_max_a) if target >= MIN_A else 0.0
        ev = min(target, ev + SLEW_A) if target > ev else max(target, ev - SLEW_A)
        if target > 0:
            drew = True
        elif drew and ev <= 0:
            drew = False
            score.pauses += 1
        for p in ev_phases:
            ev_a[p] = ev
        mains = [house[p][second] + ev_a[p] for p in phases]
        link.measure(step, mains)
        offer = controller.step(step * STEP_MS, link.arrived(step), ev_a)
        offers[step] = offer
        if offer != previous:
            changes += 1
            previous = offer
        over = ev > 0 and any(
            mains[p] > limit_a + TOLERANCE_A and house[p][second] <= limit_a for p in ev_phases
        )
        run = run + 1 if over else 0
        score.overload_s += over / STEPS_PER_S
        score.longest_s = max(score.longest_s, run / STEPS_PER_S)
        score.energy += ev
        score.possible += clairvoyant_a(house, step, limit_a, ev_phases)
        if step % STEPS_PER_S == 0:
            # What the house alone takes above the limit is no charger's doing.
            breaker.set_current([min(mains[p], max(limit_a, mains[p] - house[p][second] + limit_a))
                                 for p in phases], step / STEPS_PER_S)
            breaker.advance(step / STEPS_PER_S)
        if keep:
            score.ev.append(ev)
            score.offer.append(offer)
            score.mains.append(mains)
    score.changes_per_h = changes * 3600.0 * STEPS_PER_S / steps
    score.heat = breaker.peak_state
    score.tripped = breaker.tripped
    return score
