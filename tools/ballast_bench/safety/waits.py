"""Rows of the safety table whose time must also pass: pauses, the wake-up, a resume.

WAITS has the shape of safety_rows.ROWS. Each asserts the least time itself; the limit is
the most. Also the pilot's rarer losses: a dead generator, a level in no window.
"""

from ballast.control.records import PILOT_NEG, PILOT_PWM
from ballast_bench.safety.timing import opened


def _happened(bench):
    return bench.event is None


def _at_least(took_us, least_ms, what):
    assert took_us >= least_ms * 1000, f"{what} after {took_us / 1000:.1f} ms already"
    return took_us


def _in_b(bench):
    """Charged, paused, and the vehicle in B without a wish."""
    bench.charging()
    bench.charger.pause()
    bench.cp.ev.wanted = False
    assert bench.until(lambda: bench.out.coil == 0, 8), "not opened"


def _lost(name, value):
    def run(bench, phase):
        pilot = bench.cp.pilot
        good = getattr(pilot, name)
        try:
            return opened(lambda b: setattr(pilot, name, value))(bench, phase)
        finally:
            setattr(pilot, name, good)
            bench.cp.touch()

    return run


def _x1(bench, phase):
    """From the end of PWM to PWM again, allowed again at any time within; the car stays in C."""
    bench.charging(off_s=None)
    bench.arm(lambda b: b.charger.pause(), phase)
    assert bench.until(lambda: _happened(bench) and bench.out.pilot != PILOT_PWM, 1), "no pause"
    off = bench.pilot_us
    bench.until(lambda: False, 2.8 * phase)
    bench.charger.resume()
    assert bench.until(lambda: bench.out.pilot == PILOT_PWM, 4), "no PWM"
    return _at_least(bench.pilot_us - off, 3000, "PWM")


def _wake(bench, phase):
    """From PWM to the wake-up pulse of a vehicle that stays in B after a pause."""
    _in_b(bench)
    bench.until(lambda: False, 3.2 + phase)
    bench.charger.resume()
    assert bench.until(lambda: bench.out.pilot == PILOT_PWM, 4), "no PWM"
    on = bench.pilot_us
    bench.jitter = True
    assert bench.until(lambda: bench.out.pilot == PILOT_NEG, 40), "no pulse"
    return _at_least(bench.pilot_us - on, 30_000, "pulse")


def _pulse(bench, phase):
    """The length of the wake-up pulse, and that a second one does not come."""
    _wake(bench, phase)
    on = bench.pilot_us
    assert bench.until(lambda: bench.out.pilot != PILOT_NEG, 6), "it does not end"
    took = _at_least(bench.pilot_us - on, 4000, "end of the pulse")
    bench.jitter = False
    assert not bench.until(lambda: bench.out.pilot == PILOT_NEG, 40), "a second pulse"
    return took


def _volts_back(bench, phase):
    """From the voltage back in its band to PWM."""
    bench.charging()
    bench.cp.supply_v[1] = 185.0
    bench.cp.touch()
    assert bench.until(lambda: bench.out.pilot != PILOT_PWM, 3), "no pause"
    bench.until(lambda: False, 8)

    def good(b):
        b.cp.supply_v[1] = 230.0

    at = bench.arm(good, phase)
    assert bench.until(lambda: _happened(bench), 1)
    bench.timed(False)
    bench.jitter = True
    assert bench.until(lambda: bench.out.pilot == PILOT_PWM, 40), "no PWM"
    return _at_least(bench.pilot_us - at, 30_000, "PWM")


WAITS = (
    ("dead_pilot", "pilot's generator dead: 0 V without a low part", 100, "chosen: as any loss",
     _lost("powered", False)),
    ("window", "pilot at 7.5 V: in no window", 100, "chosen: as any loss", _lost("offset_mv", 1500.0)),
    ("stuck_low", "pilot stuck at -12 V", 100, "chosen: as any loss; bar of the state: 3 s",
     _lost("stuck_low", True)),
    ("x1", "PWM off to PWM again, at least 3 s", 3120, "EVerest T_STEP_X1: not before 3 s", _x1),
    ("wake", "vehicle asleep in B: PWM to the wake-up pulse", 30_200,
     "IEC 61851-1 A.5.3: not before 30 s", _wake),
    ("pulse", "length of the wake-up pulse, at least 4 s, and only one", 4200,
     "ISO 15118-3 T_step_EF", _pulse),
    ("resume", "voltage back in its band to PWM, at least 30 s", 31_000,
     "chosen: 30 s in band, and twice the power meter's 0.32 s", _volts_back),
)  # fmt: skip
