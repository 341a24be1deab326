"""What a story can see of one charger and its supply: names, kinds, and how each is read.

    view = View(world, index)
    value(view, "mains_a")           # computes this one alone: not asked costs nothing

Notes beside the tables are the rows of STORIES.md.
"""

import ballast_bench.world  # noqa: F401 (what the firmware imports is there from here on)

# isort: split
from ballast.control.limits import limits
from ballast.control.pilot import charge_state, pilot
from ballast.control.safety import faults
from ballast.protocol.status import METER_STATES
from ballast_bench.person.verbs.action import ActionError
from ballast_bench.plant.thermal import SPOTS

TEXT, NUMBER, LIST = "text", "number", "list"
_PILOT = ("hold", "pwm", "f", "e")
_FAULTS = tuple(row[0] for row in faults.CATALOGUE)

CHARGES_W = 230.0
"""Chosen: 1 A at 230 V, as the firmware has it (scan_cycle). A car that is asleep or full takes up to 20 W,
though at up to 3 A, which heat its filter alone (plant/cars.toml); one that charges takes 345 W at least, at
the end of its battery. So it is power that tells them apart, and no current."""

OLD_NAMES = {"first": "first_fault", "wh": "session_wh"}
"""Names that stories outside this tree have, and what they are called now."""


class View:
    """What the names are read from. index: of the charger. A restart gives a new `app`."""

    def __init__(self, world, index=0):
        self.world, self.plant, self.node = world, world.plant, world.nodes[index]
        self.cp = self.node.cp

    @property
    def cycle(self):
        return self.node.app.charger.cycle

    @property
    def out(self):
        return self.node.app.out


def _active(view):
    active = view.cycle.faults.active
    return [_FAULTS[n] for n in range(1, len(_FAULTS)) if active[n]]


def _ev(view, read, none):
    return none if view.cp.ev is None else read(view.cp.ev)


def _charging(cp):
    return int(any(cp.contactor.closed) and cp.watts >= CHARGES_W)


def _mains_v(view):
    return min(view.plant.mains.volts[: view.plant.config.phases])


def _overload_s(view):
    view.plant.account.flush(view.plant.now_s)
    return view.plant.account.overload_s


