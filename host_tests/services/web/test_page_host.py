"""The page as a person uses it: headless Chromium, real clicks, a real charger on the bench."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.devices.modbus_meter import ModbusMeter
from ballast_bench.fakes.resets import WDT_RESET
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import semi
from ballast_bench.plant.plant import Config
from ballast_bench.rigs.web import LABEL, PASSWORD, Live, WebRig
from services.web.page_steps import log_in, wait_for

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844, "has_touch": True}
NOON = 12 * 3600.0
LANGUAGES = ("en", "de", "fr", "es", "zh")


def quiet_house():
    """Nothing but a base load until somebody switches something on."""
    house = semi(seed=3, start_of_day_s=NOON)
    for appliance in house.appliances:
        if appliance.name != "base load":
            house.switch(appliance.name, False)
    return house


@pytest.fixture
def make():
    lives = []

    def make_rig(meter=True, car=False, rig_class=WebRig, **kwargs):
        def build():
            rig = rig_class(Config(house=quiet_house(), limit_a=25.0), **kwargs).open()
            if meter:
                rig.meter()
            if car:
                rig.world.plant.chargers[0].plug_in(EV(max_a=32.0))
                rig.world.run(40)
            return rig

        lives.append(Live(build))
        lives[-1].rig.live = lives[-1]
        return lives[-1].rig

    yield make_rig
    for live in lives:
        live.close()


@pytest.fixture
def visit(chromium):
    """Open a rig's page; a script error on it fails the test."""
    errors = []

    def open_page(rig, word=None, path="/", **options):
        page = chromium(**{**PHONE, "locale": "en-GB", **options})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(rig.url + path)
        if word:
            log_in(page, word)
        return page

    yield open_page
    unexpected = [e for e in errors if not e.startswith("Failed to load resource")]  # refusals
    assert not unexpected, unexpected


def sentence(page):
    return page.locator(".hero h2")


def cp(rig):
    return rig.world.plant.chargers[0]


def switch(rig, name, on):
    def do():
        rig.world.plant.house.switch(name, on)
        rig.world.plant.touch()

    rig.call(do)


def car_amps(rig):
    return rig.call(lambda: max(cp(rig).amps))


# -- every day ---------------------------------------------------------------------------


def test_plug_in_oven_on_and_the_car_gets_the_rest(make, visit):
    rig = make()
    page = visit(rig, PASSWORD)
    expect(sentence(page)).to_have_text("Ready. Plug in the car.")
    expect(page.locator("#name")).to_have_text("Garage")
    expect(page.locator("#link")).to_have_text("live")
    rig.call(cp(rig).plug_in, EV(max_a=32.0))
    expect(sentence(page)).to_have_text(
        re.compile(r"Charging with 2[0-9]\sA\. The house uses [0-3]\sA")
    )
    switch(rig, "oven", True)
    expect(sentence(page)).to_have_text(
        re.compile(r"Charging with \d+\sA\. The house uses 1[3-7]\sA")
    )
    expect(page.locator(".chips .binds")).to_contain_text("House balance")
    wait_for(page, lambda: 7.0 < car_amps(rig) < 12.0)  # the slew, whatever the machine does
    switch(rig, "oven", False)
    expect(sentence(page)).to_have_text(re.compile(r"Charging with 2[0-9]\sA"), timeout=20_000)


