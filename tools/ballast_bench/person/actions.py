"""What can be done to the bench by hand, as data: the bench page's buttons and a scenario's verbs.

    actions.do(bench, "appliance", {"name": "oven", "on": True})
    for second, verb, args in actions.parse(text): ...

A line of scenario text is `SECONDS VERB key=value ...`, values in JSON; `#` begins a
comment. `line(second, verb, args)` writes one, so that what was clicked can be kept.
`bench` is anything with `plant` and `charger_index`; a bench that runs live has
`world` too (for `speed`).
"""

import json
import re

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.ev import EV
from ballast_bench.plant.thermal import SPOTS

BOOL, NUMBER, WHOLE, TEXT, MAYBE = "bool", "number", "whole", "text", "bool or null"


class ActionError(ValueError):
    """One line: what is wrong with an action, and what there is instead."""


class Action:
    """One verb. args: {name: (kind, default, least, most)}; run(bench, **args); group, about: for people."""

    def __init__(self, verb, group, about, run, **args):
        self.verb, self.group, self.about, self.run, self.args = verb, group, about, run, args

    def check(self, given):
        """Complete arguments for `run`; ActionError with one line."""
        unknown = sorted(set(given) - set(self.args))
        if unknown:
            known = ", ".join(self.args) or "none"
            raise ActionError(f"{self.verb}: no argument {unknown[0]!r}; there are: {known}")
        return {
            name: self._value(name, given.get(name, rule[1])) for name, rule in self.args.items()
        }

    def _value(self, name, value):
        kind, _, least, most = self.args[name]
        where = f"{self.verb}: {name}"
        if kind == BOOL and not isinstance(value, bool):
            raise ActionError(f"{where} must be true or false")
        if kind == MAYBE and value is not None and not isinstance(value, bool):
            raise ActionError(f"{where} must be true, false or null")
        if kind == TEXT:
            if not isinstance(value, str):
                raise ActionError(f"{where} must be a text")
            if least is not None and value not in least:
                raise ActionError(f"{where}: no {value!r}; there are: {', '.join(least)}")
        if kind in (NUMBER, WHOLE):
            whole = kind == WHOLE
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ActionError(f"{where} must be a {'whole ' if whole else ''}number")
            if not least <= value <= most:
                raise ActionError(f"{where} must be from {least:g} to {most:g}")
        return value


def _charger(bench):
    return bench.plant.chargers[bench.charger_index]


def _car(bench, verb):
    cp = _charger(bench)
    if cp.ev is None:
        raise ActionError(f"{verb}: no car is plugged in")
    return cp.ev


def _change_car(bench, verb, **values):
    car = _car(bench, verb)
    for name, value in values.items():
        setattr(car, name, value)
    _charger(bench).touch()


def _car_amps(verb, name):
    return lambda bench, amps: _change_car(bench, verb, **{name: float(amps)})


def _car_flag(verb, name, inverse=False):
    return lambda bench, on: _change_car(bench, verb, **{name: on != inverse})


# -- the car ---------------------------------------------------------------------


def _plug(bench, max_a, phases, soc, kwh, delay_s, sleepy):
    cp = _charger(bench)
    if cp.ev is not None:
        raise ActionError("plug: a car is plugged in already")
    if phases > cp.phases:
        raise ActionError("plug: this charger has one phase")
    cp.plug_in(EV(
        max_a=max_a, phases=tuple(range(phases)), delay_s=delay_s,
        battery=Battery(kwh, soc), sleep_after_s=60.0 if sleepy else None,
        wake="pulse" if sleepy else "duty", seed=bench.plant.seed,
    ))  # fmt: skip


def _unplug(bench):
    if _charger(bench).unplug() is None:
        raise ActionError("unplug: no car is plugged in")


def _soc(bench, soc):
    car = _car(bench, "soc")
    car.battery.soc = float(soc)
    car.want(car.wanted, bench.plant.now_s)
    _charger(bench).touch()


def _want(bench, on):
    _car(bench, "want").want(on, bench.plant.now_s)
    _charger(bench).touch()


# -- house and mains -------------------------------------------------------------


