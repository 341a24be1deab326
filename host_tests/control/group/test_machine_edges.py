"""A charger of a group to the millisecond and the mA: what it reports, plans and may share out."""

from ballast.control.group.machine import CLAIM
from group_kit import One, changed

# ---- the own request ----


def test_more_than_one_ampere_on_a_conductor_not_thought_of_means_all_that_is_wired():
    without = ((2, 4, 6), (1, 4, 5), (1, 2, 3))  # masks without L1, L2, L3
    for phase in range(3):
        for mask in range(1, 7):
            for ma in (1000, 1001):
                x = One(1)
                x.group.request.mask = mask
                x.group.request.drawn_ma[phase] = ma
                x.at(0)
                more = ma == 1001 and mask in without[phase]
                assert x.group.request.mask == (7 if more else mask), (phase, mask, ma)


def test_a_turn_counts_seconds_waited_below_zero_and_served_from_zero():
    x = One(1, guaranteed=8000)
    r = x.group.request
    r.want, r.min_ma = 1, 8000

    def turns(*times):
        out = []
        for t in times:
            x.at(t)
            out.append(r.turn_s)
        return out

    assert turns(0, 999, 1000, 19999) == [-1, -1, -2, -20]
    assert turns(20000, 20999, 21000) == [0, 0, 1]  # its share is the minimum: served
    r.min_ma = 8001
    assert turns(22000, 23000) == [-1, -2]
    r.want = 0
    assert turns(30000, 35000) == [0, 0]
    r.want = 1
    assert turns(35900, 36000) == [-1, -2]  # since it last wanted nothing


def test_a_turn_of_400000_s_is_still_that_turn():
    """Nearly five days; more than 6.2 days could not be told."""
    x = One(1, guaranteed=8000)
    x.group.request.want = 1
    x.at(20000, 200020000, 400020000)
    assert x.group.request.turn_s == 400000
    x.at(400020999)
    assert x.group.request.turn_s == 400000
    x.at(400022100)
    assert x.group.request.turn_s == 400000
    x.at(400023100)
    assert x.group.request.turn_s == 400000


# ---- when it speaks ----


def due(x, t):
    x.at(t)
    return x.group.report_due


def test_up_to_fifteen_others_it_reports_twice_a_second_then_once():
    for others, ms in ((0, 500), (15, 500), (16, 1000)):
        x = One(0, 20)
        for seat in range(1, others + 1):
            x.hears(9500, seat)
        x.says(10176)  # the clock says ...722000 then: its turn
        assert not due(x, 10176 + ms - 1) and due(x, 10176 + ms), others


def test_each_seat_has_its_turn_to_report_within_the_period_whatever_it_said_before():
    """Twice a second of two or three, each a part of 500 ms after the one of the seat before."""
    for seats, parts in ((2, (0, 250)), (3, (0, 166, 333))):
        for seat in range(seats):
            for said in (10000, 10100, 10175 + parts[seat], 10176 + parts[seat]):
                x = One(seat, seats)
                x.says(said)
                turn = 10176 + parts[seat] - 500
                while turn <= said:
                    turn += 500
                at = max(turn, said + 150)
                assert not due(x, at - 1) and due(x, at), (seats, seat, said)


def test_a_new_wish_is_reported_at_once_but_not_within_150_ms_of_the_last():
    x = One(1)
    x.says(1000)
    assert not due(x, 1200)
    x.group.request.want = 1
    assert due(x, 1200)
    x.says(1200)
    x.group.request.want = 0
    assert not due(x, 1349) and due(x, 1350)


def test_a_new_current_that_it_may_draw_is_reported_at_once():
    x = One(1, 3, guaranteed=8000)
    x.says(19842)  # its turn: the next one is at 20342
    assert not due(x, 19999) and due(x, 20000)


def test_a_budget_smaller_by_more_than_half_an_ampere_is_reported_at_once():
    for phase in range(3):
        for less in (500, 501):
            x = One(1)
            x.measures(1000, [20000] * 3)
            x.says(1000)
            x.measures(1200, changed(phase, 20000, 20000 - less))
            assert x.group.report_due == (less == 501), (phase, less)


def test_a_budget_smaller_by_more_than_half_an_ampere_is_planned_at_once():
    for phase in range(3):
        for less in (500, 501):
            x = One().leads()
            x.measures(21000, [20000] * 3)
            x.beacon(21000)
            x.measures(21200, changed(phase, 20000, 20000 - less))
            assert x.group.beacon_due == (less == 501), (phase, less)


