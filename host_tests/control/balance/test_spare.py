"""One phase: what is held back, and how much reserve which house earns."""

from ballast.control.balance.spare import PhaseSpare
from ballast.control.ticks import add

START = 0x40000000 - 20000
WORTH = 6000


class Phase:
    def __init__(self, hold_ms=3500, horizon_ms=2500):
        self.s = PhaseSpare()
        self.s.make()
        self.now = START
        self.hold = hold_ms
        self.horizon = horizon_ms

    def put(self, ma, high=None, after_ms=1000):
        self.now = add(self.now, after_ms)
        self.s.put(self.now, ma, ma if high is None else high, self.horizon, self.hold)
        return self.s

    def series(self, values, after_ms=1000):
        for ma in values:
            self.put(ma, None, after_ms)
        return self.s


def test_the_highest_of_the_hold_time_is_held():
    values = [5000, 9000, 4000, 6000, 6000, 3000, 2000, 2000, 2000, 2000, 8000, 1000, 1000, 1000]
    for hold in (0, 1000, 2500, 3500, 8000):
        phase = Phase(hold)
        for k, ma in enumerate(values):
            phase.put(ma)
            seen = [values[j] for j in range(k + 1) if (k - j) * 1000 <= hold]
            assert phase.s.held_ma == max(seen), (hold, k)
            assert phase.s.house_ma == ma


def test_what_the_house_may_have_been_is_held_apart():
    phase = Phase()
    phase.put(5000, 7000)
    phase.put(4000, 4000)
    assert phase.s.held_ma == 5000 and phase.s.held_high_ma == 7000
    assert phase.s.house_ma == 4000


def test_samples_within_a_quarter_second_share_a_slot_at_their_highest():
    phase = Phase(hold_ms=300)
    phase.put(5000)
    phase.put(9000, None, 100)
    phase.put(4000, None, 100)
    assert phase.s.house_ma == 4000
    assert phase.s.held_ma == 9000
    phase.put(4000, None, 400)
    assert phase.s.held_ma == 4000


def test_clear_forgets_what_was_held_and_what_rose():
    phase = Phase()
    phase.series([2000, 4000, 9000])
    phase.s.clear()
    phase.put(2000)
    assert phase.s.held_ma == 2000
    assert phase.s.reserve_ma(0) == 0


def test_what_changed_during_a_gap_is_neither_a_rise_nor_learned_from():
    phase = Phase()
    for _ in range(40):
        phase.series([2000] * 2)
        phase.s.clear()
        assert phase.put(3000, None, 5000).reserve_ma(0) == 0
        phase.series([3000] * 2)
        phase.s.clear()
    phase.series([3000] * 4)
    assert phase.s.reserve_ma(WORTH) == 150


def test_a_calm_house_is_given_no_more_than_the_rest():
    phase = Phase()
    phase.series([5000] * 120)
    assert phase.s.reserve_ma(WORTH) == 150
    assert phase.s.reserve_ma(149) == 149 and phase.s.reserve_ma(0) == 0  # no caution is none


def test_a_house_that_rises_often_earns_a_reserve_and_loses_it_in_calm():
    phase = Phase()
    for k in range(40):
        phase.series([5000 + k * 1000] + [5000 + k * 1000] * 5)
    volatile = phase.s.reserve_ma(WORTH)
    assert volatile >= 900
    phase.series([20000] * 600)
    assert phase.s.reserve_ma(WORTH) == 150


def test_a_rise_that_only_returns_to_what_was_held_is_none():
    phase = Phase(hold_ms=8000)
    for _ in range(40):
        phase.series([9000, 5000, 5000])
    assert phase.s.reserve_ma(WORTH) == 150


def test_after_a_single_rise_half_an_ampere_is_kept_for_two_seconds():
    for rise, kept in ((151, 151), (300, 300), (480, 480), (7000, 480)):
        phase = Phase()
        phase.series([5000] * 60)
        phase.put(5000 + rise)
        assert phase.s.reserve_ma(0) == kept, rise
        phase.put(5000 + rise, None, 2000)
        assert phase.s.reserve_ma(0) == kept
        phase.put(5000 + rise, None, 100)
        assert phase.s.reserve_ma(0) == 0
    phase.series([5000] * 60)
    phase.put(5150)
    assert phase.s.reserve_ma(0) == 0, "0.15 A is noise"