def _appliance(bench, name, on):
    house = bench.plant.house
    if name not in [a.name for a in house.appliances]:
        have = ", ".join(a.name for a in house.appliances) or "none"
        raise ActionError(f"appliance: no {name!r} in this house; there are: {have}")
    house.switch(name, on)
    bench.plant.touch()


def _mains(bench, percent):
    bench.plant.mains.scale = percent / 100.0
    bench.plant.touch()


def _supply(bench, on):
    bench.plant.mains.lost = not on
    bench.plant.touch()


# -- faults ----------------------------------------------------------------------


def _leak(bench, ac_ma, dc_ma):
    cp = _charger(bench)
    cp.rcd.ac_ma, cp.rcd.dc_ma = float(ac_ma), float(dc_ma)
    cp.touch()


def _rcd(bench, state):
    rcd = _charger(bench).rcd
    rcd.broken, rcd.test_dead = state == "broken", state == "test_dead"
    rcd.cable_open = state == "cable_open"
    rcd.touch()
    _charger(bench).touch()


_PLACES = tuple(SPOTS)


def _heat(bench, place, degc):
    _charger(bench).places[_PLACES.index(place)].forced_degc = None if degc == 0 else float(degc)


def _contact(bench, milliohm):
    _charger(bench).places[0].contact_ohm = milliohm / 1000.0


def _sensor(bench, place, state):
    ntc = _charger(bench).ntc[_PLACES.index(place)]
    ntc.fault = None if state == "good" else state


def _pe(bench, on):
    cp = _charger(bench)
    cp.pe.lost = on
    cp.touch()


def _weld(bench, on):
    cp = _charger(bench)
    cp.contactor.welded = {0} if on else set()
    cp.touch()


def _stuck_open(bench, on):
    _charger(bench).contactor.stuck_open = on


def _pilot(bench, state):
    pilot = _charger(bench).pilot
    pilot.short_ohm = 80.0 if state == "short" else None
    pilot.open_cable = state == "open"
    _charger(bench).touch()


def _button(bench, on):
    _charger(bench).button = int(on)
    _charger(bench).touch()


def _meter(name):
    def run(bench, on):
        setattr(bench.plant.meter, name, on)

    return run


def _reverse(bench, on):
    bench.plant.meter.reversed = {0, 1, 2} if on else set()


def _jumps(bench, percent):
    bench.plant.meter.jump_chance = percent / 100.0


def _air(bench):
    return bench.plant.radio.air


def _supply_meter(bench):
    return bench.plant.meter


def _set(part, name, scale=1.0):
    def run(bench, value):
        setattr(part(bench), name, value * scale)

    return run


def _clamp(bench, on):
    for clamp in getattr(bench, "clamps", ()):
        clamp.silent = on
    if not getattr(bench, "clamps", ()):
        raise ActionError("clamp_off: there is no clamp on this bench")


def _hang(bench):
    """The step's timer never comes again, as after a crash of the interpreter."""
    world = _restarting(bench, "hang")
    world.nodes[bench.charger_index].device.timers.clear()


def _supply_cut(bench, seconds):
    """The supply of this charger alone is away: the chip starts anew, RTC memory is lost."""
    world = _restarting(bench, "power_cut")
    world.power_cut(world.nodes[bench.charger_index], seconds)


def _brown_out(bench):
    """This charger's 3.3 V sag for a moment: the chip's own detector resets it."""
    world = _restarting(bench, "brown_out")
    world.brown_out(world.nodes[bench.charger_index])


def _restarting(bench, verb):
    """The bench's world, when it can start a charger again."""
    world = getattr(bench, "world", None)
    if world is None or not world.reboots:
        raise ActionError(f"{verb}: this bench does not restart a charger")
    return world


def _speed(bench, factor):
    world = getattr(bench, "world", None)
    if world is None or world.pace is None:
        raise ActionError("speed: this bench does not run in real time")
    world.set_pace(float(factor))


_ON = (BOOL, True, None, None)

