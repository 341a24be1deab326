"""The button on the whole charger: a tap pauses, a long press opens the doors for two minutes."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig
from ballast_bench.setup import Setup


def press(world, seconds, index=0):
    """Hold the button of one charger."""
    cp = world.plant.chargers[index]
    cp.button = 1
    cp.touch()
    world.run(seconds)
    cp.button = 0
    cp.touch()
    world.run(0.2)


def test_a_tap_pauses_and_resumes():
    setup = Setup(meter="none", ev=EV())
    world = setup.start()
    try:
        world.run(12)
        assert world.nodes[0].app.out.coil == 1
        press(world, 0.3)
        world.run(8)
        assert world.nodes[0].app.out.coil == 0
        assert world.nodes[0].app.settings["user_paused"] == 1
        press(world, 0.3)
        world.run(12)
        assert world.nodes[0].app.out.coil == 1
    finally:
        setup.stop()


def test_a_long_press_opens_the_pairing_window():
    setup = Setup(meter="clamp")
    world = setup.start()
    try:
        clamps = world.nodes[0].app.radio.clamps
        world.run(1)
        assert clamps.window == "closed"
        press(world, 3.2)
        world.run(1.5)
        assert clamps.window == "open"
        world.run(125)
        assert clamps.window == "timeout"
    finally:
        setup.stop()


@pytest.fixture
def rig():
    with WebRig(access_point=("Ballast-0001", LABEL)) as rig:
        yield rig.open()


def test_a_long_press_forgives_guessing_and_opens_the_access_point(rig):
    stranger = Browser(rig)
    for _ in range(6):
        stranger.post("/api/login", {"password": "wrong-guess"})
    assert stranger.post("/api/login", {"password": PASSWORD}).status == 429
    press(rig.world, 3.2)
    rig.world.run(1.5)
    assert stranger.post("/api/login", {"password": PASSWORD}).status == 200
    assert rig.app.page.network.ap_open
