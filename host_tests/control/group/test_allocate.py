"""control/group/allocate.py: who gets how much.

EVEREST: EnergyManager's test cases (everest-core, Apache-2.0) in amperes, import only.
OPENEVSE: load-sharing scenarios (openevse_esp32_firmware, GPL-3.0): expectations as numbers.
"""

from allocate_kit import ask, group, run
from ballast.control.group import allocate
from ballast.control.group.allocate import DEPARTURE, EQUAL, PRIORITY, Allocator
from ballast.control.group.panels import NO_LIMIT_MA, Panels

# limits on the way, [(most, least)] of those who ask, expected; A
EVEREST = (
    ((32,), ((32, 6), (8, 6)), (24, 8)),
    ((32,), ((32, 6), (0, 6)), (32, 0)),
    ((32,), ((32, 6), (6, 6)), (26, 6)),
    ((32, 32), ((32, 6),), (32,)),
    ((32, 13), ((32, 6),), (13,)),
    ((32, 31, 32), ((32, 6),), (31,)),
    ((32, 5, 32), ((32, 6),), (0,)),
    ((32, 6, 32), ((32, 6),), (6,)),
    ((32, 0, 32), ((32, 6),), (0,)),
    ((120,), ((60, 1), (80, 1)), (60, 60)),
    ((32, 7.5), ((32, 6),), (7.5,)),
)


OPENEVSE = (
    ((32,), ((32, 6), (32, 6)), (16, 16)),
    ((24,), ((32, 6), (32, 6)), (12, 12)),
    ((40,), ((32, 6), (32, 6)), (20, 20)),
    ((16,), ((32, 6), (32, 6)), (8, 8)),
    ((32,), ((32, 6), (15, 6)), (17, 15)),  # ev_limited: the other has more than 16
    ((20,), ((32, 6),) * 4, (6.666, 6.666, 6.666, 0)),  # insufficient: three and none
)


def test_expectations_of_others():
    for limits, requests, expected in EVEREST + OPENEVSE:
        a = group(len(requests), *[int(1000 * x) for x in limits])
        for i, (most, least) in enumerate(requests):
            ask(a, i, 1000 * most, min_ma=1000 * least)
        assert run(a) == [int(1000 * x) for x in expected], (limits, requests)


