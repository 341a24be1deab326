"""Contactor: times, bounce, welds, mirror contact, dead-man, wear."""

from math import inf

import pytest

from ballast_bench.plant.contactor import Contactor


def run(contactor, upto_s, amps=0.0, dt=0.001):
    """Advance in fine steps; [(instant, mirror)] at each change of the mirror contact."""
    seen, t, last = [], run.now, contactor.mirror
    while t < upto_s - 1e-9:
        t = round(t + dt, 6)
        contactor.advance(t, amps)
        if contactor.mirror != last:
            last = contactor.mirror
            seen.append((t, last))
    run.now = t
    return seen


@pytest.fixture(autouse=True)
def _clock():
    run.now = 0.0


def test_closing_bounces_then_opening_is_clean():
    contactor = Contactor(close_s=0.025, open_s=0.015, bounce_s=0.004)
    contactor.drive(True, 0.0)
    seen = run(contactor, 0.1, dt=0.0002)
    assert [level for _, level in seen] == [1, 0, 1, 0, 1]
    assert seen[0][0] == pytest.approx(0.025, abs=3e-4)
    assert seen[-1][0] == pytest.approx(0.029, abs=3e-4)
    assert contactor.closed_s == pytest.approx(0.025)
    contactor.drive(False, 0.2)
    assert run(contactor, 0.3) == [(pytest.approx(0.215, abs=0.0011), 0)]
    assert contactor.opened_s == pytest.approx(0.215)
    assert contactor.operations == 1


def test_events_between_coarse_steps_keep_their_instant():
    contactor = Contactor()
    contactor.drive(True, 0.013)
    assert contactor.next_s == pytest.approx(0.038)
    contactor.advance(0.02)
    assert contactor.mirror == 0
    contactor.advance(0.06)
    assert (contactor.mirror, contactor.closed_s) == (1, pytest.approx(0.038))
    assert contactor.next_s == inf


def test_a_coil_pulse_shorter_than_the_closing_time_does_nothing():
    contactor = Contactor()
    contactor.drive(True, 0.0)
    contactor.drive(False, 0.010)
    assert run(contactor, 0.2) == []
    assert contactor.operations == 0


def test_one_welded_pole_holds_the_mirror_contact():
    contactor = Contactor(poles=3)
    contactor.drive(True, 0.0)
    run(contactor, 0.1)
    contactor.welded.add(1)
    contactor.drive(False, 0.1)
    run(contactor, 0.2)
    assert contactor.closed == [False, True, False]
    assert contactor.mirror == 1
    contactor.welded.clear()
    contactor.advance(0.3)
    assert contactor.mirror == 0


def test_stuck_open_and_stuck_mirror():
    contactor = Contactor()
    contactor.stuck_open = True
    contactor.drive(True, 0.0)
    assert run(contactor, 0.2) == []
    contactor = Contactor()
    contactor.mirror_stuck = 0
    contactor.drive(True, 0.2)
    assert run(contactor, 0.4) == []
    assert contactor.closed[0]


def test_dead_man_needs_pulses():
    contactor = Contactor(dead_man_s=0.1)
    assert not contactor.gate(0.0)
    contactor.pulse(0.0)
    assert contactor.gate(0.099)
    assert not contactor.gate(0.1)
    assert Contactor().gate(1e9)


def test_wear_counts_openings_under_load():
    contactor = Contactor()
    for start in (0.0, 1.0):
        contactor.drive(True, start)
        run(contactor, start + 0.5, amps=16.0)
        contactor.drive(False, start + 0.5)
        run(contactor, start + 1.0, amps=16.0)
    assert contactor.worn == pytest.approx(2 * 0.25)
    assert contactor.operations == 2
