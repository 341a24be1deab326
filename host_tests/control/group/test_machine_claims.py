"""Who leads a group, to the millisecond: turns, claims, votes, and which frames are believed."""

from ballast.control.group import records as g
from ballast.control.group.machine import CLAIM, FOLLOW, LEAD
from group_kit import Air, One, after

# ---- who claims, and when ----


def test_the_longer_ones_turn_is_the_better_one_of_those_alive():
    """Whoever hears the meter, then the lower seat."""
    for metered in ((), (4,), (3, 4), (2, 4), (0, 1)):
        order = [s for s in range(5) if s in metered] + [s for s in range(5) if s not in metered]
        for place in range(5):
            x = One(order[place], 5)
            for seat in range(5):
                ma = [5000 if seat in metered else -1] * 3
                if seat != order[place]:
                    x.hears(19000, seat, budget_ma=ma)
                elif ma[0] >= 0:
                    x.measures(19000, ma)
            assert x.claims_at() == 20000 + 700 * place, (metered, place)


def test_nobody_waits_for_more_than_eight_others():
    for others in (1, 7, 8, 9):
        x = One(11, 12)
        for seat in range(others):
            x.hears(19000, seat)
        assert x.claims_at() == 20000 + 700 * min(others, 8)


def test_who_was_heard_five_seconds_ago_is_alive():
    for ms, place in ((5000, 1), (5001, 0)):
        x = One(1, 3)
        x.hears(20000 - ms, 0)
        assert x.claims_at() == 20000 + 700 * place


def test_a_budget_on_the_first_conductor_tells_that_a_meter_is_heard():
    for ma, place in (([0, -1, -1], 1), ([-1, 0, 0], 0)):
        x = One(0, 3)
        x.hears(19000, 2, budget_ma=ma)
        assert x.claims_at() == 20000 + 700 * place


def test_whose_own_meter_fell_silent_gives_way_to_one_that_hears_it():
    x = One(0, 3)
    x.measures(14000, [5000] * 3)
    x.hears(18000, 1, budget_ma=[5000] * 3)
    assert x.claims_at() == 20700


def test_it_does_not_claim_while_it_is_answered():
    x = One(1, 3)
    x.says(19800)
    x.hears_beacon(19900, 0, rows=(1,), lead=1)
    assert x.at(20000, 22899, 22900, 23599) == FOLLOW  # 3 s, then its turn after seat 0
    assert x.at(23600) == CLAIM


def test_it_does_not_claim_while_its_vote_is_another_ones():
    x = One(1, 3)
    x.says(19800)
    x.hears_beacon(19900, 0, rows=(1,), lead=1)
    assert x.says(20000).vote_ms == 16900  # 17 s from when it heard
    assert x.at(23000, 25000, 36899) == FOLLOW
    assert x.at(36900) == CLAIM


def test_it_does_not_claim_within_a_minute_of_hearing_its_own_seat():
    x = One(1, 3)
    x.hears(19000, 1, boot=2)
    assert x.at(20000, 21000, 78999) == FOLLOW
    assert x.at(79000) == CLAIM


def test_a_claim_that_nobody_answers_ends_after_four_seconds_and_is_made_again():
    """After the time of a vote for a candidate, 2.5 s, and its turn after seat 0."""
    x = One(1, 3)
    assert x.at(20000) == CLAIM
    x.hears(23000, 0)
    assert x.at(23999) == CLAIM
    assert x.at(24000, 25000, 27199) == FOLLOW
    assert x.at(27200) == CLAIM


def test_a_candidate_gives_way_to_a_better_one_and_to_a_leader():
    for seat, lead, role in ((2, 0, CLAIM), (2, 1, FOLLOW), (0, 0, FOLLOW), (0, 1, FOLLOW)):
        x = One(1, 3)
        assert x.at(20000) == CLAIM
        assert x.hears_beacon(21000, seat, lead=lead)
        assert x.group.role == role, (seat, lead)


def test_who_gave_way_claims_again_when_the_votes_for_the_other_may_be_over():
    x = One(1, 3)
    x.at(20000)
    x.hears_beacon(21000, 0)
    assert x.at(21100, 22000, 24199) == FOLLOW  # 2.5 s and its turn after seat 0
    assert x.at(24200) == CLAIM


def test_a_beacon_that_does_not_answer_it_puts_no_turn_off():
    x = One(1, 3)
    x.hears(19000, 0)
    x.at(20000)
    x.hears_beacon(20300, 0)
    assert x.at(20699) == FOLLOW
    assert x.at(20700) == CLAIM


def test_a_leader_gives_way_to_nobody():
    """Not even to one that hears the meter, as it does not itself."""
    x = One(0, 2).leads()
    x.hears(20550, 1, budget_ma=[5000] * 3)
    for lead in (0, 1):
        x.hears_beacon(20600, 1, lead=lead)
        assert x.group.role == LEAD