SEEN = {
    #: state text: as `state` of the status document (STATUS.md)
    "state": (TEXT, lambda v: charge_state.NAMES[v.cycle.charge.state], charge_state.NAMES),
    #: level text: level of the control pilot as the firmware sees it, A to F
    "level": (TEXT, lambda v: pilot.NAMES[v.cycle.pilot.level], pilot.NAMES),
    #: why text: as `why` of the status document
    "why": (TEXT, lambda v: charge_state.WHY_NAMES[v.cycle.why], charge_state.WHY_NAMES),
    #: coil int 0..1: the firmware energises the contactor's coil
    "coil": (NUMBER, lambda v: v.out.coil, None),
    #: closed int 0..1: a pole of the contactor is closed, in truth
    "closed": (NUMBER, lambda v: int(any(v.cp.contactor.closed)), None),
    #: charging int 0..1: the contactor is closed and the car takes 230 W or more: more than any idle car
    "charging": (NUMBER, lambda v: _charging(v.cp), None),
    #: pilot one of hold, pwm, f, e: what the firmware shows on the control pilot
    "pilot": (TEXT, lambda v: _PILOT[v.out.pilot], _PILOT),
    #: duty_pct number 0..: duty cycle on the pilot in percent, in truth; 0 while there is no PWM
    "duty_pct": (NUMBER, lambda v: v.cp.pilot.duty * 100.0, None),
    #: pilot_high_v number: upper level of the pilot at the car's plug
    "pilot_high_v": (NUMBER, lambda v: v.cp.pilot.high_mv / 1000.0, None),
    #: pilot_low_v number: lower level of the pilot at the car's plug
    "pilot_low_v": (NUMBER, lambda v: v.cp.pilot.low_mv / 1000.0, None),
    #: offered_a number 0..: current that the pilot offers per phase; 0 = none
    "offered_a": (NUMBER, lambda v: v.cycle.offered_ma / 1000.0, None),
    #: limited text: the limit slot that decides, as `limit.slot` of the status document
    "limited": (TEXT, lambda v: limits.NAMES[v.cycle.limits.winner], limits.NAMES),
    #: limit_a number 0..: the smallest of all limit slots; 1000 = no limit
    "limit_a": (NUMBER, lambda v: v.cycle.limits.ma / 1000.0, None),
    #: s2 int 0..1: the car has closed its switch S2: it asks for current
    "s2": (NUMBER, lambda v: _ev(v, lambda ev: int(ev.s2), 0), None),
    #: soc number 0..1: how full the car's battery is; 0 without a car
    "soc": (NUMBER, lambda v: _ev(v, lambda ev: ev.battery.soc, 0.0), None),
    #: ev_a number 0..: what the car draws, on its largest phase
    "ev_a": (NUMBER, lambda v: max(v.cp.amps), None),
    #: ev_w number 0..: active power that the car draws, in truth
    "ev_w": (NUMBER, lambda v: v.cp.watts, None),
    #: mains_a number: what flows through the main fuse, on its largest phase; + = import
    "mains_a": (NUMBER, lambda v: max(v.plant.mains_a), None),
    #: mains_v number 0..: voltage of the supply, on its lowest phase
    "mains_v": (NUMBER, _mains_v, None),
    #: house_a number: what the house draws without the car, on its largest phase
    "house_a": (NUMBER, lambda v: max(v.plant.house_a), None),
    #: breaker_heat_pct number 0..: heat of the main breaker's hottest pole; 100 = it trips
    "breaker_heat_pct": (NUMBER, lambda v: 100.0 * v.plant.breaker.heat_at(v.plant.now_s), None),
    #: overload_s number 0..: how long the car has overloaded the main fuse, all in all
    "overload_s": (NUMBER, _overload_s, None),
    #: tripped int 0..1: the main breaker has tripped
    "tripped": (NUMBER, lambda v: int(v.plant.breaker.tripped), None),
    #: meter text: as `meter.state` of the status document
    "meter": (TEXT, lambda v: METER_STATES[v.cycle.site.meter.state], METER_STATES),
    #: faults list of text: keys of the active faults, as SAFETY.md has them
    "faults": (LIST, _active, _FAULTS),
    #: first_fault text: key of the first cause, `none` if there is no fault
    "first_fault": (TEXT, lambda v: _FAULTS[v.cycle.faults.first], _FAULTS),
    #: session_wh int 0..: energy of this session, as the charger counts it
    "session_wh": (NUMBER, lambda v: v.cycle.session.wh, None),
    #: closings int 0..: how often the contactor has closed since the charger's start
    "closings": (NUMBER, lambda v: v.cycle.contactor.closings, None),
    #: pauses int 0..: how often the current has ended though the car wanted more
    "pauses": (NUMBER, lambda v: v.cp.pauses, None),
    #: wakes int 0..: pulses that should wake the car
    "wakes": (NUMBER, lambda v: v.cycle.charge.wakes, None),
    #: boots int 1..: starts of the charger
    "boots": (NUMBER, lambda v: v.node.boots, None),
}
"""name: (kind, how it is read from a View, values that there are or None)."""

FAMILIES = {
    #: limit_SLOT_a number 0..: one limit slot, such as `limit_site_a`; 1000 = no limit
    "limit_SLOT_a": ("SLOT", limits.NAMES, NUMBER, lambda v, n: v.cycle.limits.slot_ma[n] / 1000.0),
    #: fault_KEY int 0..1: this one fault is active, such as `fault_rcd_trip`
    "fault_KEY": ("KEY", _FAULTS[1:], NUMBER, lambda v, n: int(v.cycle.faults.active[n + 1])),
    #: PLACE_degc number: temperature of a place in truth, such as `plug_degc`
    "PLACE_degc": ("PLACE", tuple(SPOTS), NUMBER, lambda v, n: v.cp.places[n].degc),
}
"""pattern: (its word, what can stand there, kind, how the n-th is read). One name for each."""


def _members(pattern):
    word, names, kind, read = FAMILIES[pattern]
    for number, name in enumerate(names):
        yield pattern.replace(word, name), (kind, lambda v, n=number: read(v, n), None)


NAMES = {**SEEN, **{name: entry for pattern in FAMILIES for name, entry in _members(pattern)}}
"""All names that a condition may have."""


def entry(name):
    """(kind, read, values) of a name; ActionError with the names that there are."""
    found = NAMES.get(OLD_NAMES.get(name, name))
    if found is None:
        have = ", ".join([*SEEN, *FAMILIES])
        raise ActionError(f"nothing called {name!r} can be seen; there is: {have}")
    return found


def value(view, name):
    """What is seen now. Numbers in the unit of the name's last part."""
    return entry(name)[1](view)


def observe(world, index=0):
    """{name: value} of all names, of one charger; a condition computes its own names alone."""
    view = View(world, index)
    return {name: read(view) for name, (_, read, _) in NAMES.items()}
