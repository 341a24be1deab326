"""One metered supply: from its settings to the slot, with and without a trusted meter."""

from ballast.control import ticks
from ballast.control.balance.supply import Supply
from ballast.control.limits import limits
from ballast.control.limits.limits import NO_LIMIT_MA, SITE, Limits
from ballast.control.meter import meter
from ballast.control.records import Fit
from ballast.control.settings import Settings
from sample_kit import ev_view

START = (1 << 30) - 5000
VALUES = {
    "margin_ma": 500, "phase_of_l1": 2, "supply_phases": 3, "phase_proven": 1, "export": 0,
    "meter_interval_ms": 1000, "min_ma": 6000, "rated_ma": 16000, "meter_kind": 1,
    "fuse_ma": 25000, "fallback_ma": 7000,
}  # fmt: skip


def _values(**other):
    values = Settings()
    for changes in (VALUES, other):
        for key in changes:
            values.set(key, changes[key])
    return values


def _made(**other):
    slots = Limits()
    supply = Supply(SITE, "fuse_ma", slots)
    supply.configure(_values(**other), Fit(), START)
    return supply, slots, ev_view(t_ms=START)


def _run(supply, slots, ev, seconds, mains, now=START, offered=0):
    """A reading each second; returns the time after it."""
    for _ in range(seconds):
        supply.meter.put(now, mains[0], mains[1], mains[2], 0)
        for _ in range(10):
            ev.seq += 1
            ev.t_ms = now
            supply.step(now, ev, True, offered)
            slots.step(now)
            now = ticks.add(now, 100)
    return now


def test_phases_turn_with_the_first():
    for first in (1, 2, 3):
        supply, _, _ = _made(phase_of_l1=first)
        assert supply.phase_map == [(first - 1 + n) % 3 for n in range(3)]


def test_the_margin_is_off_the_limit_and_not_off_the_meter_s_fuse():
    supply, _, _ = _made()
    assert supply.limit_ma == 24500
    assert [s.limit_ma for s in supply.balancer.spare] == [24500] * 3
    assert supply.meter._fuse == 25000
    assert supply.meter.interval_ms == 1000
    assert supply.balancer._min_ma == 6000 and supply.balancer._max_ma == 16000


def test_a_phase_is_known_when_proven_or_when_there_is_one():
    for phases, proven, known in ((3, 1, True), (3, 0, False), (1, 0, True), (1, 1, True)):
        supply, _, _ = _made(supply_phases=phases, phase_proven=proven)
        assert supply.meter._reaction._mapped == known, (phases, proven)


def test_without_a_meter_the_slot_is_free_and_steps_do_nothing():
    supply, slots, ev = _made()
    slots.step(START)
    assert slots.ma == 7000 and slots.left_ms(SITE, START) == limits.FOREVER
    supply.configure(_values(meter_kind=0), Fit(), START)
    slots.step(START)
    assert slots.ma == NO_LIMIT_MA and slots.fall_ma[SITE] == NO_LIMIT_MA
    _run(supply, slots, ev, 5, (1000, 0, 0))
    assert slots.ma == NO_LIMIT_MA and supply.meter.state == meter.NONE
    assert not supply.lost() and not supply.distrusted()


def test_the_fallback_holds_until_the_meter_is_trusted():
    supply, slots, ev = _made()
    assert supply.lost()
    now = _run(supply, slots, ev, 2, (1000, 1000, 1000))
    assert slots.ma == 7000 and not supply.lost() and not supply.distrusted()
    now = _run(supply, slots, ev, 4, (1000, 1000, 1000), now)
    assert supply.meter.state == meter.GOOD
    assert slots.ma > 7000 and slots.winner == SITE


def test_a_change_of_settings_leaves_a_trusted_slot_alone():
    supply, slots, ev = _made()
    now = _run(supply, slots, ev, 8, (1000, 1000, 1000))
    before = slots.slot_ma[SITE]
    assert before > 7000
    supply.configure(_values(fallback_ma=6500), Fit(), now)
    assert slots.slot_ma[SITE] == before and slots.fall_ma[SITE] == 6500
    assert supply._put_seq == -1, "the next sample is used whatever its number"


