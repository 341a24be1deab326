"""The page as a person uses it: schedule, sessions, settings, help and log."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.fakes.resets import WDT_RESET
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig
from services.web.page_steps import cp, sentence, wait_for

pytestmark = pytest.mark.browser


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
