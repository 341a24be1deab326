"""The faults and the states of the campaign, as data.

FAULTS: name: (set(rig), clear(rig), bound_ms, what, expected fault). bound_ms: within that
time after the fault, while it lasts, `what` must hold if the contactor was closed: "open" =
coil off, "pause" = no PWM. Bounds are the safety table's, less one step for the phase and
15 ms for the armature where the table counts to the contacts.
"""

from ballast.control.limits import limits
from ballast.control.places import NAMES
from ballast.control.safety import faults as f
from ballast_bench.campaign.rig import LEVELS, SLOW_MS


def _attr(name, bad, good):
    return (lambda r: setattr(r, name, bad)), (lambda r: setattr(r, name, good))


def _level(name):
    return _attr("force_mv", LEVELS[name], None)


def _ntc(name, mv):
    place = NAMES.index(name)

    def put(rig, value):
        rig.ntc[place] = value

    return (lambda r: put(r, mv)), (lambda r: put(r, 1650))


def _limit(ma, ttl_ms, fall):
    def put(rig):
        slot = limits.OCPP
        rig.charger.fall_to(slot, fall)
        assert rig.charger.put_limit(slot, ma, ttl_ms)
        rig.truth_limit[slot] = (ma, rig.t_ms + ttl_ms, fall)

    def clear(rig):
        rig.charger.fall_to(limits.OCPP, limits.NO_LIMIT_MA)
        rig.charger.put_limit(limits.OCPP, limits.NO_LIMIT_MA, 1000)
        rig.truth_limit.pop(limits.OCPP, None)

    return put, clear


def _once(name, value):
    return (lambda r: setattr(r, name, value)), (lambda r: None)


def _low(rig):
    rig.low_mv = -8000


def _diode_back(rig):
    rig.low_mv = -12000


def _gone(rig):
    rig.here = False
    rig.s2_ms = 0


def _back(rig):
    rig.here = True


HOT = 300  # mV at 10k/3.3 V: 89 degC
VERY_HOT = 150  # 117 degC

