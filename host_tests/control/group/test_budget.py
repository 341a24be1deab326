from ballast.control.group.budget import GroupBudget


def run(b, start, ms, mains, draws, exact=True):
    """Steps of 50 ms up to start + ms; draws: {seat: (drawn, held)}."""
    for now in range(start, start + ms, 50):
        for seat in draws:
            b.draw(now, seat, [draws[seat][0], 0, 0], draws[seat][1])
        b.step(now, [mains, 0, 0], 25000, exact)
    return start + ms


def settled(exact=True):
    b = GroupBudget(2, 1)
    now = run(b, 0, 8000, 20000, {0: (8000, 8000), 1: (8000, 8000)}, exact)
    return b, now


def test_steady_it_is_exact():
    for exact in (True, False):
        b, _ = settled(exact)
        assert b.ma == [20850, 25000, 25000]
    assert settled()[0].house_ma[0] == 4000


def test_a_step_of_the_house_counts_at_once_and_its_fall_after_five_seconds():
    b, now = settled()
    now = run(b, now, 50, 24000, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 16850
    now = run(b, now, 4000, 20000, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 16850
    run(b, now, 1600, 20000, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 20850


def test_a_cars_own_ramp_is_not_the_house():
    b, now = settled()
    now = run(b, now, 200, 22000, {0: (8000, 11000), 1: (8000, 8000)})  # the mains see it first
    now = run(b, now, 3000, 22000, {0: (10000, 11000), 1: (8000, 8000)})
    assert b.house_ma[0] == 4000 and b.ma[0] == 20850


def test_above_the_limit_nobody_waits_for_a_car_to_tell():
    b, now = settled()
    run(b, now, 50, 26000, {0: (8000, 16000), 1: (8000, 8000)})
    assert b.house_ma[0] == 10000 and b.ma[0] == 14850


def test_a_silent_member_counts_as_drawing_nothing_once_the_mains_say_more():
    b, now = settled()
    now = run(b, now, 30000, 20000, {0: (8000, 8000)})
    assert b.house_ma[0] == 12000 and b.ma[0] == 12850


def test_without_its_meter_it_forgets():
    b, now = settled()
    b.forget()
    run(b, now, 50, 30000, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.house_ma[0] == 14000 and b.ma[0] == 10850


def test_a_member_without_a_meter_may_draw_all_it_holds_or_nothing():
    b = GroupBudget(1, 1)
    run(b, 0, 8000, 20000, {0: (-1, 8000)})
    assert b.house_ma[0] == 20000 and b.ma[0] == 4850, "unknown: the house may be all of it"
    b = GroupBudget(1, 1)
    run(b, 0, 8000, 20000, {0: (-1, 8000)}, exact=False)
    assert b.ma[0] == 12850, "who does not lead warns only of what is certain"


def test_a_car_that_falls_leaves_both_ends_open_until_the_mains_follow():
    b, now = settled()
    now = run(b, now, 200, 20000, {0: (2000, 8000), 1: (8000, 8000)})  # the car tells it first
    assert b.house_ma[0] == 4000
    run(b, now, 3000, 14000, {0: (2000, 8000), 1: (8000, 8000)})
    assert b.house_ma[0] == 4000 and b.ma[0] == 20850


def test_a_rise_within_the_noise_is_taken_as_it_is():
    b, now = settled()
    run(b, now, 50, 20150, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.house_ma[0] == 4150


def test_a_house_that_only_breathes_moves_no_pilot():
    b, now = settled()
    seen = set()
    for k in range(30):
        now = run(b, now, 2000, 20000 + 50 * (k % 4), {0: (8000, 8000), 1: (8000, 8000)})
        seen.add(b.ma[0])
    assert seen == {20850}
    now = run(b, now, 50, 20151, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 25000 - 4151 - 150  # all of it used: the little is kept free anew
    now = run(b, now, 8000, 19901, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 20699  # 0.4 A more is free: not worth new leases
    run(b, now, 8000, 19900, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.ma[0] == 20950


def test_a_budget_is_never_below_nothing():
    b = GroupBudget(1, 1)
    run(b, 0, 2000, 24900, {0: (0, 0)})
    assert b.ma[0] == 0
    b = GroupBudget(1, 1)
    run(b, 0, 2000, 24849, {0: (0, 0)})
    assert b.ma[0] == 1


def test_a_car_that_begins_while_a_small_rise_is_looked_at_is_not_the_house():
    b, now = settled()
    cars = {0: (0, 0), 1: (8000, 8000)}
    now = run(b, now, 8000, 12000, cars)
    assert b.house_ma[0] == 4000
    cars[0] = (0, 8000)  # it may begin
    now = run(b, now, 850, 12300, cars)  # 0.3 A that no report tells of
    now = run(b, now, 300, 18000, cars)  # the car ramps, and tells so after 0.3 s
    run(b, now, 3000, 20300, {0: (8000, 8000), 1: (8000, 8000)})
    assert b.house_ma[0] == 4300 and b.ma[0] > 20000


def test_what_lasts_a_second_is_the_house():
    b, now = settled()
    cars = {0: (8000, 16000), 1: (8000, 8000)}
    now = run(b, now, 800, 23000, cars)
    assert b.house_ma[0] == 4000
    run(b, now, 200, 23500, cars)
    assert b.house_ma[0] == 7000, "the 0.5 A that came later waits for its own second"
    run(b, now + 200, 1000, 23500, cars)
    assert b.house_ma[0] == 7500
