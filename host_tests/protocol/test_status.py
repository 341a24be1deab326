"""The status document: units, names, the sentence, and that nothing secret is in it."""

import json

from ballast.control.limits import limits
from ballast.control.meter import meter
from ballast.control.pilot import charge_state as cs
from ballast.control.records import Status
from ballast.control.safety import faults
from ballast.control.settings import Settings
from ballast.protocol import status


def charging():
    """A Status as of a car that charges with 14 A beside a house of 11 A."""
    st = Status(limits.COUNT, faults.COUNT)
    for slot in range(limits.COUNT):
        st.slot_ma[slot] = limits.NO_LIMIT_MA
        st.slot_left_ms[slot] = -1
    st.slot_ma[limits.RATING] = 32000
    st.slot_ma[limits.SITE] = 14100
    st.slot_left_ms[limits.SITE] = 2001
    st.state = cs.C2
    st.contactor = 1
    st.limit_ma = 14100
    st.limit_slot = limits.SITE
    st.ev_ma[0] = 13900
    st.mains_ma[0] = 24900
    st.house_ma[0] = 11000
    st.fuse_ma = 25000
    st.meter_state = meter.GOOD
    st.meter_age_ms = 400
    return st


def info():
    return status.Info(serial="BAL-1", model="Ballast 32", version="0.1", ntc=(True, False, True))


def code(st, about=None):
    return status.build(st, about or info())["sentence"]["code"]


def test_document_is_json_and_keeps_its_keys():
    document = status.build(charging(), info())
    assert json.loads(status.encode(document)) == document
    assert document["car"] == {
        "plugged": True, "phases": 1, "offered_ma": 0, "current_ma": [13900, 0, 0], "power_w": 0,
    }  # fmt: skip
    assert document["grid"] == {"current_ma": [24900, 0, 0], "fuse_ma": 25000}
    assert document["limit"] == {"current_ma": 14100, "slot": "site"}


def test_the_start_and_the_longest_step():
    st, about = charging(), info()
    st.step_us_max = 4321
    document = status.build(st, about)
    assert document["start"] is None and document["step_us_max"] == 4321
    about.start = {
        "cause": "watchdog", "crashes": 1, "fault": "exception", "fault_s": None, "text": "An error.",
        "detail": "TypeError x.py:1", "password": "secret",
    }  # fmt: skip
    said = status.build(st, about)["start"]
    assert "password" not in said and said["cause"] == "watchdog" and len(said) == 6


def test_limits_lists_only_what_limits():
    rows = status.limits(charging())
    assert rows == [
        {"slot": "rating", "current_ma": 32000, "left_s": None, "binding": False},
        {"slot": "site", "current_ma": 14100, "left_s": 3, "binding": True},
    ]


def test_a_fault_that_the_market_makes_stricter_halts():
    st = Status(limits.COUNT, faults.COUNT)
    st.fault_active[faults.BOX_SENSOR] = 1
    document = status.build(st, status.Info())
    assert document["faults"][0]["action"] == "derate" and document["sentence"]["code"] != "fault"
    st.fault_action[faults.BOX_SENSOR] = faults.STOP
    document = status.build(st, status.Info())
    assert document["faults"][0]["action"] == "stop"
    assert document["sentence"] == {
        "code": "fault", "params": dict(document["sentence"]["params"], fault="box_sensor")
    }  # fmt: skip


def test_unknown_is_null_never_zero():
    st = charging()
    st.meter_state = meter.STALE
    st.meter_age_ms = -1
    about = info()
    about.own_meter = False
    document = status.build(st, about)
    assert document["grid"]["current_ma"] is None
    assert document["house"]["current_ma"] is None
    assert document["car"]["current_ma"] is None
    assert document["car"]["power_w"] is None
    assert document["meter"]["age_ms"] is None
    st.temp_known = [1, 1, 0]
    temperatures = status.build(st, about)["temperatures"]
    assert temperatures == {"plug_ddegc": 0, "connector_ddegc": None, "box_ddegc": None}


def test_plugged_is_unknown_in_pilot_faults():
    st = charging()
    for state, plugged in ((cs.A, False), (cs.B1, True), (cs.D2, True), (cs.E, None), (cs.F, None)):
        st.state = state
        assert status.build(st, info())["car"]["plugged"] is plugged


def test_a_number_without_a_name_is_unknown():
    st = charging()
    st.state = 99
    st.meter_reason = 99
    document = status.build(st, info())
    assert document["state"] == "unknown"
    assert document["meter"]["reason"] == "unknown"


def test_sentence_while_charging():
    st = charging()
    assert code(st) == "charging_site"
    params = status.build(st, info())["sentence"]["params"]
    assert params["current_ma"] == 13900
    assert params["house_ma"] == 11000
    st.ev_ma[0] = 10000
    assert code(st) == "charging_car"
    st.ev_ma[0] = 100
    assert code(st) == "starting"
    st.ev_ma[0] = 13900
    st.meter_state = meter.STALE
    assert code(st) == "charging_fallback"
    st.boost_left_s = 60
    assert code(st) == "charging_boost"


