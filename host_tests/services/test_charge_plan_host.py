"""The plan of a session: counts down, ends with the car, and is said in the group's terms."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.control.group import urgency
from ballast.services.charge_plan import ChargePlan


def session(wh=0, ended=3):
    return SimpleNamespace(open=1, ended=ended, wh=wh)


def test_time_and_energy_count_down():
    plan, car = ChargePlan(), session(wh=1500)
    assert plan.set(100, car, 7200, 10000, 5)
    assert plan.document() == {"departure_s": 7200, "energy_wh": 10000, "rank": 5}
    car.wh = 4000
    plan.step(3700, car)
    assert plan.document() == {"departure_s": 3600, "energy_wh": 7500, "rank": 5}
    assert (plan.left_s, plan.need_mah(1, 230), plan.rank) == (3600, 32609, 5)


def test_without_a_car_there_is_no_plan():
    plan, car = ChargePlan(), session()
    car.open = 0
    assert not plan.set(0, car, 60, None, None)
    assert plan.document() is None and plan.left_s == urgency.NO_DEPARTURE


@pytest.mark.parametrize("away", ["unplugged", "another car"])
def test_it_is_forgotten_with_the_car(away):
    plan, car = ChargePlan(), session()
    plan.set(0, car, 60, 9000, 0)
    if away == "unplugged":
        car.open = 0
    else:  # between two looks
        car.ended += 1
    plan.step(10, car)
    assert plan.document() is None
    assert (plan.left_s, plan.need_mah(1, 230), plan.rank) == (-1, 0, 255)


def test_a_new_plan_replaces_all_of_the_old_one_and_nothing_said_is_none():
    plan, car = ChargePlan(), session()
    plan.set(0, car, 3600, 9000, 0)
    plan.set(0, car, None, 5000, None)
    assert plan.document() == {"departure_s": None, "energy_wh": 5000, "rank": None}
    assert plan.left_s == -1
    plan.set(0, car, None, None, None)
    assert plan.document() is None


def test_who_is_late_presses_until_it_has_what_it_needs():
    plan, car = ChargePlan(), session()
    plan.set(0, car, 3600, 9000, None)
    plan.step(5000, car)
    assert plan.left_s == 0 and plan.document()["departure_s"] == 0
    car.wh = 9001
    plan.step(5001, car)
    assert plan.left_s == -1 and plan.need_mah(1, 230) == 0
    assert plan.document()["energy_wh"] == 0


def test_who_only_said_when_does_not_press_after_it():
    plan, car = ChargePlan(), session()
    plan.set(0, car, 3600, None, None)
    plan.step(3599, car)
    assert plan.left_s == 1
    plan.step(3600, car)
    assert plan.left_s == -1


@given(st.integers(0, ChargePlan.MOST_WH), st.integers(1, 3), st.integers(80, 300))
def test_the_need_is_enough_and_no_more(wh, conductors, volt):
    plan = ChargePlan()
    plan.set(0, session(), None, wh, None)
    mah = plan.need_mah(conductors, volt)
    assert 0 <= mah <= 0x100000  # what a report carries
    if mah < 0x100000:
        assert (
            mah * conductors * volt >= wh * 1000 > (mah - 1) * conductors * volt or wh == mah == 0
        )
