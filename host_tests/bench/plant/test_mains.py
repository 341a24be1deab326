"""Supply voltage under load and under disturbance."""

from cmath import rect
from math import radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.plant.mains import Mains

loads = st.lists(st.floats(0.0, 60.0), min_size=3, max_size=3)


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


@given(amps=loads, share=st.floats(0.05, 1.0))
def test_a_balanced_load_sees_no_neutral(amps, share):
    """Equal currents cancel in the neutral: the line's own part of the resistance is left."""
    mains = Mains(230.0, 3, line_ohm=0.4, neutral_ohm=0.4 * share)
    mains.load([amps[0]] * 3)
    assert mains.volts == pytest.approx([230.0 - 0.4 * (1.0 - share) * amps[0]] * 3)


@given(amps=st.floats(0.0, 60.0))
def test_one_loaded_phase_sags_by_the_whole_loop_and_the_others_rise(amps):
    mains = Mains(230.0, 3, line_ohm=0.4, neutral_ohm=0.16)
    mains.load([amps, 0.0, 0.0])
    assert mains.volts[0] == pytest.approx(230.0 - 0.4 * amps)
    other = abs(rect(230.0, radians(-120.0)) - 0.16 * amps)
    assert mains.volts[1] == pytest.approx(other) == pytest.approx(mains.volts[2])
    assert mains.volts[1] >= 230.0


@given(amps=loads)
def test_without_neutral_the_currents_cancel(amps):
    """Kirchhoff at the floating star point, for loads that are conductances."""
    mains = Mains(230.0, 3)
    mains.neutral_lost = True
    mains.load(amps)
    low, high = min(mains.volts), max(mains.volts)
    assert 0.0 <= low <= 230.0 + 1e-6 and high <= 230.0 * 3**0.5 + 1e-6
    if max(amps) - min(amps) < 1e-9:
        assert (low, high) == pytest.approx((230.0, 230.0))
    most, least = amps.index(max(amps)), amps.index(min(amps))
    assert mains.volts[most] <= mains.volts[least] + 1e-6


def test_a_broken_neutral_lets_an_idle_phase_rise_dangerously():
    mains = Mains(230.0, 3)
    mains.neutral_lost = True
    mains.load([16.0, 16.0, 1.0])
    assert mains.volts[2] > 290.0


def test_one_phase_without_neutral_is_dark():
    mains = Mains(230.0, 1)
    mains.neutral_lost = True
    mains.load([10.0, 0.0, 0.0])
    assert mains.volts == [0.0, 0.0, 0.0] and not mains.alive(0)


def test_dips_come_and_go_by_themselves():
    mains = Mains(230.0, 1, line_ohm=0.0)
    mains.dip(0.4, 5.0, 0.1, every_s=2.0, times=2)
    low = []
    for step in range(250, 500):
        now_s = step * 0.02
        if now_s >= mains.next_s:
            mains.advance(now_s)
        mains.load([0.0] * 3)
        if mains.volts[0] == pytest.approx(92.0):
            low.append(round(now_s, 2))
    assert low == [5.0, 5.02, 5.04, 5.06, 5.08, 7.0, 7.02, 7.04, 7.06, 7.08]
    assert mains.next_s == float("inf")


@pytest.mark.parametrize("neutral_ohm", [-0.1, 0.3])
def test_the_neutral_is_a_part_of_the_loop(neutral_ohm):
    with pytest.raises(ValueError, match="neutral_ohm is from 0 to line_ohm"):
        Mains(230.0, 3, line_ohm=0.2, neutral_ohm=neutral_ohm)
