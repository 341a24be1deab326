"""Rows of the safety table about sensors that fail and about the program itself.

SENSORS has the shape of safety_rows.ROWS.
"""

from ballast.control.places import NAMES
from ballast.control.records import PILOT_PWM
from ballast.control.safety import faults
from ballast_bench.safety.timing import ARMATURE_US, opened


def ntc(name, mv):
    """An event: the divider of the thermistor at the place of this name gives `mv`."""
    place = NAMES.index(name)
    return lambda bench: bench.ntc(place, mv)


def _meter_dead(bench):
    bench.cp.meter.silent = True


def _leak(bench, phase):
    """From a current past the open contactor to its fault."""
    bench.new_car()
    bench.cp.ev.wanted = False
    bench.until(lambda: False, 1.0)
    assert not bench.out.coil

    def leaks(b):
        b.cp.meter.offset_a = 3.0

    at = bench.arm(leaks, phase)
    active = bench.cycle.faults.active
    assert bench.until(lambda: active[faults.LEAK_OPEN] == 1, 3), "not found"
    return bench.clock.us() - at


def _exception(bench, phase):
    """From the end of the step before to open contacts, the step itself failing at its end."""
    bench.charging()
    cycle = bench.cycle
    bench.timed(True)
    bench.step()
    before = bench.clock.us()
    cycle._switch = None  # what is called last: calling it raises
    try:
        bench.step()
        assert cycle.broken and bench.out.coil == 0, "still closed"
        return bench.coil_us + ARMATURE_US - before
    finally:
        del cycle._switch
        cycle.broken = 0  # as after a reset of the chip
        cycle.faults.put(faults.EXCEPTION, 0, cycle.now())


def _meter_silent(bench, phase):
    """From the last reading of the mains to the end of PWM, always available current 0 A."""
    bench.cycle.site.meter.__init__()  # no history: doubts are no matter of this row
    bench.settings.set("meter_kind", 1)
    bench.settings.set("fuse_ma", 39000 if bench.settings["fuse_ma"] == 40000 else 40000)  # taken over anew
    bench.mains_a = 5.0
    bench.charging()
    bench.until(lambda: False, 4.0 + phase)

    def silent(b):
        b.mains_a = None

    bench.arm(silent, phase)
    assert bench.until(lambda: bench.event is None and bench.out.pilot != PILOT_PWM, 8), "no pause"
    return bench.pilot_us - bench.sent_us


SENSORS = (
    ("connector_hot", "vehicle connector at T2", 1000, "chosen", opened(ntc("connector", 180.0), 2)),
    ("box_hot", "box at T2", 1000, "chosen", opened(ntc("box", 190.0), 2)),
    ("connector_sensor", "connector's thermistor open", 1000, "chosen",
     opened(ntc("connector", 2500.0), 2)),
    ("own_meter", "own power meter dead", 2000, "chosen: 1 s of silence", opened(_meter_dead, 4)),
    ("leak_open", "current past the open contactor, to the fault", 2000,
     "chosen: 1 s, and twice the power meter's 0.32 s", _leak),
    ("meter", "mains meter silent, from its last reading: PWM off", 5000,
     "chosen: the fallback within 5 s", _meter_silent),
    ("exception", "an exception at the end of a step, from the end of the one before", 75,
     "chosen: in the same step", _exception),
)  # fmt: skip