def test_only_who_answered_of_late_and_leads_is_the_leader():
    for lead, leader in ((0, g.NOBODY), (1, 0)):
        x = One(1, 3)
        x.says(10000)
        x.hears_beacon(10100, 0, rows=(1,), lead=lead)
        x.at(13099)
        assert x.group.leader_seat == leader
        x.at(13100)
        assert x.group.leader_seat == g.NOBODY


# ---- what it says ----


def test_a_candidate_grants_nothing():
    x = One(1, 3)
    x.group.request.want, x.group.request.max_ma = 1, 32000
    b = x.beacon(20000)
    assert (b.lead, b.n, b.row_seat[0]) == (0, 1, 1)
    assert b.row_ma[0] == b.row_lease_ms[0] == 0


def test_a_leader_says_so():
    b = One().leads().beacon(21000)
    assert (b.lead, b.n, b.row_seat[0]) == (1, 1, 0)


def test_a_beacon_of_many_comes_in_parts_and_only_the_own_row_is_for_the_own_member():
    x = One(0, 20)
    for seat in range(1, 20):
        x.hears(19000, seat, seq=900000 + seat)
    b = x.beacon(20000)
    assert b.n == 18 and list(b.row_seat) == list(range(18)) and x.group.beacon_due
    b = x.group.fill_beacon(after(20000))
    assert b.n == 2 and list(b.row_seat)[:2] == [18, 19] and not x.group.beacon_due
    assert x.group.member.refused == 0


def test_the_largest_group_has_no_seat_65():
    assert One(63, 64).beacon(20000).n == 1


def test_a_grant_counts_until_it_was_given_back_or_has_ended():
    air = Air(2).run(26000)
    air.cut = {(1, 0)}  # seat 0 leads and does not hear seat 1 any more
    for _ in range(24):
        air.run(1000)
        assert sum(air.allowed()) <= 32000
    assert air.allowed() == [32000, 0]


# ---- what it believes ----


def test_a_report_counts_only_as_the_answer_to_a_beacon_of_this_start_of_this_charger():
    def believed(x, t, **kw):
        x.hears(t, 1, budget_ma=[0] * 3, **kw)
        x.at(t)
        return x.group.budget_ma == [0] * 3

    def leader():
        x = One().leads()
        return x, x.group.member.seq  # sent at 20500

    for ms in (0, 5000, 5001):
        x, seq = leader()
        answer = believed(x, 20500 + ms, vote_seat=0, vote_boot=1, echo_seq=seq)
        assert answer == (ms <= 5000)
    for seat, boot in ((0, 0), (1, 1), (g.NOBODY, 0)):
        x, seq = leader()
        assert not believed(x, 20600, vote_seat=seat, vote_boot=boot, echo_seq=seq)
    x = One()  # who neither leads nor claims has no use for votes
    seq = x.says(19000).seq
    assert not believed(x, 19500, vote_seat=0, vote_boot=1, echo_seq=seq)


def test_who_votes_for_another_asks_this_leader_for_nothing():
    x = One().leads()
    want = x.group.leader.allocator.want
    x.hears_answer(20600, 1, want=1, max_ma=16000)
    assert want[1] == 1
    x.hears(20700, 1)  # knows no leader at the moment
    assert want[1] == 1
    x.hears_answer(20800, 1, echo_seq=0)  # has not heard the latest beacons
    assert want[1] == 1
    x.hears(20900, 1, vote_seat=1, vote_boot=1)
    assert want[1] == 0


def test_a_beacon_with_no_row_for_it_answers_it_not():
    x = One(1, 4)
    x.says(10000)
    assert x.hears_beacon(10100, 0, rows=(2, 3), lead=1)
    x.at(10200)
    assert x.group.leader_seat == g.NOBODY


def test_only_a_frame_that_it_did_not_send_itself_means_that_its_seat_is_taken():
    for boot, ahead, taken in ((1, -1, 0), (1, 0, 0), (1, 1, 1), (0, 999, 0), (2, -9, 1)):
        x = One(1)
        x.says(1000)
        seq = x.says(2000).seq + ahead
        assert not x.hears(2100, 1, boot=boot, seq=seq)
        assert x.group.refused_same_seat == taken, (boot, ahead)


def test_a_report_is_taken_once():
    x = One()
    assert x.hears(1000, 1, seq=7)
    assert not x.hears(1100, 1, seq=7)
    assert x.hears(1200, 1, seq=8)
    assert x.group.refused_old == 1


def test_of_beacons_up_to_seven_frames_late_are_taken():
    """The parts of one may overtake each other."""
    for seq, taken in ((12, False), (13, True)):
        x = One()
        x.hears_beacon(1000, 1, seq=20)
        assert x.hears_beacon(1100, 1, seq=seq) == taken
        assert x.group.refused_old == (not taken)


def test_after_a_start_frames_count_from_one_whatever_came_first():
    x = One()
    x.hears(1000, 1, seq=500)
    assert x.hears_beacon(1100, 1, boot=2, seq=2)
    assert not x.hears(1200, 1, boot=2, seq=0)
    assert x.hears(1200, 1, boot=2, seq=1)
