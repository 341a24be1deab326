"""Double entry: every number that control/ rests on stands here once more.

Changing one means changing two places, and looking up where it comes from: the source
stands beside the constant in control/. CPython only, since MicroPython compiles private
constants away.
"""

from ballast.control import pilot, settings
from ballast.control.safety import faults, rcd_test
from ballast.control.safety.faults import (
    AUTO,
    DERATE,
    MANUAL,
    PAUSE,
    POWER,
    SERVICE,
    STOP,
    UNPLUG,
    WARN,
)

NUMBERS = {
    "pilot": {
        "A": 0, "B": 1, "C": 2, "D": 3, "E": 4, "NEG": 5, "LOST": 6, "_HYST_MV": 250,
        "_WINDOW_MV": 1100, "_OVER_MV": 13500, "_DIODE_MV": -10000, "_LATE_MS": 25,
        "MIN_MA": 6000, "MAX_MA": 80000,
    },
    "limits": {
        "RATING": 0, "PLUG": 1, "CABLE": 2, "CIRCUIT": 3, "TEMP": 4, "SITE": 5, "PANEL": 6,
        "SOLAR": 7, "DEMAND": 8, "GRID": 9, "GROUP": 10, "SCHEDULE": 11, "OCPP": 12, "API": 13,
        "USER": 14, "COMMISSION": 15, "COUNT": 16, "NO_LIMIT_MA": 1000000, "FOREVER": -1,
        "MAX_TTL_MS": 172800000, "BOOST_MASK": 2176, "_LED_MASK": 32,
    },
    "faults": {
        "WARN": 0, "DERATE": 1, "PAUSE": 2, "STOP": 3, "AUTO": 0, "UNPLUG": 1, "MANUAL": 2,
        "POWER": 3, "SERVICE": 4, "NONE": 0, "EXCEPTION": 1, "OVERRUN": 2, "CRASH_LOOP": 3,
        "WATCHDOG": 4, "BROWN_OUT": 5, "RCD_TRIP": 6, "RCD_TEST": 7, "PE_LOST": 8, "WELD": 9,
        "NO_CLOSE": 10, "DIODE": 11, "VENTILATION": 12, "PILOT_SHORT": 13, "PILOT_LOST": 14,
        "OVERCURRENT": 15, "UNDERVOLT": 16, "OVERVOLT": 17, "PHASE_LOST": 18, "PLUG_HOT": 19,
        "CONNECTOR_HOT": 20, "BOX_HOT": 21, "PLUG_RISE": 22, "PLUG_SENSOR": 23,
        "CONNECTOR_SENSOR": 24, "BOX_SENSOR": 25, "OWN_METER": 26, "METER_LOST": 27,
        "METER_DISTRUST": 28, "DERATED": 29, "SETTINGS": 30, "STORAGE": 31, "CLOCK": 32,
        "LEAK_OPEN": 33, "METERS_APART": 34, "COUNT": 35,
    },
    "light": {
        "OFF": 0, "READY": 1, "WAIT": 2, "CHARGE": 3, "PAUSE": 4, "WARN": 5, "FAULT": 6, "LOCKED": 7,
    },
    "interlocks": {
        "STEP_MS": 20, "STEP_MAX_MS": 38, "STEP_PERMIT_MS": 250, "_PILOT_FAULT_MS": 200,
        "_PE_MS": 200, "_VOLT_MS": 1000, "_VOLT_LOST_MV": 50000, "_OC_NOISE_MA": 500,
        "_OC_SOFT_MS": 7000, "_OC_HARD_MS": 500, "_OC_SOFT_HOLD_MS": 3000,
        "_OC_HARD_HOLD_MS": 8000, "_LEAK_MA": 1000, "_LEAK_MS": 1000,
    },
    "contactor": {
        "OPEN": 0, "CLOSED": 1, "_WINDOW_MS": 250, "_MIN_OFF_MS": 500, "_LONG_MS": 100000000,
        "_LIVE_MV": 100000,
    },
    "charge_state": {
        "A": 0, "B1": 1, "B2": 2, "C1": 3, "C2": 4, "D1": 5, "D2": 6, "E": 7, "F": 8,
        "WHY_NONE": 0, "WHY_UNPLUGGED": 1, "WHY_FAULT": 2, "WHY_PAUSE_FAULT": 3, "WHY_USER": 4,
        "WHY_LIMIT": 5, "WHY_HOLD": 6, "WHY_TEST": 7, "WHY_CAR": 8, "WHY_CAR_IDLE": 9,
        "S2_WAIT_MS": 6020, "X1_MIN_MS": 3020, "WAKE_AFTER_MS": 30000, "WAKE_PULSE_MS": 4020,
        "WAKE_REST_MS": 3020, "_LONG_MS": 100000000, "WAKE_NONE": 0, "WAKE_F": 1, "WAKE_E": 2,
    },
    "rcd_test": {
        "IDLE": 0, "RUNNING": 1, "PASSED": 2, "FAILED": 3, "_DRIVE": 0, "_EARLY": 1, "_LATE": 2,
        "_TRIPS": 3, "_CLEAR": 4, "_END": 5, "QUICK_MS": 2600,
    },
    "derating": {
        "PLUG": 0, "CONNECTOR": 1, "BOX": 2, "PERIOD_MS": 200, "_RISE_MS": 10000,
        "_RISE_MARKS": 6, "_RISE_FLOOR_DDEGC": 400, "_FROZEN_MS": 900000, "_FROZEN_MA": 10000,
        "_FROZEN_DDEGC": 2, "_MIN_MA": 6000,
    },
    "ntc": {
        "OPEN": -32768, "SHORT": 32767, "_FIRST_DDEGC": -400, "_STEP_DDEGC": 50,
    },
    "scan_cycle": {
        "_RETEST_MS": 86400000, "_SETTLE_MS": 300, "_UP_MA": 100, "_IDLE_MA": 1000,
    },
    "charger": {
        "SUPPLY": 0, "PANEL": 1, "RESET_POWER_ON": 0, "RESET_SOFT": 1, "RESET_WATCHDOG": 2,
        "RESET_BROWN_OUT": 3, "_SERVICE_MAX_MA": 1000000, "_TEST_MA": 16000,
    },
    "ev_meter": {
        "_SILENT_MS": 1000, "_MAX_GAP_MS": 2000, "_WH": 36000000,
    },
    "ticks": {
        "_HALF": 536870912,
    },
    "allocate": {
        "EQUAL": 0, "PRIORITY": 1, "DEPARTURE": 2, "RANKS": 256, "MAX_S": 524287,
        "IDLE_S": 134217727, "_LINE_STEP_MA": 250,
    },
    "balancer": {
        "WAIT": 0, "FREE": 1, "HOUSE": 2, "HOLD": 3, "PAUSE": 4, "OFF_TIME": 5, "UNANSWERED": 6,
        "_HOLD_MS": 3500, "_BACK_MS": 11000, "_SLEW_MS": 2500, "_KEEP_PERCENT": 40, "_USED_MA": 100,
        "_USED_PERCENT": 95, "_TRUE_MS": 250, "_BLIND_MS": 6000, "_GUESS_MS": 100,
    },
    "button": {
        "_SHORT_MS": 60, "_LONG_MS": 3000,
    },
    "commissioning": {
        "IDLE": 0, "RUNNING": 1, "DONE": 2, "OK": 0, "NOT_FITTED": 1, "NO_EV": 2, "SILENT": 3,
        "NO_ANSWER": 4, "REVERSED": 5, "RATIO": 6, "RESTLESS": 7, "ABORTED": 8,
        "VERDICT_KEYS": (
            "ok", "not_fitted", "no_ev", "silent", "no_answer", "reversed", "ratio", "restless",
            "aborted",
        ),
        "_LEVELS": 9, "_EDGES": 8, "_HOLD_S": (14, 11, 13, 10, 15, 11, 12, 10, 13),
        "_AVERAGE_MS": 4000, "_MOVE_MA": 4000, "_NEEDED": 5, "_SILENT_MS": 8000, "_QUIET_PM": 200,
        "LOW_PM": 850, "HIGH_PM": 1150, "_MAX_PM": 20000,
    },
    "demand": {
        "QUARTER_MS": 900000, "_QUARTER_S": 900, "_NO_LIMIT_MA": 1000000, "_LEAST_S": 13,
        "_OBEY_S": 12, "_REPAY_S": 400, "_BURSTS": 4, "_FORGET": 32, "_UNSEEN_PART": 4,
        "_UNSEEN_S": 20, "_UNSEEN_W": 2000, "_UNSEEN_WS": 120000,
        "_MOST_WS": 180000000, "_RESUME_MA": 1000, "_RAISE_MA": 1000,
        "_DT_MAX_MS": 5000,
    },
    "ev_history": {
        "_SLOTS": 128, "_MASK": 127, "_PERIOD_MS": 100, "_GAP_MS": 2000,
    },
    "ev_phases": {
        "_ON_MA": 1500, "_OFF_MA": 500, "_FIND_MS": 5000, "_LEAVE_MS": 30000,
    },
    "group": {
        "FOLLOW": 0, "CLAIM": 1, "LEAD": 2, "_CLAIM_MS": 4000, "_TURN_MS": 700, "_GAP_MS": 150,
        "_AGAIN_MS": 300, "_BUDGET_MS": 3000, "_PARTS": 8, "_FEW": 16,
    },
    "group_budget": {
        "_BUCKET_MS": 500, "_BUCKETS": 10, "_QUIET_MS": 2500, "_GONE_MS": 25000, "_FAR_MA": 200000,
        "_CONFIRM_MS": 900, "_NOISE_MA": 200, "_REST_MA": 150, "_MORE_MA": 400,
    },
    "group_demand": {
        "_FOLLOW_MS": 6000, "_UNUSED_MA": 1000, "_MARGIN_MA": 2000, "_NOTHING_MA": 1000,
        "_BEGIN_MS": 60000,
    },
    "group_leader": {
        "_KEEP": 4, "_GONE_MS": 8000, "_LENT_MS": 8000, "_MOST_MA": 80000,
    },
    "group_member": {
        "_KEPT": 64, "_ECHO_MS": 3000, "_FALLS": 8, "_STEP_MS": 200, "_SETTLED_MA": 500,
    },
    "group_records": {
        "SEATS": 64, "NOBODY": 255, "ROWS": 18, "LEASE_MS": 20000, "VOTE_MS": 17000,
        "CLAIM_VOTE_MS": 2500, "SETTLE_MS": 5000, "BEACON_MS": 1000, "REPORT_MS": 1000,
        "SLOT_MS": 2000, "FRESH_MS": 5000,
    },
    "group_shared": {
        "MAX_SHARED_MS": 2000, "_OVER_MA": 500, "_OVER_MS": 25000, "_DOUBT_MS": 60000,
    },
    "lag": {
        "_ASK_MA": 2000, "_FIRST_MS": 2500, "_LEAST_MS": 100, "_LONGEST_MS": 6000, "_STEP_MS": 250,
        "_GUESSES": 16, "_DOUBT_MS": 3750, "_TRUST_MS": 150, "_MOVE_MA": 1000, "_TRAVEL_MA": 3000,
        "_QUIET_MS": 4500, "_LONG_MS": 30000,
    },
    "meter": {
        "NONE": 0, "GOOD": 1, "STALE": 2, "DISTRUSTED": 3, "RECOVERING": 4, "WHY_NEVER": 1,
        "WHY_SILENT": 2, "WHY_RANGE": 7, "WHY_JUMPING": 8, "WHY_NEGATIVE": 9,
        "REASON_KEYS": (
            "ok", "never", "silent", "frozen", "deaf", "swapped", "reversed", "range", "jumping",
            "negative",
        ),
        "_FALLBACK_MS": 4900, "_FIRST_HOLD_MS": 3000, "_HOLD_MS": 10000, "_AGE_MAX_MS": 100000000,
        "_MAX_MA": 10000000, "_NEGATIVE_MA": -1000, "_LONG_OVER_MS": 120000,
        "_JUMP_WINDOW_MS": 10000, "_JUMPS": 3,
    },
    "meter_pair": {
        "_TOLERANCE_MA": 2000, "_FOR_MS": 10000, "_STALE_GAP_MS": 3000,
    },
    "meter_reaction": {
        "WHY_OK": 0, "WHY_FROZEN": 3, "WHY_DEAF": 4, "WHY_SWAPPED": 5, "WHY_REVERSED": 6,
        "_DELAY_MAX_MS": 8000, "_MAX_STRIKES": 7, "_QUIET_MA": 1000, "_LATENCY_MA": 2000,
        "_MOVE_MA": 4000, "_CALLED_MA": 500, "_REACT_MS": 7000, "_REACT_OFFER_MS": 20000,
        "_FOLLOW_MS": 300, "_LEAD_MS": 150, "_REREF_MS": 60000, "_REVERSED_VOTES": 3,
    },
    "panels": {
        "MAX": 16, "NO_LIMIT_MA": 1000000, "_FINE": 8191,
    },
    "pause_budget": {
        "_RECENT_MS": 600000, "_DOUBLINGS": 3, "_START_MAS": 10000, "_FULL_MAS": 1000000,
    },
    "records": {
        "NOT_FITTED": -1, "PILOT_HOLD": 0, "PILOT_PWM": 1, "PILOT_NEG": 2, "PILOT_ZERO": 3,
    },
    "power": {
        "MAX_W": 200000, "_NOMINAL_V": 230, "_LEAST_MV": 80000,
    },
    "raises": {
        "_WORTH_MAS": 4500, "_WORTH_MORE_MAS": 1500, "_BUSY_MS": 300000, "_AT_ONCE_MA": 2000,
        "_LEAST_MA": 200, "_FORGET_MAS": 500, "_FULL_MAS": 1000000, "_NONE_MA": 1000000,
        "_CHANCE_MS": 30000, "_ANSWERED_MA": 1000, "_ALIVE_MA": 500,
    },
    "rise_risk": {
        "_EDGE_MA": (0, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500, 1900, 2900),
        "_BINS": 15, "_MEMORY_MS": 150000, "_PRIOR_MS": 15000,
    },
    "solar": {
        "OFF": 0, "SOLAR_ONLY": 1, "SOLAR_MIN": 2, "_START_WH": 10, "_STOP_WH": 100,
        "_WS_PER_WH": 3600, "_NO_LIMIT_MA": 1000000, "_STEP_MS": 2000, "_FOLLOW_MAS": 6000,
        "_AT_ONCE_MA": 2000,
    },
    "spare": {
        "_SLOTS": 64, "_MASK": 63, "_SLOT_MS": 250, "_RISE_MA": 150, "_STEP_MA": 500,
        "_LARGE_MA": 1500, "_STIR_MS": 2000, "_RAMP_MS": 3000, "_SAME_MS": 700, "_CAP_MA": 1500,
        "_REST_MA": 150, "_AGAIN_MA": 480, "_WEIGHT_MS": 2000, "_CALM": 0, "_SMALL": 1, "_STEP": 2,
        "_LARGE": 3,
        "_GUESS": ((150, 50, 15000), (250, 400, 15000), (480, 400, 6000), (250, 400, 15000)),
    },
    "urgency": {
        "NO_DEPARTURE": -1, "_KINDS": 16, "_STEP_MA": 2000, "_LAST_STEP_MA": 60,
        "_YIELD_STEP_MA": 500, "_MAX_SHARE_MA": 262144,
    },
}  # fmt: skip

