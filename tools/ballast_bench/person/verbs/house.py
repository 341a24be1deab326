"""Verbs of the house, its appliances and its supply."""

from ballast_bench.person.verbs.action import MAYBE, NUMBER, ON, TEXT, Action, ActionError


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
    #: a brown-out or an overvoltage for house and charger
    #: percent %: of 230 V
    #: example 20 mains percent=80
    Action("mains", "house", "Mains voltage, % of nominal", _mains, percent=(NUMBER, 100.0, 40.0, 130.0)),
    #: the whole house without power, the charger too
    #: on -: there is power
    #: example 20 supply on=false
    Action("supply", "house", "The whole supply on or off", _supply, on=ON),
]  # fmt: skip
