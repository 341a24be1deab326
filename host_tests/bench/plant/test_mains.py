"""Supply voltage under load and under disturbance."""

import pytest

from ballast_bench.plant.mains import Mains


def test_sags_by_the_line_resistance_and_rises_with_export():
    mains = Mains(230.0, 3, line_ohm=0.25)
    mains.load([20.0, 0.0, -8.0])
    assert mains.volts == pytest.approx([225.0, 230.0, 232.0])


def test_one_phase_house_has_one_phase():
    assert Mains(230.0, 1).volts == [230.0, 0.0, 0.0]


def test_disturbances():
    mains = Mains(230.0, 3)
    mains.scale = 0.78
    mains.missing.add(1)
    mains.load([0.0] * 3)
    assert mains.volts == pytest.approx([179.4, 0.0, 179.4])
    assert [mains.alive(p) for p in range(3)] == [True, False, True]
    mains.lost = True
    mains.load([0.0] * 3)
    assert mains.volts == [0.0, 0.0, 0.0]


def test_never_below_zero_and_two_phases_are_refused():
    mains = Mains(230.0, 1, line_ohm=1.0)
    mains.load([500.0, 0.0, 0.0])
    assert mains.volts[0] == 0.0
    with pytest.raises(ValueError, match="phases is 1 or 3"):
        Mains(phases=2)
