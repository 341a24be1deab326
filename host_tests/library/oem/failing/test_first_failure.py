"""A tester's first failure: three kinds of it."""

import pytest

pytestmark = pytest.mark.bench(house="empty", limit_a=35, meter="clamp")


def test_a_condition(charger, car, meter, world):
    car.plug(max_a=16)
    charger.wait_for(lambda c: c.charging, within_s=120)
    world.run(20)
    meter.lose()
    charger.expect("offered_a==0", "within 10 s")


def test_a_wait(charger, car):
    car.plug(max_a=16, soc=1)
    charger.wait_for(lambda c: c.charging, within_s=60)


def test_a_plain_assert(charger, car, world):
    car.plug(max_a=16)
    world.run(30)
    assert charger.offered_a > 20
