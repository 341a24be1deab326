"""control/group/member.py at its limits: to the millisecond, to the mA, beacon by beacon."""

from ballast.control.group import records as g
from ballast.control.group.member import Falls, Member, SentTimes
from group_kit import T0, after, config

NO_METER = (-1, -1, -1)


class Charger:
    """Seat 1, past the silence after its start; the EV has no meter unless the test says so."""

    def __init__(self, guaranteed=0):
        self.member = Member(config(2, guaranteed=guaranteed), 1, 3, after(-g.LEASE_MS))
        self.request = g.Report()
        self.draws(NO_METER)
        self.beacon = g.Beacon()
        self.step(0)

    def draws(self, ma):
        self.request.drawn_ma = list(ma)

    def step(self, *times):
        for t in times:
            self.member.step(after(t), self.request)
        return self.member.allowed_ma

    def hears(self, t, seq, asked=None, ma=0, lease=0, **kw):
        """A leader's beacon that answers what was sent at `asked`, or just now."""
        b = self.beacon
        b.seat, b.boot, b.seq, b.lead = 0, 1, seq, 1
        b.row_seat[0], b.row_boot[0], b.row_mask[0] = 1, 3, kw.pop("mask", 7)
        b.row_ma[0], b.row_lease_ms[0] = ma, lease
        for name, value in kw.items():
            setattr(b, name, value)
        b.row_seq[0] = self.member.next_seq(after(t if asked is None else asked))
        return self.member.hear(after(t), b, 0)

    def says(self, t, want=1):
        self.request.want = want
        self.member.fill(after(t), self.request)
        return self.request


# ---- times ----


def test_a_sent_frame_is_known_for_exactly_as_long_as_asked():
    s = SentTimes()
    s.note(5, after(1))
    assert not s.find(5, T0, 1000)  # sent later than now
    s.note(5, T0)
    assert s.find(5, after(1000), 1000)
    assert not s.find(5, after(1001), 1000)


def test_a_forgotten_frame_makes_no_other_one_known():
    for seq, other in ((64, 0), (65, 1)):  # they share a place
        s = SentTimes()
        s.note(seq, T0)
        assert not s.find(seq, after(1001), 1000)
        assert not s.find(other, after(1001), 40000)


# ---- what the EV has not let go of ----


def test_a_ninth_fall_shares_the_place_of_the_eighth_alone():
    falls = Falls()
    for n in range(9):  # 10, 9 ... 2 A, each 100 ms after the last
        falls.add(after(100 * n), 10000 - 1000 * n, 1, 1000)
    assert falls.count == 8
    assert falls.most_ma(after(1599)) == 4000  # the seventh
    assert falls.most_ma(after(1600)) == 3000  # the eighth, for as long as the ninth
    assert falls.most_ma(after(1799)) == 3000 and falls.most_ma(after(1800)) == 0


def test_each_fall_keeps_its_own_conductors():
    falls = Falls()
    for n in range(3):
        falls.add(after(100 * n), 16000 - n, 1 << n, 1000)
    falls.step(after(1000))
    assert falls.count == 2 and list(falls.mask[:2]) == [2, 4] and falls.ma[:2] == [15999, 15998]


def test_a_limit_stands_for_exactly_as_long_as_was_said():
    c = Charger(guaranteed=8000)
    assert c.step(0, g.SLOT_MS) == 8000
    assert c.member.falls.count == 0
    c.step(2 * g.SLOT_MS + 1)  # the pilot had stopped for 1 ms
    assert c.member.falls.count == 1


def test_a_pause_in_which_nothing_was_allowed_holds_nothing():
    c = Charger()
    c.step(0)
    c.request.wired = 1
    c.step(3000)
    assert c.member.held_ma == 0 and c.member.held_mask == 1


def test_after_a_long_pause_the_ev_has_followed():
    c = Charger()
    c.hears(0, 1, ma=16000, lease=8000)
    assert c.step(1000) == 16000
    assert c.step(1000 + g.SLOT_MS + g.SETTLE_MS) == 0
    assert c.member.held_ma == 0


def test_a_pause_is_no_rise():
    """Held for 5 s from the end of the slot at 3 s, unless the meter says that the EV is down."""
    for drawn, held in ((NO_METER, 16000), ((0, 0, 0), 0)):
        c = Charger()
        c.hears(0, 1, ma=16000, lease=8000)
        assert c.step(1000) == 16000
        c.draws(drawn)
        assert c.step(6500) == 0
        assert c.member.held_ma == held
        c.step(7999)
        assert c.member.held_ma == held
        c.step(8000)
        assert c.member.held_ma == 0


