"""The bench page in a browser: what is clicked happens, and is written down."""

import json
import re

import pytest
from playwright.sync_api import expect

from ballast_bench.person import actions, bench_page, options, story
from ballast_bench.person.verbs.action import NUMBER, TEXT, Action
from ballast_bench.rigs.web import Live, free_port
from ballast_bench.setup import PASSWORD
from ballast_tools.ship import web_assets
from services.web.page_steps import wait_for

pytestmark = pytest.mark.browser


GIVEN = {"house": "semi", "seed": 7, "hour": 12.0}


class Rig:
    """The Setup of GIVEN with the bench page, as `Live` wants a rig."""

    def __init__(self, folder):
        web_assets.build(folder)
        web_assets.add_page(folder, bench_page.PAGE, "bench")
        self.port = free_port()
        self.setup = options.make_setup(
            GIVEN, http=("127.0.0.1", self.port), assets=web_assets.load(folder),
            bench_page=bench_page.BenchPage,
        )  # fmt: skip
        self.world = self.setup.start()
        self.door, self.web = self.world.nodes[0].app.page.door, self.world.nodes[0].app.page.web
        self.world.reboots = True
        self.setup.bench.do("plug")
        self.world.run(30)
        self.url = f"http://127.0.0.1:{self.port}"
        self.cp = self.world.plant.chargers[0]

    def close(self):
        self.setup.stop()


@pytest.fixture
def rig(tmp_path):
    live = Live(lambda: Rig(tmp_path), pace=5.0)
    yield live.rig
    live.close()


@pytest.fixture
def page(rig, chromium):
    errors = []
    page = chromium(1360, 900)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(rig.url + "/bench")
    expect(page.locator("#strip .bar")).to_be_visible()
    yield page
    assert not errors


def test_car_house_meter_and_faults_by_hand(rig, page):
    page.get_by_role("button", name="Pull the plug").click()
    expect(page.get_by_role("button", name="plug", exact=True)).to_be_visible()
    assert rig.cp.ev is None
    page.get_by_label("max, A").fill("16")
    page.get_by_role("button", name="plug", exact=True).click()
    wait_for(page, lambda: rig.cp.ev is not None and rig.cp.ev.max_a == 16)
    oven = page.get_by_role("button", name=re.compile("^oven"))
    oven.click()
    expect(oven).to_have_attribute("aria-pressed", "true")
    expect(oven).to_contain_text("by hand")
    silent = page.get_by_role("button", name="The meter falls silent")
    silent.click()
    expect(silent).to_have_attribute("aria-pressed", "true")
    wait_for(page, lambda: rig.world.plant.meter.silent)
    page.get_by_label("dc, mA").fill("8")
    page.get_by_role("button", name="leak", exact=True).click()
    wait_for(page, lambda: rig.cp.rcd.dc_ma == 8)
    form = page.locator("form", has_text="Radio frames lost")
    form.get_by_label("value").fill("100")
    form.get_by_role("button").click()
    wait_for(page, lambda: rig.world.plant.radio.air.loss == 1.0)
    expect(page.locator("#lines")).to_contain_text("radio_loss value=100")
    text = page.locator("#lines").inner_text()
    run = story.Story(text, "clicked").runs[0]
    assert run.options == {"seed": 7, "hour": 12.0}  # the house is the default
    assert [line.verb for line in run.lines] == [
        "plug", "unplug", "plug", "appliance", "meter_off", "leak", "radio_loss"
    ]  # fmt: skip


def test_the_file_that_is_saved_is_a_story(rig, page):
    page.get_by_role("button", name="Pull the plug").click()
    wait_for(page, lambda: rig.cp.ev is None)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save").click()
    assert download.value.suggested_filename == "bench.story"
    text = download.value.path().read_text()
    assert text.splitlines()[0] == options.line(GIVEN) and text.splitlines()[-1].endswith(" end")
    assert [line.verb for line in story.Story(text, "bench.story").lines] == ["plug", "unplug"]


def test_a_new_verb_appears_with_its_arguments(rig, page, monkeypatch):
    done = []
    sing = Action("sing", "house", "A neighbour sings", lambda bench, **args: done.append(args),
                  level_a=(NUMBER, 3.0, 0.5, 9.0), song=(TEXT, "Lied", ("Lied", "Arie"), None))  # fmt: skip
    monkeypatch.setitem(actions.BY_VERB, "sing", sing)
    monkeypatch.setattr(actions.GROUPS["house"], "ACTIONS", [*actions.GROUPS["house"].ACTIONS, sing])
    page.reload()
    form = page.locator("form", has_text="A neighbour sings")
    level = form.get_by_label("level, A")
    expect(level).to_have_value("")
    assert level.get_attribute("placeholder") == "3"
    assert (level.get_attribute("min"), level.get_attribute("max")) == ("0.5", "9")
    form.get_by_label("song").select_option("Arie")
    form.get_by_role("button").click()
    wait_for(page, lambda: done == [{"level_a": 3, "song": "Arie"}])


