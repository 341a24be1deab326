"""control/group/leader.py at its limits: when exactly something ends, and what is left to grant."""

from ballast.control.group import records as g
from ballast.control.group.allocate import IDLE_S
from ballast.control.group.leader import longer, shorter
from group_kit import Books, after


def sure(b, t):
    """What each seat may draw as things are."""
    b.leader.step(after(t))
    return b.leader.may_ma[: b.config.seats]


def authority(b, t, own_ms):
    return b.leader.renew(after(t), 0, own_ms)


def sends(b, t, seat, seq, ma, lease_ms, mask=7):
    """Beacon `seq` grants that; the lease counts from the seat's last report."""
    b.leader.grant_ma[seat] = ma
    b.leader.grant_mask[seat] = mask
    b.leader.granted(seat, seq, lease_ms)


def held(ma, seq=0, **kw):
    """A report of an EV that draws what it may."""
    return dict(kw, grant_seq=seq, held_ma=ma, held_mask=7, drawn_ma=[ma] * 3)


# ---- when it ends ----


def test_margins_to_the_millisecond():
    """2 % and a millisecond off a promise; 1/48 and a millisecond on top of a grant."""
    assert [shorter(ms) for ms in (1, 49, 50, 4900, 17000)] == [0, 48, 48, 4801, 16659]
    assert [longer(ms) for ms in (0, 47, 48, 4800, 17000)] == [1, 48, 50, 4901, 17355]


def test_a_seat_is_heard_for_8_s():
    b = Books()
    b.says(0, 1)
    b.counted(8000)
    assert b.leader.heard[1] == 1
    b.counted(8001)
    assert b.leader.heard[1] == 0


def test_a_vote_counts_to_its_last_millisecond():
    """A majority of 2 of 3; a vote of 8674 ms is relied on for 8674 - 173 - 1 = 8500 ms."""
    b = Books()
    b.says(0, 1, vote_ms=8673)
    assert 8484 < authority(b, 0, g.VOTE_MS) < 8500
    b.says(0, 1, vote_ms=8674)
    assert authority(b, 0, g.VOTE_MS) == 8500


def test_a_shorter_vote_does_not_take_a_longer_one_back():
    b = Books()
    b.says(0, 1, vote_ms=8674)
    b.says(0, 1, vote_ms=3000)
    assert authority(b, 0, g.VOTE_MS) == 8500


def test_a_vote_that_has_ended_does_not_come_back_when_the_clock_wraps():
    b = Books()
    b.says(0, 1)
    b.counted(20000)
    assert authority(b, 20000 + 0x20000000, g.VOTE_MS) == 0


def test_authority_lasts_as_long_as_the_majority_less_at_most_15_ms():
    b = Books(1)
    for own_ms in list(range(1, 300)) + list(range(300, g.VOTE_MS + 1, 97)):
        b.leader.authority.on = False
        assert 0 <= own_ms - authority(b, 0, own_ms) < 16
    b.leader.authority.on = False
    assert authority(b, 0, 15) == 0


def test_a_lent_share_counts_again_8_s_before_the_promise_ends():
    """A promise of 17 s is relied on until 16659 ms."""
    b = Books(2, guaranteed=8000)
    b.says(0, 1, want=0, lend_ms=g.VOTE_MS)
    assert b.counted(8659) == [8000, 0] and sure(b, 8659) == [8000, 0]
    assert b.leader.booked_mask[1] == 0
    assert b.counted(8660) == [8000, 8000] and sure(b, 8660) == [8000, 0]
    assert b.leader.booked_mask[1] == 7
    assert sure(b, 16658) == [8000, 0]
    assert sure(b, 16659) == [8000, 8000]


def test_a_promise_is_prolonged_and_never_shortened():
    b = Books(2, guaranteed=8000)
    b.says(0, 1, want=0, lend_ms=16998)  # to 16658
    b.says(0, 1, want=0, lend_ms=16999)  # to 16659
    b.says(0, 1, want=0, lend_ms=3000)
    assert sure(b, 16658) == [8000, 0]
    assert sure(b, 16659) == [8000, 8000]


