"""control/group/machine.py: what a charger believes, and what it does with nonsense."""

from ballast.control.group import records as g
from ballast.control.group.machine import FOLLOW, LEAD, GroupMachine, sane
from group_kit import T0, Air, config, panels
from portable import raises


def test_three_share_and_one_leads():
    air = Air(3).run(28000)
    assert [group.role for group in air.groups] == [LEAD, FOLLOW, FOLLOW]
    assert [group.leader_seat for group in air.groups] == [0, 0, 0]
    assert air.allowed() == [10666, 10666, 10666]


def test_nobody_draws_within_one_lease_time_after_a_start():
    air = Air(2, guaranteed=8000)
    for _ in range(195):
        air.run(100)
        assert air.allowed() == [0, 0]
    air.run(3000)
    assert air.allowed() == [16000, 16000]


def test_alone_means_the_guaranteed_share():
    air = Air(3, guaranteed=8000).run(28000)
    for other in (1, 2):
        air.cut |= {(0, other), (other, 0)}
    air.run(30000)
    assert air.allowed()[0] == 8000
    assert air.groups[0].role != LEAD and air.groups[1].role == LEAD
    assert air.allowed()[1:] == [12000, 12000]


def test_frames_that_are_none_of_ours_are_refused_and_counted():
    air = Air(2).run(26000)
    group = air.groups[0]
    r = g.Report()
    for seat in (64, 2, 1000, -1):
        r.seat = seat
        assert not group.hear_report(air.now, r)
    assert group.refused_seat == 4
    r.seat, r.boot, r.seq = 1, 0, 999999  # of a start before this one
    assert not group.hear_report(air.now, r)
    r.boot, r.seq = 1, 1  # seen long ago
    assert not group.hear_report(air.now, r)
    assert group.refused_old == 2
    air.run(2000)
    assert air.allowed() == [16000, 16000]


def test_a_wish_above_all_ratings_is_refused_and_charging_goes_on():
    air = Air(2).run(26000)
    leader = air.groups[0]
    r = g.Report()
    r.seat, r.boot, r.seq, r.want = 1, 1, air.groups[1].member.seq + 1, 1
    r.max_ma = 200000
    assert not leader.hear_report(air.now, r)
    assert leader.refused_value == 1
    air.run(5000)
    assert air.allowed() == [16000, 16000]


def test_sane():
    def report(**kw):
        r = g.Report()
        for name, value in kw.items():
            setattr(r, name, value)
        return sane(r)

    assert report() and report(want=1, max_ma=80000) and report(line=1, mask=3)
    assert not report(max_ma=80001) and not report(max_ma=-1) and not report(want=2)
    assert not report(min_ma=5999) and not report(min_ma=80001) and not report(held_ma=-1)
    assert not report(wired=0, mask=0) and not report(wired=8) and not report(wired=1, mask=2)
    assert report(wired=1, mask=1) and not report(wired=8, mask=0) and not report(wired=8, mask=8)
    assert report(min_ma=80000) and report(min_ma=6000) and report(max_ma=0)
    for mask in range(8):  # between two conductors
        assert report(line=1, mask=mask) == (mask in (1 + 2, 2 + 4, 4 + 1))


def test_the_same_seat_twice_stops_the_older():
    air = Air(2, guaranteed=8000).run(26000)
    r = g.Report()
    r.seat, r.boot, r.seq = 0, 2, 5
    assert not air.groups[0].hear_report(air.now, r)
    assert air.groups[0].refused_same_seat == 1
    air.run(100)
    assert air.groups[0].member.allowed_ma == 0
    r.boot, r.seq = 0, 5  # its own former life: only a replay
    air.run(61000)
    assert not air.groups[0].hear_report(air.now, r)
    assert air.groups[0].refused_same_seat == 1
    air.run(100)
    assert air.groups[0].member.allowed_ma == 16000


def test_a_budget_of_zero_pauses_all_and_they_come_back():
    air = Air(2).run(28000)
    for group in air.groups:
        group.config.metered = 1
    for left in (0, 32000):
        for _ in range(100):
            air.groups[0].set_budget(air.now, left, left, left)
            air.run(100)
        assert air.allowed() == [left // 2, left // 2]
    air.run(5000)  # the meter is silent: the fallback, here 0
    assert air.allowed() == [0, 0]


def test_negative_budgets_are_none():
    air = Air(2).run(28000)
    air.groups[0].set_budget(air.now, -5000, 20000, 20000)
    air.run(100)
    assert air.groups[0].budget_ma == [0, 20000, 20000]


def test_a_long_turn_is_counted_without_end():
    air = Air(1).run(26000)
    group = air.groups[0]
    group._turn_ms = (air.now - 400001000) & 0x3FFFFFFF
    group.step(air.now)
    assert group.request.turn_s == 400000
    assert 0 < group.member.slot_ms <= g.SLOT_MS


def test_two_candidates_and_the_better_one_has_it():
    air = Air(4)
    air.cut = {(a, b) for a in range(4) for b in range(4)}
    air.run(26000)
    assert all(group.role != LEAD for group in air.groups)
    air.cut = set()
    air.run(15000)
    assert [group.role for group in air.groups].count(LEAD) == 1
    assert air.allowed() == [8000] * 4


def test_the_one_that_hears_the_meter_leads():
    air = Air(3)
    for group in air.groups:
        group.config.metered = 1
    for _ in range(300):
        air.groups[2].set_budget(air.now, 24000, 24000, 24000)
        air.run(100)
    assert [group.role for group in air.groups] == [FOLLOW, FOLLOW, LEAD]
    assert air.allowed() == [8000, 8000, 8000]


def test_a_seat_that_the_group_does_not_have_is_refused():
    for seat in (-1, 2):
        assert "seat" in str(raises(ValueError, GroupMachine, config(2), panels(), seat, 1, T0))
