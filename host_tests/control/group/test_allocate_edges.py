"""control/group/allocate.py at its edges: turns to the second, the last milliampere, each conductor."""

from allocate_kit import ask, group, run
from ballast.control.group import allocate
from ballast.control.group.allocate import DEPARTURE, EQUAL, IDLE_S, MAX_S, PRIORITY, Allocator
from ballast.control.group.panels import NO_LIMIT_MA, Panels


def asking(size, *limits):
    a = group(size, *limits)
    for i in range(size):
        ask(a, i, 32000)
    return a


def first(*turns, rank=(0, 0)):
    """Which of two members has the only place, after so many seconds of their turns."""
    a = asking(2, 8000)
    for i in range(2):
        a.turn_s[i], a.rank[i] = turns[i], rank[i]
    return run(a).index(8000)


# ---- turns ----


def test_a_turn_is_over_and_a_wait_is_long_enough_at_the_second():
    assert first(899, -900) == 0 and first(900, -900) == 1 and first(901, -900) == 1
    assert first(900, -899) == 0 and first(900, -901) == 1  # too short a wait takes no place
    assert first(-899, -900) == 1 and first(-900, -899) == 0


def test_within_a_turn_the_longest_served_keeps_its_place():
    assert first(10, 11) == 1 and first(11, 10) == 0
    assert first(0, 1) == 1
    assert first(5, 5) == 0  # equal: as before


def test_after_its_turn_the_shortest_served_keeps_its_place():
    assert first(901, 900) == 1 and first(900, 901) == 0
    assert first(MAX_S, MAX_S - 1) == 1 and first(MAX_S + 5, MAX_S) == 0


def test_the_longest_wait_goes_first():
    assert first(-1000, -1001) == 1 and first(-1001, -1000) == 0
    assert first(-20, -21) == 1  # neither has waited long enough, and nobody is served
    assert first(-(MAX_S - 1), -MAX_S) == 1 and first(-(MAX_S - 2), -(MAX_S - 1)) == 1
    assert first(-MAX_S, -MAX_S - 1) == 0  # longer is not told apart


def test_any_wait_goes_before_idle():
    assert first(IDLE_S, -1) == 1 and first(IDLE_S, -MAX_S) == 1 and first(IDLE_S, MAX_S) == 1
    assert first(IDLE_S, IDLE_S) == 0


def test_no_turn_goes_before_a_better_rank():
    for turn in (0, 899, 900, MAX_S, -1, -900, -2 * MAX_S, IDLE_S):
        for other in (0, 899, 900, MAX_S, -1, -900, -2 * MAX_S, IDLE_S):
            assert first(turn, other, rank=(0, 1)) == 0, (turn, other)
            assert first(turn, other, rank=(255, 254)) == 1, (turn, other)


# ---- departures ----


def test_the_least_laxity_goes_first_and_each_kind_keeps_its_own_order():
    a = asking(6, 32000)
    a.mode = DEPARTURE
    # 16 Ah at 32 A take 1800 s: 7200, 0, -1800 and 1 s to spare
    for i, left in ((0, 9000), (2, 1800), (3, 0), (5, 1801)):
        a.left_s[i], a.need_mah[i] = left, 16000
    a.turn_s[1], a.turn_s[4] = 950, -901
    run(a)
    assert [i for i in a.order if a.left_s[i] >= 0] == [3, 2, 5, 0]
    assert [i for i in a.order if a.left_s[i] < 0] == [4, 1]


def test_who_should_have_left_by_now_goes_first_and_is_served_once():
    a = asking(2, 100000)
    a.mode = DEPARTURE
    a.left_s[0] = a.need_mah[0] = 0
    assert run(a) == [32000, 32000]
    a.panels.set_limit(0, 36000, 36000, 36000)
    a.left_s[1], a.need_mah[1] = 1, 0
    assert run(a) == [30000, 6000]


def test_with_departures_only_nothing_is_shared_equally():
    """The steps of urgency.py end at 31 mA: 6000 + 7 * 2000 leave 20 mA, which nobody gets."""
    a = asking(1, 20020)
    a.mode = DEPARTURE
    a.left_s[0] = 60
    assert run(a) == [20000]
    a.mode = EQUAL
    assert run(a) == [20020]


def test_all_ranks_take_part():
    for mode in (EQUAL, PRIORITY, DEPARTURE):
        a = asking(3, 100000)
        a.mode = mode
        a.rank[0], a.rank[1], a.rank[2] = 0, 254, 255
        assert run(a) == [32000, 32000, 32000]


# ---- the last milliampere ----


def test_one_milliampere_is_a_minimum_too():
    a = group(2, 9)
    ask(a, 0, 5, min_ma=1)
    ask(a, 1, 1, min_ma=1)
    assert run(a) == [5, 1] and a.short == 0


