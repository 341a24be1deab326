"""control/group/own_meter.py: when a charger's own reading of the mains counts for its group."""

from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import CLAIM, FOLLOW, LEAD
from ballast.control.group.own_meter import OwnMeter
from ballast.control.group.request import OwnState
from ballast.control.meter.meter import DISTRUSTED, GOOD, NONE, RECOVERING, STALE
from group_kit import One, after


class Rig:
    """Seat 1 of 2 on a fuse of 25 A; the mains carry 10, 11, 12 A, its own car nothing."""

    def __init__(self, role=FOLLOW):
        self.group = One(1, 2).group
        self.group.role = role
        self.budget = GroupBudget(2, 3)
        self.own = OwnMeter()
        self.state = OwnState()
        self.state.metered = True
        self.state.meter_state = GOOD
        self.state.limit_ma = 25000
        self.state.mains_ma = [10000, 11000, 12000]
        self.now = 0

    def step(self, seq=None):
        """50 ms later, with a new reading where its number is new."""
        self.now += 50
        if seq is not None:
            self.state.meter_seq = seq
        return self.own.step(after(self.now), self.state, self.group, self.budget)


def test_what_the_mains_leave_becomes_a_budget():
    rig = Rig()
    assert rig.step(1)
    assert rig.budget.known
    assert rig.budget.house_ma == [10000, 11000, 12000]
    assert rig.budget.ma == [14850, 13850, 12850]  # 150 mA stay free


def test_only_a_trusted_meter_makes_a_budget():
    """Otherwise the budget is forgotten at once: the group has its fallback."""
    for state in (NONE, STALE, DISTRUSTED, RECOVERING):
        for role in (FOLLOW, CLAIM, LEAD):
            rig = Rig(role)
            assert rig.step(1) and rig.budget.known
            rig.state.meter_state = state
            assert not rig.step(2) and not rig.budget.known, (state, role)
            rig.state.meter_state = GOOD
            assert rig.step(3) and rig.budget.known


def test_no_meter_set_up_makes_no_budget():
    rig = Rig(LEAD)
    rig.step(1)
    rig.state.metered = False
    assert not rig.step(2) and not rig.budget.known


def test_a_state_that_nobody_filled_makes_no_budget():
    rig = Rig(LEAD)
    rig.state = OwnState()
    rig.state.meter_state = GOOD
    assert not rig.step()
    rig.state = OwnState()
    rig.state.metered = True
    assert not rig.step()
    rig.state.meter_state = GOOD
    assert rig.step() and rig.budget.house_ma == [0, 0, 0]
    rig.state.mains_ma = [-3000] * 3  # a limit of 0 A and 3 A of export: 2850 mA
    assert [rig.step() for _ in range(140)][-1] and rig.budget.ma == [2850] * 3


def test_the_leader_looks_at_every_step():
    rig = Rig(LEAD)
    assert [rig.step(1) for _ in range(12)] == [True] * 12


def test_others_look_at_a_new_reading_and_at_each_fifth_step():
    for role in (FOLLOW, CLAIM):
        rig = Rig(role)
        looks = [rig.step(1) for _ in range(12)]
        assert looks == ([True] + [False] * 4) * 2 + [True, False], role
        assert rig.step(2) and not rig.step(2)
        assert rig.step(3) and rig.step(4)


def test_a_new_reading_starts_the_five_steps_anew():
    rig = Rig()
    assert [rig.step(1) for _ in range(4)] == [True, False, False, False]
    assert [rig.step(2) for _ in range(6)] == [True, False, False, False, False, True]


def test_whoever_leads_no_more_skips_again():
    rig = Rig(LEAD)
    for _ in range(7):
        rig.step(1)
    rig.group.role = FOLLOW
    assert [rig.step(1) for _ in range(6)] == [False] * 4 + [True, False]


def test_the_meter_of_a_charger_that_did_not_look_counts_at_its_first_trusted_reading():
    rig = Rig()
    rig.step(1)
    rig.state.meter_state = STALE
    assert [rig.step(1) for _ in range(9)] == [False] * 9
    rig.state.meter_state = GOOD
    looks = [rig.step(1) for _ in range(5)]
    assert looks == [False] * 4 + [True], "the same reading: later"
    assert rig.step(2)


def test_its_own_car_is_no_house():
    """Once the time is over in which it may still have drawn nothing."""
    rig = Rig()
    rig.group.request.drawn_ma[:] = [10000, 10000, 10000]
    rig.group.member.held_ma = 10000
    for seq in range(40):
        assert rig.step(seq)
    assert rig.budget.house_ma == [0, 1000, 2000]


def test_without_an_own_power_meter_its_car_draws_between_nothing_and_its_lease():
    rig = Rig()
    rig.group.request.drawn_ma[:] = [-1, -1, -1]
    rig.group.member.held_ma = 8000
    assert rig.step(1)
    assert rig.budget.house_ma == [10000, 11000, 12000]


def test_the_leader_takes_the_estimate_and_the_others_what_is_certain():
    """A house of 0..10 A, as the car is somewhere below 10 A: the estimate stays where it was."""
    for role, left in ((LEAD, 14850), (CLAIM, 22850), (FOLLOW, 22850)):
        rig = Rig(role)
        rig.state.mains_ma = [10000] * 3
        rig.step(1)  # a house of 10 A, nobody draws
        rig.group.request.drawn_ma[:] = [-1, -1, -1]
        rig.group.member.held_ma = 8000  # since now a car may take 8 A of them
        for seq in range(2, 140):
            rig.step(seq)
        assert rig.budget.ma == [left] * 3, role


def test_it_is_counted_under_its_own_seat():
    rig = Rig()
    for seq in range(40):
        rig.group.request.drawn_ma[:] = [4000, 4000, 4000]
        rig.group.member.held_ma = 4000
        rig.budget.draw(after(rig.now), 0, [6000, 6000, 6000], 6000)  # the other one
        rig.step(seq)
    assert rig.budget.house_ma == [0, 1000, 2000]