def test_no_grant_outlasts_a_promise_that_it_relies_on():
    for guaranteed, t, own_ms, bound in (
        (8000, 8659, g.VOTE_MS, True),
        (8000, 8660, g.VOTE_MS, False),  # less than 8 s: not relied on
        (8000, 0, 3000, False),  # authority ends sooner
        (0, 8659, g.VOTE_MS, False),  # nothing is lent
    ):
        b = Books(2, guaranteed=guaranteed)
        b.says(0, 1, want=0, lend_ms=g.VOTE_MS)
        ms = authority(b, t, own_ms)
        b.counted(t)
        assert b.leader.horizon_ms == (8000 if bound else ms)


def test_what_a_report_says_is_held_counts_for_the_5_s_of_an_ev():
    b = Books(2)
    b.says(0, 1, want=0, held_ma=16000, held_mask=2)
    assert b.counted(5104) == [0, 16000]  # 5000 + 104 + 1
    assert b.leader.booked_mask[1] == 2
    assert b.counted(5105) == [0, 0]


def test_a_seat_that_may_draw_nothing_loads_no_conductor():
    b = Books(2)
    assert sure(b, 0) == [0, 0] and list(b.leader.booked_mask[:2]) == [0, 0]
    b.says(0, 0, mask=2)
    assert b.grants(0, 1) == [32000, 0]
    assert b.leader.booked_mask[0] == 2


def test_a_guaranteed_share_counts_on_all_wires_that_are_known_of():
    b = Books(2, guaranteed=8000)
    for t, boot, wired, mask in ((0, 1, 6, 6), (10, 1, 1, 7), (20, 2, 2, 2), (30, 2, 4, 6)):
        b.counted(t)
        assert b.leader.booked_mask[0] == 7  # never heard of
        b.says(t, 1, boot=boot, wired=wired)
        b.counted(t)
        assert b.leader.booked_mask[1] == mask


# ---- the books ----


class PlainList:
    """What is under way to one seat: [seq, mA, mask, end], oldest first."""

    def __init__(self):
        self.kept = []
        self.came = 0

    def acknowledged(self, ack):
        known = [k[0] for k in self.kept if k[0] <= ack]
        if known:
            self.kept = [k for k in self.kept if k[0] >= known[-1]]

    def granted(self, seq, ma, mask, lease_ms):
        end = self.came + longer(lease_ms)
        last = self.kept[-1] if self.kept else None
        if last and last[1:3] == [ma, mask]:
            last[3] = max(last[3], end)
        elif len(self.kept) == 4:
            last[1:] = [max(last[1], ma), last[2] | mask, max(last[3], end)]
        else:
            self.kept.append([seq, ma, mask, end])

    def counted(self, t):
        self.kept = [k for k in self.kept if k[3] > t]
        mask = 0
        for k in self.kept:
            mask |= k[2] if k[1] else 0
        return max([0] + [k[1] for k in self.kept]), mask


def test_books_agree_with_a_plain_list():
    """Two seats under a random walk of reports, grants and time."""
    seed = [1]

    def pick(n):
        seed[0] = (seed[0] * 1103515245 + 12345) & 0x3FFFFFFF
        return (seed[0] >> 12) % n

    b = Books(2)
    plain = [PlainList(), PlainList()]
    t = 0
    for seat in range(2):
        b.says(0, seat, want=0)
    for seq in range(1, 801):
        t += pick(150)
        seat = pick(2)
        if pick(3):
            ma, mask, lease_ms = 8000 * pick(3), 1 + 2 * pick(2), 200 + pick(1500)
            sends(b, t, seat, seq, ma, lease_ms, mask)
            plain[seat].granted(seq, ma, mask, lease_ms)
        else:
            ack = max(0, seq - 1 - pick(20))
            b.says(t, seat, want=0, grant_seq=ack)
            plain[seat].came = t
            plain[seat].acknowledged(ack)
        b.counted(t)
        for seat in range(2):
            ma, mask = plain[seat].counted(t)
            assert b.leader.booked_ma[seat] == b.leader.may_ma[seat] == ma
            assert b.leader.booked_mask[seat] == mask