def test_a_members_new_wish_is_planned_at_once():
    x = One().leads()
    x.hears_answer(21000, 1, want=0)
    x.beacon(21000)
    x.hears_answer(21200, 1, want=0)
    x.at(21200)
    assert not x.group.beacon_due
    x.hears_answer(21300, 1, want=1)
    x.at(21300)
    assert x.group.beacon_due


def test_who_does_not_obey_is_told_again_after_300_ms_and_nobody_else_is():
    """Its report says which beacon it has obeyed; the leader's next one would come after 500 ms."""
    x = One().leads()
    wish = {"want": 1, "max_ma": 16000, "held_mask": 7}
    x.hears_answer(21000, 1, **wish)
    sent = x.beacon(21000)
    assert sent.row_ma[1] == 16000
    x.hears_answer(21100, 1, held_ma=16000, grant_seq=sent.seq, **wish)
    x.measures(21200, [9000] * 3)
    sent = x.beacon(21200)
    seq = sent.seq
    assert sent.row_ma[1] == 9000
    x.at(21499)
    assert not x.group.beacon_due and x.group.leader.unobeyed
    x.at(21500)
    assert x.group.beacon_due
    x.beacon(21500)
    x.hears_answer(21510, 1, held_ma=9000, grant_seq=seq, **wish)
    x.at(21999)
    assert not x.group.beacon_due and not x.group.leader.unobeyed
    x.at(22000)
    assert x.group.beacon_due


def test_a_candidate_says_nothing_again():
    """Whoever it hears holds more than it has granted: nothing, so far."""
    x = One(1, 3)
    x.hears(19000, 0, held_ma=16000, held_mask=7)
    start = x.claims_at()
    x.beacon(start)
    x.hears_answer(start + 100, 0, held_ma=16000, held_mask=7)
    x.at(start + 499)
    assert x.group.role == CLAIM and x.group.leader.unobeyed and not x.group.beacon_due
    x.at(start + 500)
    assert x.group.beacon_due


# ---- the budget ----


def test_a_budget_below_nothing_on_one_conductor_is_nothing_there():
    for phase in range(3):
        for ma in (-5000, -1, 0, 1):
            x = One()
            left = changed(phase, 20000, max(ma, 0))
            assert x.measures(0, changed(phase, 20000, ma)) == left
            assert x.group.request.budget_ma == left


def test_a_budget_lasts_three_seconds_and_then_the_fallback_stands():
    x = One()
    x.config.metered, x.config.fallback_ma = 1, 20000
    assert x.measures(14000, [30000] * 3) == [30000] * 3
    x.at(17000)
    assert x.group.budget_ma == x.group.request.budget_ma == [30000] * 3
    x.at(17001)
    assert x.group.budget_ma == [20000] * 3 and x.group.request.budget_ma == [-1] * 3
    x.at(400000000, 800000000)  # a week on, when the age of it cannot be told any more
    assert x.group.budget_ma == [20000] * 3


def test_the_least_of_all_meters_and_the_supply_counts_on_each_conductor():
    x = One().leads()
    x.hears_answer(20600, 1, budget_ma=[40000] * 3)
    x.at(20600)
    assert x.group.budget_ma == [32000] * 3
    x.hears_answer(20700, 1, budget_ma=[9000, 8000, 7000])
    x.at(20700)
    assert x.group.budget_ma == [9000, 8000, 7000]
    assert x.measures(20800, [8500] * 3) == [8500, 8000, 7000]


def test_a_budget_that_ended_ends_no_other():
    x = One().leads()
    x.hears_answer(20600, 1, budget_ma=[9000] * 3)
    assert x.measures(23600, [20000] * 3) == [9000] * 3
    x.at(23601)
    assert x.group.budget_ma == x.group.request.budget_ma == [20000] * 3


def test_a_report_that_knows_no_budget_on_one_conductor_knows_none():
    for phase in range(3):
        for ma, known in ((-1, False), (0, True)):
            x = One().leads()
            x.hears_answer(20600, 1, budget_ma=changed(phase, 5000, ma))
            x.at(20600)
            assert x.group.budget_ma == (changed(phase, 5000, 0) if known else [32000] * 3)


def test_each_conductor_is_granted_out_of_its_own_budget():
    for phase in range(3):
        x = One()
        r = x.group.request
        r.want, r.max_ma, r.mask, r.wired = 1, 32000, 1 << phase, 1 << phase
        x.leads()
        x.measures(21000, [9000, 10000, 11000])
        assert x.beacon(21000).row_ma[0] == 9000 + 1000 * phase