def test_a_charger_that_starts_again_keeps_the_bench_page(rig, page):
    page.get_by_role("button", name="Restart the charger's program").click()
    wait_for(page, lambda: rig.world.nodes[0].boots == 2)
    page.get_by_role("button", name="Pull the plug").click()
    wait_for(page, lambda: rig.cp.ev is None)
    expect(page.locator("#error")).to_be_empty()


def test_speed(rig, page):
    page.get_by_role("button", name="20×").click()
    wait_for(page, lambda: rig.world.pace == 20)
    expect(page.get_by_role("button", name="20×")).to_have_attribute("aria-pressed", "true")


def test_what_can_not_be_done_is_said(rig, page):
    answer = page.evaluate("""async () => (await fetch("/bench/do", { method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ action: "plug" }) })).json()""")
    assert answer == {"error": "plug: a car is plugged in already"}


def test_the_charger_page_beside_it_follows(rig, page, chromium):
    charger = chromium(390, 844, has_touch=True)
    charger.goto(rig.url)
    charger.fill("#password", PASSWORD)
    charger.click("button.main")
    expect(charger.locator(".hero h2")).to_have_text(re.compile("^Charging"))
    page.get_by_role("button", name="Pull the plug").click()
    expect(charger.locator(".hero h2")).to_have_text("Ready. Plug in the car.")


def test_the_state_is_plain_and_whole(rig, page):
    state = page.evaluate("async () => (await fetch('/bench/state')).json()")
    assert json.loads(json.dumps(state)) == state
    assert state["car"]["max_a"] == 32 and state["charger"]["closed"] is True
    assert state["now"]["want"] == [{"on": True}] and state["bent"] == []
    assert {a["name"] for a in state["house"]["appliances"]} >= {"oven", "kettle", "solar roof"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(rig, chromium, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="tools/ballast test has it"
    ).Axe()
    page = chromium(1360, 900, color_scheme=scheme, bypass_csp=True)
    page.goto(rig.url + "/bench")
    expect(page.locator("#strip .bar")).to_be_visible()
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    bad = [
        (v["id"], [n["target"] for n in v["nodes"]][:4])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert not bad, bad


def test_what_is_in_force_is_shown_and_what_was_changed_is_marked(rig, page):
    """The defaults of a verb are hints; a verb of another meter is not there."""
    meter = page.locator("section", has=page.get_by_role("heading", name="The meter, the clamp"))
    order = meter.locator("form", has_text="The phases are exchanged").get_by_label("order")
    expect(order).to_have_value("123")
    expect(meter.get_by_label("Wrong transformer ratio")).to_have_value("1")
    expect(meter.get_by_text("Answers that never come")).to_be_hidden()
    neutral = page.get_by_role("button", name="The neutral of the supply")
    expect(neutral).to_have_attribute("aria-pressed", "false")
    motor = page.locator("form", has_text="A motor starts").get_by_label("watts")
    expect(motor).to_have_value("")
    assert motor.get_attribute("placeholder") == "2200"
    expect(meter.locator("summary em")).to_be_empty()
    rig.setup.bench.do("meter_phases", {"order": "231"})
    expect(order).to_have_value("231")
    expect(meter.locator("summary em")).to_have_text("2 changed")  # the verb `meter_swapped` says the same


def test_a_verb_of_several_places_shows_the_chosen_one(rig, page):
    rig.setup.bench.do("heat", {"place": "box", "degc": 70})
    heat = page.locator("form", has_text="Hold a place at a temperature")
    expect(heat.get_by_label("°C")).to_have_value("")
    heat.get_by_label("place").select_option("box")
    expect(heat.get_by_label("°C")).to_have_value("70")
    form = page.locator("form", has_text="Change settings of the charger")
    form.get_by_label("setting").select_option("margin_ma")
    expect(form.get_by_label("value")).to_have_value(str(rig.world.nodes[0].app.settings["margin_ma"]))


def test_on_a_phone_a_tap_opens_a_group(rig, chromium):
    page = chromium(390, 844, has_touch=True)
    page.goto(rig.url + "/bench")
    pull = page.get_by_role("button", name="Protective earth lost")
    expect(page.get_by_role("button", name="Pull the plug")).to_be_visible()
    expect(pull).to_be_hidden()
    page.get_by_role("heading", name="Faults, by hand").click()
    pull.click()
    wait_for(page, lambda: rig.cp.pe.lost)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