def test_a_grant_counts_to_its_last_millisecond():
    """1000 ms count for 1000 + 20 + 1; said again, from the later report."""
    b = Books(1)
    b.says(0, 0, want=0)
    sends(b, 0, 0, 1, 16000, 1000)
    assert b.counted(1020) == [16000] and b.counted(1021) == [0]
    for n in (1, 4):  # the only one; one that has to share its place
        b = Books(1)
        b.says(0, 0, want=0)
        for seq in range(1, n + 1):
            sends(b, 0, 0, seq, 16000 - seq, 1000)
        more = 16000 - n if n == 1 else 15000
        b.says(1, 0, want=0)
        sends(b, 1, 0, 9, more, 1000)
        b.says(2, 0, want=0)
        sends(b, 2, 0, 10, more, 900)  # ends sooner: no matter
        assert b.counted(1021) == [16000 - n] and b.counted(1022) == [0]


def test_seats_that_share_the_books_of_a_full_group_are_told_apart():
    """What seat 63 was told last is newer than all that seat 0 was told before, or as much."""
    b = Books(64)
    for seat in (0, 1, 63):
        b.says(0, seat, want=0)
    sends(b, 0, 0, 1, 14000, 9000)
    sends(b, 0, 0, 2, 12000, 9000)
    for n in range(4):
        sends(b, 0, 63, 3 + n, 13000 + 1000 * n, 9000)
    sends(b, 0, 1, 7, 16000, 9000)
    counted = b.counted(10)
    assert [counted[0], counted[1], counted[63]] == [14000, 16000, 16000]
    b.says(20, 0, want=0, grant_seq=2)
    assert b.counted(20)[0] == 12000
    b.says(20, 0, want=0, grant_seq=1)  # not in the books any more: takes nothing back
    assert b.counted(20)[0] == 12000
    for seq, ma in ((8, 12000), (9, 11000), (10, 10000), (11, 9000)):
        sends(b, 30, 0, seq, ma, 9000)
    b.says(40, 0, want=0, grant_seq=11)  # four places were enough: the first said the same twice
    counted = b.counted(40)
    assert [counted[0], counted[63]] == [9000, 16000]


# ---- what comes in ----


def test_a_report_that_is_not_fresh_ends_the_wish_only_of_one_that_asks_somebody_else():
    b = Books(2)
    b.says(0, 1)
    r = g.Report()
    r.seat, r.boot, r.seq, r.want = 1, 1, 9, 1
    b.leader.hear(after(10), r, True, False, 0)
    assert b.leader.allocator.want[1] == 1
    b.leader.hear(after(20), r, False, False, 0)
    assert b.leader.allocator.want[1] == 0
    b.says(30, 1)
    r.boot = 2
    b.leader.hear(after(40), r, True, False, 0)
    assert b.leader.allocator.want[1] == 0  # its former life asked


def test_the_conductor_that_carries_most_says_what_a_car_uses():
    for phase in range(3):
        b = Books(1)
        drawn = [0, 0, 0]
        drawn[phase] = 8000
        for t in (0, 6000):
            b.says(t, 0, held_ma=16000, held_mask=7, drawn_ma=drawn)
        assert b.leader.allocator.max_ma[0] == 10000  # and 2 A more


def test_a_turn_that_is_not_used_is_idle_after_a_minute():
    b = Books(1)
    for t, turn in ((0, 123), (59999, 123), (60000, IDLE_S)):
        b.says(t, 0, turn_s=123, held_ma=16000, held_mask=7, drawn_ma=[0, 0, 0])
        assert b.leader.allocator.turn_s[0] == turn


def test_a_guaranteed_share_is_the_least_of_a_car_that_can_use_it():
    b = Books(2, guaranteed=8000)
    b.says(0, 0, max_ma=8000)
    b.says(0, 1, max_ma=7999)
    assert b.leader.allocator.min_ma[:2] == [8000, 6000]


# ---- what goes out ----


def test_what_one_still_holds_that_wants_no_more_is_not_shared_out():
    b = Books(3)
    b.says(0, 0)
    b.says(0, 1)
    b.says(0, 2, want=0, held_ma=16000, held_mask=7)
    assert b.grants(0, 1) == [8000, 8000, 0]


def test_who_is_silent_wants_nothing():
    b = Books(2)
    b.says(0, 1)
    b.says(8001, 0)
    assert b.grants(8001, 1) == [32000, 0]


