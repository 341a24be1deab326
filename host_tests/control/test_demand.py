"""Demand limit: the mean import of a quarter hour, at its end."""

from ballast.control.demand import QUARTER_MS, Demand
from ballast.control.ticks import add

START = 0x40000000 - 2000000
VOLT = 230


class Site:
    """A house and an EV that takes what it may, `lag_s` later; means of each quarter are kept."""

    def __init__(self, limit_w, phases=1, lag_s=5, **settings):
        self.d = Demand()
        self.d.configure(limit_w, **settings)
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
            self.d.step(self.now, 1000, house_w + ev_w, ev_w, self.phases, VOLT)
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


def test_what_the_house_did_not_use_comes_free_towards_the_end():
    site = synced(8000)
    site.run(4000, 1)
    site.run(1000, 899)
    site.run(1000, 60)
    early = site.d.ma
    site.run(1000, 700)
    assert early < site.d.ma
    site.run(1000, 200)
    assert site.means[-1] <= 8000
    assert site.means[-1] >= 6800, "most of it is used"


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


def test_peaks_are_forgotten_after_an_hour():
    for clock in (True, False):
        site = synced(8000) if clock else Site(8000)
        site.run(8000, 10, clock)
        site.run(500, 900 * 5, clock)
        assert site.d.ma > 7000


def test_a_gap_is_counted_at_the_level_of_the_sample_after_it():
    demand = Demand()
    demand.configure(8000)
    demand.sync(START, 0)
    demand.step(add(START, 60000), 60000, 3000, 0, 1, VOLT)
    assert demand.used_ws == 180000
    demand.step(add(START, 60007), 7, 1001, 0, 1, VOLT)
    assert demand.used_ws == 180007
    demand.step(add(START, 60010), 333, 1000, 0, 1, VOLT)
    assert demand.used_ws == 180340
    demand.step(add(START, 60010), 700, 1, 0, 1, VOLT)
    assert demand.used_ws == 180340
    demand.step(add(START, 60010), 700, 1, 0, 1, VOLT)
    assert demand.used_ws == 180341, "fractions add up"
    demand.step(add(START, 60010), -5, 1000, 0, 1, VOLT)
    assert demand.used_ws == 180341


def test_several_quarters_in_a_gap_begin_anew():
    demand = Demand()
    demand.configure(8000)
    demand.sync(START, 0)
    demand.step(add(START, 1000), 1000, 1000, 0, 1, VOLT)
    demand.step(add(START, 3 * QUARTER_MS + 5000), 1000, 1000, 0, 1, VOLT)
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
    site.d.configure(10000, 8000)
    assert site.d.ma == before > 0
    site.d.configure(12000, 8000)
    assert site.d.ma == 0, "until the next sample"
    site.d.configure(0)
    assert site.d.ma == 1000000


def _demand(limit_w=8000, **settings):
    demand = Demand()
    demand.configure(limit_w, **settings)
    return demand


def _whole(into_ms=0, **settings):
    """A demand limit in its first whole quarter, which began at START."""
    demand = _demand(**settings)
    demand.sync(add(START, -1000), QUARTER_MS - 1000)
    demand.step(add(START, into_ms), 0, 0, 0, 1, VOLT)
    return demand


def test_a_clock_less_than_two_seconds_off_is_the_same_quarter():
    now = add(START, 100000)
    for off in (0, 1999, -1999):
        demand = _demand()
        demand.sync(START, 0)
        demand.sync(now, 100000 - off)
        demand.step(now, 0, 0, 0, 1, VOLT)
        assert demand.left_ms == 800000, off
    for off in (2000, -2000):
        demand = _demand()
        demand.sync(START, 0)
        demand.sync(now, 100000 - off)
        demand.step(now, 0, 0, 0, 1, VOLT)
        assert demand.left_ms == 800000 + off, off


def test_a_sample_from_just_before_the_quarter_belongs_to_it():
    demand = _demand()
    demand.sync(START, 0)
    demand.step(add(START, -1), 0, 0, 0, 1, VOLT)
    assert demand.left_ms == QUARTER_MS


def test_an_export_is_no_import_of_less_than_zero():
    demand = _whole()
    for _ in range(5):
        demand.step(START, 1000, -3000, 0, 1, VOLT)
        assert demand.used_ws == 0
    demand.step(START, 1000, 250000, 0, 1, VOLT)
    assert demand.used_ws == 200000, "200 kW are the most that is counted"


def test_what_was_imported_is_the_sum_of_all_parts_of_a_watt_second():
    demand = _whole()
    mws = 0
    for k in range(3000):
        dt, watt = 1 + k * 7 % 400, k * 13 % 97
        demand.step(START, dt, watt, 0, 1, VOLT)
        mws += dt * watt
        assert demand.used_ws == mws // 1000, k
    demand = _whole()
    for dt, used in ((500, 0), (499, 0), (1, 1), (999, 1), (1, 2), (5001, 7), (999, 8)):
        demand.step(START, dt, 1, 0, 1, VOLT)
        assert demand.used_ws == used


def test_a_new_quarter_begins_with_nothing_not_even_a_part_of_a_watt_second():
    demand = _whole()
    demand.step(START, 999, 1, 0, 1, VOLT)
    demand.step(add(START, QUARTER_MS), 999, 1, 0, 1, VOLT)
    assert demand.used_ws == 0
    demand.step(add(START, QUARTER_MS), 1, 1, 0, 1, VOLT)
    assert demand.used_ws == 1


def test_what_is_left_of_the_quarter_is_spread_over_its_rest():
    """(limit * 900 s - used) / seconds left - the house's peak; within the last 15 s over 15.

    At 1000 V a watt is a milliampere.
    """
    for into_s in (0, 1, 450, 700, 885, 886, 899):
        for house in (0, 1, 500, 5000):
            demand = _whole(into_s * 1000, margin_permille=0, min_ma=0)
            demand.step(add(START, into_s * 1000), 60000, house, 0, 1, 1000)
            left = max(900 - into_s, 15)
            watt = min((8000 * 900 - house * 60) // left - house, 200000)
            assert demand.ma == (watt if watt >= 1000 else 0), (into_s, house)


def test_only_whole_seconds_of_the_rest_count():
    for into_ms, left_s in ((1, 899), (800999, 99)):
        demand = _whole(into_ms, margin_permille=0)
        assert demand.left_ms == QUARTER_MS - into_ms
        assert demand.ma == 8000 * 900 // left_s * 1000 // VOLT


def test_the_highest_of_the_last_four_quarters_is_provided_for():
    for peak in range(6):
        demand = _whole(margin_permille=0, min_ma=0)
        for quarter in range(5):
            house = 5000 if quarter == peak else 0
            demand.step(add(START, quarter * QUARTER_MS), 0, house, 0, 1, 1000)
        provided = 5000 if 1 <= peak <= 4 else 0
        assert demand.ma == 8000 * 900 // 900 - provided, peak


def test_without_a_clock_a_quarter_is_fifteen_minutes_from_the_first_sample():
    """Also where that came one millisecond before the tick's zero, or at it."""
    for begin in (0, 0x3FFFFFFF, START, 5 * QUARTER_MS):
        demand = _demand()
        for t, used in ((0, 1000), (0, 2000), (1, 3000), (450000, 4000), (900000, 5000)):
            demand.step(add(begin, t), 1000, 1000, 0, 1, VOLT)
            assert demand.used_ws == used, (begin, t)
        for t, used in ((900001, 1000), (1800001, 2000), (1800002, 1000)):
            demand.step(add(begin, t), 1000, 1000, 0, 1, VOLT)
            assert demand.used_ws == used, (begin, t)
