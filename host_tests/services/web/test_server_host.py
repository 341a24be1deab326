"""The charger's web server in front of a real charger on the bench, over real sockets."""

import asyncio
import gzip
import json

import pytest

from ballast_bench.devices.web_client import Browser, talk
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig


@pytest.fixture
def rig():
    with WebRig() as rig:
        rig.open().meter()
        yield rig


@pytest.fixture
def wifi_rig():
    """One that keeps its own network, with its access point open."""
    networks = {
        "home": ("home-pass-1", 6, -52),
        "neighbour": ("x" * 8, 1, -71),
        "cafe": ("", 11, -83),
    }
    with WebRig(networks=networks, access_point=("Ballast-0001", LABEL)) as rig:
        yield rig.open()


@pytest.fixture
def user(rig):
    return Browser(rig).login(PASSWORD)


@pytest.fixture
def installer(rig):
    return Browser(rig).login(LABEL)


@pytest.fixture
def stranger(rig):
    return Browser(rig)


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


# -- live ------------------------------------------------------------------------------


async def _frames(reader, count):
    out = []
    while len(out) < count:
        line = await reader.readline()
        if line.startswith(b"data: "):
            out.append(json.loads(line[6:]))
    return out


def _live_request(browser):
    cookie = "session=" + browser.cookies["session"]
    return f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()


def test_live_sends_a_frame_a_second(rig, user):
    async def story():
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
        writer.write(_live_request(user))
        frames = await _frames(reader, 5)
        writer.close()
        return frames

    frames = rig.world.loop.run_until_complete(story())
    ups = [frame["uptime_s"] for frame in frames]
    assert [b - a for a, b in zip(ups[1:], ups[2:], strict=False)] == [1, 1, 1]
    rig.world.run(3)
    assert rig.web.live == 0


def test_the_fourth_watcher_is_told_to_poll(rig, user):
    async def story():
        pairs = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
            writer.write(_live_request(user))
            await _frames(reader, 1)
            pairs.append(writer)
        answer = await talk(rig.port, _live_request(user))
        for writer in pairs:
            writer.close()
        return answer

    assert b" 503 " in rig.world.loop.run_until_complete(story())
    rig.world.run(3)
    assert rig.web.live == 0
    assert rig.door.count() == 0


def test_a_watcher_that_stops_reading_is_dropped_and_the_others_go_on(rig, user):
    async def story():
        _, deaf = await asyncio.open_connection("127.0.0.1", rig.port)
        deaf.transport.pause_reading()
        deaf.write(_live_request(user))
        reader, good = await asyncio.open_connection("127.0.0.1", rig.port)
        good.write(_live_request(user))
        frames = await _frames(reader, 3)
        live = rig.web.live
        for _ in range(4000):  # until the deaf one's socket is full: some megabytes
            rig.web.publish()
            await asyncio.sleep(0)
            await _frames(reader, 1)
        await asyncio.sleep(8)
        assert rig.web.live == 1
        rig.web.publish()
        await _frames(reader, 1)
        good.close()
        deaf.close()
        return frames, live

    frames, live = rig.world.loop.run_until_complete(story())
    assert len(frames) == 3 and live == 2


# -- settings --------------------------------------------------------------------------


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


# -- setup -----------------------------------------------------------------------------


def test_wifi_through_the_page(wifi_rig):
    user = Browser(wifi_rig).login(PASSWORD)
    assert user.post("/api/wifi/scan").status == 403
    installer = Browser(wifi_rig).login(LABEL)
    networks = installer.post("/api/wifi/scan").json["networks"]
    assert networks[0] == {"ssid": "home", "rssi_dbm": -52, "secured": True}
    assert networks[2]["secured"] is False
    join = {"ssid": "home", "password": "wrong-key-1"}
    assert installer.post("/api/wifi/join", join).json == {"connected": False, "reason": "password"}
    assert wifi_rig.charger.settings["wifi_ssid"] == ""
    missing = {"ssid": "elsewhere", "password": "home-pass-1"}
    assert installer.post("/api/wifi/join", missing).json["reason"] == "network"
    join["password"] = "home-pass-1"
    assert installer.post("/api/wifi/join", join).json == {"connected": True, "reason": ""}
    assert wifi_rig.charger.settings["wifi_ssid"] == "home"
    assert installer.post("/api/wifi/scan").json["connected"] == "home"
    for bad in (
        {},
        {"ssid": ""},
        {"ssid": "x", "password": "short"},
        {"ssid": "x" * 33},
        {"ssid": 1},
    ):
        assert installer.post("/api/wifi/join", bad).status == 400, bad