# key, action, latch, hold ms, retries (-1 = always): the safety table
FAULTS = (
    ("none", WARN, AUTO, 0, -1),
    ("exception", STOP, MANUAL, 0, 0),
    ("overrun", STOP, MANUAL, 0, 0),
    ("crash_loop", STOP, MANUAL, 0, 0),
    ("watchdog", WARN, AUTO, 600000, -1),
    ("brown_out", WARN, AUTO, 600000, -1),
    ("rcd_trip", STOP, UNPLUG, 0, 0),
    ("rcd_test", STOP, POWER, 0, 0),
    ("pe_lost", STOP, UNPLUG, 5000, -1),
    ("weld", STOP, SERVICE, 0, 0),
    ("no_close", STOP, UNPLUG, 0, 0),
    ("diode", STOP, UNPLUG, 0, 0),
    ("ventilation", STOP, UNPLUG, 0, 0),
    ("pilot_short", STOP, AUTO, 3000, -1),
    ("pilot_lost", STOP, AUTO, 3000, -1),
    ("overcurrent", STOP, UNPLUG, 0, 0),
    ("undervolt", PAUSE, AUTO, 30000, -1),
    ("overvolt", PAUSE, AUTO, 30000, -1),
    ("phase_lost", PAUSE, AUTO, 30000, -1),
    ("plug_hot", STOP, AUTO, 0, 3),
    ("connector_hot", STOP, AUTO, 0, 3),
    ("box_hot", STOP, AUTO, 0, 3),
    ("plug_rise", STOP, AUTO, 600000, 1),
    ("plug_sensor", STOP, AUTO, 5000, -1),
    ("connector_sensor", STOP, AUTO, 5000, -1),
    ("box_sensor", DERATE, AUTO, 5000, -1),
    ("own_meter", STOP, AUTO, 10000, -1),
    ("meter_lost", WARN, AUTO, 0, -1),
    ("meter_distrust", WARN, AUTO, 0, -1),
    ("derated", DERATE, AUTO, 0, -1),
    ("settings", WARN, MANUAL, 0, 0),
    ("storage", WARN, AUTO, 0, -1),
    ("clock", WARN, AUTO, 0, -1),
    ("leak_open", STOP, UNPLUG, 0, 0),
    ("meters_apart", WARN, AUTO, 10000, -1),
)

