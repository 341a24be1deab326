"""Verbs of the car in front of a charger."""

from ballast_bench.person.verbs.action import BOOL, NUMBER, ON, WHOLE, Action, ActionError, charger
from ballast_bench.plant.battery import Battery
from ballast_bench.plant.ev import EV


def _car(bench, verb):
    cp = charger(bench)
    if cp.ev is None:
        raise ActionError(f"{verb}: no car is plugged in")
    return cp.ev


def _change_car(bench, verb, **values):
    car = _car(bench, verb)
    for name, value in values.items():
        setattr(car, name, value)
    charger(bench).touch()


def _car_amps(verb, name):
    return lambda bench, amps: _change_car(bench, verb, **{name: float(amps)})


def _car_flag(verb, name, inverse=False):
    return lambda bench, on: _change_car(bench, verb, **{name: on != inverse})


def _plug(bench, max_a, phases, soc, kwh, delay_s, sleepy):
    cp = charger(bench)
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
    if charger(bench).unplug() is None:
        raise ActionError("unplug: no car is plugged in")


def _soc(bench, soc):
    car = _car(bench, "soc")
    car.battery.soc = float(soc)
    car.want(car.wanted, bench.plant.now_s)
    charger(bench).touch()


def _want(bench, on):
    _car(bench, "want").want(on, bench.plant.now_s)
    charger(bench).touch()


ACTIONS = [
    #: the car draws at most `max_a` on each of its phases, as far as the charger allows
    #: max_a A: the car's own limit
    #: phases phases: that it charges on; the charger must have as many
    #: soc -: how full its battery is, 1 = full
    #: kwh kWh: size of its battery
    #: delay_s s: how long it takes to follow a new limit
    #: sleepy -: it falls asleep after a minute without current, and only a pulse wakes it
    #: example 0 plug max_a=16 delay_s=5
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
    Action("want", "car", "The car's own timer: wants to charge or not", _want, on=ON),
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
    Action("stubborn", "car", "Ignores a new limit", _car_flag("stubborn", "stuck"), on=ON),
    #: a resistor in the socket instead of a car
    #: on -: the diode is missing
    #: example 5 no_diode
    Action("no_diode", "car", "Its diode is missing", _car_flag("no_diode", "diode", True), on=ON),
    #: a charger without ventilation refuses it
    #: on -: it asks
    #: example 5 ventilation
    Action("ventilation", "car", "Asks for ventilation (state D)",
           _car_flag("ventilation", "ventilation"), on=ON),
]  # fmt: skip
