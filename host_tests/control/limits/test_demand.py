"""Demand limit: the mean import of a quarter hour, at its end."""

from ballast.control.limits.demand import QUARTER_MS, Demand
from ballast.control.ticks import add

START = 0x40000000 - 2000000
VOLT = 230


class Site:
    """A house and an EV that takes what it may, `lag_s` later; means of each quarter are kept."""

    def __init__(self, limit_w, phases=1, lag_s=5, min_ma=6000):
        self.d = Demand()
        self.d.set_limit(limit_w, min_ma)
        self.phases = phases
        self.lag = lag_s
        self.now = START
        self.asked = [0] * (lag_s + 1)
        self.import_ws = 0
        self.means = []
        self.ev_ws = 0

    def run(self, house_w, seconds, clock=True):
        for _ in range(seconds):
            self.now = add(self.now, 1000)
            ma = self.asked[-1 - self.lag]
            ev_w = 0 if ma < 6000 else min(ma, 32000) * VOLT * self.phases // 1000
            self.import_ws += max(0, house_w + ev_w)
            self.ev_ws += ev_w
            self.d.step(self.now, 1000, house_w + ev_w, house_w, self.phases, VOLT)
            self.asked.append(self.d.ma)
            if clock and self.d.left_ms == QUARTER_MS:
                self.means.append(self.import_ws // 900)
                self.import_ws = 0
        return self.d.ma


def test_no_limit_is_no_limit():
    site = Site(0)
    assert site.run(5000, 10) == 1000000


def test_without_a_clock_every_moment_keeps_the_limit():
    site = Site(10000)
    for house in (0, 1000, 5000, 8000, 8519, 8521, 9900, 12000, -3000):
        site.run(house, 20, clock=False)
        free = (9900 - max(0, house)) * 1000 // VOLT
        if free >= 7000:
            assert site.d.ma == free, house
        if free < 6000:
            assert site.d.ma == 0
        assert site.d.ma == 0 or site.d.ma * VOLT // 1000 + max(0, house) <= 9900


def synced(limit_w=8000, into_s=0, **settings):
    site = Site(limit_w, **settings)
    site.d.sync(site.now, into_s * 1000)
    return site


def test_never_above_at_the_end_of_a_quarter():
    for seed in range(1, 25):
        site = synced(8000)
        x = seed
        site.run(2000, 900)
        for _ in range(120):
            x = (x * 1103515245 + 12345) & 0x3FFFFFFF
            site.run((x >> 9) % 6000 - 1000, 10 + (x >> 20) % 60)
        assert len(site.means) >= 4
        assert max(site.means[1:]) <= 8000, (seed, site.means)


def test_a_house_that_rises_to_what_it_was_before_is_provided_for():
    site = synced(8000)
    site.run(7000, 60)
    site.run(1000, 1740)
    site.run(500, 450)
    site.run(7000, 450)
    site.run(500, 10)
    assert max(site.means) <= 8000
    assert site.ev_ws > 0


def test_what_a_pause_left_over_is_taken_until_the_end():
    site = synced(8000)
    site.run(1000, 900)
    assert site.run(7500, 300) == 0
    site.run(1000, 400)
    assert site.d.ma > (7920 - 1000) * 1000 // VOLT
    site.run(1000, 200)
    assert 7300 <= site.means[-1] <= 7920


def test_a_house_that_uses_all_leaves_a_pause():
    site = synced(5000)
    site.run(1000, 900)
    site.run(7000, 300)
    assert site.d.ma == 0


def test_the_first_quarter_after_setting_the_clock_is_kept_moment_by_moment():
    site = synced(8000, into_s=600)
    assert site.run(1000, 100) == (7920 - 1000) * 1000 // VOLT
    assert site.d.left_ms == 200000
    site.run(1000, 201)
    assert site.d.left_ms > 800000


def test_a_clock_set_by_a_moment_changes_nothing_one_set_by_minutes_does():
    site = synced()
    site.run(1000, 1000)
    used = site.d.used_ws
    site.d.sync(site.now, 101000)
    site.run(1000, 1)
    assert site.d.used_ws > used and site.d.left_ms == 799000
    site.d.sync(site.now, 99500)
    site.run(1000, 1)
    assert site.d.left_ms == 798000
    site.d.sync(site.now, 500000)
    site.run(1000, 1)
    assert site.d.left_ms == 399000


def test_a_short_burst_does_not_stop_the_ev_an_hour_later():
    for clock in (True, False):
        site = synced(8000) if clock else Site(8000)
        site.run(8000, 10, clock)
        site.run(500, 900 * 5, clock)
        assert site.d.ma > 7000


def test_a_gap_is_counted_at_the_level_of_the_sample_after_it():
    demand = Demand()
    demand.set_limit(8000, 6000)
    demand.sync(START, 0)
    demand.step(add(START, 60000), 60000, 3000, 3000, 1, VOLT)
    assert demand.used_ws == 180000
    demand.step(add(START, 60007), 7, 1001, 1001, 1, VOLT)
    assert demand.used_ws == 180007
    demand.step(add(START, 60010), 333, 1000, 1000, 1, VOLT)
    assert demand.used_ws == 180340
    demand.step(add(START, 60010), 700, 1, 1, 1, VOLT)
    assert demand.used_ws == 180340
    demand.step(add(START, 60010), 700, 1, 1, 1, VOLT)
    assert demand.used_ws == 180341, "fractions add up"
    demand.step(add(START, 60010), -5, 1000, 1000, 1, VOLT)
    assert demand.used_ws == 180341


def test_several_quarters_in_a_gap_begin_anew():
    demand = Demand()
    demand.set_limit(8000, 6000)
    demand.sync(START, 0)
    demand.step(add(START, 1000), 1000, 1000, 1000, 1, VOLT)
    demand.step(add(START, 3 * QUARTER_MS + 5000), 1000, 1000, 1000, 1, VOLT)
    assert demand.left_ms == QUARTER_MS - 5000
    assert demand.used_ws == 1000


def test_a_pause_ends_with_one_ampere_to_spare():
    site = Site(10000)
    site.run(9900, 5, clock=False)
    assert site.run(9900 - 1380 - 100, 5, clock=False) == 0
    assert site.run(9900 - 1610, 5, clock=False) >= 7000
    assert site.run(9900 - 1380 - 100, 5, clock=False) >= 6000


def test_another_setting_does_not_stop_the_charge():
    site = Site(10000)
    before = site.run(1000, 10, clock=False)
    site.d.set_limit(10000, 8000)
    assert site.d.ma == before > 0
    site.d.set_limit(12000, 8000)
    assert site.d.ma == 0, "until the next sample"
    site.d.set_limit(0, 6000)
    assert site.d.ma == 1000000
