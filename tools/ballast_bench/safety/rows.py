"""The rows of the safety table that have a time: what happens, what must follow, by when.

ROWS: (key, text, limit ms, clause or "chosen", function(bench, phase) -> us). Times to the
contacts include 15 ms of armature; the table of the document is made from these rows.
"""

from ballast.control.safety import faults
from ballast_bench.safety.sensors import SENSORS, ntc
from ballast_bench.safety.timing import ARMATURE_US, opened
from ballast_bench.safety.waits import WAITS


def _paused(event, seconds=3.0):
    """From the event to the end of PWM."""

    def run(bench, phase):
        bench.charging()
        at = bench.arm(event, phase)
        assert bench.until(lambda: bench.event is None and bench.out.pilot != 1, seconds), "no pause"
        return bench.pilot_us - at

    return run


def _car(**values):
    def event(bench):
        ev = bench.cp.ev
        for name, value in values.items():
            setattr(ev, name, value)

    return event


def _s2_open(bench):
    bench.cp.ev.s2 = False
    bench.cp.ev.wanted = False


def _set(path, value):
    def event(bench):
        owner = bench.cp
        *names, last = path.split(".")
        for name in names:
            owner = getattr(owner, name)
        setattr(owner, last, value)

    return event


def _volts(volts):
    def event(bench):
        bench.cp.supply_v[:] = [230.0, volts, 230.0]

    return event


def _greedy(amps):
    """The car draws `amps` whatever it is offered: from the first reading on."""

    def event(bench):
        bench.cp.ev.extra_a = 0.0
        for n in range(3):
            bench.cp.ev.amps[n] = amps if n == 0 else 0.0
        bench.cp.ev.step = lambda now_s, pilot, live: False
        bench.cp._draw(bench.now_s, bench.cp.ev.amps)

    return event


def _weld(bench, phase):
    """From the opening command to the fault, one contact welded."""
    bench.charging()
    bench.cp.contactor.welded = {0}
    at = bench.arm(_s2_open, phase)
    active = bench.cycle.faults.active
    assert bench.until(lambda: active[faults.WELD] == 1, 2), "weld not found"
    assert bench.coil_us >= at
    return bench.clock.us() - bench.coil_us


def _no_close(bench, phase):
    """From the closing command to the fault and the open coil, contactor stuck open."""
    bench.cp.contactor.stuck_open = True
    bench.new_car()
    assert bench.until(lambda: bench.out.coil == 1, 12), "never tried"
    on = bench.coil_us
    bench.timed(True)
    assert bench.until(lambda: bench.out.coil == 0, 2), "not found"
    return bench.coil_us - on


def _closes(bench, phase):
    """From S2 closing, with PWM and permission, to closed contacts, self-test included."""
    bench.new_car(ready_s=0.1) if phase < 0.5 else bench.new_car(ready_s=2.0 + phase)
    s2 = None
    bench.jitter = True
    for _ in range(600):
        bench.step()
        if s2 is None and bench.cp.ev.s2:
            s2 = bench.clock.us()
        if bench.out.coil:
            break
    assert bench.out.coil and s2, "not closed"
    return bench.coil_us + 25_000 - s2


def _stubborn(bench, phase):
    """From PWM off to open contacts, the car going on to draw (sequence 10.2)."""
    bench.charging(off_s=None)
    at = bench.arm(lambda b: b.charger.pause(), phase)
    assert bench.until(lambda: bench.event is None and bench.out.pilot != 1, 1), "no pause"
    off = bench.pilot_us
    bench.timed(False)
    bench.jitter = True
    assert bench.until(lambda: bench.out.coil == 0, 8), "not opened"
    took = bench.coil_us + ARMATURE_US - off
    assert took - ARMATURE_US >= 6_000_000, f"opened under load after {took} us already"
    assert at <= off
    return took


def _limit(bench):
    from ballast.control.limits import limits

    bench.charger.put_limit(limits.OCPP, 0, 3000)


def _cut(name):
    return lambda bench: bench.wiring.cut.add(name)


def _overrun(bench, phase):
    """A step that comes too late opens at once: from the late step's start."""
    bench.charging()
    bench.timed(True)
    bench.forced_late = [0, 60_000]
    bench.step()
    before = bench.grid_us
    bench.step()
    assert bench.out.coil == 0, "still closed"
    return bench.coil_us + ARMATURE_US - (before + 80_000)