FAULTS = {
    "level_b": (*_level("b"), SLOW_MS, "open", f.NONE),
    "level_a": (*_level("a"), SLOW_MS, "open", f.NONE),
    "level_d": (*_level("d"), SLOW_MS, "open", f.VENTILATION),
    "level_e": (*_level("e"), SLOW_MS, "open", f.PILOT_SHORT),
    "level_neg": (*_level("neg"), SLOW_MS, "open", f.PILOT_LOST),
    "level_lost": (*_level("lost"), SLOW_MS, "open", f.PILOT_LOST),
    "unplug": (_gone, _back, SLOW_MS, "open", f.NONE),
    "adc_dead": (*_attr("adc_dead", True, False), SLOW_MS, "open", f.PILOT_LOST),
    "stubborn": (*_attr("obeys", False, True), 0, "", f.NONE),
    "no_diode": (_low, _diode_back, 1000, "open", f.DIODE),
    "leak": (*_attr("leak", 1, 0), 40, "open", f.RCD_TRIP),
    "test_dead": (*_attr("test_dead", True, False), 0, "", f.NONE),
    "pe": (*_attr("pe_good", 0, 1), 1000, "open", f.PE_LOST),
    "weld": (*_attr("weld", True, False), 0, "", f.NONE),
    "no_close": (*_attr("no_close", True, False), 350, "open", f.NO_CLOSE),
    "drop_out": (*_attr("drop_out", True, False), 350, "open", f.NO_CLOSE),
    "mirror_open": (*_attr("mirror_stuck", 0, None), 350, "open", f.NO_CLOSE),
    "mirror_shut": (*_attr("mirror_stuck", 1, None), 0, "", f.NONE),
    "load_shut": (*_attr("load_stuck", 1, None), 0, "", f.NONE),
    "over_soft": (*_attr("extra_ma", 24000, 0), 10500, "open", f.OVERCURRENT),
    "over_hard": (*_attr("extra_ma", 60000, 0), 800, "open", f.OVERCURRENT),
    "under": (*_attr("volts", 180000, 230000), 2000, "pause", f.UNDERVOLT),
    "over": (*_attr("volts", 280000, 230000), 2000, "pause", f.OVERVOLT),
    "no_supply": (*_attr("volts", 20000, 230000), 2000, "pause", f.NONE),
    "phase": (*_attr("phase_out", True, False), 2000, "pause", f.NONE),
    "plug_hot": (*_ntc("plug", HOT), 1000, "open", f.PLUG_HOT),
    "connector_hot": (*_ntc("connector", VERY_HOT), 1000, "open", f.CONNECTOR_HOT),
    "box_hot": (*_ntc("box", VERY_HOT), 1000, "open", f.BOX_HOT),
    "plug_open": (*_ntc("plug", 3300), 1000, "open", f.PLUG_SENSOR),
    "plug_short": (*_ntc("plug", 0), 1000, "open", f.PLUG_SENSOR),
    "connector_open": (*_ntc("connector", 3300), 1000, "open", f.CONNECTOR_SENSOR),
    "box_open": (*_ntc("box", 3300), 0, "", f.BOX_SENSOR),
    "meter_dead": (*_attr("meter_dead", True, False), 1400, "open", f.OWN_METER),
    "late": (*_once("one_dt_ms", 55), 0, "", f.NONE),
    "overrun": (*_once("one_dt_ms", 90), 40, "open", f.OVERRUN),
    "boom": (*_once("boom", True), 20, "open", f.EXCEPTION),
    "limit_zero": (*_limit(0, 3000, limits.NO_LIMIT_MA), 40, "pause", f.NONE),
    "limit_7": (*_limit(7000, 5000, limits.NO_LIMIT_MA), 0, "", f.NONE),
    "limit_dies": (*_limit(16000, 500, 0), 560, "pause", f.NONE),
    "user": ((lambda r: r.charger.pause()), (lambda r: r.charger.resume()), 40, "pause", f.NONE),
    "reset": ((lambda r: r.charger.reset_faults()), (lambda r: None), 0, "", f.NONE),
}  # fmt: skip

STATES = ("a", "b_paused", "test", "b2", "closing", "charging", "pausing", "resumed", "wake", "fault")


def bring(rig, state):
    """Steps that take a fresh rig into `state`."""
    steps(rig, 10)
    if state == "a":
        return
    rig.want = state in ("closing", "charging", "pausing", "resumed", "fault")
    if state == "b_paused" or state == "wake":
        rig.charger.pause()
    rig.here = True
    if state == "test":
        steps(rig, 30)
    elif state == "b_paused":
        steps(rig, 200)
    elif state == "closing":
        until(rig, lambda: rig.out.coil == 1)
    elif state == "wake":
        _to_wake(rig)
    else:
        until(rig, lambda: rig.out.duty_u16 > 0)
        if state != "b2":
            until(rig, lambda: rig.out.coil == 1)
            steps(rig, 100)
        if state in ("pausing", "resumed"):
            rig.obeys = state == "resumed"
            rig.charger.pause()
            steps(rig, 20)
        if state == "resumed":
            steps(rig, 150)
            rig.charger.resume()
            until(rig, lambda: rig.out.coil == 1)
        if state == "fault":
            rig.pe_good = 0
            until(rig, lambda: rig.out.coil == 0)
            rig.pe_good = 1
            steps(rig, 10)


def _to_wake(rig):
    """An EV that was charging, was paused by us, and does not answer afterwards."""
    rig.charger.resume()
    until(rig, lambda: rig.out.duty_u16 > 0)
    steps(rig, 20)
    rig.charger.pause()
    steps(rig, 200)
    rig.charger.resume()
    until(rig, lambda: rig.cycle.charge.wakes == 1, 40)
    steps(rig, 20)


def steps(rig, n):
    for _ in range(n):
        rig.step()


def until(rig, condition, seconds=10):
    for _ in range(seconds * 50):
        if condition():
            return
        rig.step()
    raise AssertionError("the state was not reached")