def test_pause_resume_boost_and_current_by_hand(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    page.get_by_role("button", name="Pause").tap()
    expect(sentence(page)).to_have_text("Paused by you.")
    wait_for(page, lambda: car_amps(rig) == 0.0)
    page.get_by_role("button", name="Resume").tap()
    expect(sentence(page)).to_have_text(re.compile("^Charging"), timeout=20_000)
    slider = page.get_by_role("slider", name=re.compile("^Up to"))
    slider.focus()
    for _ in range(12):
        slider.press("ArrowLeft")
    wait_for(page, lambda: rig.charger.settings["user_ma"] == 20000)
    expect(page.locator(".dock output")).to_have_text(re.compile(r"20\sA"))
    expect(sentence(page)).to_have_text(re.compile(r"Charging with (19|20)\sA, as you chose"))
    page.get_by_role("button", name="Boost").tap()
    page.get_by_role("button", name=re.compile(r"^1\sh$")).tap()
    expect(sentence(page)).to_have_text(re.compile(r"^Boost: charging with \d+\sA for another"))
    page.get_by_role("button", name="End boost").tap()
    expect(sentence(page)).to_have_text(re.compile("as you chose"))


def test_a_limit_tells_its_reason(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    binding = page.locator(".chips .binds")
    binding.tap()
    expect(page.locator(".reason")).to_have_text(
        re.compile(r"main fuse carries 25\sA.*are left for the car")
    )
    expect(binding).to_have_attribute("aria-expanded", "true")
    binding.tap()
    expect(page.locator(".reason")).to_be_hidden()
    page.get_by_role("button", name=re.compile("more$")).tap()
    page.get_by_role("button", name=re.compile("^Charger")).tap()
    expect(page.locator(".reason")).to_have_text(re.compile(r"The charger is built for 32\sA"))


def test_a_fault_says_what_happened_and_what_to_do(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)

    def leak(ma):
        cp(rig).rcd.dc_ma = ma
        cp(rig).touch()

    rig.call(leak, 10.0)
    expect(sentence(page)).to_have_text(
        re.compile("^Current leaked to earth.*switched the car off at once")
    )
    expect(page.locator(".hero.fault .todo")).to_contain_text(
        "Unplug the car and look at cable and plug"
    )
    expect(page.locator(".hero .code")).to_contain_text("MREC2GroundFailure")
    page.get_by_role("button", name="Reset").tap()
    expect(page.locator(".toast")).to_have_text("The cause is still there.")
    rig.call(leak, 0.0)
    wait_for(page, lambda: not rig.call(lambda: cp(rig).rcd.trip))
    page.get_by_role("button", name="Reset").tap()
    expect(page.locator(".hero.fault")).to_have_count(0)


def test_a_lost_meter_is_said_and_its_return_too(make, visit):
    rig = make(car=True, settings={"fallback_ma": 6000})
    page = visit(rig, PASSWORD)

    def silent(on):
        rig.world.plant.meter.silent = on

    rig.call(silent, True)
    expect(sentence(page)).to_have_text(
        re.compile(r"Charging with 6\sA to be safe"), timeout=20_000
    )
    expect(page.locator(".notice")).to_contain_text("The house meter or clamp is silent")
    expect(page.locator(".flow")).to_contain_text("no reading")
    rig.call(silent, False)
    expect(page.locator(".notice")).to_have_count(0, timeout=20_000)
    expect(sentence(page)).to_have_text(re.compile(r"Charging with 2\d\sA"), timeout=20_000)


def test_a_lost_charger_is_said_and_its_return_too(make, visit):
    rig = make()
    page = visit(rig, PASSWORD)
    rig.live.running.clear()
    expect(page.locator("#lost")).to_contain_text(
        "No connection to the charger for", timeout=15_000
    )
    expect(page.locator("#link")).to_have_text("no connection")
    rig.live.running.set()
    expect(page.locator("#lost")).to_be_hidden(timeout=15_000)
    expect(page.locator("#link")).to_have_text("live")


def test_the_history_is_drawn(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    expect(page.locator(".chart .carfill")).to_have_count(1, timeout=20_000)
    expect(page.locator(".chart .fuse")).to_have_count(1)
    page.locator(".legend").scroll_into_view_if_needed()
    box = page.locator(".chart svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 40)
    expect(page.locator(".legend")).to_contain_text(re.compile(r"Car\s+\d"))
    page.get_by_role("button", name="Day").tap()
    expect(page.locator(".chart svg")).to_have_attribute("aria-label", re.compile("^Day"))


def test_phases_and_temperatures(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    page.get_by_text("Phases and temperatures").tap()
    expect(page.locator("details table")).to_contain_text("L1")
    expect(page.locator("details table")).to_contain_text(re.compile(r"22\d\sV"))
    expect(page.locator("details")).to_contain_text(re.compile(r"Mains plug \d\d\s°C"))


# -- the other tabs ------------------------------------------------------------------------


def test_a_schedule_by_hand(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD, timezone_id="UTC")
    page.get_by_role("link", name="Schedule").tap()
    page.get_by_text("Charge only at these times").tap()
    page.get_by_label("From").fill("01:00")
    page.get_by_label("Until").fill("01:00")
    page.get_by_role("button", name="Save").tap()
    expect(page.locator("main")).to_contain_text("The car may charge now.")
    page.get_by_text("Mon", exact=True).tap()
    page.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: rig.store.load("schedule")["windows"][0]["days"] == [1, 2, 3, 4, 5, 6])
    plan = rig.store.load("schedule")
    assert plan["enabled"] and plan["windows"][0]["from_min"] == 60


def test_a_schedule_changed_while_it_is_saved_or_loaded_is_not_overwritten(make, visit):
    rig = make()
    page = visit(rig, PASSWORD, timezone_id="UTC")
    late = []

    def hold_back(route):
        late.append(route)

    page.route("**/api/schedule", hold_back)
    page.get_by_role("link", name="Schedule").tap()
    wait_for(page, lambda: late)
    card = page.locator("section", has=page.get_by_role("heading", name="Schedule"))
    expect(card).to_have_js_property("inert", True)
    late.pop().continue_()
    expect(card).to_have_js_property("inert", False)
    page.get_by_text("Charge only at these times").tap()
    page.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: late)
    page.get_by_label("From").fill("02:30")
    page.get_by_label("From").blur()
    late.pop().continue_()
    expect(card).not_to_contain_text("The car charges whenever it is plugged in.")
    wait_for(page, lambda: rig.store.load("schedule")["enabled"])
    assert rig.store.load("schedule")["windows"][0]["from_min"] == 1320
    expect(page.get_by_label("From")).to_have_value("02:30")
    page.unroute("**/api/schedule")
    page.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: rig.store.load("schedule")["windows"][0]["from_min"] == 150)


def test_a_session_appears_in_the_list(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    wait_for(page, lambda: rig.charger.cycle.session.wh > 30)
    rig.call(cp(rig).unplug)
    expect(sentence(page)).to_have_text("Ready. Plug in the car.")
    page.wait_for_timeout(200)
    page.get_by_role("link", name="Sessions").tap()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(re.compile(r"0\.\d\skWh"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename == "charging-sessions.csv"


def test_a_user_has_no_installer_settings_and_an_installer_has(make, visit):
    rig = make()
    page = visit(rig, PASSWORD)
    page.get_by_role("link", name="Settings").tap()
    expect(page.get_by_role("heading", name="Charger", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="House supply")).to_have_count(0)
    page.get_by_label("Name").fill("Carport")
    page.locator("details", has_text="Mode").get_by_role("button", name="Save").tap()
    expect(page.locator("#name")).to_have_text("Carport")
    page.get_by_role("button", name="Log out").tap()
    expect(page.locator("#password")).to_be_visible()
    page.fill("#password", LABEL)
    page.click("button.main")
    page.get_by_role("heading", name="House supply").tap()
    fuse = page.get_by_label("Main fuse of the house")
    fuse.fill("3")
    card = page.locator("details", has=page.get_by_role("heading", name="House supply"))
    card.get_by_role("button", name="Save").tap()
    expect(card.locator(".err").first).to_contain_text("out of range")
    expect(fuse).to_be_focused()
    assert rig.charger.settings["fuse_ma"] == 25000
    fuse.fill("32")
    card.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: rig.charger.settings["fuse_ma"] == 32000)


def test_help_answers(make, visit):
    page = visit(make(), PASSWORD)
    page.get_by_role("link", name="Help").tap()
    page.get_by_text("Why less than I set?").tap()
    expect(page.get_by_text("The car gets what the house leaves.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("BAL-0001")


def restarted_rig(text):
    """A rig whose charger comes back from a hang: RTC memory holds a leak, and where an error was."""

    class Restarted(WebRig):
        def fit(self, env, node):
            from ballast.control.safety import faults
            from ballast.ports.reset_info import ResetInfo
            from ballast_bench.world import tell_reset

            ResetInfo(node.board.CHIP).note(faults.RCD_TRIP, text)
            node.device.hard_reset(WDT_RESET)
            tell_reset(env, node.board.CHIP)

    return Restarted


def test_help_says_why_it_started_and_how_slow_a_step_was(make, visit):
    rig = make(rig_class=restarted_rig("ValueError limits.py:57"))
    rig.charger.step_us_max = 0
    rig.app.timer.run_us_max = 98765
    page = visit(rig, PASSWORD)
    page.get_by_role("link", name="Help").tap()
    support = page.locator("section.card").filter(has=page.get_by_role("heading", name="Support"))
    expect(support).to_contain_text("98765 µs")
    expect(support).to_contain_text("Last start: Restarted after a hang.")
    expect(support).to_contain_text("Before it: Current leaked to earth.")
    expect(support).to_contain_text("ValueError limits.py:57")
    page = visit(rig, PASSWORD, locale="de-DE")
    page.get_by_role("link", name="Hilfe").tap()
    expect(page.locator("main")).to_contain_text("Letzter Start: Neu gestartet nach einem Hänger.")


def test_the_log_says_it_too(make, visit):
    rig = make(rig_class=restarted_rig(""))
    page = visit(rig, LABEL)
    page.get_by_role("link", name="Settings").tap()
    page.get_by_role("heading", name="Event log").tap()
    expect(page.locator("tr", has_text="Restarted after a hang")).to_contain_text("rcd_trip")


# -- the first time ------------------------------------------------------------------------


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


def test_a_meter_in_the_network_is_found_and_proven(make, visit):
    rig = make(meter=False, user=None, measure=True, settings={"meter_kind": 0})
    server = ModbusMeter(rig.world.plant, lambda: rig.world.now_s)
    port = rig.live.wait(lambda: server.start(port=0))
    page = visit(rig)
    page.get_by_label("Password on the label").fill(LABEL)
    page.get_by_role("button", name="Continue").tap()
    page.get_by_label("New password").fill("my-own-word")
    page.get_by_role("button", name="Continue").tap()
    page.get_by_role("button", name="Later").tap()
    page.get_by_role("button", name="Continue").tap()
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
    page.get_by_label("Password on the label").fill(LABEL)
    page.get_by_role("button", name="Continue").tap()
    page.get_by_label("New password").fill("my-own-word")
    page.get_by_role("button", name="Continue").tap()
    page.get_by_role("button", name="Later").tap()
    page.get_by_role("button", name="Continue").tap()
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


# -- for everybody ------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LANGUAGES)
def test_nothing_is_wider_than_the_screen(make, visit, locale):
    rig = make(car=True)
    page = visit(rig, LABEL, locale=locale)
    for tab in ("now", "schedule", "sessions", "settings", "help"):
        page.locator(f'a[href="#{tab}"]').click()
        expect(page.locator(f'a[href="#{tab}"]')).to_have_attribute("aria-current", "page")
        expect(page.locator("main")).not_to_be_empty()
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("""() => {
                const limit = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= limit) return [];
                return [...document.querySelectorAll("body *")]
                    .filter((e) => e.getBoundingClientRect().right > limit + 0.5)
                    .map((e) => e.tagName + " " + e.textContent.slice(0, 40));
            }""")
            assert not wide, (tab, width, wide)
        untranslated = page.evaluate(
            r"document.body.innerText.match(/\b[a-z]+\.[a-z_]+\.[a-z]\b/g)"
        )
        assert not untranslated, untranslated


def test_nothing_jumps_while_numbers_change(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    page.wait_for_timeout(500)
    page.evaluate("""() => { window.shift = 0; new PerformanceObserver((list) => {
        for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
    }).observe({ type: "layout-shift" }); }""")
    seen = set()
    for on in (True, False, True):
        switch(rig, "oven", on)
        for _ in range(20):
            seen.add(sentence(page).inner_text())
            page.wait_for_timeout(50)
    assert len(seen) > 3
    assert page.evaluate("window.shift") < 0.02


def test_the_first_view_is_small(make, visit):
    sizes = {}

    def note(response):
        sizes[response.url] = (
            len(response.body())
            if "/api/" in response.url
            else int(response.headers.get("content-length", 0))
        )

    rig = make()
    page = visit(rig)
    page.on("response", lambda r: note(r) if "/api/live" not in r.url else None)
    page.goto(rig.url + "/?again")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    expect(sentence(page)).not_to_be_empty()
    page.wait_for_timeout(300)
    assert sum(sizes.values()) < 45 * 1024, sizes
    assert len(sizes) <= 8, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(make, visit, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="tools/ballast test has it"
    ).Axe()
    rig = make(car=True)
    page = visit(rig, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")

    def check(where):
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        bad = [
            (v["id"], [n["target"] for n in v["nodes"]][:4])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert not bad, (where, bad)

    expect(page.locator("#password")).to_be_visible()
    check("login")
    page.fill("#password", LABEL)
    page.click("button.main")
    expect(sentence(page)).not_to_be_empty()
    page.get_by_text("Phases and temperatures").tap()
    page.locator(".chips .binds").tap()
    page.get_by_role("button", name="Boost").tap()
    page.wait_for_timeout(300)
    check("now")
    for tab in ("schedule", "sessions", "settings", "help"):
        page.locator(f'a[href="#{tab}"]').click()
        page.wait_for_timeout(200)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        if tab == "schedule":
            page.locator("label.switch").tap()
        check(tab)
    page.locator('a[href="#settings"]').click()
    page.get_by_role("button", name="Run the setup again").tap()
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()
    check("setup")
    page.goto(rig.url + "/?again#now")
    expect(sentence(page)).not_to_be_empty()
    cp(rig).rcd.dc_ma = 10.0
    rig.call(cp(rig).touch)
    expect(page.locator(".hero.fault")).to_be_visible()
    check("fault")


def test_by_keyboard_alone(make, visit):
    rig = make(car=True)
    page = visit(rig, has_touch=False)
    expect(page.locator("#password")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    while page.evaluate("document.activeElement.id") != "password":
        page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(sentence(page)).to_have_text(re.compile("^Charging"))
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Pause":
            break
    page.keyboard.press("Space")
    expect(sentence(page)).to_have_text("Paused by you.")
    expect(page.locator("#say")).to_have_text("Paused by you.")  # and spoken


def test_the_language_can_be_switched_and_stays(make, visit):
    rig = make()
    page = visit(rig, PASSWORD)
    page.get_by_role("link", name="Settings").tap()
    page.get_by_label("Language").select_option("fr")
    expect(page.get_by_role("link", name="Réglages")).to_be_visible()
    page.reload()
    page.locator('a[href="#now"]').click()
    expect(sentence(page)).to_have_text("Prêt. Branchez la voiture.")
    assert page.evaluate("document.documentElement.lang") == "fr"
