"""The commissioning test against clamps that sit right, reversed, on the wrong cable, mis-scaled."""

from ballast.control.meter import commissioning as c
from ballast.control.meter import meter as m
from ballast.control.ticks import add
from ballast.protocol.commissioning_words import divmod_tenths, sentences

START = 0x40000000 - 20000


class Ev:
    fitted = True

    def __init__(self, phases):
        self.ma = [0, 0, 0]
        self.seq = 0
        self.phases = phases


class Site:
    """An EV with a lag, a house, and a clamp per phase with a factor."""

    def __init__(self, phases=(0,), factor=(1000, 1000, 1000), wire=(0, 1, 2), lag=2, ev_lag=3):
        self.ev = Ev(phases)
        self.meter = m.Meter()
        self.meter.set_supply(63000, True, None)
        self.test = c.Commissioning()
        self.factor = factor
        self.wire = wire  # mains phase of the EV's L1..L3
        self.lag = lag * 5  # steps of 200 ms
        self.ev_lag = ev_lag * 5
        self.house = lambda t: (3000, 1500, 500)
        self.mute = False
        self.cap = 32000
        self.now = START
        self.t = 0
        self.wants = [0] * 100
        self.true = []

    def step(self):
        self.now = add(self.now, 200)
        self.t += 1
        want = self.test.step(self.now, self.meter, self.ev)
        self.wants.append(min(self.cap, 16000 if want < 0 else want))
        ma = self.wants[-1 - self.ev_lag]
        for p in self.ev.phases:
            self.ev.ma[p] = ma
        self.ev.seq += 1
        sums = list(self.house(self.t / 5))
        for p in self.ev.phases:
            sums[self.wire[p]] += ma
        self.true.append([sums[i] * self.factor[i] // 1000 for i in range(3)])
        if self.t % 5 == 0 and not self.mute:
            x = self.true[-1 - min(self.lag, len(self.true) - 1)]
            self.meter.put(self.now, x[0], x[1], x[2], 0)
        self.meter.step(self.now, self.ev, 16000)

    def run(self):
        for _ in range(50):
            self.step()
        assert self.test.start(self.now, self.ev, 6000, 16000)
        n = 0
        while self.test.state == c.RUNNING:
            self.step()
            n += 1
            assert n < 5 * 120
        return self.test


def text(test):
    return " ".join(sentences(test))


def test_three_phases_all_right():
    test = Site(phases=(0, 1, 2)).run()
    assert (test.verdict, test.phases, test.first) == (c.OK, 3, -1)
    assert all(990 <= pm <= 1010 for pm in test.ratio_pm)
    assert test.progress == 100
    assert "The meter is right" in text(test) and "L3 follows" in text(test)


def test_the_phase_of_a_one_phase_car_is_found():
    for wire in range(3):
        test = Site(phases=(0,), wire=(wire, 1, 2)).run()
        assert (test.verdict, test.phases, test.first) == (c.OK, 1, wire)
        assert [i for i in range(3) if test.ratio_pm[i]] == [wire]
        assert "only L%d was tested" % (wire + 1) in text(test)


def test_the_delay_is_measured():
    for lag in (0, 1, 2, 3):
        test = Site(lag=lag).run()
        assert lag * 1000 <= test.delay_ms <= lag * 1000 + 1200, (lag, test.delay_ms)
        if lag:
            assert "The meter shows a change after" in text(test)


def test_reversed_clamp():
    test = Site(phases=(0, 1, 2), factor=(1000, -1000, 1000)).run()
    assert test.verdict == c.REVERSED
    assert -1010 <= test.ratio_pm[1] <= -990 and test.ratio_pm[0] > 0
    assert "L2 falls" in text(test) and "turn its clamp round" in text(test)


def test_reversed_where_nothing_can_export():
    site = Site(factor=(-1000, 1000, 1000))
    site.meter.set_supply(63000, False, None)
    assert site.run().verdict == c.REVERSED


def test_wrong_ratio():
    for factor in (100, 500, 800, 1200, 2000, 4000):
        test = Site(factor=(factor, 1000, 1000)).run()
        if factor < 200:
            assert test.verdict == c.NO_ANSWER
        else:
            assert test.verdict == c.RATIO and abs(test.ratio_pm[0] - factor) < 20
            assert "transformer" in text(test) and "not right" in text(test)


def test_reversed_is_said_before_a_wrong_ratio():
    for factor in ((-1000, 2000, 1000), (2000, -1000, 1000)):
        assert Site(phases=(0, 1, 2), factor=factor).run().verdict == c.REVERSED


def test_wrong_cable():
    site = Site(factor=(0, 0, 0))
    assert site.run().verdict == c.NO_ANSWER
    assert "another cable" in text(site.test)


def test_a_kettle_and_a_fridge_in_between_do_not_spoil_it():
    site = Site(phases=(0, 1, 2))
    site.house = lambda t: (3000 + (9000 if 40 < t < 70 else 0), 1500, 500 + int(t) % 37 * 20)
    test = site.run()
    assert test.verdict == c.OK, (test.ratio_pm, test.agree)


def test_a_house_that_never_rests_is_said_so():
    site = Site(phases=(0,))
    site.house = lambda t: (int(t * 7) * 37 % 29 * 1000 + (20000 if int(t) // 9 % 3 else 0), 0, 0)
    test = site.run()
    assert test.verdict == c.RESTLESS and "Try again" in text(test)


def judged(ratios_pm):
    """A finished test whose eight edges had these ratios on L1."""
    site = Site()
    site.test.start(START, site.ev, 6000, 16000)
    mains = 0
    site.test._mean[0] = [0, 0, 0, 6000]
    for i in range(8):
        edge = 10000 if i % 2 == 0 else -10000
        mains += edge * ratios_pm[i] // 1000
        site.test._mean[i + 1] = [mains, 0, 0, 16000 if i % 2 == 0 else 6000]
    site.test._judge(site.meter)
    return site.test


def test_five_of_eight_edges_must_agree():
    right = judged((1000, 1000, 1000, 1000, 1000, 3000, -2000, 0))
    assert (right.verdict, right.ratio_pm[0], right.agree[0]) == (c.OK, 1000, 5)
    assert "after" not in text(right)  # no delay was measured
    assert judged((1000, 1000, 1000, 1000, 3000, 3000, -2000, 0)).verdict == c.RESTLESS


def test_no_answer_in_a_restless_house_is_restless():
    assert judged((-800, -600, -100, 0, 0, 100, 700, 900)).verdict == c.RESTLESS
    assert judged((-800, -100, -100, 0, 0, 100, 100, 900)).verdict == c.NO_ANSWER


def test_absurd_readings_are_bounded():
    assert judged((90000,) * 8).ratio_pm[0] == 20000
    assert judged((-90000,) * 8).ratio_pm[0] == -20000


def test_a_car_that_does_not_follow():
    site = Site()
    site.cap = 7000
    test = site.run()
    assert test.verdict == c.NO_EV and "did not follow" in text(test)


def test_a_meter_that_falls_silent():
    site = Site()
    for _ in range(50):
        site.step()
    site.test.start(site.now, site.ev, 6000, 16000)
    for _ in range(75):
        site.step()
    site.mute = True
    start = site.t
    while site.test.state == c.RUNNING:
        site.step()
    assert site.test.verdict == c.SILENT and (site.t - start) / 5 < 10
    assert site.test.step(site.now, site.meter, site.ev) == -1


def test_a_meter_too_slow_to_give_one_reading_per_level():
    site = Site()
    site.mute = True
    site.test.start(site.now, site.ev, 6000, 16000)
    site.test._heard_ms = add(site.now, 10000)
    while site.test.state == c.RUNNING:
        site.step()
    assert site.test.verdict == c.SILENT


def test_without_an_own_meter_it_does_not_start():
    site = Site()
    site.ev.fitted = False
    assert not site.test.start(START, site.ev, 6000, 16000)
    assert site.test.verdict == c.NOT_FITTED and "kettle" in text(site.test)


def test_abort_frees_the_car_at_once():
    site = Site()
    site.test.abort()
    assert site.test.state == c.IDLE
    site.test.start(START, site.ev, 6000, 16000)
    assert site.test.step(START, site.meter, site.ev) == 16000
    site.test.abort()
    assert site.test.step(START, site.meter, site.ev) == -1
    assert site.test.verdict == c.ABORTED and sentences(site.test) == ["The test was stopped."]


def test_it_only_ever_lowers_between_its_two_levels():
    site = Site()
    seen = set()
    site.test.start(site.now, site.ev, 6000, 16000)
    while site.test.state == c.RUNNING:
        seen.add(site.test.step(site.now, site.meter, site.ev))
        site.step()
    assert seen <= {6000, 16000, -1}


def test_an_even_number_of_edges_takes_the_middle_of_two():
    site = Site()
    site.test.start(START, site.ev, 6000, 16000)
    site.test._mean = [[n % 2 * 10000, 0, 0, n % 2 * 10000] for n in range(9)]
    site.test._mean[8][3] = site.test._mean[7][3]  # seven edges
    site.test._judge(site.meter)
    assert site.test.verdict == c.OK


def test_words():
    assert sentences(c.Commissioning()) == []
    assert divmod_tenths(949) == (0, 9) and divmod_tenths(950) == (1, 0)
    assert len(c.VERDICT_KEYS) == c.ABORTED + 1