def test_the_slot_runs_out_to_the_fallback_when_the_meter_falls_silent():
    supply, slots, ev = _made()
    now = _run(supply, slots, ev, 8, (1000, 1000, 1000))
    last = supply.meter.t_ms
    while ticks.diff(now, last) < 4880:
        ev.seq += 1
        ev.t_ms = now
        supply.step(now, ev, True, 0)
        slots.step(now)
        assert slots.ma > 7000
        now = ticks.add(now, 20)
    assert supply.lost() and supply.meter.state == meter.STALE
    now = ticks.add(last, 4900)
    supply.step(now, ev, False, 0)
    slots.step(now)
    assert slots.ma == 7000 and supply.lost()


def test_each_reading_renews_for_what_is_left_of_its_age():
    supply, slots, ev = _made()
    now = _run(supply, slots, ev, 8, (1000, 1000, 1000))
    supply.meter.put(now, 1100, 1000, 1000, 400)
    while supply.wants():
        supply.step(now, ev, False, 0)
    assert slots.left_ms(SITE, now) == supply.meter.fallback_ms - 400 == 4500
    before = slots._until_ms[SITE]
    supply.step(ticks.add(now, 20), ev, False, 0)
    assert slots._until_ms[SITE] == before, "without a new reading nothing is renewed"
    supply.balancer.ma -= 1
    supply._put_ma += 1
    supply.step(ticks.add(now, 40), ev, False, 0)
    assert slots.slot_ma[SITE] == supply.balancer.ma, "a new decision is told at once"


def test_an_old_reading_is_good_for_a_millisecond_at_least():
    supply, slots, ev = _made()
    now = _run(supply, slots, ev, 8, (1000, 1000, 1000))
    for age, left in ((4898, 2), (4899, 1), (4900, 1), (6000, 1)):
        supply.balancer.t_ms = ticks.add(now, -age)
        supply._put_seq = -1
        real = supply.meter.step
        supply.meter.step = lambda now_ms, ev, offered, take: None
        supply.step(now, ev, False, 0)
        supply.meter.step = real
        assert slots.left_ms(SITE, now) == left, age


def test_the_view_is_in_the_supply_s_phases_and_only_fresh():
    supply, _, ev = _made(phase_of_l1=2)
    ev.ma[0], ev.ma[1], ev.ma[2] = 1, 2, 3
    ev.seq = 9
    ev.t_ms = 77
    supply.step(START, ev, False, 0)
    assert supply.view.ma == [0, 0, 0] and supply.view.seq == 0 and supply.view.t_ms == 0
    ev.fitted = False
    supply.step(START, ev, True, 0)
    assert supply.view.ma == [3, 1, 2] and supply.view.seq == 9 and supply.view.t_ms == 77
    assert supply.view.fitted is False


def test_the_house_is_the_mains_less_the_car():
    supply, slots, ev = _made(phase_of_l1=1)
    supply.meter.ma[1] = 9000
    supply.view.ma[1] = 2500
    assert supply.house_ma(1) == 6500
    ev.ma[0] = 6000
    now = _run(supply, slots, ev, 12, (10000, 3000, 0), START, 6000)
    assert supply.balancer.valid and supply.house_ma(0) == 4000 and supply.house_ma(1) == 3000
    supply.view.ma[0] = 0
    assert supply.house_ma(0) == 4000, "the balancer knows what the car drew at that time"
    assert now != START


def test_what_is_not_believed_is_told():
    supply, slots, ev = _made()
    now = _run(supply, slots, ev, 8, (1000, 1000, 1000))
    assert not supply.distrusted()
    supply.meter.put(now, -9000, 1000, 1000, 0)  # export where nothing can
    supply.step(now, ev, False, 0)
    assert supply.distrusted() and not supply.lost()
    supply.used = False
    assert not supply.distrusted()


def test_export_is_believed_only_where_it_is_set():
    for export in (0, 1):
        supply, _, _ = _made(export=export)
        assert supply.meter._export == (export == 1)
