"""Verbs of the meter, the clamp and the air between clamp, charger and group."""

from ballast_bench.person.verbs.action import NUMBER, ON, Action, ActionError, setter


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


def _clamp(bench, on):
    for clamp in getattr(bench, "clamps", ()):
        clamp.silent = on
    if not getattr(bench, "clamps", ()):
        raise ActionError("clamp_off: there is no clamp on this bench")


ACTIONS = [
    #: neither clamp nor Modbus meter says anything
    #: on -: it is silent
    #: example 90 meter_off
    Action("meter_off", "meter", "The meter falls silent", _meter("silent"), on=ON),
    #: it goes on to send, always the same
    #: on -: it is frozen
    #: example 90 meter_frozen
    Action("meter_frozen", "meter", "It repeats its last reading for ever", _meter("frozen"), on=ON),
    #: import is read as export
    #: on -: it is reversed
    #: example 0 meter_reversed
    Action("meter_reversed", "meter", "The clamp is the wrong way round", _reverse, on=ON),
    #: L1 shows the current of L2, L2 that of L3, L3 that of L1
    #: on -: they are rotated
    #: example 0 meter_swapped
    Action("meter_swapped", "meter", "The phases are rotated by one", _meter("swapped"), on=ON),
    #: a current transformer that does not belong to the meter
    #: value times: the true current; 1 = right
    #: example 0 meter_ratio value=0.5
    Action("meter_ratio", "meter", "Wrong transformer ratio", setter(_supply_meter, "ratio"),
           value=(NUMBER, 1.0, 0.1, 10.0)),
    #: a slow meter, or one that averages
    #: value s: age of its readings
    #: example 0 meter_delay value=3
    Action("meter_delay", "meter", "Everything it says is that old, s",
           setter(_supply_meter, "delay_s"), value=(NUMBER, 0.0, 0.0, 30.0)),
    #: single readings that cannot be
    #: percent %: of the readings
    #: example 60 meter_jumps percent=10
    Action("meter_jumps", "meter", "Wild values, % of readings", _jumps, percent=(NUMBER, 0.0, 0.0, 100.0)),
    #: only with `setup meter=clamp`
    #: on -: it is silent
    #: example 50 clamp_off
    Action("clamp_off", "meter", "The clamp's battery is out", _clamp, on=ON),
    #: for clamps and groups
    #: value %: of the frames
    #: example 0 radio_loss value=20
    Action("radio_loss", "meter", "Radio frames lost, %", setter(_air, "loss_good", 0.01),
           value=(NUMBER, 0.0, 0.0, 100.0)),
    #: for clamps and groups
    #: value -: the air is jammed
    #: example 60 radio_jam
    Action("radio_jam", "meter", "Nothing gets through the air", setter(_air, "jammed"),
           value=ON),
]  # fmt: skip
