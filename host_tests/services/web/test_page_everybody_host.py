"""The page for everybody: languages, widths, small loads, axe, the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from ballast_bench.rigs.web import LABEL, PASSWORD
from services.web.page_steps import cp, sentence, switch, wait_for

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "de", "fr", "es", "zh")


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


# Where the parts of the page begin, each time that something on it is written.
PLACES = """() => {
    window.places = new Set(); window.said = [];
    const look = () => {
        const said = document.querySelector(".hero h2").textContent;
        if (said !== window.said.at(-1)) window.said.push(said);
        window.places.add([".facts", ".flow", ".bar", ".chips", ".chart"].map((part) =>
            Math.round(document.querySelector(part).getBoundingClientRect().top + scrollY)).join(" "));
    };
    const all = { subtree: true, childList: true, characterData: true };
    new MutationObserver(look).observe(document.body, all);
    look();
}"""


def test_nothing_jumps_while_numbers_change(make, visit):
    rig = make(car=True)
    page = visit(rig, PASSWORD)
    expect(page.locator(".chips button").first).to_be_visible()
    expect(page.locator(".chart svg path").first).to_be_attached()
    page.evaluate(PLACES)
    for on in (True, False, True):
        switch(rig, "oven", on)
        before = page.evaluate("said.length")
        wait_for(page, lambda before=before: page.evaluate("said.length") > before + 2)
    page.evaluate("document.querySelector('.hero h2').textContent = 'Short.'")  # one line
    page.wait_for_function("said.includes('Short.')")
    assert len(page.evaluate("[...places]")) == 1


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
