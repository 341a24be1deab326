"""Limit slots: the smallest wins and is named; each expires to its fall-back."""

from ballast.control import ticks
from ballast.control.limits import limits
from ballast.control.limits.limits import FOREVER, NO_LIMIT_MA, Limits

WRAP = (1 << 30) - 500


def test_only_services_slots_are_external():
    names = [limits.NAMES[s] for s in range(limits.COUNT) if limits.external(s)]
    assert names == ["solar", "grid", "group", "schedule", "ocpp", "api"]
    for slot in range(-40, 80):  # what is no slot at all is nobody's either
        assert limits.external(slot) == (0 <= slot < limits.COUNT and limits.NAMES[slot] in names)
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


def test_the_own_balancer_is_left_out_only_while_led():
    slots = Limits()
    slots.put(limits.SITE, 7000, 0, FOREVER)
    slots.put(limits.SOLAR, 8000, 0, FOREVER)
    slots.put(limits.USER, 16000, 0, FOREVER)
    slots.step(0)
    assert slots.ma == 7000
    slots.ignore_site(True)
    slots.step(0)
    assert slots.ma == 8000 and slots.winner == limits.SOLAR
    slots.ignore_site(True)
    assert not slots._changed, "nothing new, nothing to do"
    slots.ignore(limits.BOOST_MASK)  # a boost beside it
    slots.step(0)
    assert slots.ma == 16000
    slots.ignore_site(False)
    slots.step(0)
    assert slots.ma == 7000
    slots.ignore(0)
    slots.ignore_site(True)
    slots.step(0)
    assert slots.ma == 8000, "led passes over nothing but SITE"


def test_a_released_slot_is_free_at_once_and_nobody_s():
    slots = Limits()
    slots.put(limits.API, -1, 0, 100)
    slots.step(0)
    assert slots.ma == 0 and slots.winner == limits.API and not slots._changed
    assert slots._timed[limits.API] == 1
    slots.release(limits.API)
    assert slots.left_ms(limits.API, 0) == FOREVER
    slots.step(0)
    assert slots.ma == NO_LIMIT_MA and slots.winner == limits.RATING


def test_any_sequence_against_a_plain_model():
    """Puts, renewals and releases at every millisecond, over the wrap of the ticks."""
    for seed in (1, 2, 3):
        slots, model = Limits(), {}  # slot: (ma, ms left or None)
        fall = {limits.API: 6000, limits.OCPP: 9000, limits.GRID: 0}
        for slot in fall:
            slots.fall_ma[slot] = fall[slot]
        r = seed
        now = WRAP
        for n in range(1500):
            r = (r * 75 + 74) % 65537
            slot = (limits.API, limits.OCPP, limits.GRID)[r % 3]
            what = (r >> 3) % 8
            if what < 3:
                ma, ttl = 7000 + (r >> 6) % 3 * 1000, 1 + (r >> 8) % 12
                slots.put(slot, ma, now, ttl)
                model[slot] = (ma, ttl)
            elif what == 3 and r % 7 == 0:
                slots.put(slot, 8000, now, FOREVER)
                model[slot] = (8000, None)
            slots.step(now)
            best, winner = NO_LIMIT_MA, limits.RATING
            for s in sorted(model):
                if model[s][0] < best:
                    best, winner = model[s][0], s
            assert (slots.ma, slots.winner) == (best, winner), (seed, n)
            now = ticks.add(now, 1)
            for s in list(model):
                ma, left = model[s]
                if left is not None:
                    model[s] = (ma, left - 1) if left > 1 else (fall[s], None)


def test_an_expiry_before_the_wrap_is_not_left_until_after_it():
    slots = Limits()
    start = (1 << 30) - 200000
    slots.fall_ma[limits.API] = 1
    slots.put(limits.API, 20000, start, 100)
    slots.step(start)
    slots.step(ticks.add(start, 100))
    assert slots.ma == 1


def test_nothing_is_looked_at_before_it_is_due():
    slots = Limits()
    slots.put(limits.API, 20000, 1000, 100)
    slots.step(1000)
    slots.winner = 99  # a mark that the next look takes away
    slots.step(1099)
    assert slots.winner == 99 and slots._any_timed
    slots.step(1100)
    assert slots.winner == limits.RATING and not slots._any_timed and not slots._changed
    slots.winner = 99
    slots.step(5000)
    assert slots.winner == 99
