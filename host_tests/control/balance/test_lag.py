"""The delays of the loop, found from what the EV and the mains do."""

from ballast.control.balance.ev_history import EvHistory
from ballast.control.balance.lag import EvLag, MeterLag
from ballast.control.ticks import add, diff

START = 0x40000000 - 5000


class Car:
    """Offers in, current out `delay_ms` later, at once."""

    def __init__(self, delay_ms, own_limit_ma=32000):
        self.lag = EvLag()
        self.delay = delay_ms // 100
        self.own = own_limit_ma
        self.offers = [0] * 100
        self.now = START

    def offer(self, ma, seconds):
        for _ in range(int(seconds * 10)):
            self.now = add(self.now, 100)
            self.offers.append(ma)
            self.lag.put(self.now, ma, min(self.offers[-1 - self.delay], self.own))
        return self.lag.ms


def test_every_delay_is_found():
    for delay in (100, 300, 500, 1000, 2000, 3500, 5000):
        car = Car(delay)
        car.offer(6000, 10)
        assert car.offer(16000, 10) == delay, delay


def test_a_longer_answer_counts_at_once_a_shorter_one_by_a_quarter():
    car = Car(1000)
    car.offer(10000, 10)
    assert car.lag.ms == 1000
    car.delay = 30
    assert car.offer(6000, 10) == 3000
    car.delay = 10
    assert car.offer(16000, 10) == 2500


def test_nothing_known_is_the_default_and_clear_returns_to_it():
    car = Car(500)
    first = car.lag.ms
    assert car.offer(0, 5) == first
    car.offer(16000, 10)
    assert car.lag.ms == 500
    car.lag.clear()
    assert car.lag.ms == first


def test_an_answer_faster_than_a_reading_is_100_ms():
    lag = EvLag()
    lag.put(START, 6000, 0)
    lag.put(add(START, 20), 6000, 6000)
    assert lag.ms == 100


def test_small_changes_are_not_timed():
    car = Car(1000)
    car.offer(10000, 10)
    car.delay = 40
    for ma in (11999, 10000, 8001, 10000):
        assert car.offer(ma, 10) == 1000


def test_an_ev_that_does_not_follow_has_no_time():
    car = Car(1000, own_limit_ma=8000)
    car.offer(8000, 10)
    car.delay = 40
    assert car.offer(16000, 20) == 1000, "it is limited by itself"
    assert car.offer(8500, 20) == 1000, "it is below the new offer already"


def test_a_turn_of_the_offer_while_waiting_is_not_timed():
    car = Car(1000)
    car.offer(10000, 10)
    car.delay = 30
    car.offer(16000, 1)
    assert car.offer(6000, 20) == 1000


def test_a_second_step_the_same_way_is_timed_from_the_first():
    car = Car(3000)
    car.offer(16000, 1)
    car.offer(20000, 1)
    assert car.offer(24000, 10) == 3000


class Mains:
    """A house, an EV that moves, and a meter that is `late_ms` late and does not say so."""

    def __init__(self, late_ms, noise=0):
        self.lag = MeterLag()
        self.history = EvHistory()
        self.late = late_ms // 100
        self.ev = [0] * 100
        self.noise = noise
        self.now = START
        self.k = 0

    def run(self, ma, seconds, slew=1000):
        for _ in range(int(seconds * 10)):
            self.k += 1
            self.now = add(self.now, 100)
            ev = self.ev[-1]
            ev = min(ma, ev + slew) if ma > ev else max(ma, ev - slew)
            self.ev.append(ev)
            self.history.put(self.now, [ev, 0, 0])
            self.lag.watch(self.now, ev)
            if self.k % 10 == 0 or (self.k % 3 == 0 and self.ev[-1] != self.ev[-20]):
                house = 3000 + self.noise * (self.k % 7)
                mains = house + self.ev[-1 - self.late]
                self.lag.put(self.now, self.now, mains, self.history)


def test_every_delay_of_a_meter_is_found():
    for late in (0, 300, 700, 1000, 1500, 2000, 3000, 3700):
        mains = Mains(late)
        mains.run(0, 3)
        mains.run(16000, 12)
        assert mains.lag.known, late
        assert abs(mains.lag.ms - late) <= 150, (late, mains.lag.ms)
        assert mains.lag.doubt_ms == 250


def test_a_second_measurement_narrows_the_doubt():
    mains = Mains(1000, noise=50)
    mains.run(0, 3)
    mains.run(16000, 12)
    mains.run(6000, 12)
    assert mains.lag.doubt_ms == 150
    assert abs(mains.lag.ms - 1000) <= 150


def test_a_delay_that_changes_is_taken_over():
    mains = Mains(3000)
    mains.run(0, 3)
    mains.run(16000, 12)
    mains.late = 3
    mains.run(16000, 8)
    mains.run(6000, 12)
    assert abs(mains.lag.ms - 300) <= 150
    assert mains.lag.doubt_ms == 250, "as after a first measurement"


