"""Protective earth monitor."""

import pytest

from ballast_bench.plant.pe import ProtectiveEarth


def first_change(pe, upto_s=1.0, start_s=0.0):
    t = start_s
    while t < upto_s:
        if pe.advance(t):
            return t
        t = round(t + 0.001, 6)
    return None


@pytest.mark.parametrize(
    ("name", "value"),
    [("lost", True), ("loop_ohm", 80.0), ("touch_v", 110.0), ("touch_v", -110.0), ("stuck", 0)],
)
def test_a_bad_earth_shows_after_the_delay(name, value):
    pe = ProtectiveEarth(delay_s=0.2)
    setattr(pe, name, value)
    pe.touch()
    assert first_change(pe) == pytest.approx(0.2, abs=0.002)
    assert (pe.good, pe.changed_s) == (0, pytest.approx(0.2))


@pytest.mark.parametrize(("name", "value"), [("loop_ohm", 79.0), ("touch_v", 5.0)])
def test_a_fair_earth_is_good(name, value):
    pe = ProtectiveEarth()
    setattr(pe, name, value)
    pe.touch()
    assert first_change(pe) is None
    assert pe.good == 1


def test_a_glitch_shorter_than_the_delay_is_not_seen_and_it_comes_back():
    pe = ProtectiveEarth(delay_s=0.2)
    pe.lost = True
    pe.touch()
    assert first_change(pe, 0.1) is None
    pe.lost = False
    pe.touch()
    assert first_change(pe, 1.0, 0.1) is None
    pe.lost = True
    pe.touch()
    first_change(pe, 2.0, 1.0)
    pe.lost = False
    pe.touch()
    assert first_change(pe, 4.0, 3.0) == pytest.approx(3.2, abs=0.002)
    assert pe.good == 1


def test_a_monitor_stuck_at_good_hides_the_loss():
    pe = ProtectiveEarth()
    pe.stuck, pe.lost = 1, True
    pe.touch()
    assert first_change(pe) is None
    assert pe.good == 1