ACTIONS = [
    #: the car draws at most `max_a` on each of its phases, as far as the charger allows
    #: max_a A: the car's own limit
    #: phases phases: that it charges on; the charger must have as many
    #: soc -: how full its battery is, 1 = full
    #: kwh kWh: size of its battery
    #: delay_s s: how long it takes to follow a new limit
    #: sleepy -: it falls asleep after a minute without current, and only a pulse wakes it
    #: example 0 plug max_a=16 phases=3 delay_s=5
    Action("plug", "car", "Plug a car in", _plug, max_a=(NUMBER, 32.0, 6.0, 80.0),
           phases=(WHOLE, 1, 1, 3), soc=(NUMBER, 0.3, 0.0, 1.0), kwh=(NUMBER, 60.0, 1.0, 200.0),
           delay_s=(NUMBER, 2.0, 0.0, 10.0), sleepy=(BOOL, False, None, None)),
    #: the car is gone at once, whatever flowed
    #: example 20 unplug
    Action("unplug", "car", "Pull the plug, under load too", _unplug),
    #: a battery near 1 makes the car draw less, a full one nothing
    #: soc -: how full the battery is now, 1 = full
    #: example 30 soc soc=0.99
    Action("soc", "car", "State of charge", _soc, soc=(NUMBER, 0.5, 0.0, 1.0)),
    #: a car that does not want to charge opens its switch S2: state B
    #: on -: it wants
    #: example 40 want on=false
    Action("want", "car", "The car's own timer: wants to charge or not", _want, on=_ON),
    #: as if somebody lowered the current in the car's menu
    #: amps A: the most that it takes per phase
    #: example 50 car_max amps=10
    Action("car_max", "car", "The car's own limit", _car_amps("car_max", "max_a"),
           amps=(NUMBER, 16.0, 6.0, 80.0)),
    #: a car that breaks the rules; the charger must stop it
    #: amps A: how much more than the pilot allows; 0 = an honest car again
    #: example 20 greedy amps=3
    Action("greedy", "car", "Draws more than it is allowed", _car_amps("greedy", "extra_a"),
           amps=(NUMBER, 6.0, 0.0, 40.0)),
    #: it keeps the current that it had when this began
    #: on -: it ignores new limits
    #: example 20 stubborn
    Action("stubborn", "car", "Ignores a new limit", _car_flag("stubborn", "stuck"), on=_ON),
    #: a resistor in the socket instead of a car
    #: on -: the diode is missing
    #: example 5 no_diode
    Action("no_diode", "car", "Its diode is missing", _car_flag("no_diode", "diode", True), on=_ON),
    #: a charger without ventilation refuses it
    #: on -: it asks
    #: example 5 ventilation
    Action("ventilation", "car", "Asks for ventilation (state D)",
           _car_flag("ventilation", "ventilation"), on=_ON),
    #: the names are those of the house: `setup house=...`; the bench page shows them
    #: name -: of the appliance
    #: on -: true or false by hand, null = by its own timetable
    #: example 50 appliance name="oven" on=true
    Action("appliance", "house", "Switch an appliance; null = by its own timetable", _appliance,
           name=(TEXT, "kettle", None, None), on=(MAYBE, True, None, None)),
    #: after it has tripped
    #: example 90 breaker
    Action("breaker", "house", "Push the main breaker up again", lambda b: b.plant.reset_breaker()),
    #: a brown-out or an overvoltage for house and charger
    #: percent %: of 230 V
    #: example 20 mains percent=80
    Action("mains", "house", "Mains voltage, % of nominal", _mains, percent=(NUMBER, 100.0, 40.0, 130.0)),
    #: the whole house without power, the charger too
    #: on -: there is power
    #: example 20 supply on=false
    Action("supply", "house", "The whole supply on or off", _supply, on=_ON),
    #: neither clamp nor Modbus meter says anything
    #: on -: it is silent
    #: example 90 meter_off
    Action("meter_off", "meter", "The meter falls silent", _meter("silent"), on=_ON),
    #: it goes on to send, always the same
    #: on -: it is frozen
    #: example 90 meter_frozen
    Action("meter_frozen", "meter", "It repeats its last reading for ever", _meter("frozen"), on=_ON),
    #: import is read as export
    #: on -: it is reversed
    #: example 0 meter_reversed
    Action("meter_reversed", "meter", "The clamp is the wrong way round", _reverse, on=_ON),
    #: L1 shows the current of L2, L2 that of L3, L3 that of L1
    #: on -: they are rotated
    #: example 0 meter_swapped
    Action("meter_swapped", "meter", "The phases are rotated by one", _meter("swapped"), on=_ON),
    #: a current transformer that does not belong to the meter
    #: value times: the true current; 1 = right
    #: example 0 meter_ratio value=0.5
    Action("meter_ratio", "meter", "Wrong transformer ratio", _set(_supply_meter, "ratio"),
           value=(NUMBER, 1.0, 0.1, 10.0)),
    #: a slow meter, or one that averages
    #: value s: age of its readings
    #: example 0 meter_delay value=3
    Action("meter_delay", "meter", "Everything it says is that old, s",
           _set(_supply_meter, "delay_s"), value=(NUMBER, 0.0, 0.0, 30.0)),
    #: single readings that cannot be
    #: percent %: of the readings
    #: example 60 meter_jumps percent=10
    Action("meter_jumps", "meter", "Wild values, % of readings", _jumps, percent=(NUMBER, 0.0, 0.0, 100.0)),
    #: only with `setup meter=clamp`
    #: on -: it is silent
    #: example 50 clamp_off
    Action("clamp_off", "meter", "The clamp's battery is out", _clamp, on=_ON),
    #: for clamps and groups
    #: value %: of the frames
    #: example 0 radio_loss value=20
    Action("radio_loss", "meter", "Radio frames lost, %", _set(_air, "loss_good", 0.01),
           value=(NUMBER, 0.0, 0.0, 100.0)),
    #: for clamps and groups
    #: value -: the air is jammed
    #: example 60 radio_jam
    Action("radio_jam", "meter", "Nothing gets through the air", _set(_air, "jammed"),
           value=_ON),
    #: to earth, seen by the charger's sensor; without arguments there is none
    #: ac_ma mA: alternating
    #: dc_ma mA: smooth direct
    #: example 20 leak ac_ma=40
    Action("leak", "fault", "Residual current, mA", _leak, ac_ma=(NUMBER, 0.0, 0.0, 500.0),
           dc_ma=(NUMBER, 0.0, 0.0, 500.0)),
    #: good again with `state="good"`
    #: state -: broken = dead, test_dead = it ignores its self-test, cable_open = its cable is out
    #: example 20 rcd state="test_dead"
    Action("rcd", "fault", "The residual current sensor", _rcd,
           state=(TEXT, "good", ("good", "broken", "test_dead", "cable_open"), None)),
    #: as if the place were in an oven; it heats by itself again with 0
    #: place -: which of the places
    #: degc degC: its temperature
    #: example 20 heat place="plug" degc=70
    Action("heat", "fault", "Hold a place at a temperature, degC; 0 = let go", _heat,
           place=(TEXT, "plug", _PLACES, None), degc=(NUMBER, 0.0, 0.0, 150.0)),
    #: a worn contact heats with the square of the current
    #: milliohm milliohm: of the contact; 0.6 is a good one
    #: example 10 contact milliohm=1.6
    Action("contact", "fault", "Contact resistance of the mains plug, milliohm", _contact,
           milliohm=(NUMBER, 0.6, 0.1, 200.0)),
    #: good again with `state="good"`
    #: place -: which of the places
    #: state -: open or short = its wire, frozen = it keeps its value
    #: example 20 sensor place="plug" state="open"
    Action("sensor", "fault", "A thermistor", _sensor, place=(TEXT, "plug", _PLACES, None),
           state=(TEXT, "good", ("good", "open", "short", "frozen"), None)),
    #: the wire to earth, seen by the charger's own check
    #: on -: it is lost
    #: example 20 pe_lost
    Action("pe_lost", "fault", "Protective earth lost", _pe, on=_ON),
    #: on L1
    #: on -: it is welded
    #: example 15 weld
    Action("weld", "fault", "A contact of the contactor is welded", _weld, on=_ON),
    #: the coil is energised and nothing moves
    #: on -: it stays open
    #: example 0 no_close
    Action("no_close", "fault", "The contactor does not close", _stuck_open, on=_ON),
    #: good again with `state="good"`
    #: state -: short = to earth, open = broken
    #: example 20 pilot state="short"
    Action("pilot", "fault", "The control pilot's wire", _pilot,
           state=(TEXT, "good", ("good", "short", "open"), None)),
    #: a press ends with `on=false`: under 3 s it pauses or resets, longer it opens the charger to new devices
    #: on -: it is pressed
    #: example 20 button
    Action("button", "fault", "The button on the box", _button, on=_ON),
    #: needs a bench that restarts a charger; a story is one
    #: example 20 hang
    Action("hang", "fault", "The charger's program hangs", _hang),
    #: needs a bench that restarts a charger; a story is one
    #: example 20 brown_out
    Action("brown_out", "fault", "The charger's own supply sags for a moment", _brown_out),
    #: needs a bench that restarts a charger; a story is one
    #: seconds s: until the supply is back
    #: example 20 power_cut seconds=30
    Action("power_cut", "fault", "The charger's own supply is away, s", _supply_cut,
           seconds=(NUMBER, 5.0, 0.1, 3600.0)),
    #: on the live bench of `tools/ballast sim` alone; a story refuses it
    #: factor times: as fast as real time
    #: example 0 speed factor=10
    Action("speed", "time", "Virtual seconds per second", _speed, factor=(NUMBER, 1.0, 0.1, 100.0)),
]  # fmt: skip

