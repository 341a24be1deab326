"""Invariants of the balancer over random houses, EVs and meters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.control.balance import balancer as b
from ballast.control.balance.ev_history import EvHistory
from ballast.control.balance.rise_risk import RiseRisk
from ballast.control.balance.spare import PhaseSpare
from ballast.control.ticks import add
from sample_kit import MeterReading, ev_view

SMALL_INT = (1 << 30) - 1
START = (1 << 30) - 20_000


class Loop:
    """An exact meter and an EV that obeys at once: what is offered is what is drawn."""

    def __init__(self, limit_ma, phases=3, min_ma=6000, max_ma=32000):
        self.b = b.Balancer()
        self.b.set_limits([limit_ma] * 3, min_ma, max_ma, phases)
        self.meter = MeterReading(START)
        self.ev = ev_view(t_ms=START)
        self.now = START
        self.offer = 0

    def step(self, house):
        """One second: ten own-meter readings, one mains sample of this moment. The offer."""
        for k in range(10):
            self.now = add(self.now, 100)
            self.ev.ma = [self.offer] * 3
            self.ev.seq += 1
            self.ev.t_ms = self.now
            if k == 9:
                self.meter.ma = [h + self.offer for h in house]
                self.meter.seq += 1
                self.meter.t_ms = self.now
            self.b.step(self.now, self.meter, self.ev, self.offer)
        self.offer = self.b.ma
        return self.offer


houses = st.lists(st.tuples(*[st.integers(-20_000, 45_000)] * 3), min_size=1, max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.integers(6_000, 63_000), houses)
def test_never_above_what_is_spare(limit, series):
    """With an exact meter and an EV without lag: at each sample, but for a dip that is ridden out."""
    loop = Loop(limit)
    ridden = 0
    for house in series:
        offer = loop.step(house)
        spare = limit - max(house)
        assert offer == 0 or 6_000 <= offer <= 32_000
        if offer > max(spare, 0):
            assert offer == 6_000 and 0 <= spare < 6_000, (offer, spare)
            ridden += 6_000 - spare
            assert ridden < 1_000 + 200 * len(series), "more than 1 A s at once"
        if spare < 0:
            assert offer == 0


@settings(max_examples=200, deadline=None)
@given(st.integers(6_000, 63_000), houses)
def test_strict_means_never_a_second_above(limit, series):
    loop = Loop(limit)
    loop.b.pauses.dip_mas = 0
    for house in series:
        offer = loop.step(house)
        assert offer <= max(0, limit - max(house))


@settings(max_examples=200, deadline=None)
@given(st.integers(12_000, 63_000), houses, st.integers(1, 30_000))
def test_a_higher_house_is_never_offered_more(limit, series, more):
    """Two houses alike but for the last second: the one that draws more gets no more."""
    low, high = Loop(limit), Loop(limit)
    for house in series[:-1]:
        assert low.step(house) == high.step(house)
    last = series[-1]
    assert high.step([h + more for h in last]) <= low.step(last)


@settings(max_examples=200, deadline=None)
@given(houses, st.integers(12_000, 50_000), st.integers(0, 13_000))
def test_a_first_offer_grows_with_the_limit(series, limit, more):
    low, high = Loop(limit), Loop(limit + more)
    assert low.step(series[0]) <= high.step(series[0])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5_000),
            st.integers(-200_000, 200_000),
            st.integers(0, 100_000),
            st.integers(0, 4_000),
            st.booleans(),
        ),
        min_size=1,
        max_size=120,
    ),
    st.booleans(),
)
def test_whatever_comes_the_numbers_stay_small_and_the_offer_legal(events, fitted):
    """Gaps, jumps, ages, lost meters: every attribute stays a small int, the offer 0 or 6..32 A."""
    balancer = b.Balancer()
    balancer.set_limits([25_000] * 3, 6000, 32000, 3)
    meter, ev = MeterReading(START), ev_view(fitted, t_ms=START)
    now = START
    for gap, mains, drawn, age, good in events:
        now = add(now, gap)
        ev.ma = [drawn, drawn // 2, 0]
        ev.seq += 1
        ev.t_ms = now
        meter.ma = [mains, -mains, mains // 3]
        meter.seq += 1
        meter.t_ms = add(now, -age)
        meter.state = 1 if good else 2
        balancer.step(now, meter, ev, balancer.ma)
        assert balancer.ma == 0 or 6_000 <= balancer.ma <= 32_000
        assert balancer.valid == good
        _all_small(balancer, set())


def _all_small(thing, seen):
    if id(thing) in seen:
        return
    seen.add(id(thing))
    for name, value in vars(thing).items():
        values = value if isinstance(value, list) else [value]
        for x in values:
            if isinstance(x, int):
                assert -SMALL_INT <= x <= SMALL_INT, (name, x)
            elif hasattr(x, "__dict__"):
                _all_small(x, seen)


@given(
    st.lists(st.tuples(st.integers(50, 3_000), st.integers(0, 80_000)), min_size=1, max_size=300),
    st.integers(0, 20_000),
)
def test_history_never_invents_a_current(readings, back):
    history = EvHistory()
    now = START
    for gap, ma in readings:
        now = add(now, gap)
        history.put(now, [ma, 0, 0])
    out = [0, 0, 0]
    history.at(add(now, -back), out)
    recent = [ma for _, ma in readings]
    assert min(recent) <= out[0] <= max(recent)


@given(
    st.lists(st.tuples(st.integers(-5_000, 40_000), st.integers(1, 2_000)), max_size=200),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.integers(0, 3_000),
)
def test_more_worth_is_never_less_reserve(rises, worth, more, cap):
    risk = RiseRisk()
    risk.clear(150, 50)
    for rise, weight in rises:
        risk.add(rise, weight)
    less = risk.reserve_ma(min(worth, 100_000), cap)
    assert 0 <= less <= cap
    assert less <= risk.reserve_ma(min(worth + more, 100_000), cap)


@given(st.lists(st.integers(-20_000, 60_000), min_size=1, max_size=80), st.integers(0, 14_000))
def test_what_is_held_is_the_highest_of_the_hold_time(series, hold):
    spare = PhaseSpare()
    spare.make()
    now = START
    for k, ma in enumerate(series):
        now = add(now, 500)
        spare.put(now, ma, ma + 10, 2_500, hold)
        recent = series[max(0, k - hold // 500) : k + 1]
        assert spare.held_ma == max(recent)
        assert spare.held_high_ma == max(recent) + 10
        assert 0 <= spare.reserve_ma(5_000) <= 1_500