# key, default, least, most, group
SETTINGS = (
    ("user_ma", 32000, 6000, 32000, "user"),
    ("user_paused", 0, 0, 1, "user"),
    ("mode", 0, 0, 2, "user"),
    ("installed", 0, 0, 1, "site"),
    ("fuse_ma", 25000, 6000, 125000, "site"),
    ("circuit_ma", 32000, 6000, 32000, "site"),
    ("supply_phases", 1, 1, 3, "site"),
    ("phase_of_l1", 1, 1, 3, "site"),
    ("phase_proven", 0, 0, 1, "site"),
    ("meter_kind", 0, 0, 3, "site"),
    ("meter_unit", 1, 1, 247, "site"),
    ("meter_baud", 9600, 1200, 115200, "site"),
    ("meter_parity", 0, 0, 1, "site"),
    ("meter_interval_ms", 1000, 100, 60000, "site"),
    ("export", 0, 0, 1, "site"),
    ("fallback_ma", 0, 0, 32000, "site"),
    ("panel_ma", 0, 0, 125000, "site"),
    ("demand_w", 0, 0, 100000, "site"),
    ("margin_ma", 0, 0, 5000, "site"),
    ("dip_mas", 0, 0, 5000, "site"),
    ("group_id", 0, 0, 65535, "site"),
    ("group_seat", 0, 0, 63, "site"),
    ("group_seats", 2, 1, 64, "site"),
    ("group_share_ma", 0, 0, 32000, "site"),
    ("group_mode", 0, 0, 2, "site"),
    ("group_rank", 128, 0, 255, "site"),
    ("group_radio", 0, 0, 1, "site"),
    ("group_line", 0, 0, 3, "site"),
    ("rated_ma", 32000, 6000, 32000, "profile"),
    ("plug_ma", 32000, 6000, 32000, "profile"),
    ("cable_ma", 32000, 6000, 32000, "profile"),
    ("min_ma", 6000, 6000, 16000, "profile"),
    ("low_mv", 195000, 80000, 250000, "profile"),
    ("high_mv", 264000, 110000, 300000, "profile"),
    ("ventilation", 0, 0, 1, "profile"),
    ("wake", 1, 0, 2, "profile"),
    ("rcd_retries", 0, 0, 4, "profile"),
    ("rcd_retry_ms", 900000, 60000, 3600000, "profile"),
    ("start_delay_s", 0, 0, 1800, "profile"),
    ("plug_t1", 600, 300, 1000, "profile"),
    ("plug_t2", 800, 400, 1100, "profile"),
    ("plug_t3", 550, 200, 900, "profile"),
    ("plug_rise", 150, 30, 500, "profile"),
    ("connector_t1", 700, 300, 1000, "profile"),
    ("connector_t2", 900, 400, 1100, "profile"),
    ("connector_t3", 650, 200, 900, "profile"),
    ("box_t1", 700, 300, 1000, "profile"),
    ("box_t2", 850, 400, 1100, "profile"),
    ("box_t3", 650, 200, 900, "profile"),
    ("box_stop", 0, 0, 1, "profile"),
)