def _by_hardware(bench, phase):
    """From the module's output to open contacts; no step runs meanwhile."""
    bench.charging()
    cp = bench.cp
    bench.clock.advance_us(int(phase * 20_000))
    cp.rcd.dc_ma = 60.0
    cp.touch()
    tripped_us = None
    while True in cp.contactor.closed:
        assert tripped_us is None or bench.clock.us() - tripped_us < 1_000_000, "not opened"
        bench.clock.advance_us(250)
        cp.step(bench.now_s)
        if tripped_us is None and cp.rcd.hardware_open:
            tripped_us = bench.clock.us()
    took_us = bench.clock.us() - tripped_us
    bench.grid_us = bench.clock.us()
    cp.rcd.dc_ma = 0.0
    return took_us


# 90E32AS: mean of 16 cycles, new at 3 Hz; up to two of its periods until a step is in it whole
OWN_METER = "and twice the power meter's 0.32 s"

ROWS = (
    ("c_to_b", "C to B: the vehicle opens S2", 100, "IEC 61851-1 Table A.6, 8.1", opened(_s2_open)),
    ("c_to_a", "C to A: pilot wire or earth of the cable lost", 100, "IEC 61851-1 Table A.6, 2.2",
     opened(_set("pilot.open_cable", True))),
    ("c_to_e", "CP-PE short, 80 ohm", 100, "IEC 61851-1 Table A.6, 12: 3 s; chosen: as any loss",
     opened(_set("pilot.short_ohm", 80.0))),
    ("c_to_d", "C to D without ventilation", 1000, "chosen", opened(_car(ventilation=True))),
    ("diode", "diode of the vehicle missing while charging", 1000, "chosen",
     opened(_car(diode=False), 2)),
    ("closes", "S2 closed to contacts closed, self-test before", 3000,
     "IEC 61851-1 Table A.6, 4", _closes),
    ("stubborn", "PWM off, the vehicle goes on: opened under load", 6500,
     "IEC 61851-1 Table A.6, 10.2: not before 6 s", _stubborn),
    ("limit", "a limit of 0: PWM off", 100, "chosen", _paused(_limit, 1)),
    ("rcd", "trip input active, to the coil's pin (the hardware opens by itself)", 80,
     "chosen: the next step, however late", opened(_cut("rcd"), armature_us=0)),
    ("rcd_contacts", "trip input active, to open contacts by this software alone", 95,
     "chosen: the same and the armature", opened(_cut("rcd"))),
    ("rcd_hardware", "the module's output active, to open contacts by the hardware alone", 40,
     "chosen: the armature, no software in it", _by_hardware),
    ("pe", "protective earth lost", 1000, "chosen", opened(_set("pe.lost", True), 2)),
    ("pe_loop", "protective earth of 80 ohm", 1000, "chosen", opened(_set("pe.loop_ohm", 80.0), 2)),
    ("pe_hot", "60 V on the protective earth", 1000, "chosen", opened(_set("pe.touch_v", 60.0), 2)),
    ("weld", "welded contact, from the opening to the fault", 400,
     "chosen: 250 ms window, steps, one late step", _weld),
    ("no_close", "contactor does not close, to coil off", 400, "chosen: as weld", _no_close),
    ("over_hard", "more than 1.5 x limit", 1000, f"chosen: 0.15 s, {OWN_METER}",
     opened(_greedy(60.0), 3)),
    ("over_soft", "more than (limit + 0.5 A) x 1.1", 7600, "EVerest: 7 s, the power meter's 0.32 s in them",
     opened(_greedy(38.0), 10)),
    ("under", "voltage below the band: PWM off", 2000, "chosen", _paused(_volts(185.0))),
    ("over", "voltage above the band: PWM off", 2000, "chosen", _paused(_volts(275.0))),
    ("phase", "a phase is missing: PWM off", 2000, "chosen", _paused(_volts(0.0))),
    ("plug_hot", "mains plug at T2", 1000, "chosen", opened(ntc("plug", 230.0), 2)),
    ("sensor", "plug's thermistor open", 1000, "chosen", opened(ntc("plug", 2500.0), 2)),
    ("overrun", "a step 60 ms late: from its start", 75, "chosen: in the same step", _overrun),
    *SENSORS,
    *WAITS,
)  # fmt: skip


def measure(bench, row, phase):
    """One measurement in ms. AssertionError when what must follow did not."""
    bench.restore()
    return row[4](bench, phase) / 1000.0
