"""What a meter may say, to the milliampere, and for how long, to the millisecond."""

from ballast.control.meter import meter as m
from ballast.control.ticks import add
from sample_kit import ev_view

START = 0x40000000 - 4000  # the tick wraps 4 s into every test
FUSE = 25000


ABSENT = ev_view(False)


class Feed:
    """A meter and its clock; t counts ms from START."""

    def __init__(self, fuse=FUSE, export=False, interval_ms=1000, ev=ABSENT):
        self.meter = m.Meter()
        self.meter.set_supply(fuse, export, None)
        self.meter.expect(interval_ms)
        self.ev = ev
        self.t = 0

    def step(self, t):
        self.t = t
        self.meter.step(add(START, t), self.ev, 0)
        return self.meter.state

    def say(self, t, l1, l2=0, l3=0):
        assert self.meter.put(add(START, t), l1, l2, l3, 0)
        return self.step(t)

    def on(self, phase, t, ma):
        x = [0, 0, 0]
        x[phase] = ma
        return self.say(t, x[0], x[1], x[2])

    def every_second(self, since, until, ma, phase=0):
        """The same value at since, since + 1000 ...; returns the states seen."""
        return {self.on(phase, t, ma) for t in range(since, until + 1, 1000)}

    def good(self):
        self.every_second(0, 3000, 0)
        assert self.meter.state == m.GOOD
        return self


def on_each_phase():
    """What flows out where something can export is judged as what flows in."""
    for phase in range(3):
        for sign in (1, -1):
            yield Feed(export=True), phase, sign


# --- what is a reading ----------------------------------------------------------------


def test_what_is_no_reading_is_refused():
    x = m.Meter()
    bad = [(None, 0, 0, 0), (0, 1.5, 0, 0), (0, 0, "1", 0), (0, 0, 0, None)]
    bad += [(0, 0, 0, -1), (0, 0, 0, 100000000)]
    for ma in (10000000, -10000000):
        bad += [(ma, 0, 0, 0), (0, ma, 0, 0), (0, 0, ma, 0)]
    for reading in bad:
        assert x.put(START, *reading) is False
    x.step(START, ABSENT, 0)
    assert x.state == m.NONE and x.refused == len(bad)


def test_the_largest_numbers_are_still_readings():
    for ma in (9999999, -9999999):
        for reading in ((ma, 0, 0, 0), (0, ma, 0, 0), (0, 0, ma, 0), (0, 0, 0, 99999999)):
            x = m.Meter()
            assert x.put(START, *reading) is True and x.refused == 0
            x.step(START, ABSENT, 0)
            assert (x.raw, x.age_ms) == (list(reading[:3]), reading[3])


def test_a_second_reading_of_the_same_moment_counts_and_an_older_one_does_not():
    feed = Feed()
    feed.say(1000, 7000)
    feed.say(1000, 8000)
    assert (feed.meter.ma[0], feed.meter.seq) == (8000, 2)
    feed.say(999, 9000)
    assert (feed.meter.ma[0], feed.meter.seq) == (8000, 2)


def test_a_step_that_was_late_on_the_clock_sees_age_zero():
    for ahead in (1, 5):
        x = m.Meter()
        x.put(add(START, ahead), 1, 1, 1, 0)
        x.step(START, ABSENT, 0)
        assert x.age_ms == 0


def test_intervals_that_senders_promise():
    x = m.Meter()
    for promised, interval, stale, fallback in (
        (0, 200, 1500, 4900),
        (199, 200, 1500, 4900),
        (200, 200, 1500, 4900),
        (201, 201, 1500, 4900),
        (600, 600, 1500, 4900),
        (601, 601, 1502, 4900),
        (1000, 1000, 2500, 4900),
        (1200, 1200, 3000, 4900),
        (1201, 1201, 3002, 5002),  # 2.5 intervals, and two seconds until the slot has run out
        (5000, 5000, 12500, 14500),
        (29999, 29999, 74997, 76997),
        (30000, 30000, 75000, 77000),
        (30001, 30000, 75000, 77000),
        (600000, 30000, 75000, 77000),
    ):
        x.expect(promised)
        assert (x.interval_ms, x.stale_ms, x.fallback_ms) == (interval, stale, fallback), promised


# --- the probation --------------------------------------------------------------------


def test_a_new_meter_is_believed_after_three_seconds():
    feed = Feed()
    for t in (0, 1000, 2000, 2999):
        assert feed.say(t, 5000) == m.RECOVERING, t
    assert feed.say(3000, 5000) == m.GOOD


def test_a_doubted_meter_is_believed_after_ten_seconds():
    feed = Feed().good()
    assert feed.say(4000, 10 * FUSE + 1) == m.DISTRUSTED
    assert feed.every_second(5000, 14000, 0) == {m.RECOVERING}
    assert feed.say(14999, 0) == m.RECOVERING
    assert feed.say(15000, 0) == m.GOOD


# --- what a fuse can carry ------------------------------------------------------------