def test_shares_are_equal_to_the_milliampere():
    """Of 12000..12005 mA for two each gets the half, rounded down."""
    for limit in range(12000, 12006):
        assert run(asking(2, limit)) == [limit // 2] * 2


def test_who_has_all_it_can_use_takes_no_part():
    a = asking(2, 12001)
    a.max_ma[0] = 6000
    assert run(a) == [6000, 6001]


def test_a_full_conductor_takes_nothing_from_the_next():
    """L1 is full at once; on L2 two share 12002 mA."""
    a = asking(4, 63000)
    a.panels.set_limit(0, 12000, 12002, 63000)
    for i, mask in enumerate((1, 1, 2, 2)):
        a.mask[i] = mask
    assert run(a) == [6000, 6000, 6001, 6001]


def test_more_than_the_limit_already_is_like_none_left():
    a = asking(3, 63000)
    for i, mask in enumerate((1, 2, 4)):
        a.mask[i] = mask
    a.panels.clear()
    a.panels.take(0, 4, 0, 70000)
    a.run()
    assert a.ma == [32000, 32000, 0] and a.short == 1


def test_each_conductor_has_its_own_load():
    """L1 holds 3 A of others, L3 13 A: 63 - 3, 63 and 63 - 13 A for two each."""
    a = asking(6, 63000)
    a.panels.clear()
    for i in range(6):
        a.mask[i] = (1, 2, 4)[i // 2]
    a.panels.take(0, 1, 0, 3000)
    a.panels.take(0, 4, 0, 13000)
    a.run()
    assert a.ma == [30000, 30000, 31500, 31500, 25000, 25000]
    a.panels.clear()
    a.panels.take(0, 4, 0, 63000)
    a.run()
    assert a.ma == [31500] * 4 + [0, 0]


def test_sixteen_panels():
    p = Panels()
    for n in range(16):
        p.define(n, 0 if n else -1, 160000, 170000, 180000)
    p.set_limit(15, 20000, 11000, 13000)
    a = Allocator(4, p)
    for i, mask in enumerate((1, 2, 4, 7)):
        ask(a, i, 32000, mask)
        a.panel[i] = 15
    a.panel[3] = 14
    assert run(a) == [20000, 11000, 13000, 32000]
    p.set_limit(14, 32000, 32000, 12000)
    assert run(a) == [20000, 11000, 13000, 12000]


# ---- transformers and pairs ----


def below_star(mask, star, *limits):
    """One car on the second of two panels, of which `star` is a transformer; what it gets."""
    a = asking(1, 100000, 100000)
    a.mask[0] = mask
    a.panels.star[star] = 1
    a.panels.set_limit(1 - star, *limits)
    return run(a)[0]


def test_beside_a_transformer_the_other_panel_counts_to_the_milliampere():
    for star in (0, 1):
        for n in range(3):
            limits = [100000, 100000, 100000]
            limits[n] = 10000
            assert below_star(1 << n, star, *limits) == 10000, (star, n)
            assert below_star(7, star, *limits) == 10000, (star, n)


def test_a_transformer_is_not_full_by_the_plain_sum():
    """Others: 10 A L1-L2 and 5 A L2-L3 on the second panel, a transformer. Its line L1 to the
    primary side carries 10 - 5 sin 30 = 8.66 A by phasors, 10 A by the plain sum. With 6 A to
    neutral, 16 A is over its limit of 15.9 A by the plain sum; with 7 A, 15.66 A by phasors."""
    a = group(2, 100000, 100000)
    a.panels.star[1] = 1
    a.panels.set_limit(0, 100000, 21000, 100000)
    a.panels.set_limit(1, 15900, 100000, 100000)
    ask(a, 0, 7000, 1)
    ask(a, 1, 32000, 2)
    a.panel[1] = 0
    a.panels.clear()
    a.panels.take(1, 3, 1, 10000)
    a.panels.take(1, 6, 1, 5000)
    a.run()
    assert a.ma == [7000, 6000]  # L2 of the supply is full with the second car's 6 A


def test_beside_a_pair_a_phase_keeps_the_rounding_free():
    """A thousandth and four units less than the limit, on the conductors of that panel only."""
    for n in range(3):
        a = asking(2, 20000, 10000)
        ask(a, 1, 7000, 3)  # only its pair is used: it is not served
        a.want[1] = 0
        a.mask[0] = 1 << n
        a.panels.clear()
        a.panels.take(0, 3, 1, 0)
        a.run()
        assert a.ma == [10000, 0], n  # all that the second panel has
        a.panel[0] = 0
        a.panels.clear()
        a.panels.take(0, 3, 1, 0)
        a.run()
        assert a.ma == [20000 - 20000 // 1024 - 4, 0], n


def test_by_rank_the_phasors_go_to_the_better_rank_first():
    """6 A L1-N and 14.57 A L1-L2 are 20 A on L1: 576 mA more than the plain sum leaves."""
    a = asking(2, 20000)
    ask(a, 0, 32000, 1)
    ask(a, 1, 32000, 3, 1)
    a.mode = PRIORITY
    a.rank[0], a.rank[1] = 5, 4
    got = run(a)
    assert got[0] == 6000 and 14250 <= got[1] <= 14577, got
    a.rank[1] = 5
    a.mask[0] = 4  # by itself on L3, so that only the pair is left to rise
    assert run(a)[0] == 20000 - 20000 // 1024 - 4


def test_the_last_milliampere_between_conductors():
    """Alone on a limit of 20 A: 19977 mA by the plain sum, the next one by phasors."""
    a = asking(1, 20000)
    for most in range(19975, 19981):
        ask(a, 0, most, 3, 1)
        assert run(a) == [most]


def test_without_any_limit_more_than_one_step_is_taken():
    a = group(2, NO_LIMIT_MA)
    ask(a, 0, 700000)
    ask(a, 1, 299000)
    assert run(a) == [700000, 299000]


def test_the_best_of_three_ranks():
    for ranks in ((1, 2, 3), (2, 1, 3), (3, 2, 1), (1, 1, 2), (2, 2, 1), (0, 255, 0)):
        assert allocate.best_rank(*ranks) == min(ranks)
