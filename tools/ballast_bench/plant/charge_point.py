"""One charger's electrical parts on the plant, and the car in front of it.

It computes only when an input changed, an event is due, or once a second (heat, battery).
"""

from math import inf
from random import Random

from ballast_bench.plant.contactor import Contactor
from ballast_bench.plant.metering import OwnMeter
from ballast_bench.plant.pe import ProtectiveEarth
from ballast_bench.plant.pilot import Pilot
from ballast_bench.plant.rcd import Rcd
from ballast_bench.plant.thermal import SPOTS, HotSpot, Ntc

_TICK_S = 1.0
_ALIVE_V = 50.0  # behind the contactor this counts as live
_SUPPLY_MIN_V = 85.0  # usual lower end of a wide-range power supply
_DRAWS_A = 0.5  # a charge runs
_SAME_S = 1e-9  # instants this near are one


class ChargePoint:
    """Wiring side of one charger; see README.md for what may be written and read.

    Args: seed; name (makes its random numbers its own); phases 1 or 3; phase_map: house phase
    of each charger phase; rcd: a name of rcd.MODULES; dead_man_s as of Contactor; rated_a;
    nominal_v: of the supply.
    """

    __slots__ = (  # so many attributes in a dictionary would cost time in each step
        "_bled_s", "_coil", "_counted_s", "_dark_s", "_drawing_since_s", "_due_s", "_live",
        "_looked_v", "_next_s", "_now_s", "_stored", "_tick_s", "_touched", "_watts",
        "ambient_degc", "amps", "button", "car_changed", "chip_holds_s", "contactor", "draws",
        "energy_wh", "ev", "load_live", "looks", "meter", "name", "nominal_share", "ntc", "pauses",
        "pe", "phase_map", "phases", "pilot", "places", "powered", "rails_hold_s", "rated_a", "rcd",
        "rng", "shortest_draw_s", "supplied", "supply_v", "switched_off",
    )  # fmt: skip

    def __init__(
        self,
        seed=0,
        name="0",
        phases=1,
        phase_map=(0, 1, 2),
        rcd="X6_X30",
        dead_man_s=None,
        rated_a=32.0,
        ambient_degc=20.0,
        nominal_v=230.0,
    ):
        if phases not in (1, 3):
            raise ValueError(f"charge point: phases is 1 or 3, not {phases!r}")
        rng = Random(f"charge point/{seed}/{name}")
        self.name, self.phases, self.rated_a = name, phases, rated_a
        self.nominal_share = nominal_v / 230.0  # the least voltage of a car is one for 230 V
        self.phase_map = tuple(phase_map)[:phases]
        self.rng = rng
        self.pilot = Pilot(rng)
        self.contactor = Contactor(poles=phases, dead_man_s=dead_man_s)
        self.rcd = Rcd(rcd)
        self.pe = ProtectiveEarth()
        self.meter = OwnMeter(rng)
        self.ambient_degc = ambient_degc
        self.places, self.ntc = [], []
        for figures in SPOTS.values():
            self.add_place(**figures)
        self.ev = None
        self.button = 0
        self.powered = True  # the +-12 V of pilot, coil and RCD
        self.supplied = True  # the chip's 3.3 V
        self.rails_hold_s, self.chip_holds_s = 0.0, inf  # how long each outlives the mains
        self.car_changed = False
        self.looks = 0  # counts the steps in which everything was looked at
        self.switched_off = False  # by hand, whatever the mains do
        self.supply_v = [0.0, 0.0, 0.0]  # charger's phases, set by the plant
        self.amps = [0.0, 0.0, 0.0]  # drawn, charger's phases
        self.load_live = 0  # what its sensors see behind the contactor
        self.energy_wh = 0.0
        self.draws = 0  # how often a charge began
        self.pauses = 0  # how often one ended though the car wanted more
        self.shortest_draw_s = inf
        self._drawing_since_s = inf
        self._coil = 0
        self._live = 0  # what the contactor lets through
        self._bled_s = inf  # when the car's own capacitors are empty
        self._dark_s = inf  # since when there has been no supply
        self._now_s = 0.0
        self._counted_s = 0.0
        self._watts = 0.0
        self._stored = 1.0  # share of it that fills the battery
        self._tick_s = 0.0
        self._touched = True
        self._next_s = -inf
        self._due_s = -inf  # the same without the coil's dead-man
        self._looked_v = [0.0, 0.0, 0.0]  # supply_v at the last look at everything

    def add_place(self, **figures):
        """One more place with a thermistor; figures: arguments of HotSpot."""
        self.places.append(HotSpot(ambient_degc=self.ambient_degc, **figures))
        self.ntc.append(Ntc(degc=self.ambient_degc))

    # inputs

    def set_coil(self, level):
        """Level of the coil driver's input."""
        if level != self._coil:
            self._coil = level
            self._touched = True

    def coil_pulse(self, now_s):
        """An edge on the coil dead-man's input."""
        self.contactor.pulse(now_s)
        self._touched = True

    def set_powered(self, powered):
        """Switch the charger's own supply by hand."""
        self.switched_off = not powered
        self._touched = True

    def touch(self):
        """An attribute of a part was changed by hand: look at everything again."""
        self.pilot.touch()
        self.rcd.touch()
        self.pe.touch()
        self._touched = True

    def set_ambient(self, degc):
        """The air around charger and car, degC."""
        self.ambient_degc = degc
        for place in self.places:
            place.ambient_degc = degc
        if self.ev is not None:
            self.ev.air(degc, self._now_s)
        self._touched = True

    def sagged(self, volts):
        """The supply moved to `volts`: it may hold the coil no more, or again."""
        if self._coil and self.contactor.fed(volts) != self.contactor.energised:
            self._touched = True

    def touch_supply(self):
        """The supply voltage jumped."""
        self._touched = True

    def plug_in(self, ev):
        """Connect a car (it starts awake, S2 open)."""
        if self.ev is not None:
            raise ValueError(f"charge point {self.name}: a car is connected already")
        ev.reset()
        if ev.minds_air:
            ev.air(self.ambient_degc, self._now_s)
        self.ev = ev
        self._touched = self.car_changed = True

    def unplug(self):
        """Pull the connector, under load too. Returns the car, or None."""
        ev, self.ev = self.ev, None
        if ev is not None:
            ev.reset()
        self._touched = self.car_changed = True
        return ev

    # the step

    def step(self, now_s):
        """Advance to `now_s`. Returns True when the currents or the contacts changed."""
        if not self._touched and not self.pilot.changed:
            if now_s < self._next_s or (now_s < self._due_s and self._holds(now_s)):
                self._now_s = now_s
                return False
        self._touched = False
        self.looks += 1
        if now_s >= self.pilot.bounces.next_s:
            self.pilot.advance(now_s)
        self.rcd.advance(now_s)
        self.pe.advance(now_s)
        changed = self._supply(now_s) or self.car_changed
        self.car_changed = False
        changed |= self._contacts(now_s)
        changed |= self._car(now_s)
        if now_s >= self._tick_s:
            self._tick(now_s)
        self.pilot.changed = False
        self._now_s = now_s
        self._plan(now_s)
        return changed

    def _holds(self, now_s):
        """Only the coil's dead-man was to be looked at, it was fed, and nothing else is new."""
        ev, contactor = self.ev, self.contactor
        if not contactor.gate(now_s) or self.supply_v != self._looked_v:
            return False
        if ev is not None and not ev.steady(now_s):
            return False
        self._next_s = min(self._due_s, contactor.gate_until_s())
        return True

    def _supply(self, now_s):
        powered = self.supply_v[0] >= _SUPPLY_MIN_V and not self.switched_off
        if powered:
            self._dark_s, self.supplied = inf, True
        else:
            self._dark_s = min(self._dark_s, now_s)
            self.supplied = now_s < self._dark_s + self.chip_holds_s - _SAME_S
            powered = self.powered and now_s < self._dark_s + self.rails_hold_s - _SAME_S
        if powered == self.powered:
            return False
        self.powered = self.pilot.powered = self.rcd.powered = powered
        self.pilot.touch()
        self.rcd.touch()
        self.rcd.advance(now_s)
        return True

    def _contacts(self, now_s):
        """Coil through its hardware gates, then the contacts."""
        contactor, rcd = self.contactor, self.rcd
        on = self._coil and self.powered
        when = self._now_s  # the firmware wrote its pin at the end of the last step
        if on and not contactor.gate(now_s):
            on, when = False, contactor.gate_until_s()
        if on and rcd.hardware_open:
            on, when = False, rcd.changed_s
        if on and contactor.drop_v and not contactor.fed(self.supply_v[0]):
            on, when = False, now_s
        if bool(on) != contactor.energised:
            contactor.drive(on, max(when, self._now_s))
        if now_s >= contactor.next_s:
            changed = contactor.advance(now_s, max(self.amps))
        else:
            changed = contactor.settle(now_s)
        live = 0
        for phase in range(self.phases):
            if contactor.closed[phase] and self.supply_v[phase] > _ALIVE_V:
                live |= 1 << phase
        if live != self._live:
            if self.ev is not None and self.ev.residual_s and self._live & ~live:
                self._bled_s = now_s + self.ev.residual_s
            self._live = live
            rcd.set_live(live != 0)
            rcd.advance(now_s)
            changed = True
        if self._bled_s != inf:
            live |= self._residual(now_s)
        self.load_live = live
        return changed

    def _residual(self, now_s):
        """Mask of phases on which the car's capacitors still hold voltage."""
        if self.ev is None or now_s >= self._bled_s - _SAME_S:
            self._bled_s = inf
            return 0
        return self.load_live & sum(1 << phase for phase in self.ev.phases)

    def _car(self, now_s):
        """The car's step; copies its currents."""
        ev, pilot = self.ev, self.pilot
        if ev is None:
            pilot.load(None)
            return self._draw(now_s, None)
        pilot.load(ev.ohm, ev.diode)
        live = self._live
        if live:
            for phase in range(self.phases):
                if not ev.min_v * self.nominal_share <= self.supply_v[phase] <= ev.max_v:
                    live &= ~(1 << phase)
        if ev.step(now_s, pilot, live):
            pilot.load(ev.ohm, ev.diode)
            return self._draw(now_s, ev.amps)
        return False

    def _draw(self, now_s, source):
        """Book the energy so far, then take over the new currents."""
        self.settle(now_s)
        amps = self.amps
        changed = False
        for phase in range(self.phases):
            current = source[phase] if source is not None else 0.0
            if amps[phase] != current:
                amps[phase] = current
                changed = True
        if changed:
            idle_a = 0.0 if self.ev is None else self.ev.idle_a
            self._watch_draw(now_s, max(amps) > max(_DRAWS_A, idle_a))
        return changed

    def _watch_draw(self, now_s, drawing):
        began = self._drawing_since_s
        if drawing and began == inf:
            self._drawing_since_s = now_s
            self.draws += 1
        elif not drawing and began != inf:
            self._drawing_since_s = inf
            self.shortest_draw_s = min(self.shortest_draw_s, now_s - began)
            if self.ev is not None and self.ev.wants:
                self.pauses += 1

    def settle(self, now_s):
        """Book the energy up to `now_s` with the power that flowed since the last call."""
        span = now_s - self._counted_s
        if span <= 0.0:
            return
        self._counted_s = now_s
        if self._watts > 0.0:
            wh = self._watts * span / 3600.0
            self.energy_wh += wh
            if self.ev is not None:
                self.ev.battery.add(wh * self._stored)

    @property
    def watts(self):
        """Active power that the car takes, W, since the plant's last change."""
        return self._watts

    def power(self):
        """W that the car takes now; the plant calls it after every change."""
        watts = 0.0
        for phase in range(self.phases):
            watts += self.amps[phase] * self.supply_v[phase]
        share = self.meter.power_factor = 1.0 if self.ev is None else self.ev.share
        watts *= share
        self._stored = 0.0 if self.ev is not None and self.ev.level_a <= 0.0 else 1.0
        self._watts = watts
        return watts

    def _tick(self, now_s):
        """Once a second: heat and battery."""
        span = _TICK_S if self._tick_s <= 0.0 else now_s - self._tick_s + _TICK_S
        self._tick_s = now_s + _TICK_S
        hottest = max(self.amps)
        for place, ntc in zip(self.places, self.ntc, strict=True):
            ntc.step(span, place.step(span, hottest))
        self.settle(now_s)

    def _dark_ends(self, now_s):
        """When the next of the charger's own supplies is empty."""
        ends = [self._dark_s + self.rails_hold_s, self._dark_s + self.chip_holds_s]
        return min((end for end in ends if end > now_s), default=inf)

    def _plan(self, now_s):
        """When to look again without being touched."""
        contactor = self.contactor
        soonest = min(self.rcd.next_s, self.pe.next_s, contactor.next_s, self._tick_s)
        soonest = min(soonest, self.pilot.bounces.next_s, self._bled_s)
        if self._dark_s != inf:
            soonest = min(soonest, self._dark_ends(now_s))
        if self.ev is not None:
            soonest = min(soonest, self.ev.next_s)
        self._due_s = soonest
        if contactor.energised:
            soonest = min(soonest, contactor.gate_until_s())
        self._next_s = soonest
        self._looked_v[:] = self.supply_v
