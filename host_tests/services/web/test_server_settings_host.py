"""The charger's web server: settings, passwords, events, schedule, time, records."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV


def test_a_user_sees_and_sets_daily_things_only(rig, user):
    answer = user.get("/api/settings").json
    assert {row["key"] for row in answer["settings"]} == {"user_ma", "mode", "name", "language"}
    assert user.put("/api/settings", {"name": "Carport"}).status == 200
    assert user.put("/api/settings", {"fuse_ma": 63000}).status == 403
    assert rig.charger.settings["fuse_ma"] == 25000


def test_an_installer_sees_no_secret(rig, installer):
    rig.charger.settings.set("wifi_password", "hidden-pass")
    answer = installer.get("/api/settings")
    assert b"hidden-pass" not in answer.body
    rows = {row["key"]: row for row in answer.json["settings"]}
    assert rows["wifi_password"]["set"] is True and "value" not in rows["wifi_password"]
    assert rows["fuse_ma"]["min"] == 6000 and rows["fuse_ma"]["value"] == 25000
    assert "password_user" not in rows and "plug_ma" not in rows


def test_settings_are_written_all_or_none(rig, installer):
    answer = installer.put("/api/settings", {"name": "X", "fuse_ma": 5})
    assert answer.status == 400
    assert answer.json["field"] == "fuse_ma" and "6000..125000" in answer.json["error"]
    assert rig.charger.settings["name"] == "Garage"
    for key, status in (
        ("plug_ma", 403),
        ("nonsense", 400),
        ("password_user", 400),
        ("installed", 400),
    ):
        assert installer.put("/api/settings", {key: 13000}).status == status, key


def test_settings_are_written_in_one_step(rig, installer):
    settings = rig.charger.settings
    before = settings.version
    values = {"name": "X", "fuse_ma": 35000, "circuit_ma": 20000}
    assert installer.put("/api/settings", values).status == 200
    assert [settings[key] for key in values] == list(values.values())
    assert settings.version == before + 1


def test_passwords_are_set_through_their_own_door(rig, user, installer):
    assert user.post("/api/password", {"role": "installer", "password": "x-y-z-1234"}).status == 403
    assert user.post("/api/password", {"role": "user", "password": "short"}).status == 400
    assert user.post("/api/password", {"role": "boss", "password": "x-y-z-1234"}).status == 400
    assert user.post("/api/password", {"role": "user", "password": "new-pass-77"}).status == 200
    assert user.get("/api/status").status == 200  # with the cookie just given
    Browser(rig).login("new-pass-77")
    assert (
        installer.post("/api/password", {"role": "user", "password": "third-pass-3"}).status == 200
    )
    assert user.get("/api/status").status == 401
    assert installer.get("/api/status").json["name"]


def test_events_are_for_the_installer(user, installer):
    user.post("/api/login", {"password": "typo-typo"})
    assert user.get("/api/events").status == 403
    kinds = [event["kind"] for event in installer.get("/api/events").json["events"]]
    assert "login_failed" in kinds and "login" in kinds


def test_the_schedule_stops_and_starts(rig, user):
    cp = rig.world.plant.chargers[0]
    cp.plug_in(EV(max_a=16.0))
    night = {"days": [0, 1, 2, 3, 4, 5, 6], "from_min": 60, "to_min": 120, "current_ma": 0}
    plan = {"enabled": True, "outside_ma": 0, "windows": [night]}
    assert user.put("/api/schedule", {**plan, "windows": "x"}).status == 400
    answer = user.put("/api/schedule", plan).json
    assert answer["minute"] is None  # no clock: it must not keep the car waiting
    rig.world.run(30)
    assert max(cp.amps) > 14.0
    assert user.get("/api/status").json["faults"][0]["key"] == "clock"
    monday = 1767571200  # 2026-01-05 00:00 UTC
    assert user.post("/api/time", {"time_s": monday, "offset_min": 0}).status == 200
    rig.world.run(30)
    assert max(cp.amps) == 0.0
    answer = user.get("/api/schedule").json
    assert answer["limit_ma"] == 0 and answer["change_min"] == 60
    assert user.get("/api/status").json["sentence"]["code"] == "wait_schedule"
    assert user.post("/api/time", {"time_s": monday + 3600, "offset_min": 0}).status == 200
    rig.world.run(60)
    assert max(cp.amps) > 14.0


def test_the_time_of_day_says_where_the_quarter_hour_begins(rig, user, installer):
    assert installer.put("/api/settings", {"demand_w": 7000}).status == 200
    demand = rig.charger.cycle.modes.demand
    rig.world.run(10)
    assert user.post("/api/time", {"time_s": 1767571200 + 800}).status == 200
    rig.world.run(10)
    assert 88 <= demand.left_ms // 1000 <= 92


@pytest.mark.parametrize(
    "bad", [{}, {"time_s": 0}, {"time_s": "now"}, {"time_s": 1767571200, "offset_min": 9999}]
)
def test_an_impossible_time_is_refused(rig, user, bad):
    assert user.post("/api/time", bad).status == 400
    assert rig.wall.time_s() is None


# -- records ---------------------------------------------------------------------------


def test_history_and_sessions(rig, user):
    cp = rig.world.plant.chargers[0]
    rig.wall.set(1767571200)
    cp.plug_in(EV(max_a=16.0))
    rig.world.run(120)
    history = user.get("/api/history?span=hour").json
    assert history["step_s"] == 10 and history["count"] in (11, 12)
    assert 140 < history["car_da"][-1] < 165 and history["fuse_da"][-1] == 250
    cp.unplug()
    rig.world.run(5)
    answer = user.get("/api/sessions").json
    row = dict(zip(answer["columns"], answer["rows"][0], strict=True))
    assert 80 < row["energy_wh"] < 130
    assert row["end_s"] - row["start_s"] == pytest.approx(120, abs=6)
    text = user.get("/api/sessions.csv")
    assert text.headers["content-type"].startswith("text/csv")
    assert text.body.decode().splitlines()[0] == "start_s,end_s,plugged_s,charge_s,energy_wh"
    assert user.get("/api/history?span=year").status == 400