def test_more_than_ten_times_the_fuse_is_not_possible():
    for feed, phase, sign in on_each_phase():
        assert feed.on(phase, 0, sign * 250000) == m.RECOVERING
        assert feed.on(phase, 1000, sign * 250001) == m.DISTRUSTED
        assert feed.meter.reason == m.WHY_RANGE


def test_a_fuse_of_nothing_counts_as_a_milliampere():
    for fuse in (1, 0, -5):
        for ma, state in ((10, m.RECOVERING), (11, m.DISTRUSTED)):
            assert Feed(fuse).say(0, ma) == state, (fuse, ma)


def test_an_overload_is_believed_as_long_as_a_breaker_may_carry_it():
    """2.55 In of 25 A are 63750 mA; the breaker has opened after two minutes."""
    for feed, phase, sign in on_each_phase():
        feed.good()
        assert feed.every_second(4000, 124000, sign * 63751, phase) == {m.GOOD}
        assert feed.on(phase, 124001, sign * 63751) == m.DISTRUSTED
        assert feed.meter.reason == m.WHY_RANGE


def test_what_a_breaker_may_carry_for_ever_is_believed_for_ever():
    assert Feed().good().every_second(4000, 400000, 63750) == {m.GOOD}


def test_the_time_of_an_overload_starts_again_after_a_pause():
    feed = Feed().good()
    assert feed.every_second(4000, 103000, 63751) == {m.GOOD}
    assert feed.say(104000, 63750) == m.GOOD
    assert feed.every_second(105000, 225000, 63751) == {m.GOOD}
    assert feed.say(225001, 63751) == m.DISTRUSTED


def test_the_time_of_an_overload_starts_again_after_a_silence():
    """What flowed meanwhile nobody knows: the breaker may have cooled."""
    feed = Feed().good()
    assert feed.every_second(4000, 104000, 63751) == {m.GOOD}
    assert feed.step(109000) == m.STALE
    assert m.DISTRUSTED not in feed.every_second(110000, 230000, 63751)
    assert feed.say(230001, 63751) == m.DISTRUSTED


# --- jumps ----------------------------------------------------------------------------


def jumps(at, size, phase=0, sign=1):
    """The states after readings that leap by `size` and back at these times."""
    feed = Feed(export=True, interval_ms=10000).good()
    seen = []
    for k in range(len(at)):
        seen.append(feed.on(phase, 4000 + at[k], 0 if k % 2 else sign * size))
    assert m.DISTRUSTED not in seen or feed.meter.reason == m.WHY_JUMPING
    return seen


def test_the_third_jump_in_a_row_is_not_believed():
    for phase in range(3):
        for sign in (1, -1):
            assert jumps((0, 1000, 2000), 37501, phase, sign) == [m.GOOD, m.GOOD, m.DISTRUSTED]


def test_one_and_a_half_fuses_are_no_jump():
    assert jumps(range(0, 20000, 1000), 37500) == [m.GOOD] * 20


def test_jumps_are_forgotten_ten_seconds_after_the_last():
    for pause, state in ((10000, m.DISTRUSTED), (10001, m.GOOD)):
        assert jumps((0, 2000, 2000 + pause), 37501) == [m.GOOD, m.GOOD, state], pause


def test_a_big_motor_now_and_then_is_no_jumping():
    for on_s in (2, 11):  # on for so long, then off for 11 s, again and again
        times = []
        for k in range(10):
            times += [k * (on_s + 11) * 1000, (k * (on_s + 11) + on_s) * 1000]
        assert jumps(times, 39000) == [m.GOOD] * 20, on_s


def test_after_a_pause_three_jumps_are_one_too_many_again():
    times = (0, 1000, 20000, 21000, 22000)
    assert jumps(times, 37501) == [m.GOOD] * 4 + [m.DISTRUSTED]
    assert jumps((0, 20000, 21000, 40000), 37501) == [m.GOOD] * 4


# --- export ---------------------------------------------------------------------------


def test_negative_where_nothing_can_export():
    for phase in range(3):
        feed = Feed()
        assert feed.on(phase, 0, -1000) == m.RECOVERING  # noise of a CT at no load
        assert (feed.meter.ma, feed.meter.raw[phase]) == ([0, 0, 0], -1000)
        assert feed.on(phase, 1000, -1001) == m.DISTRUSTED
        assert feed.meter.reason == m.WHY_NEGATIVE


def test_export_is_taken_as_it_comes_where_there_is_a_roof():
    for ma in (-1, -12000):
        feed = Feed(export=True)
        assert feed.say(0, ma, 0, ma) == m.RECOVERING
        assert feed.meter.ma == [ma, 0, ma]


# --- the EV's own meter ---------------------------------------------------------------


def test_the_ev_sets_off_with_a_new_reading_of_its_meter():
    """What its meter shows between two readings is not taken for one."""
    feed = Feed(ev=ev_view(True)).good()
    feed.ev.ma[0] = 8000
    feed.step(4100)
    feed.ev.seq += 1
    feed.step(4300)
    feed.say(5000, 8000)
    assert feed.meter.delay_ms == 700
