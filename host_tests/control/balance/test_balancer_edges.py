"""The balancer's limits to the mA and the ms, on readings fed by hand; the clock starts below the wrap."""

from ballast.control.balance import balancer as b
from ballast.control.ticks import add
from sample_kit import MeterReading, ev_view

START = 0x40000000 - 6000


class Fed:
    """25 A per phase; the EV draws nothing until told: then the mains is the house.

    worth_ma: what a rise beyond the reserve costs, instead of the own figure of the balancer; 0 = no reserve
    but the one that a rise brings.
    """

    def __init__(self, limit=25000, fitted=True, worth_ma=0, phases=3):
        self.b = b.Balancer()
        self.b.set_limits([limit] * 3, 6000, 32000, phases)
        for spare in self.b.spare:
            spare.reserve_ma = lambda own, of=spare.reserve_ma: of(worth_ma)
        self.meter = MeterReading(START)
        self.ev = ev_view(fitted, t_ms=START)
        self.now = START

    def step(self, after_ms, offered=0):
        self.now = add(self.now, after_ms)
        self.b.step(self.now, self.meter, self.ev, offered)
        return self.b.ma

    def draw(self, ma, after_ms=100):
        """A reading of the own meter, the same on each phase."""
        self.ev.ma = [ma] * 3
        self.ev.seq += 1
        self.ev.t_ms = add(self.now, after_ms)
        self.step(after_ms)

    def sample(self, mains, after_ms=4000, age_ms=0):
        """A sample of the mains: one value for all phases, or three. Returns the offer.

        Each 4 s no older one is held any longer (3.5 s), and 1.5 s are counted.
        """
        self.meter.ma = mains if isinstance(mains, list) else [mains] * 3
        self.meter.seq += 1
        self.meter.t_ms = add(self.now, after_ms - age_ms)
        self.meter.state = 1
        return self.step(after_ms)

    def lose(self):
        self.meter.state = 2
        self.step(1000)

    def house(self):
        """At least and at most, on phase 0."""
        return self.b.spare[0].house_ma, self.b.spare[0].house_high_ma


def test_three_phases_of_16_a_until_told_otherwise():
    assert [spare.limit_ma for spare in b.Balancer().spare] == [16000] * 3
    fed = Fed()
    fed.draw(16000)
    assert fed.b.phases.used == [1, 1, 1]


def test_what_binds_is_told_in_the_very_step_that_raises():
    fed = Fed()
    assert fed.sample(15000) == 10000 and fed.b.reason == b.HOUSE
    assert fed.sample(5000) == 20000 and fed.b.reason == b.HOUSE
    assert fed.sample(-20000) == 32000 and fed.b.reason == b.FREE


# -- what the EV drew when the sample was taken --------------------------------------------


def test_without_an_own_meter_the_offer_is_noted_each_tenth_of_a_second():
    for gap, highest in ((99, 6000), (100, 16000)):
        fed = Fed(fitted=False)
        fed.step(1000, 6000)
        fed.step(gap, 16000)
        fed.step(gap, 6000)
        fed.sample(20000, 0)
        assert fed.house() == (20000 - highest, 14000), gap


def test_without_an_own_meter_the_ev_draws_nothing_on_a_phase_the_charger_has_not():
    fed = Fed(fitted=False, phases=1)
    fed.step(1000, 10000)
    fed.sample([20000, 3000, -1], 0)
    assert [fed.b.house_ma(i) for i in range(3)] == [10000, 3000, -1]


def moved(before, after, since_ms, known, age_ms=500):
    """The house at a mains of 20 A; the EV went from `before` to `after` mA, `since_ms` from then."""
    fed = Fed()
    if known:
        fed.b.meter_lag.known = 1
        fed.b.meter_lag.doubt_ms = 150
    for at in range(-5000, age_ms + 1, 100):
        fed.draw(before if at < since_ms else after)
    fed.sample(20000, 0, age_ms)
    return fed.house()


def test_until_the_samples_age_is_known_it_may_be_older_but_no_newer():
    assert moved(6000, 16000, 100, False) == (14000, 14000)
    assert moved(6000, 16000, -1000, False) == (4000, 14000)
    assert moved(6000, 16000, -3700, False) == (4000, 14000)
    assert moved(6000, 16000, -3800, False) == (4000, 4000)


def test_a_doubt_about_the_age_hides_a_rise_of_the_house_for_a_quarter_second_only():
    """An EV that fell would make the house small: what it drew long before is not believed."""
    assert moved(16000, 6000, -200, False) == (4000, 14000)
    assert moved(16000, 6000, -300, False) == (14000, 14000)


def test_once_the_age_is_known_it_may_be_newer_too():
    assert moved(6000, 16000, 100, True) == (4000, 14000)
    assert moved(6000, 16000, 300, True) == (14000, 14000)
    assert moved(16000, 6000, -100, True) == (4000, 14000)
    assert moved(16000, 6000, -200, True) == (14000, 14000)


def test_a_draw_is_held_so_long_that_the_ev_is_back_in_time():
    """11 s after a fall, less 2.5 s of slewing, 2.5 s of the EV and the sample's age; 1 to 3.5 s."""
    for age in (0, 2500, 2501, 4000, 5000, 8000):
        hold = min(3500, max(1000, 11000 - 2500 - 2500 - age))
        for more in (0, 1):
            fed = Fed()
            fed.sample(9000, 1000, age)
            fed.sample(5000, hold + more, age)
            assert fed.b.spare[0].held_ma == (5000 if more else 9000), (age, more)


