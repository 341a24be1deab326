"""control/group/usage.py: what a member does not use moves on."""

from ballast.control.group.usage import Usage
from group_kit import T0, after


def test_usage():
    d = Usage(1)

    def cap(t, held, drawn):
        return d.cap(0, (T0 + t) & 0x3FFFFFFF, held, drawn, 6000, 32000)

    assert cap(0, 16000, 0) == 32000
    assert cap(5000, 16000, 9000) == 32000  # it may still be on its way
    assert cap(6000, 16000, 9000) == 11000
    assert cap(7000, 11000, 9000) == 11000
    assert cap(8000, 11000, 10000) == 32000  # uses all it is offered
    assert cap(14000, 11000, 2000) == 6000
    assert cap(15000, 11000, -1) == 32000  # no meter
    assert cap(30000, 0, 0) == 32000
    assert cap(31000, 11000, 1000) == 32000
    assert cap(38000, 11000, 1000) == 6000
    d.forget(0)
    assert cap(39000, 11000, 1000) == 32000


def test_a_member_that_takes_nothing_is_idle():
    d = Usage(1)

    def idle(t, held, drawn):
        d.cap(0, (T0 + t) & 0x3FFFFFFF, held, drawn, 6000, 32000)
        return d.idle(0)

    assert not idle(0, 6000, 0)
    assert not idle(59000, 6000, 0)  # a slow car has a minute to begin
    assert idle(60000, 6000, 0)
    assert not idle(61000, 6000, 6000)  # it begins after all
    assert not idle(66000, 6000, 999)
    assert idle(67000, 6000, 999)  # and has stopped: 6 s are enough
    assert not idle(68000, 6000, 1000)
    assert not idle(80000, 6000, -1)  # no meter: not known
    assert idle(90000, 6000, 0)
    assert not idle(91000, 0, 0)  # it gave its place up: a new chance, with a minute again
    assert not idle(92000, 6000, 0)
    assert not idle(151000, 6000, 0)
    assert idle(152000, 6000, 0)
    d.forget(0)
    assert not d.idle(0)
    assert not idle(200000, 6000, 0)
    for hour in range(1, 400):  # idle for longer than the difference of two ticks can tell
        assert idle(200000 + 3600000 * hour, 6000, 0)


def calls(*rows):
    """What cap() and idle() say: rows of (ms, held_ma, drawn_ma, min_ma)."""
    d = Usage(1)
    said = []
    for ms, held, drawn, least in rows:
        said.append((d.cap(0, after(ms), held, drawn, least, 32000), d.idle(0)))
    return said


FULL, FITTED, IDLE = (32000, False), (8000, False), (6000, True)


def test_a_member_that_was_without_a_meter_has_six_seconds_from_its_first_reading():
    rows = ((0, 16000, 0, 6000), (30000, 16000, -1, 6000), (35999, 16000, 6000, 6000))
    assert calls(*rows) == [FULL] * 3
    assert calls(*rows, (36000, 16000, 6000, 6000))[3] == FITTED


def test_a_minimum_that_comes_down_to_what_is_held_is_an_offer_of_that_moment():
    rows = ((0, 7000, 0, 8000), (20000, 7000, 0, 8000), (79999, 7000, 0, 6000))
    assert [idle for _, idle in calls(*rows)] == [False] * 3
    assert calls(*rows, (80000, 7000, 0, 6000))[3] == IDLE


def test_a_car_that_took_one_ampere_once_has_begun():
    assert calls((0, 6000, 1000, 6000), (6000, 6000, 0, 6000))[1] == IDLE
    assert calls((0, 6000, 999, 6000), (6000, 6000, 0, 6000))[1] == (6000, False)


def test_idle_for_days_is_idle_at_every_report():
    d = Usage(1)
    for ms in (0, 60000, 90000, 91000, 400000000, 400001000, 800000000, 800001000):
        d.cap(0, after(ms), 6000, 0, 6000, 32000)
        assert d.idle(0) == (ms >= 60000), ms
