"""The page as a person uses it: the first set-up, proof of the meter, the login."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.devices.modbus_meter import ModbusMeter
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import LABEL, PASSWORD
from services.web.page_steps import cp, sentence, switch

pytestmark = pytest.mark.browser


def test_from_the_box_to_the_first_charge_in_german(make, visit):
    networks = {"daheim": ("home-pass-1", 6, -52), "nachbar": ("x" * 8, 1, -71)}
    rig = make(user=None, networks=networks, access_point=("Ballast-0001", LABEL),
               settings={"meter_kind": 0})  # fmt: skip
    page = visit(rig, locale="de-DE")
    expect(page.get_by_role("heading", name="Willkommen")).to_be_visible()
    page.get_by_label("Passwort auf dem Etikett").fill(LABEL)
    page.get_by_role("button", name="Weiter").tap()
    expect(page.get_by_text("Schritt 1 von 5")).to_be_visible()
    field = page.get_by_label("Neues Passwort")
    field.fill("kurz")
    page.get_by_role("button", name="Weiter").tap()
    expect(page.locator("form > .err")).to_contain_text("8")
    field.fill("mein-eigenes-wort")
    page.get_by_role("button", name="Weiter").tap()
    expect(page.get_by_text("Schritt 2 von 5")).to_be_visible()
    page.get_by_text("daheim").tap()
    page.get_by_label("WLAN-Passwort").fill("falsch-falsch")
    page.get_by_role("button", name="Weiter").tap()
    expect(page.locator("form > .err")).to_have_text(
        "Das Netz nimmt dieses Passwort nicht an.", timeout=20_000
    )
    page.get_by_label("WLAN-Passwort").fill("home-pass-1")
    page.get_by_role("button", name="Weiter").tap()
    expect(page.get_by_text("Schritt 3 von 5")).to_be_visible(timeout=20_000)
    page.get_by_label("Hauptsicherung des Hauses").select_option("32000")
    page.get_by_label("Sicherung dieser Steckdose").select_option("16000")
    page.get_by_role("button", name="Weiter").tap()
    expect(page.get_by_text("Schritt 4 von 5")).to_be_visible()
    page.get_by_text("Funk-Stromklammer").tap()
    page.get_by_role("button", name="Weiter").tap()
    expect(page.locator("form > .err")).to_contain_text("erst prüfen")
    page.get_by_role("button", name="Prüfen").tap()
    expect(page.get_by_text("Jetzt etwas Großes einschalten")).to_be_visible(timeout=20_000)
    switch(rig, "oven", True)
    expect(page.get_by_text("Gesehen. Jetzt wieder ausschalten.")).to_be_visible(timeout=20_000)
    switch(rig, "oven", False)
    expect(page.get_by_text("Bewiesen: Das Haus wird gemessen")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Weiter").tap()
    expect(page.get_by_text("Schritt 5 von 5")).to_be_visible()
    page.get_by_text(re.compile(r"^6\sA")).tap()
    page.get_by_role("button", name="Fertig").tap()
    expect(sentence(page)).to_have_text("Bereit. Auto anstecken.")
    rig.call(cp(rig).plug_in, EV(max_a=32.0))
    expect(sentence(page)).to_have_text(re.compile(r"Lädt mit 1[56]\sA"), timeout=20_000)
    settings = rig.charger.settings
    assert settings["installed"] == 1 and settings["language"] == "de"
    assert settings["wifi_ssid"] == "daheim" and settings["fuse_ma"] == 32000
    assert settings["circuit_ma"] == 16000 and settings["fallback_ma"] == 6000


def to_the_meter(page):
    """Through the first set-up's passwords, past Wi-Fi and fuses, to the step that proves the meter."""
    page.get_by_label("Password on the label").fill(LABEL)
    page.get_by_role("button", name="Continue").tap()
    page.get_by_label("New password").fill("my-own-word")
    page.get_by_role("button", name="Continue").tap()
    page.get_by_role("button", name="Later").tap()
    page.get_by_role("button", name="Continue").tap()


def test_a_meter_in_the_network_is_found_and_proven(make, visit):
    rig = make(meter=False, user=None, measure=True, settings={"meter_kind": 0})
    server = ModbusMeter(rig.world.plant, lambda: rig.world.now_s)
    port = rig.live.wait(lambda: server.start(port=0))
    page = visit(rig)
    to_the_meter(page)
    page.get_by_text("Meter in the network").tap()
    page.get_by_label("Address of the meter").fill(f"127.0.0.1:{port}")
    page.get_by_role("button", name="Look for it").tap()
    page.get_by_text("Eastron SDM630").first.tap(timeout=20_000)
    page.get_by_role("button", name="Test it").tap()
    expect(page.get_by_text("Now switch on something big")).to_be_visible(timeout=20_000)
    switch(rig, "oven", True)
    expect(page.get_by_text("Seen. Now switch it off again.")).to_be_visible(timeout=20_000)
    switch(rig, "oven", False)
    expect(page.get_by_text("Proven: the house is measured")).to_be_visible(timeout=20_000)
    settings = rig.charger.settings
    assert settings["meter_kind"] == 2 and settings["meter_model"] == "sdm630"
    rig.live.wait(server.stop)


def test_the_car_itself_tests_the_meter(make, visit):
    rig = make(car=True, measure=True)
    page = visit(rig, LABEL)
    page.get_by_role("link", name="Settings").tap()
    page.get_by_role("heading", name="Meter or clamp").tap()
    page.get_by_role("button", name="Start the test").tap()
    expect(page.get_by_text(re.compile("^Testing"))).to_be_visible()
    expect(page.get_by_text("The meter is right.")).to_be_visible(timeout=30_000)
    expect(page.locator("main")).to_contain_text("L1: 1.0")


def test_a_clamp_the_wrong_way_round_is_found(make, visit):
    rig = make(user=None)
    rig.call(lambda: rig.world.plant.meter.reversed.add(0))
    page = visit(rig)
    to_the_meter(page)
    rig.call(rig.charger.settings.set, "export", 1)  # or the meter itself is distrusted before
    page.get_by_role("button", name="Test it").tap()
    expect(page.get_by_text("Now switch on something big")).to_be_visible(timeout=20_000)
    switch(rig, "oven", True)
    expect(page.get_by_text("turn the clamp round")).to_be_visible(timeout=20_000)


def test_wrong_passwords_make_wait_and_the_wait_counts_down(make, visit):
    rig = make()
    page = visit(rig)
    for _ in range(3):
        page.fill("#password", "wrong-wrong")
        page.click("button.main")
        expect(page.locator(".err")).not_to_be_empty()
    expect(page.locator(".err")).to_have_text(re.compile("Please wait"))
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    expect(page.get_by_role("button", name="Continue")).to_be_enabled()
    page.fill("#password", PASSWORD)
    page.click("button.main")
    expect(sentence(page)).to_have_text("Ready. Plug in the car.")