def test_what_was_granted_to_one_that_fell_silent_is_not_sent_when_it_speaks_again():
    """A beacon of many comes in parts: it may be heard again between two of them."""
    b = Books(2)
    b.says(0, 1)
    assert b.grants(0, 1) == [0, 32000]
    b.says(8000, 0)
    assert b.counted(8001) == [0, 32000], "it may still draw that"
    assert b.leader.grant_ma[:2] == [0, 0]
    b.says(8002, 1)
    assert b.leader.heard[1] and b.leader.grant_ma[1] == 0


def test_who_may_draw_more_than_was_granted_last_has_not_heard_it():
    """Its guaranteed share is not more; of who is silent nothing is expected."""
    for guaranteed, ma, unobeyed in ((0, 0, False), (0, 1, True), (8000, 8000, False), (8000, 8001, True)):
        b = Books(2, guaranteed=guaranteed)
        b.says(0, 1, want=0, held_ma=ma, held_mask=7)
        b.grants(0, 1)
        b.counted(1)
        assert b.leader.unobeyed is unobeyed, (guaranteed, ma)
    b = Books(2)
    b.says(0, 1)
    assert b.grants(0, 1) == [0, 32000]
    b.counted(8000)
    assert b.leader.unobeyed is False, "it may draw what it was granted"
    b.leader.grant_ma[1] = 31999
    b.counted(8000)
    assert b.leader.unobeyed is True
    b.counted(8001)
    assert b.leader.unobeyed is False


def test_one_that_gets_exactly_its_share_keeps_nobody_from_more():
    b = Books(2, guaranteed=8000)
    b.says(0, 0, max_ma=8000)
    b.says(0, 1)
    assert b.grants(0, 1) == [8000, 24000]


def test_several_pairs_of_one_car_add_plainly():
    b = Books(2)
    b.says(0, 0, want=0, line=1, mask=6, wired=6, held_ma=16000, held_mask=7)
    b.says(0, 1, mask=2)
    assert b.grants(0, 1) == [0, 16000]


def test_another_pair_adds_as_a_phasor():
    """16 A on L2-L3 beside I on L1-L2: 16**2 + 16 * I + I**2 = 32**2 at I = 20.8 A."""
    b = Books(2)
    b.says(0, 0, want=0, line=1, mask=6, wired=6, held_ma=16000, held_mask=6)
    b.says(0, 1, line=1, mask=3, wired=3)
    assert 20500 < b.grants(0, 1)[1] <= 20844


def test_what_is_granted_to_one_is_not_free_for_the_next():
    b = Books(3)
    b.says(0, 2, max_ma=16000)
    assert b.grants(0, 1) == [0, 0, 16000]
    b.says(100, 2, **held(16000, 1))
    b.says(100, 0)
    b.says(100, 1)
    assert b.grants(100, 2) == [10666, 0, 10666]  # 5334 are left for seat 1: less than 6 A
    assert b.leader.booked_ma[:3] == [10666, 0, 16000]


def test_what_one_may_draw_already_counts_once_when_it_rises():
    b = Books(3)
    most = (8000, 8000, 16000)
    for seat in range(3):
        b.says(0, seat, max_ma=most[seat])
    assert b.grants(0, 1) == [8000, 8000, 16000]
    for seat in range(3):
        b.says(100, seat, **held(most[seat], 1))
    assert b.grants(100, 2) == [8000, 8000, 10666]


def test_exactly_the_least_that_a_car_can_use_is_granted():
    for taken, granted in ((26000, 6000), (26001, 0)):
        b = Books(2)
        b.says(0, 0, max_ma=taken)
        b.grants(0, 1)
        b.says(100, 0, **held(taken, 1))
        b.says(100, 1)
        assert b.grants(100, 2) == [16000, granted]


def test_a_lease_ends_with_the_authority_however_long_ago_it_was_asked_for():
    """Twice shortened: of authority left + age of the request."""
    b = Books(1)
    b.says(8000, 0, vote_ms=0)
    assert authority(b, 0, 8500) == 8500
    b.counted(8499)
    assert b.leader.lease_ms(0, after(8499)) == 479  # of 1 + 499: 500 - 11 - 10
    b.counted(8500)
    assert b.leader.lease_ms(0, after(8500)) == 0
    b = Books(1)
    authority(b, 0, 8500)
    b.says(8499, 0, vote_ms=0)
    b.counted(8499)
    assert b.leader.lease_ms(0, after(8499)) == 0  # 1 ms is too short
