"""control/group/urgency.py: departure times, the most urgent first, and no phase left idle."""

from allocate_kit import ask, group, run
from ballast.control.group import urgency
from ballast.control.group.allocate import DEPARTURE


def test_yielding_does_not_break_a_star_panel():
    # 20 A between L3 and L1: with 7, 7.5, 6.5 A between L1 and L2 the transformer's third
    # primary line carries 17.58, 17.50, 17.67 A: giving half an ampere back is too much
    a = group(3, 60000)
    a.panels.star[0] = 1
    a.mode = DEPARTURE
    for i, mask in enumerate((3, 3, 5)):
        ask(a, i, 32000, mask, 1)
    a.run()
    a.panels.clear()
    a.ma[0] = a.ma[1] = a.ma[2] = 0
    assert a.add(2, 20000) and a.add(0, 7000)
    a.panels.set_limit(0, 60000, 60000, 17610)
    assert a.panels.fits(0, 3, 1, 500) and not a.panels.fits(0, 3, 1, -500)
    a.order[:] = [0, 1, 2]
    a._urgency._at[11] = 1
    a._urgency._make_room(11, 1)
    assert a.ma == [7000, 0, 20000]


def test_laxity_goes_first():
    a = group(3, 20000)
    a.mode = DEPARTURE
    for i in range(3):
        ask(a, i, 32000)
        a.need_mah[i] = 16000
    a.left_s[0], a.left_s[1], a.left_s[2] = 7200, 3600, urgency.NO_DEPARTURE
    assert run(a) == [0, 20000, 0]
    a.max_ma[1] = 7000
    assert run(a) == [13000, 7000, 0]
    a.max_ma[0] = 8000  # at 8 A it has no time to spare any more
    a.max_ma[1] = 32000
    assert run(a) == [8000, 12000, 0]


def test_without_departure_one_waits_its_turn():
    a = group(2, 8000)
    a.mode = DEPARTURE
    ask(a, 0, 32000)
    ask(a, 1, 32000)
    a.turn_s[0], a.turn_s[1] = 950, -910
    assert run(a) == [0, 8000]
    a.left_s[0] = 100000
    assert run(a) == [8000, 0]


def test_who_said_no_departure_shares_equally_what_the_others_leave():
    a = group(4, 40000)
    a.mode = DEPARTURE
    for i in range(4):
        ask(a, i, 32000)
    assert run(a) == [10000] * 4  # nobody has a plan: as if the mode were equal
    a.left_s[2], a.need_mah[2], a.max_ma[2] = 3600, 16000, 16000
    assert run(a) == [8000, 8000, 16000, 8000]
    a.max_ma[2] = 32000
    assert sorted(run(a)) == [0, 0, 8000, 32000]  # not enough for three minimums beside it
    assert a.short == 2


def test_departure_mode_keeps_the_phases_in_balance():
    a = group(6, 16000)
    a.mode = DEPARTURE
    for i in range(6):
        ask(a, i, 16000, 3 if i < 4 else 6 if i == 4 else 5, 1)
        a.left_s[i] = 3600 * (1 + i)
        a.need_mah[i] = 40000
    got = run(a)
    # the two most urgent alone would fill L1 and L2 and leave the rest idle
    assert got[4] >= 6000 and got[5] >= 6000 and sum(got[:4]) >= 6000, got


def test_a_rest_below_the_minimum_is_made_up_by_the_one_before():
    a = group(3, 36000)
    a.mode = DEPARTURE
    for i in range(3):
        ask(a, i, 32000)
        a.left_s[i] = 3600 * (i + 1)
        a.need_mah[i] = 30000
    assert run(a) == [30000, 6000, 0]
    a.max_ma[0] = a.min_ma[0] = 31000  # it has nothing to yield
    assert run(a) == [31000, 0, 0]
    a.min_ma[0] = 30500
    assert run(a) == [31000, 0, 0]
    a.panels.star[0] = 1
    assert sum(run(a)) <= 36000


def test_the_arithmetic_of_urgency_stays_small():
    assert urgency.laxity_s(3600, 16000, 32000) == 1800
    assert urgency.laxity_s(0, 16000, 32000) == -1800
    assert urgency.need_ma(3600, 16000, 32000) == 16000
    assert urgency.need_ma(60, 16000, 32000) == 32000
    assert urgency.need_ma(0, 0, 32000) == 32000
    big = urgency.per_hour(1 << 20, 32000)
    assert abs(big - (1 << 20) * 3600 // 32000) <= 40