BY_VERB = {action.verb: action for action in ACTIONS}


def do(bench, verb, args=None):
    """Do one action now. Returns its complete arguments; ActionError with one line."""
    action = BY_VERB.get(verb)
    if action is None:
        raise ActionError(f"no action {verb!r}; there are: {', '.join(BY_VERB)}")
    if args is not None and not isinstance(args, dict):
        raise ActionError(f"{verb}: the arguments must be an object")
    full = action.check(args or {})
    action.run(bench, **full)
    return full


def line(second, verb, args):
    """One line of scenario text; arguments at their default are left out."""
    rules = BY_VERB[verb].args
    words = [
        f"{name}={json.dumps(value)}" for name, value in args.items() if value != rules[name][1]
    ]
    return " ".join([f"{second:.2f}".rstrip("0").rstrip("."), verb, *words])


_WORD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)')


def parse(text, name="scenario"):
    """[(second, verb, args)] of scenario text, in time order; ActionError with file and line."""
    out, last = [], 0.0
    for number, raw in enumerate(text.splitlines(), 1):
        code = raw.split("#", 1)[0].strip() if '"' not in raw else raw.strip()
        if not code or code.startswith("#"):
            continue
        try:
            second, verb, args = _parse_line(code)
            if second < last:
                raise ActionError(f"{second:g} s comes after {last:g} s")
        except ActionError as error:
            raise ActionError(f"{name}, line {number}: {error}") from None
        last = second
        out.append((second, verb, args))
    return out


def _parse_line(code):
    first, _, rest = code.partition(" ")
    verb, _, rest = rest.strip().partition(" ")
    try:
        second = float(first)
    except ValueError:
        raise ActionError(f"a line begins with seconds, not {first!r}") from None
    if not 0.0 <= second < 1e9:
        raise ActionError(f"{first}: seconds from 0 on are needed")
    action = BY_VERB.get(verb)
    if action is None:
        raise ActionError(f"no action {verb!r}; there are: {', '.join(BY_VERB)}")
    given, at, rest = {}, 0, rest.strip()
    while at < len(rest):
        word = _WORD.match(rest, at)
        if word is None:
            raise ActionError(f"{verb}: name=value is needed at {rest[at : at + 20]!r}")
        try:
            given[word[1]] = json.loads(word[2])
        except ValueError:
            raise ActionError(f"{verb}: {word[1]}={word[2]} is not JSON") from None
        at = word.end()
    return second, verb, action.check(given)


def play(world, bench, script):
    """Do the actions of `parse` at their time, as an actor of the world."""
    todo = list(script)

    def actor(now_s):
        while todo and now_s >= todo[0][0]:
            _, verb, args = todo.pop(0)
            do(bench, verb, args)

    world.actors.append(actor)
