"""What a run of the whole bench is judged by: rules of safety and figures, from the plant's truth.

The judge is an actor of the world: it is called after each step. Of the firmware it reads only
what the plant cannot show: whether a step raised, and whether a STOP fault is active.
"""

from math import inf

from ballast_bench.campaign import disturbances
from ballast_bench.person import actions

_PWM = 1  # plant/pilot.py
_END_S = 0.1  # contacts open after the car's end, IEC 61851-1 table A.6
_LEAK_S = 0.08  # contacts open after the residual current monitor's trip, and a step
_NO_PWM_S = 6.2  # sequence 10.2 of table A.6, and a step
_SHORT_S = 300.0  # chosen: a charge that ends sooner has cost the contactor more than it gave the car
_LEAST_A = 6.5  # chosen: the least offer and half an ampere: what must be left for a car
_SETTLE_S = 60.0  # chosen: a stop this long after the house left too little, or the supply was bad, is right
_LOW_V = 180.0  # chosen: below this the supply is bad
_HEAT_S = 120.0  # chosen: an overload this long ago has left the bimetal (plant/breaker.py: 45 s)


class Broken(Exception):
    """A rule of safety is broken: the run is over."""


class Judge:
    """broken: text of the first rule that was broken, or None; figures(): see rows.py.

    lines: of the story (person/story/text.Line). __call__ raises Broken.
    """

    def __init__(self, world, lines=()):
        self.world, self.plant = world, world.plant
        self._lines = list(reversed(lines))
        self.broken = None
        self.trips = self.house_trips = self.resets_unasked = 0
        self.excuses = Excuses(len(world.nodes))
        self.watches = [_Watch(self, node) for node in world.nodes]
        self.alone = len(world.nodes) == 1
        self.clairvoyant_kwh = 0.0
        self._limit_a = world.plant.config.limit_a
        self._changes = self._wanting = None  # of the plant, when it was last looked at
        self._overloads = self._short_of_room = self._bad_supply = False
        self._tripped = False
        self._compared = None
        self._house_tripped = False
        self._short_of_room_s = self._bad_supply_s = self._over_s = -inf

    def __call__(self, now_s):
        plant = self.plant
        while self._lines and now_s + 1e-9 >= self._lines[-1].second:
            self.excuses.add(self._lines.pop())
        wanting = [watch.wanting() for watch in self.watches]
        if plant.changes != self._changes or wanting != self._wanting:
            self._changes, self._wanting = plant.changes, wanting
            self._look_at_supply()
        if self._overloads:
            self._over_s = now_s
        if self._short_of_room:
            self._short_of_room_s = now_s
        if self._bad_supply or plant.breaker.tripped:
            self._bad_supply_s = now_s
        if plant.breaker.tripped != self._tripped:
            self._breaker(plant.breaker, now_s)
        if plant.house_breaker.tripped and not self._house_tripped:
            self._house_tripped = True
            self.house_trips += 1
        for watch in self.watches:
            watch(now_s)
        if self.alone:
            self._compare(now_s)
        if self.broken:
            raise Broken(self.broken)

    def fail(self, now_s, text):
        self.broken = self.broken or f"{text} at {now_s:.2f} s"

    def calm(self, now_s, charger):
        """Nothing is wrong, now or a little while ago: a stop of the charge has no reason."""
        quiet_s = now_s - _SETTLE_S
        calm = self._short_of_room_s < quiet_s and self._bad_supply_s < quiet_s
        return calm and not self.excuses.excused(now_s, charger)

    def may_restart(self, now_s, charger):
        """A restart now has a reason: a disturbance, or a supply that was gone a little while ago."""
        return self.excuses.may_restart(now_s, charger) or now_s - self._bad_supply_s < _SETTLE_S

    def _look_at_supply(self):
        """What holds until something flows differently, or another car wants to charge."""
        plant, limit = self.plant, self._limit_a
        self._overloads = max(plant.mains_a) > limit + 0.1 and self._cars_overload()
        cars = [0, 0, 0]
        for watch, wants in zip(self.watches, self._wanting, strict=True):
            for phase in watch.cp.phase_map if wants else ():
                cars[phase] += 1
        self._bad_supply = any(cars[n] and plant.mains.volts[n] < _LOW_V for n in range(3))
        self._short_of_room = any(
            cars[n] and limit - plant.house_a[n] < _LEAST_A * cars[n] for n in range(3)
        )

    def _cars_overload(self):
        """As plant/account.py counts it: the house alone is below the fuse."""
        plant, limit = self.plant, self._limit_a
        return any(
            plant.mains_a[n] > limit + 0.1 and plant.ev_a[n] > 0.05 and plant.house_a[n] < limit
            for n in range(3)
        )

    def _breaker(self, breaker, now_s):
        """A trip is the cars' if the house alone had not caused it, and they have overloaded it."""
        self._tripped = breaker.tripped
        if not breaker.tripped:  # pushed up again: the house alone has a new chance too
            self.plant.house_breaker.reset()
            self._house_tripped = False
        elif not self.plant.house_breaker.tripped:
            if breaker.cause == "magnetic" or now_s - self._over_s < _HEAT_S:
                self.trips += 1
            else:
                self.house_trips += 1

    def _compare(self, now_s):
        """What perfect knowledge had charged, for the times in which the driver wants it."""
        ev = self.watches[0].cp.ev
        now = ev if ev is not None and ev.wanted else None
        if now is self._compared:
            return
        self._close_comparison(now_s)
        self._compared = now
        if now is not None:
            self.watches[0].cp.settle(now_s)
            self.plant.compare_anew(now_s)

    def _close_comparison(self, now_s):
        account = self.plant.account
        account.flush(now_s)
        if self._compared is not None and account.clairvoyant is not None:
            self.clairvoyant_kwh += account.clairvoyant_kwh
        account.clairvoyant = None

    def figures(self):
        """{column: value} of the run so far; call it once, at its end."""
        plant, watches = self.plant, self.watches
        plant.flush()
        self._close_comparison(plant.now_s)
        account = plant.account
        best = self.clairvoyant_kwh if self.alone else None
        total = {name: sum(getattr(w, name) for w in watches) for name in _SUMMED}
        return {
            "simulated_s": round(plant.now_s, 2),
            "energy_kwh": round(account.energy_kwh, 6),
            "clairvoyant_kwh": None if best is None else round(best, 6),
            "lost_kwh": None if best is None else round(best - account.energy_kwh, 6),
            "overload_s": round(account.overload_s, 3),
            "overload_longest_s": round(account.overload_longest_s, 3),
            "overload_a2s": round(account.overload_a2s, 1),
            "trips": self.trips,
            "house_trips": self.house_trips,
            "resets_unasked": self.resets_unasked,
            "broken": self.broken or "",
            **total,
        }