def test_a_lease_is_used_until_it_can_still_be_left_in_time():
    c = Charger()
    c.hears(0, 1, ma=16000, lease=10000)
    assert c.step(0, 2000, 4000, 4799) == 16000  # 5201 ms left, 5 s to follow
    assert c.member.slot_ms == 201
    assert c.step(4800) == 0
    assert c.member.held_ma == 16000


def test_a_draw_of_more_than_1_a_off_the_lease_stops_the_ev():
    for phase in range(3):
        c = Charger()
        c.hears(0, 1, ma=16000, lease=g.LEASE_MS, mask=7 & ~(1 << phase))
        drawn = [16000] * 3
        drawn[phase] = 1000
        c.draws(drawn)
        assert c.step(100) == 16000
        drawn[phase] = 1001
        c.draws(drawn)
        assert c.step(200) == 0


def test_a_steady_limit_is_no_fall():
    c = Charger()
    c.hears(0, 1, ma=16000, lease=g.LEASE_MS)
    assert c.step(0, 100, 200, 300) == 16000
    assert c.member.falls.count == 0


def test_a_conductor_that_is_taken_back_is_held_for_5_s():
    c = Charger()
    c.hears(0, 1, ma=16000, lease=g.LEASE_MS)
    c.step(0)
    c.hears(100, 2, ma=16000, lease=g.LEASE_MS, mask=1)
    c.step(100, 2000, 4000, 5099)
    assert c.member.allowed_mask == 1 and c.member.held_mask == 7
    c.step(5100)
    assert c.member.held_mask == 1 and c.member.held_ma == 16000


def test_within_5_s_of_a_rise_a_low_meter_proves_nothing():
    """The EV may be on its way up to what it was offered before the fall."""
    c = Charger()
    c.draws((0, 0, 0))
    c.hears(0, 1, ma=8000, lease=g.LEASE_MS)
    c.step(0)
    c.hears(1000, 2, ma=6000, lease=g.LEASE_MS)
    assert c.step(1000, 3000, 4999) == 6000 and c.member.held_ma == 8000
    c.step(5000)
    assert c.member.held_ma == 6000


def held_after_a_fall(drawn):
    """From 16 A on three conductors to 6 A on L1 and L2, long after the rise."""
    c = Charger()
    c.hears(0, 1, ma=16000, lease=g.LEASE_MS)
    c.step(0, 2000, 4000, 5000)
    c.hears(5000, 2, ma=6000, lease=g.LEASE_MS, mask=3)
    c.draws(drawn)
    c.step(5100)
    return c.member.held_ma


def test_the_ev_has_followed_when_no_conductor_carries_500_ma_more_than_it_may():
    assert held_after_a_fall((6500, 6500, 500)) == 6000
    assert held_after_a_fall((0, 0, 0)) == 6000
    for phase in range(3):
        drawn = [6500, 6500, 500]
        drawn[phase] += 1
        assert held_after_a_fall(drawn) == 16000
        drawn[phase] = -1  # not metered
        assert held_after_a_fall(drawn) == 16000


# ---- what it says ----


def test_who_heard_nobody_gives_nothing():
    c = Charger()
    for name in ("vote_seat", "vote_boot", "echo_seq", "vote_ms", "grant_seq", "lend_ms"):
        setattr(c.request, name, 9)  # of the report before
    r = c.says(0, want=0)
    assert r.seq == 1 and r.vote_seat == g.NOBODY
    assert r.vote_boot == r.echo_seq == r.vote_ms == r.grant_seq == r.lend_ms == 0
    assert c.says(1, want=0).seq == 2


def test_after_a_start_it_answers_but_does_not_vote():
    c = Charger()
    c.member = Member(config(2), 1, 3, T0)
    c.hears(0, 7)
    r = c.says(0)
    assert r.vote_seat == 0 and r.echo_seq == 7
    assert r.vote_ms == 0 and not c.member.vote.on


def test_a_vote_and_a_promise_are_shorter_by_the_age_of_the_answer():
    c = Charger()
    c.hears(0, 1)
    r = c.says(1000, want=0)
    assert r.vote_ms == r.lend_ms == g.VOTE_MS - 1000
    assert c.says(1000).lend_ms == 0  # it wants its share itself


def test_a_claim_is_voted_for_as_long_as_its_2500_ms_are_not_over():
    c = Charger()
    c.hears(0, 1, lead=0)
    assert c.says(2499).vote_ms == 1
    c = Charger()
    c.hears(0, 1, lead=0)
    r = c.says(2500)
    assert r.vote_seat == 0 and r.vote_ms == 0
    assert not c.member.votes_for(0, 1)


def test_a_grant_is_acknowledged_to_the_start_of_the_seat_that_gave_it():
    for seat, boot, seq in ((0, 1, 5), (0, 2, 0), (5, 1, 0)):
        c = Charger()
        c.hears(0, 5, ma=16000, lease=g.LEASE_MS)
        assert c.hears(4000, 9, seat=seat, boot=boot)
        r = c.says(4000)
        assert (r.vote_seat, r.vote_boot, r.echo_seq, r.grant_seq) == (seat, boot, 9, seq)


