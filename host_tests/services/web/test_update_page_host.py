"""An update through the page of a real charger: what `build` made, over HTTP, into the other slot."""

import sys
import types

import pytest
from playwright.sync_api import expect

from ballast.protocol import slot_record, update_file
from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.plant.plant import Config
from ballast_bench.rigs.web import LABEL, PASSWORD, Live, WebRig
from ballast_tools.ship import build, signing

PAIR = ("esp32s3_lite", "acme")
HALF = 0x88000


@pytest.fixture(scope="module")
def made():
    from cryptography.hazmat.primitives.asymmetric import rsa

    return build.build(*build.load(*PAIR), signing.Key(rsa.generate_private_key(65537, 3072)))


@pytest.fixture
def rig_class(made, monkeypatch):
    """A WebRig whose charger runs from slot A and can be updated."""
    from ballast.compose import factory
    from ballast.ports import base_slot, update_slots
    from ballast_bench import fakes, upy

    fakes.install()
    for port in (update_slots, base_slot):
        monkeypatch.setattr(port, "esp32", sys.modules["esp32"])
    loader = types.SimpleNamespace(running=0, fs="romfs")
    monkeypatch.setitem(sys.modules, "loader", loader)
    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    brand = {"board": PAIR[0], "brand": PAIR[1], "update_keys": {made.key.id: made.key.modulus}}

    class UpdateRig(WebRig):
        def _make_app(self, node):
            main = upy.firmware_main()

            self.reboots = []
            romfs = bytearray(b"\xff" * 2 * HALF)
            header = made.updates["romfs"][:4096]
            body = made.updates["romfs"][4096:]
            romfs[: len(body)] = body
            romfs[HALF - 4096 : HALF] = header
            node.device.partitions.update(
                romfs=romfs, slotrec=bytearray(b"\xff" * 8192), factory=bytearray(4096)
            )
            node.device.running = "factory"
            original = main.App

            def with_update(board, env, settings):
                permit = factory.Permit()
                env.update = factory.make_update(brand, permit, lambda: self.reboots.append(1))
                permit.app = original(board, env, settings)
                return permit.app

            monkeypatch.setattr(main, "App", with_update)
            try:
                return super()._make_app(node)
            finally:
                monkeypatch.setattr(main, "App", original)

        def slot_b(self):
            """Version in slot B, or None while its header block is not there."""
            block = self.node.device.partitions["romfs"][2 * HALF - 4096 :]
            try:
                return update_file.decode(bytes(block))[0]["version"]
            except ValueError:
                return None

        def record(self):
            data = self.node.device.partitions["slotrec"]
            return slot_record.newest([bytes(data[:20]), bytes(data[4096:4116])])

    return UpdateRig


@pytest.fixture
def rig(rig_class):
    with rig_class() as rig:
        yield rig.open().meter()


def newer(made, version="0.2.0", **values):
    release = {**made.release, "version": version, **values}
    image = made.images["romfs"]
    return build.update(made.board, made.brand, release, made.key, 6, "romfs", image)


def send(browser, data, **headers):
    return browser.request("POST", "/api/update", body=data, headers=headers)


def test_installer_sends_an_update_and_it_waits_on_trial(rig, made):
    browser = Browser(rig).login(LABEL)
    assert browser.get("/api/update").json["version"] == made.release["version"]
    answer = send(browser, newer(made))
    assert (answer.status, answer.json) == (200, {"ok": True, "version": "0.2.0"})
    assert rig.slot_b() == "0.2.0" and rig.record().trial == 1
    rig.world.run(1)
    assert rig.reboots == [1]
    assert "update" in [e["kind"] for e in browser.get("/api/events").json["events"]]
    assert not rig.charger.cycle.faults.first  # the stalls had their permits


def test_only_the_installer_may(rig, made):
    data = newer(made)[:5000]
    assert send(Browser(rig), data).status == 401
    assert send(Browser(rig).login(PASSWORD), data).status == 403
    other = send(Browser(rig).login(LABEL), data, **{"Sec-Fetch-Site": "cross-site"})
    assert other.status == 403
    assert rig.slot_b() is None and rig.record() is None


def test_a_bad_file_is_refused_with_a_sentence(rig, made):
    browser = Browser(rig).login(LABEL)
    data = bytearray(newer(made))
    data[500] ^= 1
    answer = send(browser, bytes(data))
    assert answer.status == 400 and "signature is wrong" in answer.json["error"]
    assert send(browser, b"x" * 5000).json["error"] == "this is not a Ballast update file"
    assert send(browser, b"").status == 411
    assert rig.slot_b() is None and not rig.reboots
    assert send(browser, newer(made)).status == 200  # nothing is stuck


def test_a_charging_car_is_not_disturbed(rig, made):
    rig.world.plant.chargers[0].plug_in(EV(max_a=16.0))
    rig.world.run(30)
    assert rig.app.out.coil == 1
    before = bytes(rig.node.device.partitions["romfs"])
    answer = send(Browser(rig).login(LABEL), newer(made))
    assert answer.status == 503 and "pause it" in answer.json["error"]
    assert rig.app.out.coil == 1 and bytes(rig.node.device.partitions["romfs"]) == before


def test_a_connection_that_breaks_leaves_the_old_one(rig, made):
    browser = Browser(rig).login(LABEL)
    data = newer(made)
    answer = send(browser, data[:50_000], **{"Content-Length": "50000"})
    assert answer.status == 400 and "not complete" in answer.json["error"]
    assert rig.slot_b() is None
    assert send(browser, data).status == 200 and rig.slot_b() == "0.2.0"


@pytest.mark.browser
def test_the_page_installs_a_file(rig_class, made, chromium, tmp_path):
    path = tmp_path / "app.update"
    path.write_bytes(newer(made))
    live = Live(lambda: rig_class(Config()).open())
    try:
        page = chromium(width=390, height=844)
        page.goto(live.rig.url)
        page.fill("#password", LABEL)
        page.click("button.main")
        expect(page.locator(".hero h2")).not_to_be_empty()
        page.goto(live.rig.url + "/#settings")
        page.get_by_text("Update", exact=True).click()
        page.set_input_files("#fw", path)
        page.get_by_role("button", name="Install").click()
        expect(page.get_by_text("Version 0.2.0 is installed")).to_be_visible(timeout=20_000)
        assert live.rig.slot_b() == "0.2.0"
    finally:
        live.close()