def test_everests_watts_become_amperes():
    a = group(1, 4242 * 1000 // 230 // 3)
    ask(a, 0, 32000)
    assert run(a) == [6147]


def test_nobody_asks():
    a = group(3, 32000)
    for mode in (EQUAL, PRIORITY, DEPARTURE):
        a.mode = mode
        assert run(a) == [0, 0, 0] and a.short == 0


def test_a_request_that_cannot_be_met_is_none():
    a = group(4, 32000)
    for a.mode in (EQUAL, PRIORITY, DEPARTURE):
        ask(a, 0, 5999)
        ask(a, 1, 16000, mask=0)
        ask(a, 2, 40000)
        ask(a, 3, 10000, min_ma=0)
        assert run(a) == [0, 0, 32000, 0]
        assert list(a.want) == [0, 0, 1, 0] and a.short == 0


def test_one_phase_cars_share_their_own_phase():
    a = group(4, 20000)
    ask(a, 0, 32000, mask=1)
    ask(a, 1, 32000, mask=2)
    ask(a, 2, 32000, mask=2)
    ask(a, 3, 9000, mask=7)
    assert run(a) == [13334, 6666, 6666, 6666]
    a.want[3] = 0
    assert run(a) == [20000, 10000, 10000, 0]


def test_what_one_cannot_use_moves_on():
    a = group(3, 48000)
    for i, most in enumerate((8000, 32000, 32000)):
        ask(a, i, most)
    assert run(a) == [8000, 20000, 20000]


def test_sub_panels():
    p = Panels()
    p.define(0, -1, 63000, 63000, 63000)
    p.define(1, 0, 20000, 20000, 20000)
    p.define(2, 0, 32000, 32000, 32000)
    a = Allocator(4, p)
    for i in range(4):
        ask(a, i, 32000)
        a.panel[i] = 1 + i // 2
    assert run(a) == [10000, 10000, 16000, 16000]
    a.want[1] = 0
    assert run(a) == [20000, 0, 16000, 16000]
    p.set_limit(0, 40000, 40000, 40000)
    a.want[1] = 1
    assert run(a) == [10000, 10000, 10000, 10000]


def test_room_that_others_take_is_not_given():
    a = group(2, 32000)
    ask(a, 0, 32000)
    ask(a, 1, 32000)
    a.panels.clear()
    a.panels.take(0, 1, 0, 10000)
    a.run()
    assert a.ma == [11000, 11000]


def test_ranks():
    a = group(3, 30000)
    a.mode = PRIORITY
    for i in range(3):
        ask(a, i, 16000)
    a.rank[0], a.rank[1], a.rank[2] = 5, 1, 5
    assert run(a) == [7000, 16000, 7000]
    a.panels.set_limit(0, 10000, 10000, 10000)
    assert run(a) == [0, 10000, 0]  # OpenEVSE priority_wins: the better one alone
    assert a.short == 2
    a.mode = EQUAL
    assert run(a) == [0, 10000, 0]
    assert allocate.best_rank(5, 3, 9) == 3
    assert allocate.best_rank(2, 3, 1) == 1
    assert allocate.best_rank(2, 3, 9) == 2


def turns(a, minutes, every=60):
    """Let `minutes` pass; a row per minute of who is served."""
    rows = []
    for _ in range(minutes):
        run(a)
        rows.append([1 if ma else 0 for ma in a.ma])
        for i in range(a.size):
            if a.ma[i]:
                a.turn_s[i] = a.turn_s[i] + every if a.turn_s[i] >= 0 else 0
            else:
                a.turn_s[i] = a.turn_s[i] - every if a.turn_s[i] < 0 else -1
    return rows


def test_shortage_rotates_every_quarter_of_an_hour_and_never_stops_all():
    a = group(4, 20000)
    for i in range(4):
        ask(a, i, 32000)
    rows = turns(a, 240)
    assert all(sum(row) == 3 for row in rows)
    served = [sum(row[i] for row in rows) for i in range(4)]
    assert max(served) - min(served) <= 17, served
    changes = sum(1 for one, two in zip(rows, rows[1:]) if one != two)
    assert 13 <= changes <= 17, changes


def test_one_place_for_three_goes_round():
    # OpenEVSE scarcity_rotation: exactly one, about three changes in two hours at 30 minutes
    a = group(3, 8000)
    a.rotate_s = 1800
    for i in range(3):
        ask(a, i, 32000)
    rows = turns(a, 120)
    assert all(sum(row) == 1 for row in rows)
    assert sum(1 for one, two in zip(rows, rows[1:]) if one != two) == 3
    assert all(any(row[i] for row in rows) for i in range(3))


def test_an_idle_member_makes_room_for_whoever_waits_but_for_nobody_else():
    a = group(3, 12000)
    for i in range(3):
        ask(a, i, 32000)
    a.turn_s[0], a.turn_s[1], a.turn_s[2] = 100, 50, -1
    assert run(a) == [6000, 6000, 0]
    a.turn_s[0] = allocate.IDLE_S
    assert run(a) == [0, 6000, 6000]
    a.want[2] = 0
    assert run(a) == [6000, 6000, 0]  # it may begin again at any time: the place is kept
    a.rank[1] = 200  # a rank goes before any turn
    a.want[2] = 1
    a.rank[2] = 200
    assert run(a)[0] == 6000
    assert max(a.sort_key(i) for i in range(3)) < 1 << 30  # a small integer on the device


def jain(values):
    total = sum(values)
    return total * total / (len(values) * sum(v * v for v in values))


def test_equal_is_equal_over_time():
    # Jain's index of the energy after a working day, in plenty and in shortage
    for size, limit in ((4, 40000), (6, 20000), (9, 30000), (5, 31000)):
        a = group(size, limit)
        for i in range(size):
            ask(a, i, 32000)
        total = [0] * size
        for _ in range(600):
            turns(a, 1)
            for i in range(size):
                total[i] += a.ma[i]
        assert jain(total) >= 0.99, (size, limit, jain(total))


def test_very_long_times_keep_the_order():
    a = group(3, 8000)
    for i in range(3):
        ask(a, i, 32000)
    a.turn_s[0], a.turn_s[1], a.turn_s[2] = -2 * allocate.MAX_S, 2 * allocate.MAX_S, -20
    assert run(a) == [8000, 0, 0]
    a.want[0] = 0
    assert run(a) == [0, 8000, 0]


def test_between_conductors_the_phasors_are_used():
    a = group(3, 17400)
    for i, mask in enumerate((3, 6, 5)):
        ask(a, i, 32000, mask, 1)
    got = run(a)
    # 10 A each is 17.32 A on each conductor; the plain sum would stop at 8.7
    assert all(9700 <= ma <= 10050 for ma in got), got
    a.max_ma[0] = 6100
    got = run(a)
    assert got[0] == 6100 and 9900 <= got[1] <= 10050, got
    a.mode = PRIORITY
    assert run(a)[0] == 6100


def test_pairs_and_phases_side_by_side():
    a = group(4, 20000)
    ask(a, 0, 32000, 3, 1)
    ask(a, 1, 32000, 1, 0)
    ask(a, 2, 32000, 4, 0)
    ask(a, 3, 7000, 6, 1)
    got = run(a)
    assert got[3] == 7000 and got[1] >= 9980 and got[0] >= 10000 and got[2] >= 12970, got
    a.mask[1] = 0  # not wired at all
    a.mode = DEPARTURE
    assert run(a)[1] == 0


def test_equal_is_equal_between_conductors_too():
    for limit in (13000, 20000, 20001, 47000, 63000, 125000):
        for size in (2, 3, 5):
            a = group(size, limit)
            for i in range(size):
                ask(a, i, 32000, 3, 1)
            ma = [x for x in run(a) if x]
            assert max(ma) - min(ma) <= 250, (limit, size, ma)  # the last step of all
            assert sum(ma) <= limit and (sum(ma) > limit - 300 or ma == [32000] * size), (limit, size, ma)


def test_a_star_panel_binds_where_the_plain_sum_cannot_see():
    a = group(1, 40000, 40000)
    a.panels.star[0] = 1
    ask(a, 0, 32000, 3, 1)
    # L1-L2 alone: the primary line sees it twice
    assert 19000 <= run(a)[0] <= 20000
    ask(a, 0, 32000, 1, 0)
    assert run(a) == [32000]


def test_no_limit_means_the_maximum():
    a = group(2, NO_LIMIT_MA)
    ask(a, 0, 32000)
    ask(a, 1, 16000)
    for mode in (EQUAL, PRIORITY, DEPARTURE):
        a.mode = mode
        assert run(a) == [32000, 16000]
