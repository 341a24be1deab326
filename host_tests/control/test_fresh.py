"""What each part knows before its first step: nothing that is good."""

from ballast.control.charge_state import ChargeState
from ballast.control.contactor import Contactor
from ballast.control.derating import Derating
from ballast.control.ev_meter import EvMeter
from ballast.control.faults import Faults
from ballast.control.interlocks import Interlocks
from ballast.control.limits import NO_LIMIT_MA, SITE, Limits
from ballast.control.ntc import OPEN
from ballast.control.pilot import Pilot
from ballast.control.rcd_test import RcdTest
from ballast.control.scan_cycle import ScanCycle
from ballast.control.session import Session
from ballast.control.settings import Settings
from ballast.control.supply import Supply
from rig import full_fit

ZERO = (0, 0, 0)


def _same(part, values):
    for key in values:
        have = getattr(part, key)
        want = values[key]
        if isinstance(want, tuple):
            assert tuple(have) == want, (key, have)
        else:
            assert have == want, (key, have)


def _zero(part, keys):
    for key in keys.split():
        have = getattr(part, key)
        assert have == 0, (key, have)


def test_pilot():
    _same(Pilot(), {"level": 6, "raw": 6, "diode": -1, "diode_bad_ms": 0, "_seen": 0})


def test_limits():
    part = Limits()
    none = (NO_LIMIT_MA,) * 16
    _same(part, {"slot_ma": none, "fall_ma": none, "ma": NO_LIMIT_MA, "winner": 0})
    _same(part, {"_until_ms": (0,) * 16, "_timed": (0,) * 16, "_dirty": True, "_any_timed": False})
    _zero(part, "_ignored _soonest_ms")


def test_faults():
    part = Faults()
    none = (0,) * 35
    for key in "active present count _used _gone_ms since_s _freed".split():
        _same(part, {key: none})
    _zero(part, "first first_s before before_s away now_s stop pause derate changes _any")


def test_interlocks():
    part = Interlocks(full_fit(), Faults())
    _same(part, {"low_mv": 195000, "high_mv": 264000, "phases": 1, "permit": False})
    _zero(part, "permit_until_ms _short_ms _lost_ms _vent_ms _pe_ms _low_ms _high_ms _phase_ms")
    _same(part, {"_soft_ms": -1, "_hard_ms": -1})
    _zero(part, "_leak_ms soft_ref_ma hard_ref_ma _offer_ma _cut_ms")
    _zero(part, "_judge_pilot_ms")


def test_contactor():
    for phases, every in ((1, 1), (3, 7)):
        part = Contactor(full_fit(phases))
        _same(part, {"_all": every, "_metered": True, "since_ms": 500})
        _zero(part, "coil state weld no_close settled closings under_load _bad_ms")


def test_charge_state():
    part = ChargeState()
    _same(part, {"state": 8, "wake": 1})
    _zero(part, "pilot close ventilation plugged unplug_event wakes pwm_on")
    _zero(part, "_pwm_ms _ever_off _wake_armed _pulse _pulse_ms")


def test_rcd_test():
    part = RcdTest(1)
    _same(part, {"took_ms": -1, "quick": True})
    _zero(part, "state drive _start_ms _edge_ms _line _seen")


def test_derating():
    part = Derating(full_fit())
    for key in "ddegc known hot sensor _t1 _t2 _t3 _frozen _ref_ddegc".split():
        _same(part, {key: ZERO})
    _same(part, {"limit_ma": NO_LIMIT_MA, "full_ma": 32000, "_proven": (1, 1, 1)})
    _same(part, {"_mark": (OPEN,) * 6})
    _zero(part, "rise _rise_ddegc _box_stop _mark_i _mark_ms _load_ms _loaded")


def test_session():
    part = Session()
    _zero(part, "open wh seconds charge_s peak_ma total_wh ended last_wh last_s last_charge_s")
    _zero(part, "_wh_seen _ms _charge_ms _last_ms")
    assert part._started is False


def test_ev_meter():
    part = EvMeter(True)
    _same(part, {"fitted": True, "ma": ZERO, "supply_mv": ZERO, "_started": False})
    _zero(part, "seq t_ms dw max_ma wh silent _port_seq _rest")


def test_supply():
    part = Supply(SITE)
    _same(part, {"slot": 5, "used": False, "_seq": -1, "_ma": -1, "phase_map": (0, 1, 2)})
    _zero(part, "limit_ma _first")


def test_scan_cycle():
    part = ScanCycle(Settings(), full_fit())
    _same(part, {"why": 1, "settings_min_ma": 6000, "_version": -1})
    for key in "_started _retest _export _allow".split():
        assert getattr(part, key) is False, key
    _zero(part, "broken offered_ma user_paused hold_ms gap_max_ms steps uptime_s boost_s")
    _zero(part, "_last_ms _ev_ms _heat_ms _second_ms _pwm_steps _offer_want_ma _tested_ms")