def test_before_anything_moved_the_doubt_is_wide():
    mains = Mains(1000)
    mains.run(900, 30, slew=900)
    assert not mains.lag.known
    assert mains.lag.doubt_ms == 3750


def test_a_small_movement_is_not_enough():
    mains = Mains(1000)
    mains.run(2900, 30)
    assert not mains.lag.known


def test_a_restless_house_does_not_hide_it():
    mains = Mains(1000, noise=1500)
    mains.run(0, 3)
    mains.run(16000, 12)
    assert mains.lag.known
    assert abs(mains.lag.ms - 1000) <= 250, "one step"


def test_a_mains_that_does_not_answer_has_no_delay():
    mains = Mains(1000)
    mains.run(0, 3)
    put = mains.lag.put
    mains.lag.put = lambda now, t, ma, history: put(now, t, 9000, history)
    mains.run(16000, 20)
    assert not mains.lag.known


def test_a_restless_ev_is_judged_after_half_a_minute():
    mains = Mains(1000)
    mains.run(0, 3)
    for k in range(9):
        mains.run(6000 if k % 2 else 16000, 4)
    assert mains.lag.known
    assert abs(mains.lag.ms - 1000) <= 150


def test_clear_forgets():
    mains = Mains(1000)
    mains.run(16000, 20)
    mains.lag.clear()
    assert not mains.lag.known and mains.lag.ms == 0


def _timed(offers):
    """An EvLag that was given [(ms, offer, EV's current)]."""
    lag = EvLag()
    for t, offered, ev in offers:
        lag.put(add(START, t), offered, ev)
    return lag


def test_a_step_of_2_a_either_way_is_timed():
    assert _timed([(0, 2000, 0), (3000, 2000, 2000)]).ms == 3000
    up = [(0, 12000, 0), (1000, 12000, 12000)]
    assert _timed(up + [(9000, 10000, 12000), (12000, 10000, 10000)]).ms == 3000
    assert _timed(up + [(9000, 10001, 12000), (12000, 10001, 10001)]).ms == 1000


def test_an_answer_is_a_quarter_of_the_gap_and_at_least_half_an_ampere():
    ask = [(0, 8000, 0), (3000, 8000, 1999)]
    assert _timed(ask).ms == 2500, "as before anything was measured"
    assert _timed(ask + [(3100, 8000, 2000)]).ms == 3100
    own = [(0, 16000, 0), (1000, 16000, 8000)]  # full at 8 A, by itself
    ask = own + [(9000, 9500, 8000), (12000, 9500, 8499)]
    assert _timed(ask).ms == 1000, "1.5 A are a gap of 375 mA a quarter"
    assert _timed(ask + [(12100, 9500, 8500)]).ms == 3100
    ask = own + [(9000, 6500, 8000), (12000, 6500, 7501)]
    assert _timed(ask).ms == 1000, "and so are 1.5 A downwards"
    assert _timed(ask + [(12100, 6500, 7500)]).ms == 3100


def test_an_ev_within_1_a_of_the_new_offer_is_there_already():
    own = [(0, 16000, 0), (1000, 16000, 8000)]
    for offer, then, ms in (
        (9000, 9000, 3000),
        (8999, 8999, 1000),
        (7001, 7001, 1000),
        (7000, 7000, 3000),
    ):
        assert _timed(own + [(9000, offer, 8000), (12000, offer, then)]).ms == ms, offer


def test_no_answer_for_six_seconds_is_no_time():
    full = [(0, 20000, 0), (1000, 20000, 20000)]
    for ask in ([(0, 8000, 0)], full + [(9000, 8000, 20000)]):
        t, offer, ev = ask[-1]
        before = _timed(ask).ms
        late = [(t + 6000, offer, ev), (t + 6100, offer, offer)]
        assert _timed(ask + late).ms == 6100, "at 6 s it is still waited for"
        late = [(t + 6001, offer, ev), (t + 6100, offer, offer)]
        assert _timed(ask + late).ms == before, "after it, it is not"
    given_up = [(0, 8000, 2000), (6001, 8000, 2000), (6100, 8000, 0)]
    assert _timed(given_up).ms == 2500, "nor is a movement the other way an answer"


def test_steps_the_same_way_are_one():
    assert _timed([(0, 6000, 0), (100, 6001, 0), (3000, 6001, 6000)]).ms == 3000
    down = [(0, 20000, 0), (1000, 20000, 20000), (9000, 16000, 20000), (9100, 12000, 20000)]
    assert _timed(down + [(12000, 12000, 12000)]).ms == 3000


class Steps:
    """An EV's current as steps [(ms, mA)], on one of three phases: what a history holds of it."""

    def __init__(self, steps, phase=0):
        self.steps = steps
        self.phase = phase

    def ma(self, t):
        now = 0
        for at, ma in self.steps:
            now = ma if t >= at else now
        return now

    def at(self, t_ms, out):
        out[0] = out[1] = out[2] = 0
        out[self.phase] = self.ma(diff(t_ms, START))


