"""The plant: one house with its supply, main breaker and meter, N chargers, and the air.

`step(now_s, dt_s)` advances the world to `now_s`; what the wiring wrote before the call has
been in force since the last one. House and cars are currents (power electronics and
thermostats see to that), so the supply's sag follows from them without iteration.
"""

from math import copysign, hypot, inf
from random import Random

from ballast_bench.plant.account import Account
from ballast_bench.plant.breaker import Breaker
from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.plant.clairvoyant import Clairvoyant
from ballast_bench.plant.house import SAME_S, House
from ballast_bench.plant.mains import Mains
from ballast_bench.plant.metering import SupplyMeter
from ballast_bench.plant.radio import Radio


class Config:
    """What a plant is built of.

    house: a House (None: an empty one). limit_a: main fuse limit for the books, A per phase.
    breaker_a (None: limit_a), breaker_curve, breaker_edge: the breaker; breaker_opens: False =
    its trips are only recorded. phases: of the house. ambient_degc: the air for hours before.
    chargers: number, or list of keyword dicts for ChargePoint. With three house phases the
    phases of the chargers rotate (L1 of the second one is on L2 ...), unless given.
    Raises ValueError on what cannot be.
    """

    def __init__(
        self,
        house=None,
        limit_a=25.0,
        breaker_a=None,
        breaker_curve="B",
        breaker_edge="low",
        breaker_opens=True,
        phases=None,
        chargers=1,
        source_v=230.0,
        line_ohm=0.2,
        freq_hz=50.0,
        neutral_ohm=0.0,
        ambient_degc=20.0,
        charger_phases=None,
        clairvoyant=True,
    ):
        if not limit_a > 0.0:
            raise ValueError(f"plant: the limit must be positive, not {limit_a!r} A")
        self.house = house
        self.limit_a = float(limit_a)
        self.breaker_a = float(breaker_a if breaker_a is not None else limit_a)
        self.breaker_curve, self.breaker_edge = breaker_curve, breaker_edge
        self.breaker_opens = breaker_opens
        self.phases = phases or (house.phases if house is not None else 1)
        self.source_v, self.line_ohm, self.freq_hz = source_v, line_ohm, freq_hz
        self.neutral_ohm, self.ambient_degc = neutral_ohm, ambient_degc
        self.clairvoyant = clairvoyant
        self.chargers = self._list(chargers, charger_phases or self.phases)

    def _list(self, chargers, phases):
        if isinstance(chargers, int):
            chargers = [{} for _ in range(chargers)]
        full = []
        for index, given in enumerate(chargers):
            one = {"phases": phases, "ambient_degc": self.ambient_degc}
            one.update(given)
            if one["phases"] > self.phases:
                raise ValueError("plant: a three-phase charger needs a three-phase house")
            shift = index % 3 if self.phases == 3 else 0
            one.setdefault("phase_map", tuple((shift + i) % 3 for i in range(3)))
            full.append(one)
        return full


class _NoHouse:
    """A supply with chargers only."""

    phases, name, appliances, notes = 1, "no house", (), ()
    next_change_s = inf
    a = (0.0, 0.0, 0.0)

    def advance(self, now_s):
        return False


