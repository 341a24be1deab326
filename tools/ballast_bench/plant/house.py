"""The house: a measured trace, or switchable appliances, or both on top of each other."""

from math import inf

from ballast_bench.plant import programs as load
from ballast_bench.plant.appliances import Appliance

_EVENING_S = 17.5 * 3600.0
SAME_S = 1e-6  # a step's time is a product of floats: instants this near are one


class House:
    """Load of one house, piecewise constant.

    a: [3] A signed active current (negative = export), kept up to date by `advance`.
    q: [3] A reactive, while `reactive` is true. surges: [(phase, peak A, seconds)] to be taken.
    appliances: list of Appliance (name, on, phase, watt, hand). next_change_s: next event.
    watching: those that answer to the house's own meter (a home battery): see `watch`.
    phases: 1 or 3. name, notes: for reports. duration_s: of the trace, inf without one.
    Args: trace: a Trace; loop: start again at its end; start_of_day_s: local time at t = 0
    (default: the trace's, else 17:30); volts are 230 throughout.
    """

    def __init__(
        self, trace=None, appliances=(), phases=None, name="", start_of_day_s=None, loop=False
    ):
        self.trace, self.loop = trace, loop
        self.appliances = list(appliances)
        self.phases = phases or (trace.phases if trace is not None else 1)
        if self.phases not in (1, 3):
            raise ValueError(f"house: phases is 1 or 3, not {self.phases!r}")
        for appliance in self.appliances:
            if any(p >= self.phases for p in appliance.phase):
                raise ValueError(f"house: {appliance.name} is on a phase that the house lacks")
        self.name = name or (trace.name if trace is not None else "house")
        self.notes = list(trace.notes) if trace is not None else []
        self.duration_s = trace.duration_s if trace is not None else inf
        if start_of_day_s is None and trace is not None:
            start_of_day_s = trace.start_of_day_s
        self.start_of_day_s = _EVENING_S if start_of_day_s is None else start_of_day_s
        self.a = [0.0, 0.0, 0.0]
        self.q = [0.0, 0.0, 0.0]
        self.reactive = False
        self.surges = []
        self.watching = [a for a in self.appliances if hasattr(a, "watch")]
        self.next_change_s = -inf
        self._now_s = 0.0
        self._row = -1
        self._row_until_s = -inf
        self._turn_s = 0.0  # start of the trace's present turn
        self._base = (0.0, 0.0, 0.0)
        self._switched = False

    def advance(self, now_s):
        """Bring `a` up to `now_s` (never backwards). True when it changed."""
        self._now_s = now_s
        now_s += SAME_S
        if now_s < self.next_change_s:
            return False
        changed = self._trace(now_s) or self._switched
        self._switched = False
        soonest = self._row_until_s
        for appliance in self.appliances:
            if appliance.next_s <= now_s and appliance.advance(now_s, self.start_of_day_s):
                changed = True
            if appliance.next_s < soonest:
                soonest = appliance.next_s
        self.next_change_s = soonest
        if changed:
            self._sum()
        return changed

    def amps(self, t_s):
        """[L1, L2, L3] A at `t_s`; times must not fall. The list is the house's own."""
        self.advance(t_s)
        return self.a

    def switch(self, name, on):
        """Appliance `name` by hand: True, False, or None for its own timetable again.

        Raises KeyError with the names that exist.
        """
        for appliance in self.appliances:
            if appliance.name == name:
                appliance.switch(on, self._now_s, self._now_s + self.start_of_day_s)
                self.next_change_s = -inf
                self._switched = True
                return
        names = ", ".join(a.name for a in self.appliances) or "none"
        raise KeyError(f"house: no appliance {name!r}; there are: {names}")

    def add(self, appliance):
        """One more appliance while the house lives. Raises ValueError for a name it has."""
        if appliance.name in [a.name for a in self.appliances]:
            raise ValueError(f"house: there is a {appliance.name} already")
        if any(p >= self.phases for p in appliance.phase):
            raise ValueError(f"house: {appliance.name} is on a phase that the house lacks")
        self.appliances.append(appliance)
        if hasattr(appliance, "watch"):
            self.watching.append(appliance)
        self.next_change_s = -inf

    def watch(self, now_s, mains_a):
        """What flows through the house's meter from now on, A."""
        for appliance in self.watching:
            appliance.watch(now_s, mains_a)
            self.next_change_s = min(self.next_change_s, appliance.next_s)

    def motors(self, start):
        """How every compressor starts: "soft", "direct" or "simple" (programs.HeatPump)."""
        for appliance in self.appliances:
            if isinstance(appliance.program, load.HeatPump):
                appliance.program.start = start

    def _trace(self, now_s):
        """The row in force; steps along, so playing is cheap."""
        trace = self.trace
        if trace is None:
            self._row_until_s = inf
            return False
        if now_s < self._row_until_s and self._row >= 0:
            return False
        at = now_s - self._turn_s
        if self.loop and at >= trace.duration_s:
            self._turn_s += int(at / trace.duration_s) * trace.duration_s
            at = now_s - self._turn_s
        self._row = trace.index(at)
        until = trace.next_change_s(self._row)
        if until == inf and self.loop:
            until = trace.duration_s
        self._row_until_s = self._turn_s + until
        row = trace.rows[self._row]
        changed = row != self._base
        self._base = row
        return changed

    def _sum(self):
        a, base = self.a, self._base
        a[0], a[1], a[2] = base
        if self.reactive:
            self.q[:] = 0.0, 0.0, 0.0
            self.reactive = False
        for appliance in self.appliances:
            if appliance.watt:
                amps = appliance.amps
                for phase in appliance.phase:
                    a[phase] += amps
            if appliance.reactive_a:
                self.reactive = True
                for phase in appliance.phase:
                    self.q[phase] += appliance.reactive_a
            if appliance.surge is not None:
                self.surges += [(phase, *appliance.surge) for phase in appliance.phase]
                appliance.surge = None


