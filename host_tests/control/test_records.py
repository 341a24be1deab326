"""The records before they are filled: what was never read is a trip, not fitted or nothing."""

from ballast.control.records import NOT_FITTED, EvView, Fit, Out, Scan, Status
from fresh_kit import all_are


def test_scan():
    part = Scan()
    all_are(part, 0, "pilot_high_mv pilot_low_mv pilot_samples meter_seq button")
    all_are(part, 1, "rcd_trip")
    all_are(part, NOT_FITTED, "mirror load_live pe")
    all_are(part, (0, 0, 0), "supply_mv ev_ma")
    all_are(part, (NOT_FITTED,) * 3, "ntc_mv")


def test_out():
    part = Out()
    all_are(part, 0, "coil pilot duty_u16 rcd_test led")


def test_fit():
    part = Fit()
    all_are(part, 1, "phases")
    all_are(part, 16000, "rated_ma")
    all_are(part, 13, "pwm_bits")
    all_are(part, False, "mirror load_live pe rcd own_meter button")
    all_are(part, (False, False, False), "ntc")
    all_are(part, 10000, "ntc_pullup_ohm")
    all_are(part, 3300, "ntc_supply_mv")
    all_are(part, 0, "rcd_module")


def test_status():
    part = Status(3, 4)
    all_are(part, 0, "uptime_s state why contactor offered_ma limit_ma limit_slot ev_w fuse_ma")
    all_are(part, 0, "meter_state meter_reason meter_delay_ms panel_state session_wh session_s")
    all_are(part, 0, "charge_s total_wh user_paused boost_left_s fault_first step_us_max")
    all_are(part, (0, 0, 0), "slot_ma slot_left_ms ev_ma supply_mv mains_ma house_ma temp_ddegc")
    all_are(part, (0, 0, 0), "temp_known")
    all_are(part, -1, "meter_age_ms")
    all_are(part, (0,) * 4, "fault_active")
    all_are(part, (0,) * 4, "fault_count")


def test_ev_view():
    part = EvView()
    all_are(part, (0, 0, 0), "ma")
    all_are(part, 0, "seq t_ms")
    all_are(part, True, "fitted")
