"""Verbs of the charger's own faults: what breaks in the box, its cable, its plug, its supply."""

from ballast_bench.person.verbs.action import (
    MAYBE_NUMBER,
    NUMBER,
    ON,
    TEXT,
    Action,
    ActionError,
    charger,
    restarting,
)
from ballast_bench.plant.thermal import SPOTS


def _leak(bench, ac_ma, dc_ma):
    cp = charger(bench)
    cp.rcd.ac_ma, cp.rcd.dc_ma = float(ac_ma), float(dc_ma)
    cp.touch()


def _rcd(bench, state):
    rcd = charger(bench).rcd
    rcd.broken, rcd.test_dead = state == "broken", state == "test_dead"
    rcd.cable_open = state == "cable_open"
    rcd.touch()
    charger(bench).touch()


_PLACES = tuple(SPOTS)


def _heat(bench, place, degc):
    charger(bench).places[_PLACES.index(place)].forced_degc = float(degc) if degc else None


def _contact(bench, milliohm):
    charger(bench).places[0].contact_ohm = milliohm / 1000.0


def _sensor(bench, place, state):
    world = getattr(bench, "world", None)
    fitted = world is None or world.nodes[bench.charger_index].board.NTC_PINS
    if fitted is not True and fitted[_PLACES.index(place)] is None:
        raise ActionError(f"sensor: this board has no thermistor at the {place}")
    ntc = charger(bench).ntc[_PLACES.index(place)]
    ntc.fault = None if state == "good" else state


def _pe(bench, on):
    cp = charger(bench)
    cp.pe.lost = on
    cp.touch()


def _weld(bench, on):
    cp = charger(bench)
    cp.contactor.welded = {0} if on else set()
    cp.touch()


def _stuck_open(bench, on):
    charger(bench).contactor.stuck_open = on


def _pilot(bench, state):
    pilot = charger(bench).pilot
    pilot.short_ohm = 80.0 if state == "short" else None
    pilot.open_cable = state == "open"
    charger(bench).touch()


def _button(bench, on):
    charger(bench).button = int(on)
    charger(bench).touch()


def _hang(bench):
    """The step's timer never comes again, as after a crash of the interpreter."""
    world = restarting(bench, "hang")
    world.nodes[bench.charger_index].device.timers.clear()


def _supply_cut(bench, seconds):
    """The supply of this charger alone is away: the chip starts anew, RTC memory is lost."""
    world = restarting(bench, "power_cut")
    world.power_cut(world.nodes[bench.charger_index], seconds)


def _brown_out(bench):
    """This charger's 3.3 V sag for a moment: the chip's own detector resets it."""
    world = restarting(bench, "brown_out")
    world.brown_out(world.nodes[bench.charger_index])


ACTIONS = [
    #: to earth, seen by the charger's sensor; without arguments there is none
    #: ac_ma mA: alternating
    #: dc_ma mA: smooth direct
    #: source: IEC 62752 trips at 30 mA AC and 6 mA DC; the ranges are chosen
    #: example 20 leak ac_ma=40
    Action("leak", "fault", "Residual current, mA", _leak, ac_ma=(NUMBER, 0.0, 0.0, 500.0),
           dc_ma=(NUMBER, 0.0, 0.0, 500.0)),
    #: good again with `state="good"`
    #: state -: broken = dead, test_dead = it ignores its self-test, cable_open = its cable is out
    #: example 20 rcd state="test_dead"
    Action("rcd", "fault", "The residual current sensor", _rcd,
           state=(TEXT, "good", ("good", "broken", "test_dead", "cable_open"), None)),
    #: as if the place were in an oven or in the frost; it heats by itself again with null
    #: place -: which of the places
    #: degc degC: its temperature; null or 0 = let go
    #: source: chosen
    #: example 20 heat place="plug" degc=70
    Action("heat", "fault", "Hold a place at a temperature, degC; null = let go", _heat,
           place=(TEXT, "plug", _PLACES, None), degc=(MAYBE_NUMBER, None, -50.0, 150.0)),
    #: a worn contact heats with the square of the current
    #: milliohm milliohm: of the contact; 0.6 is a good one
    #: source: chosen
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
    Action("pe_lost", "fault", "Protective earth lost", _pe, on=ON),
    #: on L1
    #: on -: it is welded
    #: example 15 weld
    Action("weld", "fault", "A contact of the contactor is welded", _weld, on=ON),
    #: the coil is energised and nothing moves
    #: on -: it stays open
    #: example 0 no_close
    Action("no_close", "fault", "The contactor does not close", _stuck_open, on=ON),
    #: good again with `state="good"`
    #: state -: short = to earth, open = broken
    #: example 20 pilot state="short"
    Action("pilot", "fault", "The control pilot's wire", _pilot,
           state=(TEXT, "good", ("good", "short", "open"), None)),
    #: pressed until it is released: for less than 3 s it pauses or resets, for longer it opens the
    #:   charger to new devices
    #: on -: it is pressed
    #: example 20 button
    #: example 20.2 button on=false
    Action("button", "fault", "The button on the box", _button, on=ON),
    #: needs a bench that restarts a charger; a story is one
    #: example 20 hang
    Action("hang", "fault", "The charger's program hangs", _hang, restarts=True),
    #: needs a bench that restarts a charger; a story is one
    #: example 20 brown_out
    Action("brown_out", "fault", "The charger's own supply sags for a moment", _brown_out, restarts=True),
    #: needs a bench that restarts a charger; a story is one
    #: seconds s: until the supply is back
    #: source: chosen
    #: example 20 power_cut seconds=30
    Action("power_cut", "fault", "The charger's own supply is away, s", _supply_cut, restarts=True,
           seconds=(NUMBER, 5.0, 0.1, 3600.0)),
]  # fmt: skip
