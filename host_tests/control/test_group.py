"""control/group.py, group_member.py: what a charger believes, and what it does with nonsense."""

from ballast.control import group_records as g
from ballast.control.group import FOLLOW, LEAD, Group, sane
from ballast.control.group_member import Falls, SentTimes, Timer
from group_kit import T0, after, config, panels
from portable import raises


class Air:
    """Chargers that hear each other at once; `cut` holds (from, to) that do not."""

    def __init__(self, seats, **kw):
        self.now = T0
        self.cut = set()
        self.cars = True  # that draw what they may
        self.groups = []
        for seat in range(seats):
            group = Group(config(seats, **kw), panels(), seat, 1, T0)
            group.request.max_ma = 32000
            group.request.want = 1
            self.groups.append(group)

    def run(self, ms):
        for _ in range(ms // 50):
            self.now = (self.now + 50) & 0x3FFFFFFF
            for group in self.groups:
                if self.cars:
                    for phase in range(3):
                        group.request.drawn_ma[phase] = group.member.allowed_ma
                group.step(self.now)
                if group.report_due:
                    r = group.fill_report(self.now)
                    for other in self.hearing(group):
                        other.hear_report(self.now, r)
                while group.beacon_due:
                    b = group.fill_beacon(self.now)
                    for other in self.hearing(group):
                        other.hear_beacon(self.now, b)
        return self

    def hearing(self, group):
        return [o for o in self.groups if o is not group and (group.seat, o.seat) not in self.cut]

    def allowed(self):
        return [group.member.allowed_ma for group in self.groups]


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
    assert not report(line=1, mask=7)


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


def test_timers_and_sent_times_across_the_wrap():
    t = Timer()
    assert t.left(T0) == 0
    t.set(T0, 40000)
    assert t.left((T0 + 35000) & 0x3FFFFFFF) == 5000
    t.extend((T0 + 35000) & 0x3FFFFFFF, 1000)
    assert t.left((T0 + 35000) & 0x3FFFFFFF) == 5000
    t.extend((T0 + 35000) & 0x3FFFFFFF, 6000)
    assert t.left((T0 + 35000) & 0x3FFFFFFF) == 6000
    assert t.left((T0 + 41000) & 0x3FFFFFFF) == 0 and not t.on
    s = SentTimes()
    s.note(7, T0)
    assert s.find(7, (T0 + 30001) & 0x3FFFFFFF, 40000) and s.found_ms == T0
    assert not s.find(8, T0, 1000) and not s.find(7 + 64, T0, 1000)
    assert not s.find(7, (T0 + 1001) & 0x3FFFFFFF, 1000)
    assert not s.find(7, T0, 1000)  # forgotten for good


def refused(**kw):
    c = config(4, 32000)
    for name, value in kw.items():
        setattr(c, name, value)
    return str(raises(ValueError, c.check, panels()))


def test_a_group_that_could_overcommit_is_not_started():
    config(4, 32000, 8000).check(panels())
    assert "seats" in refused(seats=0) and "seats" in refused(seats=1000)
    assert "anchor" in refused(anchor=4)
    assert "negative" in refused(guaranteed_ma=-1)
    assert "below 6000" in refused(guaranteed_ma=5000)
    assert "4 seats" in refused(guaranteed_ma=8001)
    assert "4 seats" in refused(guaranteed_ma=8000, metered=1, fallback_ma=31999)
    c = config(4, 32000, 8000)
    assert "panel 0" in str(raises(ValueError, c.check, panels(31000)))
    star = panels()
    star.star[0] = 1
    assert "behind a star" in str(raises(ValueError, c.check, star))
    c.panel_of[2] = 1
    assert "no panel 1" in str(raises(ValueError, c.check, panels()))
    assert "seat" in str(raises(ValueError, Group, config(2), panels(), 2, 1, T0))


def test_votes():
    two = config(2)
    assert [two.votes(0), two.votes(1), two.majority()] == [2, 1, 2]
    five = config(5)
    assert [five.votes(0), five.majority()] == [1, 3]
    assert config(1).majority() == 1 and config(64).majority() == 33


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


def test_a_member_whose_vote_is_bound_does_not_follow_itself():
    group = Group(config(2), panels(), 1, 1, T0)
    m = group.member
    m.vote_seat, m.vote_boot = 0, 1
    m.vote.extend(T0, 5000)
    m.follow_self(T0, True)
    assert m.follow_seat != 1
    m.follow_self(after(6000), True)
    assert m.follow_seat == 1 and m.follow_lead == 1
