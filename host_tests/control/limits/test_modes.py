"""Solar and demand in the whole charger: slots that move with the meter and run out without it."""

from ballast.control.limits import limits
from ballast.control.meter import commissioning
from ballast_bench.rigs.control import B_MV, C_MV, Rig


def _run(rig, seconds, house_ma):
    for _ in range(seconds):
        ev = rig.draw_ma if rig.out.coil else 0
        rig.charger.put_sample(0, rig.now_ms, house_ma + ev, 0, 0, 0)
        rig.draw_ma = rig.cycle.offered_ma if rig.out.coil else 0
        rig.step(50)


def _plugged(**values):
    rig = Rig(meter_kind=1, fallback_ma=6000, export=1, **values)
    rig.run(1)
    rig.level_mv = B_MV
    _run(rig, 20, 0)
    return rig


def test_unused_slots_are_no_limit():
    rig = _plugged()
    for slot in (limits.SOLAR, limits.DEMAND):
        assert rig.cycle.limits.slot_ma[slot] == limits.NO_LIMIT_MA


def test_without_a_meter_there_is_no_mode():
    rig = Rig(mode=1, demand_w=2000)
    rig.run(2)
    for slot in (limits.SOLAR, limits.DEMAND):
        assert rig.cycle.limits.slot_ma[slot] == limits.NO_LIMIT_MA


def test_solar_only_waits_for_sun_and_follows_it():
    rig = _plugged(mode=1)
    assert rig.cycle.limits.ma == 0 and rig.cycle.limits.winner == limits.SOLAR
    rig.level_mv = C_MV
    _run(rig, 120, -12000)  # 12 A are exported
    assert rig.out.coil == 1
    assert 10000 <= rig.cycle.offered_ma <= 12000
    _run(rig, 30, -9000)
    assert 7500 <= rig.cycle.offered_ma <= 9500


def test_solar_only_stops_when_the_sun_has_gone_for_good():
    rig = _plugged(mode=1)
    rig.level_mv = C_MV
    _run(rig, 120, -12000)
    assert rig.out.coil == 1
    _run(rig, 30, 500)
    assert rig.cycle.offered_ma > 0, "a cloud is no reason"
    _run(rig, 300, 500)
    assert rig.cycle.offered_ma == 0 and rig.cycle.limits.winner == limits.SOLAR


def test_solar_and_minimum_keeps_the_minimum():
    rig = _plugged(mode=2)
    rig.level_mv = C_MV
    _run(rig, 60, 3000)
    assert 5900 < rig.cycle.offered_ma <= 6000
    _run(rig, 60, -14000)
    assert rig.cycle.offered_ma > 12000


def test_a_lost_meter_ends_solar_and_keeps_the_minimum_of_solar_plus():
    for mode, offered in ((1, 0), (2, 5999)):
        rig = _plugged(mode=mode)
        rig.level_mv = C_MV
        _run(rig, 120, -12000)
        assert rig.cycle.offered_ma > 10000
        rig.run(8)
        assert rig.cycle.offered_ma == offered


def test_boost_passes_over_solar():
    rig = _plugged(mode=1)
    assert rig.cycle.offered_ma == 0
    rig.charger.boost(600)
    _run(rig, 10, 0)
    assert rig.cycle.offered_ma > 10000


def test_demand_limits_the_import():
    rig = _plugged(demand_w=4600, mode=0)
    rig.level_mv = C_MV
    _run(rig, 60, 4000)
    assert rig.cycle.limits.winner == limits.DEMAND
    assert 14000 <= rig.cycle.offered_ma <= 16100  # 20 A in all, less 1 % of margin
    rig.run(8)
    assert 5900 < rig.cycle.offered_ma <= 6000


def test_clock_lets_a_quarter_use_what_it_has_saved():
    rig = _plugged(demand_w=4600)
    rig.cycle.modes.sync(rig.now_ms, 890000)
    _run(rig, 60, 0)  # the next quarter has begun, nothing was used
    rig.level_mv = C_MV
    _run(rig, 600, 0)
    used = rig.cycle.modes.demand.used_ws
    assert used <= 4600 * 900
    assert rig.cycle.limits.slot_ma[limits.DEMAND] >= 19000


def test_a_supply_without_voltage_is_counted_at_nominal():
    rig = _plugged(mode=1)
    rig.scan.supply_mv[0] = 0
    rig.cycle.ev.supply_mv[0] = 79000
    _run(rig, 1, -12000)
    assert rig.cycle.modes.solar.surplus_w == 2760


def test_commissioning_finds_the_meter_right():
    rig = _plugged()
    rig.level_mv = C_MV
    _run(rig, 20, 2000)
    assert rig.charger.commission()
    assert rig.cycle.commission.progress == 0
    _run(rig, 150, 2000)
    test = rig.cycle.commission
    assert test.state == commissioning.DONE and test.verdict == commissioning.OK
    assert test.first == 0 and 950 <= test.ratio_pm[0] <= 1050
    assert rig.cycle.limits.slot_ma[limits.COMMISSION] == limits.NO_LIMIT_MA


def test_commissioning_needs_a_charging_car_and_a_meter():
    assert not _plugged().charger.commission()
    rig = Rig()
    rig.run(1)
    rig.charge()
    assert not rig.charger.commission()


def test_commissioning_can_be_ended():
    rig = _plugged()
    rig.level_mv = C_MV
    _run(rig, 20, 2000)
    rig.charger.commission()
    _run(rig, 5, 2000)
    assert rig.cycle.limits.winner == limits.COMMISSION
    rig.charger.commission_abort()
    _run(rig, 10, 2000)
    assert rig.cycle.offered_ma > 16000


def test_the_clock_reaches_the_demand_limit():
    rig = _plugged(demand_w=4600)
    rig.charger.sync_quarter(880000)
    _run(rig, 30, 0)
    assert rig.cycle.modes.demand.left_ms > 880000


def test_two_samples_of_one_instant_count_once():
    rig = _plugged(mode=1)
    rig.level_mv = C_MV
    _run(rig, 120, -12000)
    modes, meter = rig.cycle.modes, rig.cycle.site.meter
    before = list(rig.cycle.limits.slot_ma)
    meter.seq += 1
    meter.ma[0] = 20000
    modes.step(rig.now_ms, rig.cycle.site, rig.cycle.ev)
    assert list(rig.cycle.limits.slot_ma) == before