_SUMMED = ("nuisance_stops", "closings", "short_charges", "pilot_changes", "resets", "exceptions")


_OF_ALL = ("house", "meter", "radio", "supply")
"""Groups of verbs that are of no single charger."""


class Excuses:
    """Which disturbances are in force: while one is, and a while after it, a stop is no nuisance."""

    def __init__(self, chargers):
        self._active = [set() for _ in range(chargers)]
        self._until_s = [-inf] * chargers
        self._restart_s = [-inf] * chargers

    def add(self, line):
        row = disturbances.row_of(line.verb, line.content)
        if row is None or not row.excuses:
            return
        of_all = actions.BY_VERB[line.verb].group in _OF_ALL
        for charger in range(len(self._active)) if of_all else (line.place.charger,):
            if row.back is None or row.back == "plug" or disturbances.is_back(row, line.content):
                self._active[charger].discard(row)
            else:
                self._active[charger].add(row)
            self._until_s[charger] = max(self._until_s[charger], line.second + row.after_s)
            if row.restarts:
                self._restart_s[charger] = max(self._restart_s[charger], line.second + row.after_s)

    def excused(self, now_s, charger):
        return bool(self._active[charger]) or now_s < self._until_s[charger]

    def may_restart(self, now_s, charger):
        """A restart now was asked for, by a verb that may cause one."""
        active = any(row.restarts for row in self._active[charger])
        return active or now_s < self._restart_s[charger]


