"""What each part knows before its first step: nothing that is good."""

from ballast.control.charge_state import ChargeState
from ballast.control.ev_meter import EvMeter
from ballast.control.limits import NO_LIMIT_MA, SITE, Limits
from ballast.control.pilot import Pilot
from ballast.control.safety.contactor import Contactor
from ballast.control.safety.derating import Derating
from ballast.control.safety.faults import Faults
from ballast.control.safety.interlocks import Interlocks
from ballast.control.safety.ntc import OPEN
from ballast.control.safety.rcd_test import RcdTest
from ballast.control.scan_cycle import ScanCycle
from ballast.control.session import Session
from ballast.control.settings import Settings
from ballast.control.supply import Supply
from ballast_bench.rigs.control import full_fit
from fresh_kit import all_are

ZERO = (0, 0, 0)


def test_pilot():
    part = Pilot()
    all_are(part, 6, "level raw")
    all_are(part, -1, "diode")
    all_are(part, 0, "diode_bad_ms _seen")


def test_limits():
    part = Limits()
    none = (NO_LIMIT_MA,) * 16
    all_are(part, none, "slot_ma fall_ma")
    all_are(part, NO_LIMIT_MA, "ma")
    all_are(part, 0, "winner")
    all_are(part, (0,) * 16, "_until_ms _timed")
    all_are(part, True, "_dirty")
    all_are(part, False, "_any_timed")
    all_are(part, 0, "_ignored _soonest_ms")


def test_faults():
    part = Faults()
    none = (0,) * 35
    all_are(part, none, "active present count _used _gone_ms since_s _freed")
    all_are(part, 0, "first first_s before before_s away now_s stop pause derate changes _any")


def test_interlocks():
    part = Interlocks(full_fit(), Faults())
    all_are(part, 195000, "low_mv")
    all_are(part, 264000, "high_mv")
    all_are(part, 1, "phases")
    all_are(part, False, "permit")
    all_are(part, 0, "permit_until_ms _short_ms _lost_ms _vent_ms _pe_ms _low_ms _high_ms _phase_ms")
    all_are(part, -1, "_soft_ms _hard_ms")
    all_are(part, 0, "_leak_ms soft_ref_ma hard_ref_ma _offer_ma _cut_ms")
    all_are(part, 0, "_judge_pilot_ms")


def test_contactor():
    for phases, every in ((1, 1), (3, 7)):
        part = Contactor(full_fit(phases))
        all_are(part, every, "_all")
        all_are(part, True, "_metered")
        all_are(part, 500, "since_ms")
        all_are(part, 0, "coil state weld no_close settled closings under_load _bad_ms")


def test_charge_state():
    part = ChargeState()
    all_are(part, 8, "state")
    all_are(part, 1, "wake")
    all_are(part, 0, "pilot close ventilation plugged unplug_event wakes pwm_on")
    all_are(part, 0, "_pwm_ms _ever_off _wake_armed _pulse _pulse_ms")


def test_rcd_test():
    part = RcdTest(1)
    all_are(part, -1, "took_ms")
    all_are(part, True, "quick")
    all_are(part, 0, "state drive _start_ms _edge_ms _line _seen")


def test_derating():
    part = Derating(full_fit())
    all_are(part, ZERO, "ddegc known hot sensor _t1 _t2 _t3 _frozen _ref_ddegc")
    all_are(part, NO_LIMIT_MA, "limit_ma")
    all_are(part, 32000, "full_ma")
    all_are(part, (1, 1, 1), "_proven")
    all_are(part, (OPEN,) * 6, "_mark")
    all_are(part, 0, "rise _rise_ddegc _box_stop _mark_i _mark_ms _load_ms _loaded")


def test_session():
    part = Session()
    all_are(part, 0, "open wh seconds charge_s peak_ma total_wh ended last_wh last_s last_charge_s")
    all_are(part, 0, "_wh_seen _ms _charge_ms _last_ms")
    assert part._started is False


def test_ev_meter():
    part = EvMeter(True)
    all_are(part, True, "fitted")
    all_are(part, ZERO, "ma supply_mv")
    all_are(part, False, "_started")
    all_are(part, 0, "seq t_ms dw max_ma wh silent _port_seq _rest")


def test_supply():
    part = Supply(SITE)
    all_are(part, 5, "slot")
    all_are(part, False, "used")
    all_are(part, -1, "_seq _ma")
    all_are(part, (0, 1, 2), "phase_map")
    all_are(part, 0, "limit_ma _first")


def test_scan_cycle():
    part = ScanCycle(Settings(), full_fit())
    all_are(part, 1, "why")
    all_are(part, 6000, "settings_min_ma")
    all_are(part, -1, "_version")
    all_are(part, False, "_started _retest _export _allow")
    all_are(part, 0, "broken offered_ma user_paused hold_ms gap_max_ms steps uptime_s boost_s")
    all_are(part, 0, "_last_ms _ev_ms _heat_ms _second_ms _pwm_steps _offer_want_ma _tested_ms")
