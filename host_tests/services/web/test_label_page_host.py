"""The label of the factory and the page of the charger belong together."""

import pytest
from playwright.sync_api import expect

from ballast_bench.plant.house import semi
from ballast_bench.plant.plant import Config
from ballast_bench.product import brand
from ballast_bench.rigs import web as web_rig
from ballast_tools.factory import labels, units

pytestmark = pytest.mark.browser


@pytest.fixture
def code(monkeypatch):
    """A code as `provision` makes it, on the label of the charger that is being set up."""
    hidden = units.make_secrets(brand.load("acme"))
    monkeypatch.setattr(web_rig, "LABEL", hidden["setup_code"])
    return hidden["setup_code"]


@pytest.fixture
def page(code, chromium):
    live = web_rig.Live(
        lambda: web_rig.WebRig(Config(house=semi(seed=3), limit_a=25.0), user=None).open()
    )
    page = chromium(width=390, height=844)
    page.charger = live.rig.url
    yield page
    live.close()


def test_scanned_code_is_filled_in_and_not_kept_in_the_address(page, code):
    link = labels.setup_text({"setup_code": code})
    page.goto(page.charger + "/" + link.partition("/#")[2].join(["#", ""]))
    expect(page.locator("#password")).to_have_value(code)
    assert code not in page.url
    page.click("button.main")
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()


@pytest.mark.parametrize("as_read", [labels.spaced, str.lower, lambda c: c[:6] + "-" + c[6:]])
def test_code_may_be_typed_as_it_is_read(page, code, as_read):
    page.goto(page.charger)
    page.fill("#password", as_read(code))
    page.click("button.main")
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()


def test_page_takes_every_letter_that_a_code_can_have():
    """The page's pattern and the factory's alphabet are the same letters."""
    import re

    from ballast_tools.shell import paths

    text = (paths.FIRMWARE / "web/login.js").read_text()
    letters = re.search(r"/\^(\[[^\]]+\])\{10,16\}\$/", text).group(1)
    taken = {chr(n) for n in range(128) if re.fullmatch(letters, chr(n))}
    assert taken == set(units.ALPHABET)
