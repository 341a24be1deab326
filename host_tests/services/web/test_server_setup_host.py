"""The charger's web server: Wi-Fi, the portal, the end of the first set-up."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig


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
