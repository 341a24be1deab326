"""The group on the page: who leads, the own share, the turn, what is wrong, and the plan."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.rigs.group import USER, GroupPageRig
from ballast_bench.rigs.web import Live
from ballast_bench.setup import PASSWORD
from services.web.page_steps import log_in, wait_for

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "de", "fr", "es", "zh")


@pytest.fixture
def make():
    lives = []

    def make_rig(chargers=2, seconds=60, **kwargs):
        def build():
            rig = GroupPageRig(chargers, **kwargs)
            rig.world.run(seconds)
            return rig

        lives.append(Live(build, pace=4.0))
        lives[-1].rig.call = lambda work: lives[-1].wait(lambda: _run(work))
        return lives[-1].rig

    yield make_rig
    for live in lives:
        live.close()


async def _run(work):
    return work()


@pytest.fixture
def visit(chromium):
    errors = []

    def open_page(rig, index=0, word=USER, **options):
        page = chromium(390, 844, has_touch=True, **{"locale": "en-GB", **options})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(rig.url(index))
        log_in(page, word)
        return page

    yield open_page
    assert not errors


def card(page):
    return page.locator("section.card", has=page.locator("#goby"))


def test_the_leader_and_a_member_say_so_and_what_they_have(make, visit):
    rig = make()
    page = visit(rig)
    text = re.compile(r"^This charger leads the group\. Its share is 12\.\d\sA\.$")
    expect(card(page).locator("p").first).to_have_text(text)
    page = visit(rig, 1)
    text = re.compile(r"^Charger 0 leads the group\. Its share is 12\.\d\sA\.$")
    expect(card(page).locator("p").first).to_have_text(text)
    expect(card(page).locator("form")).to_be_hidden()  # not the group's way to share
    expect(card(page).locator(".err")).to_be_hidden()
    expect(page.locator("svg.flow")).to_contain_text("and other cars")  # the meter sees them too
    expect(page.locator("main")).to_contain_text(re.compile(r"others 1[12]\sA"))


def test_who_waits_for_its_turn_and_the_leader_who_knows_it(make, visit):
    rig = make(limit_a=10.0)
    page = visit(rig)
    expect(card(page)).to_contain_text("Cars waiting: 1.")
    waits = rig.offered_a().index(0)
    page = visit(rig, waits)
    expect(card(page)).to_contain_text("It waits for its turn.")


def test_alone_there_is_no_card(make, visit):
    rig = make(settings={"group_id": 0})
    page = visit(rig)
    expect(page.locator(".chips .binds")).to_be_visible()
    expect(card(page)).to_be_hidden()
    expect(page.locator("svg.flow")).not_to_contain_text("and other cars")


def test_a_problem_is_shown(make, visit):
    rig = make(settings={"group_key": "short"}, seconds=20)
    page = visit(rig)
    expect(page.locator(".hero h2")).to_have_text("Waiting: no charger leads the group yet.")
    expect(card(page)).to_contain_text("No charger leads the group.")
    expect(card(page).locator(".err")).to_have_text(
        "group: the key has 5 bytes, 16 are needed"
    )


def test_a_plan_by_hand(make, visit):
    rig = make(settings={"group_mode": 2})
    page = visit(rig, timezone_id="UTC")
    page.clock.set_fixed_time("2026-03-02T22:00:00Z")
    group = rig.app().group
    page.get_by_label("Ready by").fill("06:30")
    page.get_by_label("kWh needed").fill("12.5")
    card(page).get_by_role("button", name="Save").tap()
    wait_for(page, lambda: group.plan.on)
    assert 8.5 * 3600 - 600 <= group.plan.departure_s <= 8.5 * 3600  # tomorrow
    assert 12400 <= group.plan.energy_wh <= 12500
    left = card(page).locator("p.soft")
    expect(left).to_have_text(re.compile(r"^Ready by 06:(29|30) AM · 12\.[45]\skWh to go$"))
    card(page).get_by_role("button", name="Remove").tap()
    expect(left).to_be_empty()
    expect(card(page).get_by_role("button", name="Remove")).to_be_hidden()
    assert group.plan.document() is None
    page.get_by_label("Ready by").fill("")
    page.get_by_label("kWh needed").fill("300")
    card(page).get_by_role("button", name="Save").tap()
    assert not page.get_by_label("kWh needed").evaluate("input => input.validity.valid")
    assert group.plan.document() is None  # the browser says what is wrong, in its language
    rig.call(lambda: rig.do("unplug"))
    expect(card(page).locator("form")).to_be_hidden()


def test_panels_and_wiring_are_among_the_settings(make, visit):
    rig = make(seconds=5)
    page = visit(rig, word=PASSWORD)
    page.get_by_role("link", name="Settings").tap()
    page.get_by_role("heading", name="Several chargers").tap()
    box = page.locator("details", has=page.get_by_role("heading", name="Several chargers"))
    box.get_by_label("Sub-panels").fill("40 0-3")
    box.get_by_label("Wired between").select_option("L2–L3")
    box.get_by_role("button", name="Save").tap()
    expect(box.locator(".err:visible").first).to_have_text(
        "group_panels: panel 1: there is no seat 3, the last one is 1"
    )
    expect(box.get_by_label("Sub-panels")).to_be_focused()
    settings = rig.app().settings
    assert settings["group_panels"] == "" and settings["group_line"] == 0
    box.get_by_label("Sub-panels").fill("20.5 0,1")
    box.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: settings["group_panels"] == "20.5 0,1" and settings["group_line"] == 2)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_it_fits_the_screen_in_every_language(make, visit, locale):
    rig = make(settings={"group_mode": 2, "group_panels": "40 0-1"})
    rig.call(lambda: rig.app().group.set_plan(30000, 12000, None))
    page = visit(rig, word=PASSWORD, locale=locale)
    expect(card(page).locator("form")).to_be_visible()
    for tab in ("now", "settings"):
        page.locator(f'a[href="#{tab}"]').click()
        expect(page.locator("main")).not_to_be_empty()
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), (tab, width)
        assert not page.evaluate(r"document.body.innerText.match(/\b(grp|go|s)\.[a-z_]+/g)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_it(make, visit, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="tools/ballast test has it"
    ).Axe()
    rig = make(settings={"group_mode": 2})
    page = visit(rig, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    expect(card(page).locator("form")).to_be_visible()
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not [v["id"] for v in found if v["impact"] in ("serious", "critical")]
