"""The delays of the loop, found from what the EV and the mains do."""

from ballast.control.ev_history import EvHistory
from ballast.control.lag import EvLag, MeterLag
from ballast.control.ticks import add

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
