"""Verbs of the car in front of a charger."""

from ballast_bench.person.verbs.action import (
    BOOL,
    MAYBE_NUMBER,
    MAYBE_WHOLE,
    NUMBER,
    ON,
    TEXT,
    Action,
    ActionError,
    charger,
)
from ballast_bench.plant import cars

_APART = ("phases", "one_phase_a", "kwh", "soc")  # figures that a car has from its plug-in on
CHANGEABLE = tuple(figure for figure in cars.FIGURES if figure not in _APART)


def _car(bench, verb):
    cp = charger(bench)
    if cp.ev is None:
        raise ActionError(f"{verb}: no car is plugged in")
    return cp.ev


def _change_car(bench, verb, **values):
    car = _car(bench, verb)
    for name, value in values.items():
        setattr(car, name, value)
    car.touch(bench.plant.now_s)
    charger(bench).touch()


def _car_amps(verb, name):
    return lambda bench, amps: _change_car(bench, verb, **{name: float(amps)})


def _car_flag(verb, name, inverse=False):
    return lambda bench, on: _change_car(bench, verb, **{name: on != inverse})


def _plug(bench, model, max_a, phases, soc, kwh, delay_s, sleepy):
    cp = charger(bench)
    if cp.ev is not None:
        raise ActionError("plug: a car is plugged in already")
    if (phases or 1) > cp.phases:
        if bench.plant.mains.phases == 1:
            raise ActionError("plug: this house has one phase; `setup house=empty phases=3` or "
                              "`house=detached` has three")  # fmt: skip
        raise ActionError("plug: this charger has one phase")
    given = {"max_a": max_a, "soc": soc, "kwh": kwh, "delay_s": delay_s}
    if sleepy:
        given.update(sleep_after_s=60.0, wake="pulse")
    try:
        cp.plug_in(cars.make(model or bench.plant.car_model, phases, bench.plant.seed,
                              room=cp.phases, **given))  # fmt: skip
    except ValueError as error:
        raise ActionError(f"plug: {error}") from None


def _unplug(bench):
    if charger(bench).unplug() is None:
        raise ActionError("unplug: no car is plugged in")


def _soc(bench, soc):
    car = _car(bench, "soc")
    car.battery.soc = float(soc)
    car.want(car.wanted, bench.plant.now_s)
    charger(bench).touch()


def _figure(bench, figure, value):
    try:
        cars.checked(f"{figure}:", figure, int(value) if figure == "wake_pulses" else float(value))
    except ValueError as error:
        raise ActionError(f"car: {error}") from None
    _change_car(bench, "car", **{figure: value})


def _asleep(bench, state):
    car = _car(bench, "asleep")
    if state == "no":
        car.awake = True
    else:
        car.awake, car.sleep_state, car.wake = False, state, "pulse"
    _change_car(bench, "asleep")


def _want(bench, on):
    _car(bench, "want").want(on, bench.plant.now_s)
    charger(bench).touch()


ACTIONS = [
    #: what is not said is as in the model; `car` in the setup line names the model of a bare `plug`
    #: model -: a kind of car, from the library below; empty = the one of the setup line
    #: max_a A: the car's own limit
    #: phases phases: that it charges on; the charger must have as many
    #: soc -: how full its battery is, 1 = full
    #: kwh kWh: size of its battery
    #: delay_s s: how long it takes to follow a new limit
    #: sleepy -: it falls asleep after a minute without current, and only a pulse wakes it
    #: source: plant/cars.toml, beside each car
    #: example 0 plug model="needs_8a_low_factor" max_a=16 delay_s=5
    Action("plug", "car", "Plug a car in", _plug, model=(TEXT, "", ("", *cars.names()), None),
           max_a=(MAYBE_NUMBER, None, 6.0, 80.0), phases=(MAYBE_WHOLE, None, 1, 3),
           soc=(MAYBE_NUMBER, None, 0.0, 1.0), kwh=(MAYBE_NUMBER, None, 0.5, 250.0),
           delay_s=(MAYBE_NUMBER, None, 0.0, 60.0), sleepy=(BOOL, False, None, None)),
    #: the car is gone at once, whatever flowed
    #: example 20 unplug
    Action("unplug", "car", "Pull the plug, under load too", _unplug),
    #: a battery near 1 makes the car draw less, a full one nothing
    #: soc -: how full the battery is now, 1 = full
    #: source: chosen
    #: example 30 soc soc=0.99
    Action("soc", "car", "State of charge", _soc, soc=(NUMBER, 0.5, 0.0, 1.0)),
    #: any figure of plant/cars.toml; the car that is plugged in changes at once
    #: figure -: which one
    #: value as the figure: A, s, V, W, degC, or a share
    #: source: the ranges are chosen; figures of real cars stand in plant/cars.toml
    #: example 30 car figure="min_a" value=8
    Action("car", "car", "A figure of the car in front", _figure,
           figure=(TEXT, "min_a", CHANGEABLE, None), value=(NUMBER, 8.0, -60.0, 1e6)),
    #: it ends with a pulse of the pilot (state F, or no pilot) that is long enough for this car
    #: state -: B = S2 is open; C = it closes S2 and draws nothing; no = awake
    #: source: evcc#14210 and SmartEVSE-3.5#17 for C, OpenEVSE ESP8266_WiFi#223 for B
    #: example 30 asleep state="C"
    Action("asleep", "car", "The car falls asleep", _asleep, state=(TEXT, "B", ("B", "C", "no"), None)),
    #: a car that does not want to charge opens its switch S2: state B
    #: on -: it wants
    #: example 40 want on=false
    Action("want", "car", "The car's own timer: wants to charge or not", _want, on=ON),
    #: as if somebody lowered the current in the car's menu
    #: amps A: the most that it takes per phase
    #: source: chosen
    #: example 50 car_max amps=10
    Action("car_max", "car", "The car's own limit", _car_amps("car_max", "max_a"),
           amps=(NUMBER, 16.0, 6.0, 80.0)),
    #: a car that breaks the rules; the charger must stop it
    #: amps A: how much more than the pilot allows; 0 = an honest car again
    #: source: chosen
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
