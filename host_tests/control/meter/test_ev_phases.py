"""Which phases the EV is on: every mask of one- and three-phase EVs."""

from ballast.control.meter.ev_phases import EvPhases
from ballast.control.ticks import add

START = 0x40000000 - 4000


class Rig:
    def __init__(self, phases=3):
        self.p = EvPhases()
        self.p.set_phases(phases)
        self.now = START

    def draw(self, mask, seconds, ma=8000, rest=0):
        for _ in range(seconds * 10):
            self.now = add(self.now, 100)
            self.p.put(self.now, [ma if mask >> i & 1 else rest for i in range(3)])
        return self.p.used


def test_unknown_is_all_of_the_charger():
    assert Rig(3).p.used == [1, 1, 1]
    assert Rig(1).p.used == [1, 0, 0]


def test_every_mask_is_found_after_five_seconds_and_not_before():
    for mask in range(1, 8):
        rig = Rig()
        assert rig.draw(mask, 4) == [1, 1, 1], mask
        assert rig.draw(mask, 2) == [mask >> i & 1 for i in range(3)], mask


def test_an_ev_that_does_not_draw_tells_nothing():
    rig = Rig()
    assert rig.draw(0, 60) == [1, 1, 1]
    assert rig.draw(7, 60, ma=1500) == [1, 1, 1], "standby is not charging"


def test_a_phase_that_comes_counts_at_once():
    rig = Rig()
    rig.draw(1, 10)
    assert rig.p.used == [1, 0, 0]
    rig.now = add(rig.now, 100)
    rig.p.put(rig.now, [8000, 1501, 0])
    assert rig.p.used == [1, 1, 0]


def test_a_phase_that_goes_counts_for_thirty_seconds():
    rig = Rig()
    rig.draw(7, 10)
    assert rig.draw(1, 29) == [1, 1, 1]
    assert rig.draw(1, 2) == [1, 0, 0]


def test_between_off_and_on_nothing_is_decided():
    rig = Rig()
    rig.draw(7, 10)
    assert rig.draw(1, 60, rest=500) == [1, 1, 1], "0.5 A is more than off"
    assert rig.draw(1, 60, rest=499) == [1, 0, 0]


def test_a_pause_keeps_what_was_found_and_another_ev_does_not():
    rig = Rig()
    rig.draw(2, 10)
    assert rig.draw(0, 600) == [0, 1, 0]
    assert rig.draw(2, 10) == [0, 1, 0]
    rig.p.forget()
    assert rig.p.used == [1, 1, 1]


def test_a_phase_not_fitted_is_never_used():
    rig = Rig(1)
    assert rig.draw(7, 10) == [1, 0, 0]


def _put(phases, t_ms, ma):
    phases.put(add(START, t_ms), ma)
    return phases.used


def test_each_time_to_the_millisecond():
    p = Rig().p
    assert _put(p, 0, [8000, 8000, 0]) == [1, 1, 1]
    assert _put(p, 4999, [8000, 8000, 0]) == [1, 1, 1]
    assert _put(p, 5000, [8000, 8000, 0]) == [1, 1, 0], "5 s after it began to draw"
    assert _put(p, 6000, [8000, 8000, 0]) == [1, 1, 0]
    assert _put(p, 35999, [8000, 0, 0]) == [1, 1, 0]
    assert _put(p, 36000, [8000, 0, 0]) == [1, 0, 0], "30 s after its last draw"


def test_one_and_a_half_amperes_are_standby():
    rig = Rig()
    assert rig.draw(1, 60, ma=1500) == [1, 1, 1]
    assert rig.draw(1, 60, ma=1501) == [1, 0, 0]


def test_another_ev_is_watched_for_five_seconds_of_its_own():
    rig = Rig()
    rig.draw(3, 10)
    rig.p.forget()
    assert rig.draw(1, 5) == [1, 1, 1]
    assert rig.draw(1, 1) == [1, 0, 0]
