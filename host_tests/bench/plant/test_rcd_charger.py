"""The modules' data against the self-test that the charger runs: two independent tables agree."""

import pytest

from ballast.control.safety import rcd_test
from ballast_bench.plant.rcd import Rcd
from ballast_bench.plant.rcd_modules import MODULES

# row of the charger's table, in its order
PAIRS = {"RCM14": 0, "X6_X30": 1, "RCMB102": 2, "RCMB104": 3}


def self_test(rcd, row, offset_s=0.0, step_ms=20):
    """The charger's test, step by step; its final state."""
    firmware = rcd_test.RcdTest(row)
    t_ms = 1000
    rcd.advance(t_ms / 1000.0)
    firmware.start(t_ms, rcd.trip)
    while firmware.state == rcd_test.RUNNING:
        rcd.drive_test(firmware.drive, t_ms / 1000.0)
        t_ms += step_ms
        rcd.advance(t_ms / 1000.0 - offset_s)
        firmware.step(t_ms, rcd.trip)
        assert t_ms < 20000
    return firmware.state


def test_every_row_of_the_charger_has_a_module_here():
    assert sorted(PAIRS.values()) == list(range(len(rcd_test.MODULES)))
    assert sorted(PAIRS) == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(PAIRS))
@pytest.mark.parametrize("scale", [0.97, 1.0, 1.03])
@pytest.mark.parametrize("step_ms", [20, 23])
def test_a_good_module_passes(name, scale, step_ms):
    rcd = Rcd(name)
    rcd.time_scale = scale
    assert self_test(rcd, PAIRS[name], step_ms=step_ms) == rcd_test.PASSED
    assert not rcd.trip


@pytest.mark.parametrize("name", sorted(PAIRS))
@pytest.mark.parametrize(
    ("fault", "value"),
    [("broken", True), ("test_dead", True), ("stuck", 0), ("stuck", 1), ("cable_open", True)],
)
def test_a_bad_module_fails(name, fault, value):
    rcd = Rcd(name)
    setattr(rcd, fault, value)
    rcd.touch()
    assert self_test(rcd, PAIRS[name]) == rcd_test.FAILED


def test_the_wrong_module_in_the_box_is_noticed():
    """Modules whose answers differ in number or time are not taken for each other."""
    for fitted, row in (("X6_X30", 2), ("X6_X30", 0), ("RCMB104", 2), ("RCM14", 2)):
        assert self_test(Rcd(fitted), row) == rcd_test.FAILED, (fitted, row)
