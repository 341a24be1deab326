"""The page as a person uses it every day: headless Chromium, real clicks, a real charger on the bench."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import PASSWORD
from services.web.page_steps import car_amps, cp, sentence, switch, wait_for

pytestmark = pytest.mark.browser


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
