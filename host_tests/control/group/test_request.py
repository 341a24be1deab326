"""control/group/request.py: what a charger asks for, on which conductors, and what it draws."""

from ballast.control.group.request import OwnState, Wish, pair_of
from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs
from portable import raises

TO_NEUTRAL = 0


def charger(phases=3, **kw):
    """A three-phase charger of 6..16 A whose car waits for current; no meter of its own."""
    state = OwnState()
    state.plugged = 1
    state.why = cs.WHY_LIMIT
    state.min_ma = 6000
    state.phases = phases
    state.slot_ma[limits.RATING] = 16000
    for name, value in kw.items():
        setattr(state, name, value)
    return state


def asks(state, pair=TO_NEUTRAL, supply_phases=3, charger_rank=128, user_rank=255):
    wish = Wish(pair, supply_phases)
    wish.step(state, charger_rank, user_rank)
    return wish


# ---- whether, and how much ----


def test_a_car_that_waits_asks_for_all_that_its_charger_can_give():
    wish = asks(charger())
    assert (wish.want, wish.min_ma, wish.max_ma) == (1, 6000, 16000)


def test_only_these_reasons_leave_a_charger_asking():
    """Whoever charges, or waits for current, a timer, a test or the car."""
    asking = (cs.WHY_NONE, cs.WHY_LIMIT, cs.WHY_HOLD, cs.WHY_TEST, cs.WHY_EV, cs.WHY_EV_IDLE)
    for why in range(len(cs.WHY_NAMES)):
        assert asks(charger(why=why)).want == (1 if why in asking else 0), why
        assert asks(charger(why=why, plugged=0)).want == 0, why


def test_each_limit_counts_but_those_that_the_group_replaces():
    replaced = (limits.SITE, limits.GROUP, limits.COMMISSION)
    for slot in range(limits.COUNT):
        state = charger()
        state.slot_ma[slot] = 9000
        assert asks(state).max_ma == (16000 if slot in replaced else 9000), limits.NAMES[slot]
        state.slot_ma[slot] = 0  # a fault at the meter, a lost leader, the test: it still wants
        assert asks(state).want == (1 if slot in replaced else 0), limits.NAMES[slot]


def test_the_wish_is_the_smallest_of_the_others_limits():
    """Against one line, under a random walk of all slots."""
    seed = [7]

    def pick(n):
        seed[0] = (seed[0] * 1103515245 + 12345) & 0x3FFFFFFF
        return (seed[0] >> 12) % n

    state = charger()
    for _ in range(2000):
        state.slot_ma[pick(limits.COUNT)] = 500 * pick(200)
        least = min([ma for n, ma in enumerate(state.slot_ma) if n not in (5, 10, 15)])
        wish = asks(state)
        assert wish.max_ma == min(least, 80000)
        assert wish.want == (1 if least >= 6000 else 0)


def test_less_than_the_chargers_least_is_no_wish():
    for least in (6000, 8000):
        for ma, want in ((least - 1, 0), (least, 1)):
            state = charger(min_ma=least)
            state.slot_ma[limits.USER] = ma
            wish = asks(state)
            assert (wish.want, wish.min_ma, wish.max_ma) == (want, least, ma)


def test_no_more_is_asked_for_than_a_pilot_can_say():
    """IEC 61851-1 Annex A: 80 A."""
    for ma, most in ((79999, 79999), (80000, 80000), (80001, 80000), (limits.NO_LIMIT_MA, 80000)):
        state = charger()
        state.slot_ma[limits.RATING] = ma
        assert asks(state).max_ma == most


def test_without_any_limit_it_asks_for_the_most():
    state = OwnState()
    state.plugged, state.why = 1, cs.WHY_NONE
    wish = asks(state)
    assert (wish.want, wish.max_ma) == (1, 80000)


def unread(**kw):
    """A state that nobody has filled but for these fields."""
    state = OwnState()
    for name, value in kw.items():
        setattr(state, name, value)
    return state


def test_a_state_that_nobody_filled_has_no_car_and_draws_nothing():
    assert asks(unread()).want == asks(unread(why=cs.WHY_NONE)).want == asks(unread(plugged=1)).want == 0
    assert asks(unread()).min_ma == 0
    for pair in (TO_NEUTRAL, 3, 6, 5):
        assert asks(unread(), pair).drawn_ma == [-1, -1, -1]
        assert asks(unread(phases=3, ev_fitted=True), pair).drawn_ma == [0, 0, 0]


def test_a_car_of_which_nothing_is_known_may_be_on_any_conductor():
    assert (asks(unread()).wired, asks(unread()).mask) == (1, 1)
    assert (asks(unread(phases=3)).wired, asks(unread(phases=3)).mask) == (7, 7)


def test_a_wish_that_was_never_made_asks_for_nothing_on_any_conductor():
    wish = Wish(TO_NEUTRAL, 3)
    assert (wish.want, wish.min_ma, wish.max_ma, wish.rank) == (0, 0, 0, 255)
    assert (wish.wired, wish.mask, wish.line, wish.conductors) == (7, 7, 0, 3)
    assert wish.drawn_ma == [0, 0, 0]


def test_a_wish_ends_with_its_reason():
    wish = Wish(TO_NEUTRAL, 3)
    state = charger()
    for plugged in (1, 0, 1):
        state.plugged = plugged
        wish.step(state, 128, 255)
        assert wish.want == plugged