def test_how_a_house_goes_on_is_learned_apart_for_steps_and_for_appliances():
    def house(rise):
        """Every half minute a rise of one ampere, with another that follows; and a large one."""
        phase = Phase()
        for _ in range(12):
            phase.series([5000] * 30)
            phase.series([5000 + rise, 5000 + rise, 5000 + rise, 5000 + 2 * rise])
            phase.series([5000 + 2 * rise] * 8)
            phase.series([5000] * 30)
            phase.series([12000] * 20)
        phase.series([5000] * 30)
        return phase

    small, step, large = (house(1000).put(5000 + rise) for rise in (400, 1000, 7000))
    assert step.reserve_ma(WORTH) >= 900
    assert small.reserve_ma(WORTH) <= 400 and large.reserve_ma(WORTH) <= 480
    late = house(1000)
    late.put(6000)
    late.put(6000, None, 2001)
    assert late.s.reserve_ma(WORTH) < step.reserve_ma(WORTH), "2 s later it is a calm house again"
    assert house(300).put(6000).reserve_ma(WORTH) <= 480, "what it learned from are its own steps"


def test_a_step_is_half_an_ampere_to_one_and_a_half():
    for rise, step in ((499, False), (500, True), (1500, True), (1501, False)):
        phase = Phase()
        for _ in range(12):  # each step is followed by a second one, which is over at once
            phase.series([5000] * 30)
            phase.series([6000, 6000, 7500, 5000, 5000, 5000])
        phase.series([5000] * 30)
        assert (phase.put(5000 + rise).reserve_ma(WORTH) >= 900) == step, rise


def test_no_first_rise_in_a_calm_house_costs_more_than_half_an_ampere():
    for rise in range(100, 3000, 50):
        for worth in (1000, 4000, 100000):
            phase = Phase()
            phase.series([5000] * 20)
            assert phase.put(5000 + rise).reserve_ma(worth) <= 480, (rise, worth)


def test_two_rises_within_three_seconds_are_a_ramp():
    for second, ramp in ((2000, 1200), (3000, 1200), (3001, 480)):
        phase = Phase()
        phase.series([5000] * 10)
        phase.put(5600)
        phase.put(6300, None, second)
        assert phase.s.reserve_ma(0) == ramp, second
    phase = Phase()
    phase.series([5000] * 10)
    phase.series([8000, 11000])
    assert phase.s.reserve_ma(0) == 1500, "never more than the cap"
    phase.put(11000, None, 2001)
    assert phase.s.reserve_ma(0) == 0


def test_two_small_rises_that_are_a_ramp_are_expected_to_go_on_as_a_step_does():
    """The first guess of a step: 0.48 A for four tenths of the time, for which 0.4 A are enough."""
    phase = Phase()
    phase.series([5000] * 10)
    phase.put(5151)
    assert phase.put(5302).reserve_ma(WORTH) == 400  # twice 151 would be 302


def test_what_a_ramp_taught_holds_for_a_step_and_for_neither_smaller_nor_larger_rises():
    for rise, step in ((300, False), (1000, True), (3000, False)):
        phase = Phase()
        for _ in range(12):  # two small rises within 3 s, and a large one that is over at once
            phase.series([5000] * 30)
            phase.series([5300, 5600, 5600, 7100, 5000, 5000])
        phase.series([5000] * 30)
        assert (phase.put(5000 + rise).reserve_ma(WORTH) >= 900) == step, rise


def test_one_switching_in_two_samples_is_one_rise():
    phase = Phase()
    phase.series([5000] * 10)
    phase.put(8000)
    phase.put(12000, None, 600)
    assert phase.s.reserve_ma(0) == 480


def test_two_rises_less_than_seven_tenths_of_a_second_apart_are_one():
    for apart, reserve in ((699, 480), (700, 1200)):  # one of 1300, or a ramp of 600 and 700
        phase = Phase()
        phase.series([5000] * 10)
        phase.put(5600)
        assert phase.put(6300, None, apart).reserve_ma(0) == reserve, apart


def test_a_rise_counts_for_the_samples_of_the_horizon_before_it_and_no_older_one():
    """An ampere more each 10 s: 7 samples of them are calm, 2 or 3 of those before the next rise."""
    for horizon, share in ((1999, 286), (2000, 286), (2001, 429), (2999, 429), (3000, 429)):
        phase = Phase(horizon_ms=horizon)
        for k in range(60):
            phase.series([5000 + 1000 * k] * 10)
        pays = 900 * 1000 // share  # of 0.9 A
        assert phase.s.reserve_ma(pays * 9 // 10) == 150, horizon
        assert phase.s.reserve_ma(pays * 11 // 10) == 900, horizon


def test_a_rise_that_is_not_certain_is_none():
    phase = Phase()
    phase.series([5000] * 10)
    phase.put(3000, 7000)
    phase.put(5000, 5000)
    assert phase.s.reserve_ma(0) == 0, "it was between 3 and 7 A before"


def test_many_samples_and_a_long_horizon_do_not_break_the_ring():
    phase = Phase(hold_ms=14000, horizon_ms=9000)
    seed = 7
    values = []
    for _ in range(3000):
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        ma = (seed >> 10) % 30000 - 5000
        values.append(ma)
        phase.put(ma, None, 250)
        assert phase.s.held_ma == max(values[-57:])
    assert phase.s.reserve_ma(WORTH) >= 0