class Plant:
    """See README.md. Attributes there; `step` is the only thing that moves time."""

    def __init__(self, config=None, seed=0):
        config = config or Config()
        self.config, self.seed = config, seed
        self.house = config.house or _NoHouse()
        self._whole_house = self.house if isinstance(self.house, House) else None
        self.mains = Mains(
            config.source_v, config.phases, config.line_ohm, config.freq_hz, config.neutral_ohm
        )
        kind = config.breaker_a, config.breaker_curve, config.breaker_edge
        self.breaker = Breaker(*kind, opens=config.breaker_opens)
        self.house_breaker = Breaker(*kind, opens=False)  # what the house alone would do to it
        self.meter = SupplyMeter(Random(f"supply meter/{seed}"), seed=seed)
        self.radio = Radio(seed)
        self.account = Account(config.limit_a)
        self.chargers = [
            ChargePoint(seed, str(index), **one) for index, one in enumerate(config.chargers)
        ]
        self.car_model = "ideal"  # of a car that is plugged in without a name: plant/cars.toml
        self.now_s = 0.0
        self.house_a = [0.0, 0.0, 0.0]
        self.ev_a = [0.0, 0.0, 0.0]
        self.mains_a = [0.0, 0.0, 0.0]
        self._touched = False
        self.changes = 0  # counts the steps in which something flowed differently
        self.compare_ohm = 0.0  # resistance of the clairvoyant's supply
        self._compared = None  # the car that the clairvoyant copies
        self.house.advance(0.0)
        self._recompute(0.0)

    def touch(self):
        """An attribute of mains, house or breaker was changed by hand."""
        self._touched = True

    def reset_breaker(self):
        """Somebody pushes the lever up again."""
        self.breaker.reset()
        self._touched = True

    def step(self, now_s, dt_s=0.02):
        """Advance to `now_s` [s]; `dt_s` since the last call (for callers' symmetry)."""
        house = self.house
        changed = self._touched
        if now_s + SAME_S >= house.next_change_s and house.advance(now_s):
            changed = True
        if now_s >= self.mains.next_s and self.mains.advance(now_s):
            changed = True
        for charger in self.chargers:
            if charger.step(now_s):
                changed = True
        if now_s >= self.radio.next_s:
            self.radio.advance(now_s)
        if now_s >= self.breaker.next_s and self.breaker.advance(now_s):
            changed = True
        if now_s >= self.house_breaker.next_s:
            self.house_breaker.advance(now_s)
        self.now_s = now_s
        if changed:
            self._recompute(now_s)

    def flush(self):
        """Bring books, breaker states and batteries up to the present: call before reading."""
        self.account.flush(self.now_s)
        self.breaker.thermal_state(self.now_s)
        self.house_breaker.thermal_state(self.now_s)
        for charger in self.chargers:
            charger.settle(self.now_s)

    def _recompute(self, now_s):
        """Something flows differently: currents, voltages, breaker, meter, books."""
        self._touched = False
        self.changes += 1
        self.account.flush(now_s)
        mains, breaker = self.mains, self.breaker
        house_a, ev_a, mains_a = self.house_a, self.ev_a, self.mains_a
        house = self.house.a
        self._add_cars(ev_a)
        for phase in (0, 1, 2):
            on = mains.alive(phase) and not breaker.open
            house_a[phase] = house[phase] if on else 0.0
            if not on:
                ev_a[phase] = 0.0
            mains_a[phase] = house_a[phase] + ev_a[phase]
        whole = self._whole_house
        if whole is not None and whole.reactive:
            self._add_reactive(house_a, mains_a)
        mains.load(mains_a)
        watts = self._supply_chargers()
        breaker.set_current(mains_a, now_s)
        self.house_breaker.set_current(house_a, now_s)
        if whole is not None:
            if whole.surges:
                self._surges(now_s)
            if whole.watching:
                whole.watch(now_s, mains_a)
        self.meter.dead = max(mains.volts) < 1.0
        self.meter.note(now_s, mains_a, mains.volts, mains.freq_hz)
        self.account.note(now_s, house_a, ev_a, mains_a, watts)
        if self.config.clairvoyant and len(self.chargers) == 1:
            self._compare(now_s)

    def _add_reactive(self, house_a, mains_a):
        """Reactive currents of starting motors: a right angle to the rest, whose sign stays."""
        for phase in (0, 1, 2):
            reactive = self.house.q[phase]
            if reactive and house_a[phase]:
                for amps in (house_a, mains_a):
                    amps[phase] = copysign(hypot(amps[phase], reactive), amps[phase])

    def _surges(self, now_s):
        """Inrush shorter than a step: the breakers alone see it."""
        while self.house.surges:
            phase, peak_a, seconds = self.house.surges.pop()
            self.breaker.surge(now_s, abs(self.mains_a[phase]), peak_a, seconds)
            self.house_breaker.surge(now_s, abs(self.house_a[phase]), peak_a, seconds)

    def _add_cars(self, ev_a):
        ev_a[0] = ev_a[1] = ev_a[2] = 0.0
        for charger in self.chargers:
            amps = charger.amps
            for phase, house_phase in enumerate(charger.phase_map):
                ev_a[house_phase] += amps[phase]

    def _supply_chargers(self):
        """Voltages at the chargers; a phase that came or went makes them look. Returns W."""
        volts = self.mains.volts
        dead = self.breaker.open
        watts = 0.0
        for charger in self.chargers:
            supply = charger.supply_v
            for phase, house_phase in enumerate(charger.phase_map):
                volt = 0.0 if dead else volts[house_phase]
                if abs(volt - supply[phase]) > 30.0 or (volt < 195.0) != (supply[phase] < 195.0):
                    charger.touch_supply()
                elif phase == 0 and charger.contactor.drop_v:
                    charger.sagged(volt)
                supply[phase] = volt
            charger.meter.next_s = -inf  # it averages: each change counts
            watts += charger.power()
        return watts

    def compare_anew(self, now_s):
        """Begin the clairvoyant's comparison again with the car that is there now."""
        self._compared = None
        self._compare(now_s)

    def _compare(self, now_s):
        """Start the clairvoyant when a car is plugged in; it ends with the unplugging."""
        charger = self.chargers[0]
        ev = charger.ev
        if ev is self._compared or ev is None:
            return
        self._compared = ev
        phases = [charger.phase_map[p] for p in ev.phases if p < charger.phases]
        if self.account.clairvoyant is None and phases:
            self.account.clairvoyant = Clairvoyant(
                self.account.limit_a,
                min(ev.max_a, charger.rated_a),
                ev.min_a,
                phases,
                ev.battery.copy(),
                self.mains.source_v,
                now_s,
                self.compare_ohm,
                ev.pf,
                ev.max_a,
            )
