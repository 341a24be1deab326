"""control/group/member.py: the lease that a charger holds, what its EV has not let go of, its vote."""

from ballast.control.group import records as g
from ballast.control.group.machine import GroupMachine
from ballast.control.group.member import Falls, SentTimes
from group_kit import T0, Air, after, config, panels


def test_a_grant_that_ran_out_on_its_way_is_not_taken():
    air = Air(2).run(26000)
    member = air.groups[1].member
    b = g.Beacon()
    b.seat, b.boot, b.seq, b.lead, b.n = 0, 1, 100000, 1, 1
    b.row_seat[0], b.row_boot[0], b.row_ma[0], b.row_mask[0] = 1, 1, 32000, 7
    b.row_seq[0] = member.seq
    grants, refused = member.grants, member.refused
    b.row_lease_ms[0] = g.LEASE_MS + 1
    member.hear(air.now, b, 0)
    b.seq += 1
    b.row_lease_ms[0] = 1
    member.hear((air.now + 50) & 0x3FFFFFFF, b, 0)
    b.seq += 1
    b.row_seq[0] = member.seq + 1  # never asked
    b.row_lease_ms[0] = 5000
    member.hear(air.now, b, 0)
    assert member.grants == grants and member.refused == refused + 3
    b.row_boot[0] = 2
    assert not member.hear(air.now, b, 0)


def test_a_late_grant_does_not_come_back_after_a_candidate_was_heard_in_between():
    air = Air(2).run(26000)
    member = air.groups[1].member
    b = g.Beacon()
    b.boot, b.n, b.row_seat[0], b.row_boot[0], b.row_mask[0] = 1, 1, 1, 1, 7
    b.row_seq[0], b.row_lease_ms[0] = member.seq, 15000

    def hear(seat, seq, lead, ma):
        b.seat, b.seq, b.lead, b.row_ma[0] = seat, seq, lead, ma
        member.hear(air.now, b, 0)
        return member.lease_ma

    assert hear(0, 100010, 1, 16000) == 16000
    assert hear(0, 100009, 1, 30000) == 16000  # overtaken on its way
    refused = member.refused
    assert hear(5, 70, 0, 0) == 16000  # somebody who wants to lead
    assert hear(0, 100008, 1, 31000) == 16000 and member.refused == refused + 1
    assert hear(0, 100011, 1, 7000) == 7000


def test_the_car_on_a_conductor_without_lease_is_stopped():
    air = Air(2).run(27000)
    group = air.groups[1]
    air.cars = False
    group.request.mask = 1
    for phase in range(3):
        group.request.drawn_ma[phase] = 0
    air.run(2000)
    assert group.member.lease_mask == 1
    group.request.drawn_ma[0] = group.request.drawn_ma[1] = 10000
    group.step(air.now)
    assert group.member.allowed_ma == 0 and group.request.mask == 7
    air.run(2000)
    assert group.member.allowed_ma > 0 and group.member.lease_mask == 7


def test_a_fall_counts_until_the_car_has_followed():
    air = Air(2).run(40000)
    member = air.groups[0].member
    request = air.groups[0].request
    for phase in range(3):
        request.drawn_ma[phase] = 16000
    member.lease_ma = 7000
    member.step(air.now, request)
    assert member.allowed_ma == 7000 and member.held_ma == 16000
    for phase in range(3):
        request.drawn_ma[phase] = 7400
    member.step(air.now, request)
    assert member.held_ma == 7000
    member.lease_ma = 6000
    request.drawn_ma[0] = -1  # no meter: only time tells
    member.step(air.now, request)
    assert member.held_ma == 7000


def test_a_smaller_fall_does_not_prolong_a_larger_one():
    falls = Falls()
    falls.add(T0, 32000, 4, 5000)
    falls.add((T0 + 2000) & 0x3FFFFFFF, 12000, 4, 5000)
    assert falls.most_ma((T0 + 4999) & 0x3FFFFFFF) == 32000
    falls.step((T0 + 5000) & 0x3FFFFFFF)
    assert falls.count == 1 and falls.most_ma((T0 + 6999) & 0x3FFFFFFF) == 12000
    assert falls.most_ma((T0 + 7000) & 0x3FFFFFFF) == 0
    for n in range(20):
        falls.add(T0, 1000 * n, 1, 5000)
    assert falls.count == 8 and falls.most_ma(T0) == 19000 and falls.mask[7] == 1
    falls.step((T0 + 9000) & 0x3FFFFFFF)
    assert falls.count == 0


def test_sent_times_across_the_wrap():
    s = SentTimes()
    s.note(7, T0)
    assert s.find(7, (T0 + 30001) & 0x3FFFFFFF, 40000) and s.found_ms == T0
    assert not s.find(8, T0, 1000) and not s.find(7 + 64, T0, 1000)
    assert not s.find(7, (T0 + 1001) & 0x3FFFFFFF, 1000)
    assert not s.find(7, T0, 1000)  # forgotten for good


def test_a_charger_that_was_not_stepped_knows_that_its_limit_fell():
    air = Air(2).run(28000)
    member = air.groups[0].member
    request = air.groups[0].request
    request.drawn_ma[0] = -1
    before = member.allowed_ma
    member.step((air.now + 4000) & 0x3FFFFFFF, request)
    assert member.falls.count == 1 and member.falls.ma[0] == before
    air = Air(2).run(28000)
    member = air.groups[0].member
    member.step((air.now + 9000) & 0x3FFFFFFF, air.groups[0].request)
    assert member.falls.count == 0


def test_near_the_end_of_a_lease_the_limit_falls_sooner_and_the_member_knows():
    air = Air(2, guaranteed=8000).run(28000)
    member = air.groups[1].member
    request = air.groups[1].request
    request.drawn_ma[0] = -1
    member.lease.set(air.now, g.SETTLE_MS + 600)
    member.step(air.now, request)
    before = member.allowed_ma
    assert before > 8000 and member.slot_ms == 600
    member.step((air.now + 3000) & 0x3FFFFFFF, request)  # 2.4 s after the limit fell to 0
    assert member.allowed_ma == 8000 and member.held_ma == before
    member.step((air.now + 3000 + g.SETTLE_MS - 2401) & 0x3FFFFFFF, request)
    assert member.held_ma == before
    member.step((air.now + 600 + g.SETTLE_MS) & 0x3FFFFFFF, request)
    assert member.held_ma == 8000 and member.slot_ms == g.SLOT_MS


def test_a_member_whose_vote_is_bound_does_not_follow_itself():
    group = GroupMachine(config(2), panels(), 1, 1, T0)
    m = group.member
    m.vote_seat, m.vote_boot = 0, 1
    m.vote.extend(T0, 5000)
    m.follow_self(T0, True)
    assert m.follow_seat != 1
    m.follow_self(after(6000), True)
    assert m.follow_seat == 1 and m.follow_lead == 1
