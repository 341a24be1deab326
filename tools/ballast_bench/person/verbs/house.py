"""Verbs of the house, its appliances and the air around it."""

from ballast_bench.person.verbs.action import MAYBE, NUMBER, TEXT, Action, ActionError
from ballast_bench.plant.home_battery import HomeBattery


def _appliance(bench, name, on):
    house = bench.plant.house
    if name not in [a.name for a in house.appliances]:
        have = ", ".join(a.name for a in house.appliances) or "none"
        raise ActionError(f"appliance: no {name!r} in this house; there are: {have}")
    house.switch(name, on)
    bench.plant.touch()


def _ambient(bench, degc):
    for cp in bench.plant.chargers:
        cp.set_ambient(float(degc))


def _home_battery(bench, kwh, watts, soc, delay_s):
    house = bench.plant.house
    if not hasattr(house, "add"):
        raise ActionError("home_battery: there is no house on this bench")
    phases = tuple(range(house.phases))
    try:
        house.add(HomeBattery(float(kwh), float(watts), float(soc), phases, float(delay_s)))
    except ValueError as error:
        raise ActionError(f"home_battery: {error}") from None
    bench.plant.touch()


ACTIONS = [
    #: the names are those of the house: `setup house=...`; the bench page shows them
    #: name -: of the appliance
    #: on -: true or false by hand, null = by its own timetable
    #: example 50 appliance name="oven" on=true
    Action("appliance", "house", "Switch an appliance; null = by its own timetable", _appliance,
           name=(TEXT, "kettle", None, None), on=(MAYBE, True, None, None)),
    #: after it has tripped
    #: example 90 breaker
    Action("breaker", "house", "Push the main breaker up again", lambda b: b.plant.reset_breaker()),
    #: it goes to zero at the supply meter, the car included; switch it as appliance "home battery"
    #: kwh kWh: its size
    #: watts W: its power, both ways
    #: soc -: how full it is, 1 = full
    #: delay_s s: until it answers to what the meter shows
    #: source: chosen, as in data sheets of home storage (5..15 kWh, 3..5 kW, answers within seconds)
    #: example 0 home_battery kwh=10 watts=5000 soc=0.8
    Action("home_battery", "house", "A battery in the house", _home_battery,
           kwh=(NUMBER, 10.0, 0.5, 100.0), watts=(NUMBER, 5000.0, 100.0, 30000.0),
           soc=(NUMBER, 0.5, 0.0, 1.0), delay_s=(NUMBER, 3.0, 0.1, 60.0)),
    #: around chargers and cars; plug, connector and box follow as they cool
    #: degc degC: of the air
    #: source: chosen; portable chargers are rated for -25 or -30 to +40 or +50 degC
    #: example 20 ambient degc=-20
    Action("ambient", "house", "Temperature of the air, degC", _ambient, degc=(NUMBER, 20.0, -40.0, 60.0)),
]  # fmt: skip
