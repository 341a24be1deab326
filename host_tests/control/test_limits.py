"""Limit slots: the smallest wins and is named; each expires to its fall-back."""

from ballast.control import limits, ticks
from ballast.control.limits import FOREVER, NO_LIMIT_MA, Limits

WRAP = (1 << 30) - 500


def test_only_services_slots_are_external():
    names = [limits.NAMES[s] for s in range(limits.COUNT) if limits.external(s)]
    assert names == ["solar", "grid", "group", "schedule", "ocpp", "api"]
    assert not limits.external(-1)
    assert not limits.external(limits.COUNT)
    assert len(limits.NAMES) == limits.COUNT


def test_nothing_set_is_no_limit():
    slots = Limits()
    slots.step(0)
    assert slots.ma == NO_LIMIT_MA


def test_smallest_wins_and_is_named():
    slots = Limits()
    for slot in range(limits.COUNT):
        slots.put(slot, 32000 - slot * 1000, 0, FOREVER)
        slots.step(0)
        assert slots.ma == 32000 - slot * 1000
        assert slots.winner == slot


def test_a_tie_goes_to_the_lower_slot():
    slots = Limits()
    slots.put(limits.USER, 10000, 0, FOREVER)
    slots.put(limits.RATING, 10000, 0, FOREVER)
    slots.step(0)
    assert slots.winner == limits.RATING


def test_a_higher_value_elsewhere_never_raises():
    slots = Limits()
    slots.put(limits.SITE, 8000, 0, FOREVER)
    slots.put(limits.OCPP, 32000, 0, 1000)
    slots.step(0)
    assert slots.ma == 8000 and slots.winner == limits.SITE


def test_expiry_to_the_millisecond_over_the_wrap():
    slots = Limits()
    slots.fall_ma[limits.API] = 6000
    slots.put(limits.API, 20000, WRAP, 1000)
    slots.step(WRAP)
    assert slots.ma == 20000
    slots.step(ticks.add(WRAP, 999))
    assert slots.ma == 20000
    assert slots.left_ms(limits.API, ticks.add(WRAP, 999)) == 1
    slots.step(ticks.add(WRAP, 1000))
    assert slots.ma == 6000
    assert slots.left_ms(limits.API, ticks.add(WRAP, 1000)) == FOREVER


def test_renewal_moves_the_expiry():
    slots = Limits()
    slots.fall_ma[limits.API] = 6000
    slots.put(limits.API, 20000, 0, 1000)
    slots.step(0)
    slots.put(limits.API, 20000, 900, 1000)
    slots.step(1000)
    assert slots.ma == 20000
    slots.step(1899)
    assert slots.ma == 20000
    slots.step(1900)
    assert slots.ma == 6000


def test_the_soonest_of_several_expires_first():
    slots = Limits()
    for slot, ttl in ((limits.GRID, 3000), (limits.API, 1000), (limits.OCPP, 2000)):
        slots.fall_ma[slot] = 10000 - ttl
        slots.put(slot, 16000, 0, ttl)
    slots.step(0)
    for now in (1000, 2000, 3000):
        slots.step(now - 1)
        before = slots.ma
        slots.step(now)
        assert slots.ma == 10000 - now and before != slots.ma


def test_a_renewal_may_become_the_soonest():
    slots = Limits()
    slots.fall_ma[limits.API] = 1
    slots.fall_ma[limits.OCPP] = 2
    slots.put(limits.OCPP, 16000, 0, 2000)
    slots.put(limits.API, 16000, 0, 5000)
    slots.step(0)
    slots.put(limits.API, 16000, 0, 1000)
    slots.step(1000)
    assert slots.ma == 1


def test_forever_twice_changes_nothing_and_negative_is_zero():
    slots = Limits()
    slots.put(limits.USER, -5, 0, FOREVER)
    slots.put(limits.USER, -5, 0, FOREVER)
    slots.step(0)
    assert slots.ma == 0


def test_forever_takes_the_expiry_away():
    slots = Limits()
    slots.put(limits.API, 7000, 0, 10)
    slots.put(limits.API, 7000, 0, FOREVER)
    slots.step(1000)
    assert slots.ma == 7000


def test_release():
    slots = Limits()
    slots.fall_ma[limits.SITE] = 6000
    slots.put(limits.SITE, 8000, 0, 100)
    slots.release(limits.SITE)
    slots.step(200)
    assert slots.ma == NO_LIMIT_MA


def test_ttl_is_bounded():
    slots = Limits()
    slots.put(limits.API, 8000, 0, 500000000)
    assert slots.left_ms(limits.API, 0) == limits.MAX_TTL_MS
    assert slots.left_ms(limits.API, limits.MAX_TTL_MS + 5) == 0


def test_boost_passes_over_wishes_only():
    slots = Limits()
    slots.put(limits.SOLAR, 0, 0, FOREVER)
    slots.put(limits.SCHEDULE, 6000, 0, FOREVER)
    slots.put(limits.SITE, 20000, 0, FOREVER)
    slots.step(0)
    assert slots.ma == 0
    slots.ignore(0x7FFF)  # asked to ignore everything, it ignores the wishes
    slots.step(0)
    assert slots.ma == 20000
    slots.ignore(0)
    slots.step(0)
    assert slots.ma == 0
