"""Sessions: from plug-in to unplug, seconds and watt-hours counted once."""

from ballast.control import ticks
from ballast.control.session import Session


class Ev:
    def __init__(self):
        self.wh = 100


def test_a_session():
    s, ev = Session(), Ev()
    now = (1 << 30) - 3000
    s.step(now, 0, False, ev)
    assert not s.open and s.ended == 0
    now = ticks.add(now, 200)
    s.step(now, 1, False, ev)
    assert s.open
    for n in range(50):
        ev.wh += 2
        now = ticks.add(now, 200)
        s.step(now, 1, n >= 25, ev)
    assert s.wh == 100 and s.seconds == 10 and s.charge_s == 5
    assert s.total_wh == 100
    now = ticks.add(now, 200)
    s.step(now, 0, False, ev)
    assert not s.open and s.ended == 1
    now = ticks.add(now, 200)
    s.step(now, 0, False, ev)
    assert s.ended == 1


def test_a_new_session_begins_at_zero():
    s, ev = Session(), Ev()
    for plugged in (1, 0):
        for n in range(20):
            ev.wh += 1
            s.step(n * 500, plugged, True, ev)
    s.step(20000, 1, False, ev)
    assert s.wh == 0 and s.charge_s == 0 and s.ended == 1
    assert s.seconds == 0 or s.seconds < 12


def test_total_counts_energy_outside_sessions_too():
    s, ev = Session(), Ev()
    s.step(0, 0, False, ev)
    ev.wh += 7
    s.step(200, 0, False, ev)
    assert s.total_wh == 7 and s.wh == 0


def test_many_seconds_at_once():
    s, ev = Session(), Ev()
    s.step(0, 1, False, ev)
    s.step(7500, 1, True, ev)
    assert s.seconds == 7 and s.charge_s == 7
    s.step(8000, 1, True, ev)
    assert s.seconds == 8 and s.charge_s == 8


def test_seconds_are_whole():
    for begun in (0, 300):
        s, ev = Session(), Ev()
        s.step(0, 1, True, ev)
        s.step(begun, 1, True, ev)
        s.step(begun, 0, False, ev)
        s.step(begun, 1, True, ev)
        assert s.open == 1
        s.step(begun + 999, 1, True, ev)
        assert (s.seconds, s.charge_s) == (0, 0)
        s.step(begun + 1000, 1, True, ev)
        assert (s.seconds, s.charge_s) == (1, 1)
        s.step(begun + 1999, 1, True, ev)
        assert (s.seconds, s.charge_s) == (1, 1)
        s.step(begun + 2000, 1, True, ev)
        assert (s.seconds, s.charge_s) == (2, 2)