def _measure(lag, began, late, ma, to_ms=7001, share=None, phase=0):
    """The EV goes from 0 to `ma` at `began`; of it `share` shows in the mains, `late` ms later.

    A sample every quarter of a second, so every guess is told from its neighbours,
    and a last one `to_ms` after the movement.
    """
    ev = Steps([(began, ma)], phase)
    mains = Steps([(began + late, ma if share is None else share)])
    lag.watch(add(START, began - 1000), 0)
    lag.watch(add(START, began), ma)
    for t in list(range(began - 250, began + 6750, 250)) + [began + to_ms]:
        lag.put(add(START, t), add(START, t), mains.ma(t), ev)
    return lag


def test_a_measurement_ends_seven_seconds_after_the_last_movement():
    assert not _measure(MeterLag(), 0, 1000, 4000, 7000).known
    lag = _measure(MeterLag(), 0, 1000, 4000, 7001)
    assert lag.known == 1 and lag.ms == 1000


def test_the_ev_must_have_moved_3_a_in_steps_of_1_a():
    assert _measure(MeterLag(), 0, 1000, 3000).known
    assert not _measure(MeterLag(), 0, 1000, 2999).known
    for currents, known in (
        ((1000, 2000, 3000), 1),
        ((2000, 1000), 1),
        ((2000, 1001), 0),
        ((999, 1998, 2997), 0),
    ):
        lag = MeterLag()
        for ma in currents:
            lag.watch(START, ma)
        ev = Steps([(0, currents[-1])])
        for t in list(range(-250, 6750, 250)) + [7001]:
            lag.put(add(START, t), add(START, t), ev.ma(t), ev)
        assert lag.known == known, currents


def test_every_phase_of_the_ev_counts():
    for phase in range(3):
        assert _measure(MeterLag(), 0, 1500, 4000, phase=phase).ms == 1500


def test_guesses_must_differ_by_half_of_the_movement():
    """4 A moved. If the mains shows s of it, the right guess leaves 4000 - s, a wrong one 4000 + s."""
    assert _measure(MeterLag(), 0, 1000, 4000, share=1000).known, "2 s = 2000"
    assert not _measure(MeterLag(), 0, 1000, 4000, share=999).known


def test_guesses_within_a_twentieth_of_the_movement_are_equal():
    """Two guesses see the large step between the same two samples; small ones tell them apart.

    Each small step counts twice for the wrong one: once in the mains, once in the EV.
    """
    for small, equal in (([100], 1), ([101], 0), ([1, 101], 0), ([50, 100], 1)):
        for late in (0, 250):
            steps = [(k * 1000, ma) for k, ma in enumerate(small)] + [(2000, 4000)]
            ev = Steps(steps)
            lag = MeterLag()
            lag.watch(START, 4000)
            for t in (-100, 100, 300, 900, 1100, 1300, 1900, 2300, 3000, 5000, 7001):
                lag.put(add(START, t), add(START, t), ev.ma(t - late), ev)
            assert lag.known and lag.ms == (125 if equal else late), (small, late)


def test_the_first_and_the_last_guess_can_be_the_right_one():
    for late in (0, 250, 3500, 3750):
        assert _measure(MeterLag(), 0, late, 4000).ms == late


def test_the_smallest_turn_of_the_offer_ends_the_timing():
    up = [(0, 6000, 0), (100, 5999, 0), (3000, 5999, 5999)]
    assert _timed(up).ms == 2500


def test_a_measurement_within_two_steps_counts_a_quarter_others_at_once():
    for late, ms, doubt in (
        (2000, 1500 + 500 // 4, 150),
        (2250, 2250, 250),
        (1000, 1500 - 500 // 4, 150),
        (750, 750, 250),
    ):
        lag = _measure(MeterLag(), 0, 1500, 4000)
        assert (lag.ms, lag.doubt_ms) == (1500, 250)
        _measure(lag, 10000, late, 4000)
        assert (lag.ms, lag.doubt_ms) == (ms, doubt), late


def test_a_measurement_a_minute_after_the_first_is_one_of_its_own():
    lag = _measure(MeterLag(), 0, 1500, 4000)
    _measure(lag, 60000, 3000, 4000)
    assert lag.ms == 3000


def test_a_restless_ev_is_judged_after_thirty_seconds_exactly():
    for last, known in ((30000, 0), (30001, 1)):
        lag = MeterLag()
        ev = Steps([(t, 16000 if t % 4000 else 6000) for t in range(0, 30000, 2000)])
        for t in list(range(0, 29751, 250)) + [last]:
            lag.watch(add(START, t), ev.ma(t))
            lag.put(add(START, t), add(START, t), ev.ma(t - 1000), ev)
        assert lag.known == known, last