def _make(name, rows, phases, seed, start_of_day_s):
    made = [
        Appliance(row[0], row[1], row[2], row[3], repeat=len(row) > 4 and row[4], seed=seed)
        for row in rows
    ]
    return House(
        appliances=made, phases=phases, name=f"{name} (seed {seed})", start_of_day_s=start_of_day_s
    )


def flat(seed=0, start_of_day_s=None):
    """A small one-phase flat."""
    one = (0,)
    return _make(
        "flat",
        [
            ("base load", one, load.base_load(180.0), load.ALWAYS, True),
            ("fridge", one, load.fridge, load.ALWAYS, True),
            ("kettle", one, load.kettle, load.around(7, 10, 16, 20, spread_h=0.7)),
            ("microwave", one, load.microwave, load.around(12.5, 18.5, chance=0.7)),
            ("hob", one, load.hob, load.around(18.3, chance=0.8), True),
            ("washer", one, load.washer, load.around(10, chance=0.3)),
        ],
        1,
        seed,
        start_of_day_s,
    )


def semi(seed=0, start_of_day_s=None):
    """A one-phase semi-detached house with an electric oven and a heat pump."""
    one = (0,)
    return _make(
        "semi, electric oven",
        [
            ("base load", one, load.base_load(280.0), load.ALWAYS, True),
            ("fridge", one, load.fridge, load.ALWAYS, True),
            ("kettle", one, load.kettle, load.around(7, 9, 13, 16, 18, 20.5, spread_h=0.6)),
            ("oven", one, load.oven, load.around(17.7, chance=0.8), True),
            ("hob", one, load.hob, load.around(12, 18.2, chance=0.6), True),
            (
                "shower",
                one,
                load.shower(4600.0),
                load.around(6.8, 7.4, 21.8, spread_h=0.3, chance=0.8),
            ),
            ("heat pump", one, load.heat_pump(), load.ALWAYS, True),
            ("microwave", one, load.microwave, load.around(12.5, 18.8, chance=0.5)),
            ("dishwasher", one, load.dishwasher, load.around(20.3, chance=0.8)),
            ("washer", one, load.washer, load.around(10.5, chance=0.5)),
            ("dryer", one, load.dryer, load.around(13.0, chance=0.4)),
            ("second car", one, load.second_ev(3680.0), load.around(22.5, chance=0.0), True),
            ("solar roof", one, load.photovoltaics(3600.0), load.ALWAYS, True),
        ],
        1,
        seed,
        start_of_day_s,
    )


def detached(seed=0, start_of_day_s=None):
    """A three-phase detached house; loads on phases as an electrician spreads them."""
    return _make(
        "detached, three-phase",
        [
            ("base load", (0, 1, 2), load.base_load(420.0), load.ALWAYS, True),
            ("fridge", (1,), load.fridge, load.ALWAYS, True),
            ("kettle", (1,), load.kettle, load.around(7, 10, 15, 18.5, spread_h=0.6)),
            ("oven", (2,), load.oven, load.around(17.7, chance=0.7), True),
            ("hob", (0, 1), load.hob, load.around(12, 18.3, chance=0.7), True),
            ("shower", (0, 1, 2), load.shower(11000.0), load.around(6.7, 7.3, 21.5, spread_h=0.3)),
            ("heat pump", (0, 1, 2), load.heat_pump(3600.0), load.ALWAYS, True),
            ("microwave", (0,), load.microwave, load.around(12.5, 19, chance=0.5)),
            ("dishwasher", (0,), load.dishwasher, load.around(20, chance=0.8)),
            ("washer", (2,), load.washer, load.around(9.5, chance=0.6)),
            ("dryer", (2,), load.dryer, load.around(12.0, chance=0.5)),
            ("second car", (0,), load.second_ev(4600.0), load.around(18.5, chance=0.3), True),
            ("solar roof", (0, 1, 2), load.photovoltaics(8000.0), load.ALWAYS, True),
        ],
        3,
        seed,
        start_of_day_s,
    )


def by_hand(phases=1, seed=0):
    """Appliances without a timetable, to lay on a trace: list of Appliance."""
    every = tuple(range(phases))
    last = (phases - 1,)
    rows = (
        ("kettle", last, load.kettle, False),
        ("oven", last, load.oven, True),
        ("shower", every, load.shower(4600.0 * phases), True),
        ("heat pump", every, load.heat_pump(), True),
        ("second car", (0,), load.second_ev(3680.0), True),
        ("solar roof", every, load.photovoltaics(3600.0), True),
    )
    return [
        Appliance(name, on, program, load.never, repeat, seed=seed)
        for name, on, program, repeat in rows
    ]


PRESETS = {"flat": flat, "semi": semi, "detached": detached}