def test_the_better_rank_of_charger_and_driver_counts():
    for mine in (0, 1, 127, 128, 254, 255):
        for driver in (0, 1, 127, 128, 254, 255):
            assert asks(charger(), charger_rank=mine, user_rank=driver).rank == min(mine, driver)


# ---- on which conductors ----


def test_a_charger_loads_the_conductors_that_it_is_connected_to():
    """Three phases in any order load all three; a single one counts on L1."""
    for first in range(3):
        order = [first, (first + 1) % 3, (first + 2) % 3]
        for phases, supply, wired in ((3, 3, 7), (1, 1, 1), (3, 1, 1), (1, 3, 1)):
            wish = asks(charger(phases, phase_map=order), supply_phases=supply)
            assert (wish.wired, wish.line) == (wired, 0), (first, phases, supply)


def test_only_the_conductors_that_the_car_uses_are_asked_for():
    """Of what it could load; where none is known to be used it may be any of them."""
    for phases, wired in ((1, 1), (3, 7)):
        for used in range(8):
            bits = [used & 1, used >> 1 & 1, used >> 2]
            wish = asks(charger(phases, used=bits))
            assert wish.wired == wired
            assert wish.mask == (used & wired or wired), (phases, used)


def test_used_conductors_are_those_of_the_supply_not_of_the_charger():
    wish = asks(charger(phase_map=[1, 2, 0], used=[0, 1, 0]))
    assert wish.mask == 2


def test_the_energy_is_shared_among_the_conductors_that_are_used():
    for used, count in (([0, 0, 1], 1), ([1, 0, 1], 2), ([0, 1, 1], 2), ([1, 1, 1], 3), ([0] * 3, 3)):
        assert asks(charger(used=used)).conductors == count, used
    assert asks(charger(1, used=[0, 0, 0])).conductors == 1
    for pair in (3, 6, 5):
        assert asks(charger(), pair).conductors == 1


def test_between_two_conductors_only_these_two_are_loaded():
    """Whatever the charger's phases and the balancer know."""
    for pair in (3, 6, 5):
        for phases in (1, 3):
            wish = asks(charger(phases, used=[0, 0, 0]), pair, supply_phases=1)
            assert (wish.wired, wish.mask, wish.line) == (pair, pair, 1)


# ---- what it draws ----


def metered(phases=3, **kw):
    """With a meter of its own: 10, 11, 12 A on its L1, L2, L3."""
    return charger(phases, ev_fitted=True, ev_ma=[10000, 11000, 12000], ev_max_ma=12000, **kw)


def test_without_a_meter_nobody_knows_what_the_car_draws():
    for pair in (TO_NEUTRAL, 3, 6, 5):
        state = charger(ev_ma=[10000, 11000, 12000], ev_max_ma=12000)
        assert asks(state, pair).drawn_ma == [-1, -1, -1]


def test_what_the_car_draws_is_told_by_conductor_of_the_supply():
    """One line: the supply's conductor phase_map[i] carries the charger's phase i."""
    for order in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        wish = asks(metered(phase_map=order))
        assert [wish.drawn_ma[order[i]] for i in range(3)] == [10000, 11000, 12000]


def test_one_phase_draws_on_l1_alone():
    for phases, supply in ((1, 1), (1, 3), (3, 1)):
        for order in ([0, 1, 2], [1, 2, 0]):
            wish = asks(metered(phases, phase_map=order), supply_phases=supply)
            assert wish.drawn_ma == [10000, 0, 0]


def test_a_pair_carries_the_same_current_in_both_conductors():
    for pair, drawn in ((3, [1, 1, 0]), (6, [0, 1, 1]), (5, [1, 0, 1])):
        wish = asks(metered(), pair)
        assert wish.drawn_ma == [12000 * n for n in drawn], pair


def test_what_was_drawn_before_is_forgotten():
    for pair in (TO_NEUTRAL, 6):
        wish = Wish(pair, 3)
        state = metered()
        wish.step(state, 128, 255)
        state.ev_ma = [0, 0, 0]
        state.ev_max_ma = 0
        wish.step(state, 128, 255)
        assert wish.drawn_ma == [0, 0, 0]
        state.ev_fitted = False
        wish.step(state, 128, 255)
        assert wish.drawn_ma == [-1, -1, -1]


def test_a_load_is_drawn_only_where_it_may_be():
    """Whatever is wired: no current outside it, and the wish inside it."""
    for pair in (TO_NEUTRAL, 3, 6, 5):
        for phases in (1, 3):
            for supply in (1, 3):
                for used in range(8):
                    bits = [used & 1, used >> 1 & 1, used >> 2]
                    wish = asks(metered(phases, used=bits), pair, supply)
                    assert wish.mask and wish.mask & ~wish.wired == 0
                    for phase in range(3):
                        if not wish.wired >> phase & 1:
                            assert wish.drawn_ma[phase] == 0


# ---- the setting of the pair ----


def test_the_setting_names_a_pair_of_neighbouring_conductors():
    assert [pair_of(line, 0) for line in range(4)] == [0, 3, 6, 5]


def test_a_pair_goes_with_no_meter():
    assert pair_of(0, 1) == 0
    for line in (1, 2, 3):
        said = str(raises(ValueError, pair_of, line, 1))
        assert said == "group_line: not in a group that follows a meter; set meter_kind to 0"
