"""A plan over a restart: whose it was, what is left of it, and how seldom it is written."""

from types import SimpleNamespace

import pytest

from ballast.services.charge_plan import ChargePlan
from ballast.services.memory.kept_plan import KeptPlan

NOON = 1_800_000_000


class Store:
    """services/store.Store as seen from here; counts what it is given."""

    def __init__(self):
        self.kept = None
        self.saves = 0

    def load(self, name):
        assert name == "plan"
        return self.kept

    def save(self, name, value, within_s):
        assert name == "plan" and within_s == 5  # as a setting
        self.kept = value
        self.saves += 1


class Run:
    """One start of the charger. time_s: of day, None = not told."""

    def __init__(self, store, time_s=NOON, total_wh=50_000):
        self.time_s = time_s
        self.now_s = 0
        self.plan = ChargePlan()
        self.car = SimpleNamespace(open=0, ended=0, wh=0, seconds=0, total_wh=total_wh)
        self.kept = KeptPlan(self.plan, store, lambda: self.time_s)

    def plug(self):
        self.car.open = 1
        self.car.seconds = 0
        return self.after(0)

    def after(self, seconds):
        self.now_s += seconds
        if self.time_s is not None:
            self.time_s += seconds
        self.car.seconds += seconds if self.car.open else 0
        self.kept.step(self.now_s, self.car)
        return self

    def say(self, departure_s=None, energy_wh=None, rank=None):
        assert self.kept.set(self.now_s, self.car, departure_s, energy_wh, rank)
        return self

    def charge(self, wh):
        self.car.wh += wh
        self.car.total_wh += wh
        return self.after(0)


@pytest.fixture
def store():
    return Store()


def test_the_car_that_is_still_there_keeps_its_plan(store):
    first = Run(store).plug().say(8 * 3600, 10_000, 5).after(3600).charge(4_000)
    assert store.saves == 1  # time and energy go by without a write
    again = Run(store, first.time_s + 60, first.car.total_wh).after(1).plug()
    assert again.plan.document() == {"departure_s": 7 * 3600 - 61, "energy_wh": 6_000, "rank": 5}
    assert again.plan.left_s == 7 * 3600 - 61
    assert again.charge(6_000).plan.left_s == -1
    assert store.saves == 1


def test_a_counter_that_fell_back_makes_more_of_the_wish_and_never_less(store):
    Run(store).plug().say(None, 10_000).charge(900)
    assert Run(store, total_wh=50_000).plug().plan.energy_wh == 10_000
    assert Run(store, total_wh=70_000).plug().plan.energy_wh == 0


@pytest.mark.parametrize("late", [11, 600])
def test_a_car_that_came_later_has_none(store, late):
    Run(store).plug().say(3600, 9_000, 0)
    again = Run(store).after(late)
    assert store.kept == {}  # nobody can tell whose it was any more
    assert again.plug().plan.document() is None


def test_a_second_car_does_not_get_it(store):
    Run(store).plug().say(3600, 9_000, 0)
    again = Run(store)
    again.car.ended = 1
    assert again.plug().plan.document() is None
    assert store.kept == {}


def test_it_goes_with_the_car(store):
    run = Run(store).plug().say(3600, 9_000, 0)
    run.car.open = 0
    run.after(1)
    assert (store.kept, store.saves) == ({}, 2)
    assert Run(store).plug().plan.document() is None
    assert store.saves == 2


def test_the_departure_waits_for_the_time_of_day_the_rest_does_not(store):
    Run(store).plug().say(8 * 3600, 10_000, 5)
    again = Run(store, None).after(2).plug()
    assert again.plan.document() == {"departure_s": None, "energy_wh": 10_000, "rank": 5}
    again.time_s = NOON + 3600
    assert again.after(0).plan.document()["departure_s"] == 7 * 3600
    assert again.plan.left_s == 7 * 3600 and store.saves == 1


def test_a_departure_alone_waits_too(store):
    Run(store).plug().say(7200)
    again = Run(store, None).plug().after(30)
    assert again.plan.on and again.plan.left_s == -1
    again.time_s = NOON + 9000
    assert again.after(0).plan.departure_s == 0  # it has left, or should have
    assert again.plan.left_s == -1


def test_said_before_anybody_told_the_time_it_is_kept_once_somebody_does(store):
    run = Run(store, None).plug().say(7200, None, 3).after(600)
    assert store.kept == {"rank": 3}
    run.time_s = NOON
    run.after(0).after(5)
    assert store.kept == {"leaves_s": NOON + 6600, "rank": 3} and store.saves == 2
    assert Run(store, NOON + 600).plug().plan.departure_s == 6000


def test_a_new_plan_replaces_what_waited(store):
    Run(store).plug().say(7200)
    again = Run(store, None).plug().say(None, 4_000)
    again.time_s = NOON
    assert again.after(1).plan.document() == {"departure_s": None, "energy_wh": 4_000, "rank": None}
    assert store.kept == {"full_wh": 54_000}
    assert again.say().plan.document() is None and store.kept == {}


@pytest.mark.parametrize(
    "kept",
    [
        {"leaves_s": "soon", "full_wh": -5, "rank": 1.5},
        {"full_wh": 10**9},
        {"rank": 256},
        {"leaves_s": NOON + ChargePlan.MOST_S + 1},
        {"nonsense": 1},
    ],
)
def test_what_no_plan_says_is_not_believed(store, kept):
    store.kept = kept
    plan = Run(store).plug().after(1).plan
    assert (plan.left_s, plan.energy_wh, plan.departure_s, plan.rank) == (-1, -1, -1, 255)
    assert plan.document() is None


def test_without_a_car_nothing_is_said_or_kept(store):
    run = Run(store)
    assert not run.kept.set(0, run.car, 60, None, None)
    assert store.saves == 0