# -- what binds ----------------------------------------------------------------------------


def test_exactly_the_maximum_is_free_and_one_less_is_the_house():
    fed = Fed(limit=37000)
    assert fed.sample(5000) == 32000
    assert fed.b.reason == b.FREE
    assert fed.sample([5000, 5001, 5001]) == 31999
    assert fed.b.reason == b.HOUSE and fed.b.phase == 1, "of two equals the first"


def test_it_is_valid_once_a_sample_was_trusted():
    fed = Fed()
    assert fed.b.valid == 0
    fed.sample(5000)
    assert fed.b.valid == 1
    fed.lose()
    assert fed.b.valid == 0


def test_a_maximum_set_lower_holds_from_the_next_sample_on():
    fed = Fed(limit=63000)
    assert fed.sample(5000) == 32000
    fed.b.set_limits([63000] * 3, 6000, 31999, 3)
    assert fed.sample(5000) == 31999


# -- down ----------------------------------------------------------------------------------


def test_of_the_reserve_sixty_percent_and_a_tenth_of_an_ampere_may_be_used():
    """But 95 % at most. Rises of 0.15 A and less use it, without being rises that ask for more."""
    for rises, worth, reserve in (
        ([], 100, 100),
        ([], 150, 150),
        ([151], 0, 151),
        ([285], 0, 285),
        ([300], 0, 300),
        ([480], 0, 480),
        ([400, 400], 0, 800),  # a ramp: twice the smaller one
        ([750, 750], 0, 1500),
    ):
        fed = Fed(worth_ma=worth)
        house = 5000
        fed.sample(house)
        for rise in rises:
            house += rise
            fed.sample(house, 1000)
        offer = 25000 - house - reserve
        assert fed.b.ma == offer
        left = min(reserve * 60 // 100 + 100, reserve * 95 // 100)
        while left:
            step = min(left, 150)
            left -= step
            house += step
            assert fed.sample(house, 250) == offer, reserve
        house += 1
        assert fed.sample(house, 250) == 25000 - house - reserve, reserve


# -- up ------------------------------------------------------------------------------------


def test_between_two_samples_at_most_a_second_and_a_half_is_counted():
    # 1500 mA twice 1.5 s are 4500 mA s; 1501 and 1499 mA are 2251 and 2248
    for first, second, to in ((1500, 1500, 21500), (1501, 1499, 20000)):
        fed = Fed()
        assert fed.sample(5000) == 20000
        assert fed.sample(5000 - first) == 20000
        assert fed.sample(5000 - second) == to


def test_a_sample_with_nothing_to_spare_costs_an_eighth_of_what_was_due():
    for more_ms, to in ((649, 20000), (650, 21000)):
        fed = Fed()
        assert fed.sample(5000) == 20000
        for limit, after_ms in ((26000, 1500), (26000, 1500), (26000, 1400), (25000, 100)):
            fed.b.set_limits([limit] * 3, 6000, 32000, 3)
            assert fed.sample(5000, after_ms) == 20000
        fed.b.set_limits([26000] * 3, 6000, 32000, 3)
        assert fed.sample(5000, more_ms) == to, "4400 mA s less 550 are 3850; 4500 make a raise"


# -- less than the minimum -----------------------------------------------------------------


def test_all_of_the_supply_taken_is_a_dip_one_ma_more_is_a_stop():
    for house, offer in ((25000, 6000), (25001, 0)):
        fed = Fed()
        fed.b.pauses.dip_mas = 100000
        fed.sample(5000)
        assert fed.sample(house) == offer, house


def test_the_time_without_a_meter_neither_adds_to_a_dip_nor_pays_it_back():
    for house, offer in ((19499, 6000), (19500, 0)):
        fed = Fed()
        fed.b.pauses.dip_mas = 1000
        fed.sample(5000)
        assert fed.sample(19500, 1000) == 6000  # 500 mA short for 1 s
        fed.lose()
        assert fed.sample(5000) == 20000
        assert fed.sample(house, 1000) == offer, "another 500 mA s are the 1000"


def test_a_new_shortage_ends_the_count_towards_a_restart():
    fed = Fed()
    fed.sample(5000)
    assert fed.sample(24000) == 0
    for count, short in ((9, 20000), (9, 19001), (10, 0)):
        for k in range(count):  # 1 A above the minimum, 1 s at most of each gap: 10 A s start
            assert fed.sample(18000) == (7000 if k == 9 else 0), (count, k)
        if short:
            assert fed.sample(short) == 0


def test_a_pause_is_for_want_of_current_until_exactly_the_minimum_is_free():
    fed = Fed()
    fed.sample(5000)
    assert fed.sample(24000) == 0 and fed.b.reason == b.PAUSE
    assert fed.sample(19000, 3500) == 0 and fed.b.reason == b.PAUSE, "24 A are held yet"
    assert fed.sample(19000, 1) == 0 and fed.b.reason == b.OFF_TIME
    assert fed.sample(19001, 4000) == 0 and fed.b.reason == b.PAUSE
