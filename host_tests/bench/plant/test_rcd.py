"""Residual current modules: limits of IEC 62752 and of the makers, self-tests, faults."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.rcd import Rcd
from ballast_bench.plant.rcd_modules import MODULES, trip_time_s

DT = 0.001


def edges(rcd, upto_s, start_s=0.0, dt=DT):
    """[(instant, out_dc, out_ac)] of every change of the outputs."""
    found, last, t = [], (rcd.out_dc, rcd.out_ac), start_s
    while t < upto_s:
        rcd.advance(t)
        now = (rcd.out_dc, rcd.out_ac)
        if now != last:
            last = now
            found.append((round(t, 3), *now))
        t += dt
    return found


# (module, kind, mA, longest time s): Bender RCMB104 manual 11.2021 p. 13, IEC 62752 thresholds
LIMITS = [
    ("X6_X30", "dc_ma", 6.0, 0.48),
    ("X6_X30", "dc_ma", 60.0, 0.24),
    ("X6_X30", "dc_ma", 300.0, 0.04),
    ("X6_X30", "ac_ma", 30.0, 0.18),
    ("X6_X30", "ac_ma", 60.0, 0.07),
    ("X6_X30", "ac_ma", 150.0, 0.02),
    ("RCM14", "dc_ma", 6.0, 0.48),
    ("RCMB102", "ac_ma", 30.0, 0.18),
    ("RCMB104", "ac_ma", 150.0, 0.02),
]


@pytest.mark.parametrize(("module", "kind", "ma", "limit_s"), LIMITS)
def test_trips_in_time_and_cuts_the_coil_in_hardware(module, kind, ma, limit_s):
    rcd = Rcd(module)
    setattr(rcd, kind, ma)
    rcd.touch()
    seen = edges(rcd, 1.0)
    assert len(seen) == 1
    assert 0.0 < seen[0][0] <= limit_s + 2 * DT
    assert (rcd.trip, rcd.hardware_open) == (1, True)
    assert rcd.changed_s == pytest.approx(seen[0][0], abs=2 * DT)


@pytest.mark.parametrize(("kind", "ma"), [("dc_ma", 5.9), ("ac_ma", 29.0), ("dc_ma", -5.9)])
def test_does_not_trip_below(kind, ma):
    rcd = Rcd()
    setattr(rcd, kind, ma)
    rcd.touch()
    assert edges(rcd, 20.0, dt=0.02) == []
    assert rcd.next_s == inf


def test_a_negative_direct_current_trips_too():
    rcd = Rcd()
    rcd.dc_ma = -7.0
    rcd.touch()
    assert [e[1:] for e in edges(rcd, 2.0)] == [(1, 0)]


def test_a_short_glitch_does_not_trip():
    rcd = Rcd()
    rcd.ac_ma = 35.0
    rcd.touch()
    edges(rcd, 0.05)
    rcd.ac_ma = 0.0
    rcd.touch()
    assert edges(rcd, 2.0, 0.05) == []


def test_releases_only_below_the_release_value_and_after_its_hold():
    rcd = Rcd("RCMB102")
    rcd.ac_ma = 100.0
    rcd.touch()
    edges(rcd, 0.5)
    rcd.ac_ma = 15.0
    rcd.touch()
    assert edges(rcd, 5.0, 0.5) == []
    rcd.ac_ma = 5.0
    rcd.touch()
    assert edges(rcd, 8.0, 5.0) == [(pytest.approx(6.2, abs=0.003), 0, 0)]


def test_the_cars_leakage_flows_only_behind_a_closed_contactor():
    rcd = Rcd()
    rcd.leak_dc_ma = 8.0
    rcd.touch()
    assert edges(rcd, 2.0) == []
    rcd.set_live(True)
    assert len(edges(rcd, 4.0, 2.0)) == 1
    rcd.set_live(False)
    assert edges(rcd, 6.0, 4.0)[-1][1:] == (0, 0)


def test_self_test_of_x6_x30():
    """Windows of two open sources: DC +700..740 ms, AC +660..700 ms later, both back by 2.1 s."""
    rcd = Rcd("X6_X30")
    rcd.advance(0.0)
    rcd.drive_test(1, 0.0)
    seen = edges(rcd, 0.25)
    rcd.drive_test(0, 0.25)
    seen += edges(rcd, 4.0, 0.25)
    assert [e[1:] for e in seen] == [(1, 0), (1, 1), (0, 0)]
    assert 0.69 <= seen[0][0] <= 0.75
    assert 0.65 <= seen[1][0] - seen[0][0] <= 0.75
    assert 2.03 <= seen[2][0] <= 2.1
    assert not rcd.testing


@pytest.mark.parametrize("pulse_s", [0.01, 1.5])
def test_x6_x30_ignores_a_pulse_out_of_bounds(pulse_s):
    rcd = Rcd("X6_X30")
    rcd.drive_test(1, 0.0)
    edges(rcd, pulse_s)
    rcd.drive_test(0, pulse_s)
    assert edges(rcd, 5.0, pulse_s) == []


def test_self_test_of_rcmb102_and_its_reset():
    rcd = Rcd("RCMB102")
    rcd.drive_test(1, 1.0)
    rcd.drive_test(0, 1.02)
    assert [(t, ac) for t, _, ac in edges(rcd, 9.0, 1.02)] == [
        (pytest.approx(1.3, abs=0.003), 1),
        (pytest.approx(1.8, abs=0.003), 0),
        (pytest.approx(3.1, abs=0.003), 1),
        (pytest.approx(3.6, abs=0.003), 0),
    ]
    rcd.drive_test(1, 10.0)
    assert len(edges(rcd, 10.6, 10.0)) == 1
    rcd.drive_test(0, 10.6)  # 600 ms: a reset
    assert [e[2] for e in edges(rcd, 18.0, 10.6)] == [0]


def test_self_test_of_rcm14_follows_the_level():
    rcd = Rcd("RCM14")
    rcd.drive_test(1, 0.0)
    up = edges(rcd, 1.0)
    assert len(up) == 1
    assert up[0][0] < 0.5
    rcd.drive_test(0, 1.0)
    assert edges(rcd, 2.0, 1.0) == [(pytest.approx(1.2, abs=0.003), 0, 0)]


def test_a_slow_module_is_slower():
    rcd = Rcd("X6_X30")
    rcd.time_scale = 1.5
    rcd.drive_test(1, 0.0)
    rcd.drive_test(0, 0.1)
    assert edges(rcd, 5.0, 0.1)[0][0] == pytest.approx(1.05, abs=0.003)


def test_broken_modules():
    dead = Rcd()
    dead.broken = True
    dead.ac_ma = 300.0
    dead.touch()
    dead.drive_test(1, 0.0)
    dead.drive_test(0, 0.1)
    assert edges(dead, 4.0) == []
    deaf = Rcd()
    deaf.test_dead = True
    deaf.drive_test(1, 0.0)
    deaf.drive_test(0, 0.1)
    assert edges(deaf, 4.0) == []
    deaf.ac_ma = 300.0
    deaf.touch()
    assert len(edges(deaf, 5.0, 4.0)) == 1
    stuck = Rcd()
    stuck.stuck = 1
    stuck.touch()
    stuck.advance(0.0)
    assert (stuck.trip, stuck.hardware_open) == (1, True)
    stuck.stuck = 0
    stuck.ac_ma = 300.0
    stuck.touch()
    assert edges(stuck, 3.0, 0.02)[-1][1:] == (0, 0)


def test_an_open_cable_reads_as_a_trip():
    rcd = Rcd()
    rcd.cable_open = True
    rcd.touch()
    assert rcd.advance(1.0)
    assert (rcd.trip, rcd.hardware_open, rcd.out_dc) == (1, True, 0)
    rcd.cable_open = False
    rcd.touch()
    rcd.advance(1.02)
    assert rcd.trip == 0


@settings(deadline=None)
@given(st.sampled_from(sorted(MODULES)), st.lists(st.floats(0.0, 3000.0), min_size=2, max_size=20))
def test_more_current_never_trips_later(name, currents):
    module = MODULES[name]
    times = [trip_time_s(ma, module.dc_ma, module.dc_times) for ma in sorted(currents)]
    assert all(a >= b for a, b in pairwise(times))
    assert all(t == inf for t, ma in zip(times, sorted(currents), strict=True) if ma < module.dc_ma)


def test_an_unknown_module_is_refused():
    with pytest.raises(ValueError, match="known: X6_X30"):
        Rcd("RCM99")
