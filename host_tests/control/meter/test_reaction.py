"""The reaction test by itself: sweeps against one-line oracles, and each threshold to the mA."""

from ballast.control.meter import reaction as r
from ballast.control.ticks import add
from sample_kit import ev_view

START = 0x40000000 - 4000


def verdict(ev0, ev1, ma0, ma1, phase_map=None, fitted=True, seconds=7, noise=True):
    """EV and mains step at once after three quiet samples; the verdict `seconds` later."""
    x = r.Reaction()
    x.set_phases(phase_map)
    now = START
    ev = ev_view(fitted, ev0)
    offered = max(ev0)
    for _ in range(3):
        now = add(now, 1000)
        assert x.judge(now, ma0, ev, offered, 1000, r.WHY_OK) == r.WHY_OK
    ev.ma = list(ev1)
    offered = max(ev1)
    why = r.WHY_OK
    for n in range(seconds + 1):
        now = add(now, 1000)
        ma = list(ma1)
        if noise:
            ma[0] += n % 2  # a living reading: not frozen
        why = x.judge(now, ma, ev, offered, 1000, r.WHY_OK)
        if n < seconds:
            assert why == r.WHY_OK, n
    return why


def test_deaf_when_less_than_a_quarter_answers():
    for base in (0, 6000):
        for move in range(4000, 32000, 3500):
            for swing in range(0, move + 1, 400):
                for sign in (1, -1):
                    ev0 = base if sign > 0 else base + move
                    got = verdict(
                        (ev0, 0, 0),
                        (ev0 + sign * move, 0, 0),
                        (40000, 500, 500),
                        (40000 + sign * swing, 500, 500),
                        noise=False,
                    )
                    if swing == 0:
                        want = r.WHY_FROZEN
                    elif swing * 4 < move:
                        want = r.WHY_FROZEN if swing < 1000 else r.WHY_DEAF
                    else:
                        want = r.WHY_OK
                    assert got == want, (base, move, swing, sign, got)


def test_a_living_reading_is_deaf_not_frozen():
    assert verdict((0, 0, 0), (8000, 0, 0), (5000, 0, 0), (5000, 0, 0)) == r.WHY_DEAF


def test_a_movement_is_four_amperes():
    still = {"noise": False, "seconds": 12}
    assert verdict((0, 0, 0), (3999, 0, 0), (5000, 0, 0), (5000, 0, 0), **still) == r.WHY_OK
    assert verdict((0, 0, 0), (4000, 0, 0), (5000, 0, 0), (5000, 0, 0), noise=False) == (
        r.WHY_FROZEN
    )


def test_each_ev_phase_is_looked_up_where_it_was_commissioned():
    for first in range(3):
        phase_map = [first, (first + 1) % 3, (first + 2) % 3]
        for phase in range(3):
            for base in (0, 7000):
                before = [base, base, base]
                after = list(before)
                after[phase] += 9000
                for shown in range(3):
                    ma0 = [10000, 10000, 10000]
                    ma1 = list(ma0)
                    ma1[shown] += 9000
                    got = verdict(before, after, ma0, ma1, phase_map)
                    want = r.WHY_OK if shown == phase_map[phase] else r.WHY_SWAPPED
                    assert got == want, (phase_map, phase, shown)


def test_swapped_needs_half_the_movement_on_the_other_phase():
    args = ((0, 0, 0), (8000, 0, 0), (10000, 10000, 10000))
    assert verdict(args[0], args[1], args[2], (10000, 14000, 10000), [0, 1, 2]) == r.WHY_SWAPPED
    assert verdict(args[0], args[1], args[2], (10000, 13999, 10000), [0, 1, 2]) == r.WHY_DEAF


def test_two_moving_phases_are_never_swapped():
    before, after = (0, 0, 0), (8000, 1000, 0)
    ma0, ma1 = (10000, 10000, 10000), (10000, 18000, 10000)
    assert verdict(before, after, ma0, ma1, [0, 1, 2]) == r.WHY_DEAF
    assert verdict(before, (8000, 999, 0), ma0, ma1, [0, 1, 2]) == r.WHY_SWAPPED


def test_the_phase_that_moves_most_is_asked():
    before, after = (6000, 6000, 6000), (11000, 12000, 16000)
    ma0 = (9000, 9000, 9000)
    assert verdict(before, after, ma0, (9000, 9000, 19000), [0, 1, 2]) == r.WHY_OK
    assert verdict(before, after, ma0, (14000, 15000, 9000), [0, 1, 2]) == r.WHY_DEAF


def votes(changes, move=8000):
    """Verdicts of successive EV steps, up and down by turns, with these answers of the mains."""
    x = r.Reaction()
    x.set_phases(None)
    now = START
    ev = ev_view(ma=(0, 0, 0))
    ma = [50000, 0, 0]
    out = []
    for k in range(len(changes)):
        for n in range(4):
            now = add(now, 1000)
            ma[1] = n % 2
            x.judge(now, ma, ev, 0, 1000, r.WHY_OK)
        up = k % 2 == 0
        ev.ma[0] = move if up else 0
        ma[0] += changes[k] if up else -changes[k]
        for n in range(8):
            now = add(now, 1000)
            ma[1] = n % 2
            why = x.judge(now, ma, ev, 0, 1000, r.WHY_OK)
        out.append(why)
    return out


def test_three_wrong_answers_running_are_a_reversed_clamp():
    wrong, right = -8000, 8000
    assert votes([wrong] * 3) == [r.WHY_OK, r.WHY_OK, r.WHY_REVERSED]
    assert votes([wrong, wrong, right, wrong, wrong, wrong])[-1] == r.WHY_REVERSED
    assert r.WHY_REVERSED not in votes([wrong, wrong, right, wrong, wrong])