# key, default, longest, secret, group
TEXTS = (
    ("name", "Ballast", 32, False, "user"),
    ("language", "en", 5, False, "user"),
    ("wifi_ssid", "", 32, False, "site"),
    ("wifi_password", "", 63, True, "site"),
    ("meter_host", "", 64, False, "site"),
    ("meter_model", "sdm630", 24, False, "site"),
    ("meter_line", "", 300, False, "site"),
    ("clamp_id", "", 12, False, "site"),
    ("clamp_key", "", 64, True, "site"),
    ("group_key", "", 64, True, "site"),
    ("group_panels", "", 200, False, "site"),
    ("password_user", "", 120, True, "user"),
    ("password_installer", "", 120, True, "site"),
)

# drive ms, trip from, trip until, trips, clear by, end: the modules' data sheets
RCD_MODULES = (
    (100, 0, 500, 1, 1000, 1700),
    (240, 300, 1140, 1, 1800, 2500),
    (20, 0, 400, 2, 800, 6800),
    (500, 0, 1000, 1, 1500, 2600),
)


def test_constants():
    for name, numbers in NUMBERS.items():
        module = __import__("ballast.control." + name, None, None, [name])
        for key, number in numbers.items():
            assert getattr(module, key) == number, f"{name}.{key}"


def test_fault_policies():
    for row, want in zip(faults.CATALOGUE, FAULTS, strict=True):
        assert row[:5] == want, want[0]


def test_schema():
    """New settings may come; these are agreed."""
    have = {row[0]: row for row in settings.NUMBERS}
    for key, default, least, most, group in SETTINGS:
        assert have[key][1:4] == (default, least, most) and have[key][5] == group, key
    texts = {row[0]: row for row in settings.TEXTS}
    for want in TEXTS:
        assert texts[want[0]] == want, want[0]


def test_self_tests_of_the_modules():
    assert rcd_test.MODULES == RCD_MODULES
    assert [rcd_test.RcdTest(n).quick for n in range(4)] == [True, True, False, True]


def test_names_stand_in_the_order_of_the_levels():
    for n, name in enumerate(("A", "B", "C", "D", "E", "F", "lost")):
        assert pilot.NAMES[n] == name