def test_every_slot_has_its_sentence():
    st = charging()
    st.panel_state = meter.GOOD
    for slot in range(limits.COUNT):
        st.limit_slot = slot
        assert code(st) == "charging_" + limits.NAMES[slot]
    st.panel_state = meter.STALE
    st.limit_slot = limits.PANEL
    assert code(st) == "charging_fallback"


def test_without_a_supply_meter_the_circuit_is_a_fixed_current():
    about = info()
    about.supply_meter = False
    st = charging()
    st.limit_slot = limits.CIRCUIT
    assert code(st, about) == "charging_static"


def test_without_an_own_meter_the_limit_is_told():
    about = info()
    about.own_meter = False
    st = charging()
    assert code(st, about) == "charging_site"
    assert status.build(st, about)["sentence"]["params"]["current_ma"] == 14100


def test_house_is_told_for_the_phase_that_carries_most():
    st = charging()
    st.mains_ma = [1000, 9000, 12000]
    st.house_ma = [1000, 2000, 3000]
    assert status.build(st, info())["sentence"]["params"]["house_ma"] == 3000
    st.mains_ma = [1000, 12000, 9000]
    assert status.build(st, info())["sentence"]["params"]["house_ma"] == 2000


def test_sentence_while_nothing_flows():
    st = charging()
    st.contactor = 0
    st.state = cs.B2
    for why, want in (
        (cs.WHY_NONE, "starting"),
        (cs.WHY_USER, "user"),
        (cs.WHY_HOLD, "hold"),
        (cs.WHY_TEST, "test"),
        (cs.WHY_EV, "car"),
        (cs.WHY_LIMIT, "wait_site"),
    ):
        st.why = why
        assert code(st) == want
    st.meter_state = meter.DISTRUSTED
    assert code(st) == "wait_fallback"
    st.state = cs.A
    st.why = cs.WHY_UNPLUGGED
    assert code(st) == "unplugged"
    about = info()
    about.setup_done = False
    assert code(st, about) == "setup"


def test_closed_but_idle_is_not_called_charging():
    st = charging()
    st.why = cs.WHY_EV_IDLE
    assert code(st) == "car_idle"


def test_a_fault_that_stops_replaces_the_sentence():
    st = charging()
    st.fault_active[faults.METER_LOST] = 1
    st.fault_first = faults.METER_LOST
    assert code(st) == "charging_site"  # a warning does not
    st.fault_active[faults.UNDERVOLT] = 1
    document = status.build(st, info())
    assert document["sentence"]["code"] == "fault"
    assert document["sentence"]["params"]["fault"] == "undervolt"
    assert [f["key"] for f in document["faults"]] == ["undervolt", "meter_lost"]
    assert document["faults"][0]["action"] == "pause"


def test_the_first_cause_leads():
    st = charging()
    st.fault_active[faults.RCD_TRIP] = 1
    st.fault_active[faults.NO_CLOSE] = 1
    st.fault_first = faults.NO_CLOSE
    st.fault_count[faults.NO_CLOSE] = 2
    first = status.build(st, info())["faults"][0]
    assert first["key"] == "no_close"
    assert first["first"] and first["count"] == 2
    assert first["latch"] == "unplug" and first["text"] and first["advice"] and first["code"]


def test_info_follows_the_settings():
    settings = Settings()
    settings.set("name", "Carport")
    settings.set("plug_ma", 13000)
    settings.set("meter_kind", 0)
    settings.set("panel_ma", 16000)
    about = info()
    about.take(settings)
    assert about.name == "Carport"
    assert about.max_ma == 13000 and about.user_ma == 13000
    assert not about.supply_meter and about.panel_meter and not about.setup_done


def test_no_secret_comes_out():
    settings = Settings()
    hidden = [key for key in settings.dump() if settings.secret(key)]
    assert hidden
    for key in hidden:
        settings.set(key, "s3cr3t-" + key)
    about = info()
    about.take(settings)
    assert "s3cr3t" not in status.encode(status.build(charging(), about))


def group(**changes):
    g = {
        "seat": 1, "seats": 3, "mode": "equal", "role": "member", "leader": 0, "share_ma": 0,
        "lease_s": 17, "waiting": True, "short": None, "problem": None,
    }  # fmt: skip
    g.update(changes)
    return g


def test_the_group_and_the_plan_show_what_is_listed_and_no_more():
    about = info()
    document = status.build(charging(), about)
    assert document["group"] is None and document["plan"] is None
    about.group = group()
    about.plan = {"departure_s": 60, "energy_wh": None, "rank": None}
    document = status.build(charging(), about)
    assert document["group"] == group() and document["plan"] == about.plan
    about.group["key"] = about.plan["secret"] = "s3cr3t"
    assert "s3cr3t" not in status.encode(status.build(charging(), about))


def test_waiting_for_a_turn_is_not_waiting_for_a_group():
    st = charging()
    st.contactor = 0
    st.state = cs.B1
    st.why = cs.WHY_LIMIT
    st.limit_slot = limits.GROUP
    about = info()
    assert code(st, about) == "wait_group"
    about.group = group()
    assert code(st, about) == "wait_group"
    about.group = group(leader=None)
    assert code(st, about) == "wait_group_lost"
    st.limit_slot = limits.USER
    assert code(st, about) == "wait_user"