def test_less_than_half_either_way_is_no_vote():
    assert votes([-4000] * 3)[-1] == r.WHY_REVERSED
    assert r.WHY_REVERSED not in votes([-3999] * 5)
    # no vote does not wipe out the others
    assert votes([-8000, -3000, -8000, 3000, -8000])[-1] == r.WHY_REVERSED
    assert r.WHY_REVERSED not in votes([-8000, -8000, 4000, -8000])


def test_strikes_count_failures_and_are_settled_by_an_answer():
    x = r.Reaction()
    x.set_phases(None)
    now = START
    ev = ev_view(ma=(0, 0, 0))
    seen = []
    for k in range(10):
        ev.ma[0] = 8000 if k % 2 == 0 else 0
        ma = [30000 - (8000 if k == 9 else 0), 0, 0]
        for n in range(9):
            now = add(now, 1000)
            ma[1] = n % 2
            x.judge(now, ma, ev, 0, 1000, r.WHY_OK)
        seen.append(x.strikes)
    # the first movement is where the comparison begins; the last one was answered
    assert seen == [0, 1, 2, 3, 4, 5, 6, 7, 7, 0], seen


def test_while_it_is_doubted_no_strike_is_added():
    x = r.Reaction()
    x.set_phases(None)
    now = START
    ev = ev_view(ma=(0, 0, 0))
    x.judge(now, [5000, 0, 0], ev, 0, 1000, r.WHY_OK)
    ev.ma[0] = 8000
    for n in range(10):
        now = add(now, 1000)
        why = x.judge(now, [5000, 0, 0], ev, 0, 1000, r.WHY_FROZEN if n > 8 else r.WHY_DEAF)
    assert why == r.WHY_FROZEN and x.strikes == 0


def test_a_frozen_one_that_moves_again_is_not_held_against_the_old_reference():
    x = r.Reaction()
    x.set_phases(None)
    now = START
    ev = ev_view(ma=(0, 0, 0))
    for _ in range(2):
        now = add(now, 1000)
        x.judge(now, [5000, 0, 0], ev, 0, 1000, r.WHY_OK)
    ev.ma[0] = 8000
    for _ in range(9):
        now = add(now, 1000)
        why = x.judge(now, [5000, 0, 0], ev, 0, 1000, r.WHY_OK)
    assert why == r.WHY_FROZEN and x.same
    now = add(now, 1000)
    assert x.judge(now, [5300, 0, 0], ev, 0, 1000, r.WHY_FROZEN) == r.WHY_OK
    assert not x.same


def delay_of(ev_ms, mains_ms, size=8000):
    """What is learnt when the EV's meter shows a step at one time and the mains at another."""
    x = r.Reaction()
    x.set_phases(None)
    ev = ev_view(ma=(0, 0, 0))
    for t in range(0, 14000, 50):
        now = add(START, t)
        ev.ma[0] = size if t >= ev_ms else 0
        if t % 100 == 0:
            x.watch(now, ev.ma)
        if t % 500 == 0:
            x.judge(now, [5000 + (size if t >= mains_ms else 0), t // 500 % 2, 0], ev, 0, 500, 0)
    return x.delay_ms


def test_the_delay_runs_from_the_ev_to_the_first_sample_that_shows_it():
    assert delay_of(3000, 3500) == 500
    assert delay_of(3000, 5000) == 2000
    assert delay_of(3100, 3100) == 400
    assert delay_of(3000, 9500) == 6500
    assert delay_of(3000, 11000) == 0  # after the verdict nobody waits any longer
    assert delay_of(3100, 3000) == 1  # the mains told first
    assert delay_of(3200, 3000) == 0  # too early to be the same
    assert delay_of(3000, 3500, 1999) == 0 and delay_of(3000, 3500, 2000) == 500


def test_the_delay_is_smoothed():
    x = r.Reaction()
    for d, want in ((1000, 1000), (2000, 1250), (400, 1037)):
        x._learn(d)
        assert x.delay_ms == want


def test_a_gap_forgets_the_reference():
    x = r.Reaction()
    x.set_phases(None)
    ev = ev_view(ma=(0, 0, 0))
    x.judge(START, [5000, 0, 0], ev, 0, 1000, r.WHY_OK)
    x.forget()
    ev.ma[0] = 20000
    for n in range(12):
        assert x.judge(add(START, 60000 + n * 1000), [5000, 0, 0], ev, 0, 1000, 0) == r.WHY_OK


def ramp(rise, steps=8):
    """A house that climbs `rise` mA at a time while the EV is taken down by as much: the verdict.

    Each rise is seen in one sample, and undone by the EV in the next.
    """
    x = r.Reaction()
    x.set_phases(None)
    now = START
    ev = ev_view(ma=(20000, 0, 0))
    why = r.WHY_OK
    for n in range(3 + 2 * steps + 12):
        now = add(now, 1000)
        up = 3 <= n < 3 + 2 * steps and n % 2
        if 3 <= n < 3 + 2 * steps and not up:
            ev.ma[0] -= rise
        why = x.judge(now, [25000 + (rise if up else 0) + n % 3, 0, 0], ev, 0, 1000, r.WHY_OK)
        if why != r.WHY_OK:
            break
    return why


def test_a_balancer_in_a_climbing_house_proves_nothing_against_the_meter():
    for rise in (510, 700, 900):
        assert ramp(rise) == r.WHY_OK, rise


def test_rises_too_small_to_have_called_for_it_do_not_excuse_the_meter():
    assert ramp(490, steps=12) == r.WHY_DEAF
    assert ramp(510, steps=12) == r.WHY_OK