class _Watch:
    """One charger: its contacts, its pilot, its car."""

    def __init__(self, judge, node):
        self.judge, self.node, self.cp = judge, node, node.cp
        self.nuisance_stops = self.closings = self.short_charges = 0
        self.pilot_changes = self.resets = self.exceptions = 0
        self._closed_s = None  # since when the contacts are closed
        self._bad_s = self._leak_s = self._no_pwm_s = None
        self._welded_s = -inf
        self._duty = 0
        self._boots = node.boots
        self._raised = None

    def __call__(self, now_s):
        cp = self.cp
        ev, pilot = cp.ev, cp.pilot
        asks = ev is not None and ev.s2 and not ev.ventilation
        if asks and pilot.short_ohm is None and not pilot.open_cable:
            self._bad_s = None
        elif self._bad_s is None:
            self._bad_s = now_s
        if not cp.rcd.trip:
            self._leak_s = None
        elif self._leak_s is None:
            self._leak_s = now_s
        if pilot.mode == _PWM and cp.powered:
            self._no_pwm_s = None
            self._pwm(pilot.duty_u16)
        elif self._no_pwm_s is None:
            self._no_pwm_s = now_s
        contactor = cp.contactor
        if contactor.welded:
            self._welded_s = now_s
        closed = True in contactor.closed and now_s - self._welded_s > _END_S
        if closed != (self._closed_s is not None):
            self._switched(now_s, closed)
        if closed:
            self._contacts(now_s)
        self._firmware(now_s)

    def wanting(self):
        """The car that is there and wants to charge."""
        ev = self.cp.ev
        return ev is not None and ev.wanted

    def _pwm(self, duty):
        if duty != self._duty:
            if duty and self._duty:
                self.pilot_changes += 1
            self._duty = duty

    def _switched(self, now_s, closed):
        if closed:
            self.closings += 1
            self._closed_s = now_s
            return
        began, self._closed_s = self._closed_s, None
        ev = self.cp.ev
        wanted = ev is not None and ev.wants and not ev.ventilation and not self.cp.contactor.welded
        excused = self.judge.excuses.excused(now_s, self.node.index)
        if wanted and not excused and now_s - began < _SHORT_S:
            self.short_charges += 1
        if wanted and self.judge.calm(now_s, self.node.index) and not self._asked_for():
            self.nuisance_stops += 1

    def _asked_for(self):
        """A person has paused it, with the button for one: no truth of the plant shows this."""
        return self.node.cycle.why == _WHY_USER

    def _contacts(self, now_s):
        fail = self.judge.fail
        if self._bad_s is not None and now_s - self._bad_s > _END_S:
            fail(now_s, f"contacts closed {now_s - self._bad_s:.2f} s after the car's end")
        if self._leak_s is not None and now_s - self._leak_s > _LEAK_S:
            fail(now_s, "contacts closed 80 ms after a residual current")
        if self._no_pwm_s is not None and now_s - self._no_pwm_s > _NO_PWM_S:
            fail(now_s, "contacts closed 6.2 s after the end of PWM")

    def _firmware(self, now_s):
        node = self.node
        if node.boots != self._boots:
            self.resets += node.boots - self._boots
            self._boots, self._raised = node.boots, None
            if not self.judge.may_restart(now_s, node.index):
                self.judge.resets_unasked += 1
        if node.boot_s is not None or not node.device.timers:
            return  # it is down, or hangs: its last words mean nothing
        app = node.app
        cycle = app.charger.cycle
        if app.out.coil and cycle.faults.stop:
            self.judge.fail(now_s, "coil on with a STOP fault")
        raised = cycle.broken or app.timer.error
        if raised and not self._raised:
            self._raised = raised
            self.exceptions += 1
            text = "the step raised" if cycle.broken else "a port raised"
            self.judge.fail(now_s, text)


_WHY_USER = 4  # control/pilot/charge_state.py
