"""A charger with its page: clients of its server, and a browser that shows it."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import semi
from ballast_bench.plant.plant import Config
from ballast_bench.rigs.web import LABEL, PASSWORD, Live, WebRig

PHONE = {"width": 390, "height": 844, "has_touch": True}
NOON = 12 * 3600.0


@pytest.fixture
def rig():
    with WebRig() as rig:
        rig.open().meter()
        yield rig


@pytest.fixture
def user(rig):
    return Browser(rig).login(PASSWORD)


@pytest.fixture
def installer(rig):
    return Browser(rig).login(LABEL)


@pytest.fixture
def stranger(rig):
    return Browser(rig)


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
    from services.web.page_steps import log_in  # needs a browser's package

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
