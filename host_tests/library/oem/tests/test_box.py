"""The box on the bench, as its maker tests it."""

import pytest

pytestmark = pytest.mark.bench(house="empty", limit_a=35)


def test_it_offers_its_rated_current_and_no_more(charging):
    charging.expect("offered_a>12.9 offered_a<13.1", "within 30 s")
    charging.expect("ev_a<=13.1", "for 1 min")


@pytest.mark.bench(meter="clamp")
def test_the_clamp_dies(charging, clamp):
    clamp.lose()
    charging.expect('offered_a<=6 faults==["meter_lost"]', "within 10 s")
    clamp.restore()
    charging.expect("faults==[]", "within 30 s")


def test_a_shower_takes_current_from_the_car(charging, house, world, car):
    world.run(60)
    house.switch("shower")
    charging.expect("mains_a<=35.5", "within 5 s")
    assert house.appliances["shower"] and not house.tripped
    assert car.amps < 13


def test_earth_is_lost(charging, story):
    charging.lose_earth()
    charging.expect('closed==0 first_fault=="pe_lost"', "within 5 s")
    assert story.lines[-2].endswith("pe_lost")


@pytest.mark.board("esp32s3_ref")
@pytest.mark.brand("ballast")
def test_another_board_for_one_test(charger, car):
    car.plug(max_a=32)
    charger.wait_for(lambda c: c.offered_a > 13.1, within_s=120)


def test_a_power_cut(charging, world):
    charging.power_cut(seconds=5)
    world.run(1)
    charging.expect("closed==0", "for 3 s")
    charging.wait_for(lambda c: c.see("boots") == 2, within_s=30)


def test_the_laboratory_has_a_bench_of_its_own(ballast_bench, bench):
    assert bench == "bench 3" and len(ballast_bench.chargers) == 1