# ---- what it hears ----


def test_a_beacon_without_a_row_for_it_is_not_its_own():
    c = Charger()
    b = c.beacon
    for n in range(g.ROWS):
        b.row_boot[n] = 3
        b.row_seq[n] = c.member.next_seq(T0)
    b.seat, b.boot, b.seq, b.lead = 0, 1, 1, 1
    assert not c.member.hear(T0, b, -1)
    for n in range(g.ROWS):
        b.row_boot[n] = 2  # to its former start
    assert not c.member.hear(T0, b, -1) and not c.member.hear(T0, b, 0)
    b.row_boot[0] = 3
    assert c.member.hear(T0, b, 0)


def test_beacons_of_one_start_count_once_and_in_order():
    c = Charger()
    assert c.hears(0, 10, ma=16000, lease=9000)
    assert not c.hears(0, 10, ma=16000, lease=9000)
    assert not c.hears(0, 9, ma=20000, lease=9000)
    assert c.member.grants == 1 and c.member.lease_ma == 16000 and c.member.refused == 0
    assert c.hears(0, 11, ma=18000, lease=9000)
    assert c.member.grants == 2 and c.member.lease_ma == 18000


def test_another_start_and_another_seat_count_anew():
    for seat, boot in ((0, 2), (5, 1)):
        c = Charger()
        c.hears(0, 10, ma=16000, lease=9000)
        c.hears(100, 1, ma=7000, lease=9000, seat=seat, boot=boot)
        m = c.member
        assert (m.lease_seat, m.lease_boot, m.lease_seq, m.lease_ma) == (seat, boot, 1, 7000)
        assert m.grants == 2 and m.refused == 0


def test_a_grant_that_comes_again_after_a_candidate_was_heard_is_no_late_one():
    c = Charger()
    c.hears(0, 10, ma=16000, lease=9000)
    c.hears(0, 3, lead=0, seat=5)
    c.hears(0, 10, ma=16000, lease=9000)
    assert c.member.refused == 0 and c.member.lease_ma == 16000


def test_an_answer_to_what_was_never_sent_is_refused():
    c = Charger()
    c.hears(0, 1)
    c.beacon.seq = 2
    c.beacon.row_seq[0] = c.member.seq + 1
    assert not c.member.hear(T0, c.beacon, 0)
    assert c.member.refused == 1


def test_no_grant_is_no_refused_grant():
    c = Charger()
    assert c.hears(100, 1, asked=0)
    assert c.member.grants == c.member.refused == 0


def test_a_lease_counts_from_the_request_and_is_at_most_the_lease_time():
    for t, lease, taken in ((999, 1000, 1), (1000, 1000, 0), (0, g.LEASE_MS, 1), (0, 20001, 0)):
        c = Charger()
        c.hears(t, 1, asked=0, ma=16000, lease=lease)
        assert c.member.grants == taken and c.member.refused == 1 - taken
        assert c.member.lease.left(after(t)) == taken * (lease - t)


def test_an_answer_is_fresh_for_5_s():
    assert Charger().hears(5000, 1, asked=0)
    assert not Charger().hears(5001, 1, asked=0)


def test_while_its_vote_is_bound_it_follows_nobody_else():
    c = Charger()
    c.hears(0, 1)
    assert c.says(0).vote_ms == 17000
    assert not c.hears(16999, 1, seat=5)
    assert c.hears(17000, 2, seat=5)


def test_whom_it_turns_to_within_3_s_of_an_answer():
    """A leader's follower stays with that start of it; a candidate's goes to a leader only."""
    for first, seat, boot, lead, turns in (
        (1, 0, 1, 1, True),
        (1, 0, 1, 0, True),
        (1, 5, 1, 1, False),
        (1, 5, 1, 0, False),
        (1, 0, 2, 1, False),
        (0, 0, 1, 0, True),
        (0, 5, 1, 0, False),
        (0, 0, 2, 0, False),
        (0, 5, 1, 1, True),
        (0, 0, 2, 1, True),
    ):
        for t in (2999, 3000):
            c = Charger()
            assert c.hears(0, 1, lead=first)
            turned = turns or t == 3000
            assert c.hears(t, 2, seat=seat, boot=boot, lead=lead) == turned
            m = c.member
            follows = (m.follow_seat, m.follow_boot, m.follow_lead)
            assert follows == ((seat, boot, lead) if turned else (0, 1, first))


def test_it_follows_for_3_s():
    c = Charger()
    c.hears(0, 1)
    assert c.member.following(after(2999))
    assert not c.member.following(after(3000))