def test_the_access_point_closes_two_minutes_after_the_home_network_answers(wifi_rig):
    installer = Browser(wifi_rig).login(LABEL)
    assert wifi_rig.web.portal == "http://192.168.4.1/"
    join = {"ssid": "home", "password": "home-pass-1"}
    assert installer.post("/api/wifi/join", join).json["connected"]
    wifi_rig.world.run(110)
    assert wifi_rig.web.portal is not None
    wifi_rig.world.run(15)
    assert wifi_rig.web.portal is None


def test_no_scan_while_the_car_charges(wifi_rig):
    wifi_rig.meter()
    installer = Browser(wifi_rig).login(LABEL)
    wifi_rig.world.plant.chargers[0].plug_in(EV(max_a=16.0))
    wifi_rig.world.run(30)
    assert installer.post("/api/wifi/scan").status == 409


def test_the_portal_answers_every_name(wifi_rig):
    import socket

    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x07example\x03com\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.sendto(b"nonsense", ("127.0.0.1", wifi_rig.dns_port))
        phone.sendto(query, ("127.0.0.1", wifi_rig.dns_port))
        wifi_rig.world.run(0.2)
        assert phone.recv(512).endswith(bytes((192, 168, 4, 1)))
    stranger = Browser(wifi_rig)
    for path in ("/", "/generate_204", "/hotspot-detect.html"):
        answer = stranger.get(path, headers={"Host": "connectivity.example"})
        assert answer.status == 302 and answer.headers["location"] == "http://192.168.4.1/"
    assert stranger.get("/").status == 200
    assert stranger.get("/api/status").status == 401


def test_setup_is_done_only_with_a_password():
    with WebRig(user=None) as rig:
        rig.open()
        browser = Browser(rig)
        assert browser.get("/api/hello").json["password_set"] is False
        browser.login(LABEL)
        assert browser.post("/api/setup/done").status == 409
        browser.post("/api/password", {"role": "user", "password": "my-own-pass"})
        assert browser.post("/api/setup/done").status == 200
        assert rig.charger.settings["installed"] == 1


# -- hostile clients -------------------------------------------------------------------


def test_a_ten_megabyte_body_is_refused_unread(rig, user):
    answer = user.request(
        "POST",
        "/api/pause",
        body=b"",
        headers={"Content-Type": "application/json", "Content-Length": "10485760"},
    )
    assert answer.status == 413


def test_charging_goes_on_under_every_attack_and_the_page_comes_back(rig, user):
    cp = rig.world.plant.chargers[0]
    cp.plug_in(EV(max_a=16.0))
    rig.world.run(30)
    overruns = rig.charger.cycle.faults.count[2]

    async def attack():
        writers = []
        for n in range(50):
            _, writer = await asyncio.open_connection("127.0.0.1", rig.port)
            writers.append(writer)
            if n % 3 == 1:
                writer.write(b"POST /api/login HTTP/1.1\r\nX-Slow: ")
            if n % 3 == 2:
                writer.write(
                    b"POST /api/login HTTP/1.1\r\nContent-Length: 10485760\r\n\r\n" + b"x" * 60000
                )
        for second in range(8):
            for writer in writers:
                if not writer.is_closing():
                    writer.write(b"a")
            await asyncio.sleep(1)
            assert max(cp.amps) > 14.0, second
        return writers

    writers = rig.world.loop.run_until_complete(attack())
    start = rig.world.now_s
    assert user.get("/").status == 200
    assert user.get("/api/status").json["state"] == "C2"
    assert rig.world.now_s - start < 5.0
    assert rig.charger.cycle.faults.count[2] == overruns
    for writer in writers:
        writer.close()
    rig.world.run(6)
    assert rig.door.count() == 0


def test_no_secret_in_any_answer(rig, installer):
    """Everything that can be read, read with the highest role, against every secret there is."""
    settings = rig.charger.settings
    secrets = [PASSWORD, LABEL, settings["password_user"]]
    for key in ("wifi_password", "group_key"):
        settings.set(key, "s3cr3t-" + key)
        secrets.append(settings[key])
    for path in (
        "hello",
        "status",
        "settings",
        "history",
        "sessions",
        "events",
        "schedule",
        "meter/proof",
    ):
        body = installer.get("/api/" + path).body.decode()
        for secret in secrets:
            assert secret not in body, path
