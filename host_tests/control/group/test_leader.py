"""control/group/leader.py: what counts, what can be granted, and for how long."""

from ballast.control.group import records as g
from ballast.control.group.leader import longer, shorter
from group_kit import Books, after


def test_margins():
    for ms in (0, 1, 49, 50, 999, 17000, 20000):
        assert shorter(ms) * 101 <= ms * 99
        assert longer(ms) * 99 >= ms * 101


def test_an_unacknowledged_fall_counts_until_the_lease_ends():
    b = Books(2)
    b.says(0, 0)
    assert b.grants(0, 1) == [32000, 0]
    b.says(100, 0, grant_seq=1, held_ma=32000, held_mask=7)
    b.says(100, 1)
    assert b.grants(200, 2) == [16000, 0]  # nothing is free for seat 1 yet
    assert b.counted(300) == [32000, 0]
    b.says(400, 1)
    assert b.grants(500, 3) == [16000, 0]
    b.says(600, 0, grant_seq=3, held_ma=32000, held_mask=7)  # obeys, but the car lags
    b.says(600, 1)
    assert b.grants(700, 4) == [16000, 0]
    b.says(5800, 0, grant_seq=4, held_ma=16000, held_mask=7)
    b.says(5800, 1)
    assert b.grants(5900, 5) == [16000, 16000]
    silent = Books(2)
    silent.says(0, 0)
    silent.grants(0, 1)
    assert silent.counted(16500) == [32000, 0]
    assert silent.counted(17001) == [0, 0]


def test_many_changes_under_way_are_counted_at_their_most():
    b = Books(1)
    b.says(0, 0)
    for n in range(8):
        b.says(10 * n, 0)
        b.grants(10 * n, n + 1, 30000 - 1000 * n)
    assert b.leader.grants.count[0] == 4
    assert b.counted(100) == [30000]
    b.says(110, 0, grant_seq=8, held_ma=23000, held_mask=7)
    assert b.counted(120) == [27000]  # of those that had to share a place, the largest
    b.says(130, 0, grant_seq=0, held_ma=23000, held_mask=7)
    assert b.counted(140) == [27000]
    b.grants(20000, 9, 32000)
    assert b.counted(19000) == [0]


def test_a_lent_share_is_used_and_given_back_in_time():
    b = Books(2, guaranteed=8000)
    b.says(0, 0)
    b.says(0, 1, want=0, lend_ms=g.VOTE_MS)
    assert b.counted(0) == [8000, 0]
    assert b.grants(100, 1) == [32000, 0]
    b.says(4000, 0, grant_seq=1, held_ma=32000, held_mask=7)
    assert b.leader.lease_ms(0, after(4000)) > 0
    b.grants(4000, 2)
    assert b.leader.horizon_ms <= 12660  # no grant outlasts the promise
    assert b.counted(9500) == [32000, 8000]  # soon it will not be lent any more
    b.says(9600, 0, grant_seq=2, held_ma=32000, held_mask=7)
    assert b.grants(9600, 3) == [24000, 0]
    assert b.counted(16700)[1] == 8000


def test_a_promise_that_ends_soon_is_no_reason_to_give_others_more_than_their_share():
    b = Books(3, 23000, guaranteed=7600)
    b.says(0, 0)
    b.says(0, 1, want=0, lend_ms=g.VOTE_MS)
    assert b.counted(0) == [7600, 0, 7600]
    assert b.grants(100, 1, 22000) == [14400, 0, 0]
    b.says(3000, 0, grant_seq=1, held_ma=14400, held_mask=7, drawn_ma=[14400] * 3)
    b.says(3000, 1)  # it wants again; there is not enough for two beside the silent one
    assert b.grants(3000, 2, 22000) == [14400, 0, 0]
    b.says(9700, 0, grant_seq=2, held_ma=14400, held_mask=7, drawn_ma=[14400] * 3)
    b.says(9700, 1)
    assert b.grants(9700, 3, 22000) == [7600, 0, 0]


def test_no_grant_without_authority():
    b = Books(3)
    b.says(0, 1)
    b.leader.renew(after(0), 0, 0)
    b.leader.step(after(0))
    assert b.leader.lease_ms(1, after(0)) == 0
    b.says(0, 2, vote_ms=3000)
    b.leader.renew(after(0), 0, 0)
    b.leader.step(after(0))
    assert 2800 <= b.leader.horizon_ms <= 3000
    assert b.leader.lease_ms(1, after(0)) < 3000


def test_members_between_two_conductors():
    b = Books(3, budget=18000)
    b.says(0, 0, line=1, mask=3, wired=3)
    b.says(0, 1, line=1, mask=5, wired=5)
    b.says(0, 2, line=1, mask=6, wired=6)
    assert b.grants(0, 1, 18000) == [10489, 10239, 10239]  # 17.9 A on each conductor
    b.says(100, 0, line=1, mask=3, wired=3, grant_seq=1, held_ma=10250, held_mask=3)
    b.leader.allocator.mask[0] = 6  # another pair: until the first is let go, both count plainly
    b.grants(200, 2, 18000)
    assert b.leader.booked_mask[0] in (3, 7)


def test_a_restart_and_silence_are_noticed():
    b = Books(2)
    b.says(0, 1)
    assert b.leader.allocator.want[1] == 1 and b.leader.wiring_known[1] == 1
    b.says(100, 1, boot=2, want=0)
    b.leader.step(after(8200))
    assert b.leader.heard[1] == 0
    r = g.Report()
    r.seat, r.boot, r.seq, r.want = 1, 3, 1, 1
    b.leader.hear(after(8300), r, False, False, 0)
    assert b.leader.heard[1] == 1 and b.leader.allocator.want[1] == 0 and b.leader.wiring_known[1] == 0
    b.leader.hear(after(8300), r, True, False, 0)
    assert b.leader.allocator.want[1] == 0  # not fresh: answered, not believed


def test_where_one_gets_less_than_its_share_nobody_gets_more():
    b = Books(3, guaranteed=8000)
    for seat in range(3):
        b.says(0, seat)
    assert b.grants(0, 1, 20000) == [8000, 8000, 0]


def test_a_smaller_budget_takes_nobody_below_what_it_may_draw_anyway():
    b = Books(2)
    b.says(0, 0, max_ma=8000)
    b.says(0, 1, max_ma=24000)
    assert b.grants(0, 1) == [8000, 24000]
    b.says(100, 0, grant_seq=1, held_ma=8000, held_mask=7)
    b.says(100, 1, grant_seq=1, held_ma=24000, held_mask=7)
    assert b.grants(200, 2, 20000) == [8000, 10000]  # 10 A would be fair, nothing is free


def test_a_car_that_moves_to_another_pair_counts_on_both():
    b = Books(2)
    b.says(0, 0, mask=3, line=1)
    first, none = b.grants(0, 1)
    assert 31000 < first <= 32000 and none == 0
    b.says(100, 0, mask=6, line=1, grant_seq=1, held_ma=first, held_mask=3)
    b.grants(200, 2)
    b.says(300, 0, mask=6, line=1, want=0, grant_seq=2, held_ma=first, held_mask=7)
    b.says(300, 1, mask=4)
    assert b.grants(400, 3)[1] == 0
