"""Dimming over the local API: who may, what it does, and that it ends by itself."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig


@pytest.fixture
def rig():
    with WebRig() as rig:
        yield rig.open()


def test_dimming_names_the_grid_and_ends(rig):
    installer = Browser(rig).login(LABEL)
    assert installer.post("/api/dim", {"power_w": 4200, "duration_s": 10}).status == 200
    rig.world.run(1.0)
    limits = {row["slot"]: row for row in installer.get("/api/status").json["limits"]}
    assert 18000 <= limits["grid"]["current_ma"] <= 18700 and limits["grid"]["left_s"] <= 10
    rig.world.run(10.0)
    limits = [row["slot"] for row in installer.get("/api/status").json["limits"]]
    assert "grid" not in limits


@pytest.mark.parametrize(
    "body", [{"power_w": -1, "duration_s": 10}, {"power_w": 4200, "duration_s": 0}, {"power_w": 4200}]
)
def test_nonsense_is_refused(rig, body):
    assert Browser(rig).login(LABEL).post("/api/dim", body).status == 400


def test_the_user_may_not(rig):
    answer = Browser(rig).login(PASSWORD).post("/api/dim", {"power_w": 4200, "duration_s": 10})
    assert answer.status == 403
