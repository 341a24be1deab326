"""The charger's web server in front of a real charger on the bench, over real sockets."""

import gzip
import json

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import PASSWORD

# -- the files ---------------------------------------------------------------------


def test_the_page_is_one_compressed_file_that_is_checked_anew(stranger):
    first = stranger.get("/")
    assert first.status == 200 and first.headers["content-encoding"] == "gzip"
    assert int(first.headers["content-length"]) == len(first.body) < 45 * 1024
    assert b"<title>" in gzip.decompress(first.body)
    assert first.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    again = stranger.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304 and again.body == b""


def test_a_language_is_kept_for_ever(rig, stranger):
    path = next(p for p in rig.web._manifest if p.startswith("lang/de"))
    answer = stranger.get("/" + path)
    assert "immutable" in answer.headers["cache-control"]
    assert json.loads(gzip.decompress(answer.body))["save"] == "Speichern"


@pytest.mark.parametrize(
    "path", ["/x", "/lang/xx.json", "/../etc/passwd", "/lang/..%2f..", "/manifest.json"]
)
def test_no_other_file_is_served(stranger, path):
    answer = stranger.get(path)
    assert answer.status in (400, 404)
    assert set(answer.json) == {"error"}


# -- who may -----------------------------------------------------------------------


def test_a_stranger_sees_the_door_only(stranger):
    hello = stranger.get("/api/hello").json
    assert hello["role"] is None and hello["password_set"] and hello["setup_done"]
    for path in ("status", "live", "history", "sessions", "sessions.csv", "events", "settings",
                 "schedule", "meter/proof"):  # fmt: skip
        assert stranger.get("/api/" + path).status == 401, path
    for path in ("current", "pause", "resume", "boost", "reset_faults", "password", "time",
                 "wifi/scan", "wifi/join", "meter/prove", "setup/done", "logout"):  # fmt: skip
        assert stranger.post("/api/" + path).status == 401, path
    assert stranger.put("/api/settings", {"name": "x"}).status == 401


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(stranger):
    answer = stranger.post("/api/login", {"password": PASSWORD})
    assert answer.json == {"role": "user"}
    assert len(answer.set_cookies) == 2
    for line in answer.set_cookies:
        assert "HttpOnly" in line and "SameSite=Strict" in line and "Path=/" in line


def test_a_wrong_password_says_so_and_then_makes_wait(stranger):
    for _ in range(3):
        answer = stranger.post("/api/login", {"password": "wrong-pass"})
        assert answer.status == 401
    assert answer.json["wait_s"] == 1
    answer = stranger.post("/api/login", {"password": PASSWORD})
    assert answer.status == 429 and answer.json["wait_s"] >= 1


def test_logout_ends_the_session(rig, user):
    token = user.cookies["session"]
    assert user.post("/api/logout").status == 200
    other = Browser(rig)
    other.cookies["session"] = token
    assert other.get("/api/status").status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": None, "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
    ],
)
def test_another_site_can_not_command(rig, user, headers):
    assert user.post("/api/pause", headers=headers).status == 403
    assert rig.charger.settings["user_paused"] == 0


def test_a_form_of_another_site_can_not_pass_for_json(rig, user):
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        answer = user.post("/api/pause", headers={"Content-Type": kind})
        assert answer.status == 415
    assert rig.charger.settings["user_paused"] == 0


def test_a_foreign_name_is_not_answered(user):
    for host in ("evil.example", "evil.example:80", ""):
        assert user.get("/api/status", headers={"Host": host}).status == 403
    assert user.get("/api/status", headers={"Host": "garage.local"}).status == 200


# -- the status and the commands ------------------------------------------------------


def test_status_tells_what_the_charger_does(rig, user):
    rig.world.plant.chargers[0].plug_in(EV(max_a=16.0))
    rig.world.run(30)
    document = user.get("/api/status").json
    assert document["state"] == "C2" and document["contactor"]
    assert 14000 < max(document["car"]["current_ma"]) <= 16200
    assert document["meter"]["state"] == "good"


def test_pause_and_resume_reach_the_car(rig, user):
    cp = rig.world.plant.chargers[0]
    cp.plug_in(EV(max_a=16.0))
    rig.world.run(30)
    assert user.post("/api/pause").json == {"ok": True}
    rig.world.run(10)
    assert max(cp.amps) == 0.0
    assert user.get("/api/status").json["sentence"]["code"] == "user"
    user.post("/api/resume")
    rig.world.run(60)
    assert max(cp.amps) > 14.0


def test_the_current_is_taken_within_its_range_only(rig, user):
    assert user.post("/api/current", {"current_ma": 10000}).status == 200
    assert rig.charger.settings["user_ma"] == 10000
    for bad in (5999, 32001, -1, 10.5, "10", None, True):
        answer = user.post("/api/current", {"current_ma": bad})
        assert answer.status == 400
        assert "6000 to 32000" in answer.json["error"]
    assert user.post("/api/current", {"current_ma": 10000, "x": 1}).status == 400
    assert rig.charger.settings["user_ma"] == 10000


def test_boost_and_its_end(rig, user):
    assert user.post("/api/boost", {"duration_s": 3600}).status == 200
    rig.world.run(1)
    assert 3590 <= user.get("/api/status").json["user"]["boost_left_s"] <= 3600
    user.post("/api/boost", {"duration_s": 0})
    assert user.get("/api/status").json["user"]["boost_left_s"] == 0
    assert user.post("/api/boost", {"duration_s": 86401}).status == 400


def test_a_fault_can_be_reset_when_its_cause_is_gone(rig, user):
    cp = rig.world.plant.chargers[0]
    cp.plug_in(EV(max_a=16.0))
    rig.world.run(30)
    cp.rcd.dc_ma = 10.0
    cp.touch()
    rig.world.run(5)
    document = user.get("/api/status").json
    assert document["sentence"]["code"] == "fault"
    assert document["faults"][0]["key"] == "rcd_trip" and document["faults"][0]["code"]
    answer = user.post("/api/reset_faults")
    assert answer.status == 409 and "still" in answer.json["error"]
    cp.rcd.dc_ma = 0.0
    cp.touch()
    rig.world.run(10)
    assert user.post("/api/reset_faults").status == 200
    assert user.get("/api/status").json["faults"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"null", b"{", b'"x"', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused_with_one_line(user, body):
    answer = user.request(
        "POST", "/api/pause", body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    assert "JSON" in answer.json["error"] and "\n" not in answer.json["error"]


def test_commands_are_limited_and_a_stranger_does_not_use_them_up(rig, user, stranger):
    for _ in range(60):
        stranger.post("/api/pause")
    answers = [user.post("/api/boost", {"duration_s": 0}).status for _ in range(60)]
    assert 429 in answers
    assert answers.count(200) >= 30
    rig.world.run(2)
    assert user.post("/api/boost", {"duration_s": 0}).status == 200
