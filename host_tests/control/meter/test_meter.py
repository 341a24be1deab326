"""Sample trust: the table of states, hold times and reasons, on a clock below the wrap."""

from ballast.control.meter import meter as m
from ballast.control.ticks import add
from sample_kit import ev_view

START = 0x40000000 - 4000  # the tick wraps 4 s into every test


class Rig:
    """A meter, an EV and a house on one clock; the meter tells the truth unless bent."""

    def __init__(self, fitted=True, fuse=25000, export=False, phase_map=None):
        self.meter = m.Meter()
        self.meter.set_supply(fuse, export, phase_map)
        self.ev = ev_view(fitted)
        self.house = [5000, 2000, 1000]
        self.offered = 0
        self.now = START
        self.t = 0
        self.noise = 0
        self.send = True
        self.bend = None  # function([l1, l2, l3]) -> list
        self.lag_s = 0
        self.history = []

    def reading(self):
        true = [self.house[i] + self.ev.ma[i] + self.noise for i in range(3)]
        self.noise = 7 if self.noise == 0 else 0
        self.history.append(true)
        late = self.history[-1 - self.lag_s] if len(self.history) > self.lag_s else true
        return self.bend(late) if self.bend else late

    def run(self, seconds):
        """Steps of 100 ms, a sample in each second; returns the states seen."""
        seen = []
        for _ in range(seconds * 10):
            self.t += 1
            self.now = add(self.now, 100)
            if self.t % 10 == 0:
                x = self.reading()
                if self.send:
                    self.meter.put(self.now, x[0], x[1], x[2], 0)
            self.ev.seq += 1
            self.meter.step(self.now, self.ev, self.offered)
            if not seen or seen[-1] != self.meter.state:
                seen.append(self.meter.state)
        return seen

    def until(self, state, limit_s):
        """Seconds (0.1 s) until the state, or None."""
        for i in range(limit_s * 10):
            if self.meter.state == state:
                return i / 10
            self.t += 1
            self.now = add(self.now, 100)
            if self.t % 10 == 0:
                x = self.reading()
                if self.send:
                    self.meter.put(self.now, x[0], x[1], x[2], 0)
            self.ev.seq += 1
            self.meter.step(self.now, self.ev, self.offered)
        return None

    def ev_all(self, ma):
        self.ev.ma[0] = self.ev.ma[1] = self.ev.ma[2] = ma

    def good(self):
        self.run(6)
        assert self.meter.state == m.GOOD
        return self


def test_before_the_first_sample():
    x = m.Meter()
    x.step(START, ev_view(), 0)
    assert (x.state, x.reason, x.age_ms, x.seq) == (m.NONE, m.WHY_NEVER, -1, 0)


def test_a_new_meter_proves_itself_first():
    rig = Rig()
    assert rig.run(3) == [m.NONE, m.RECOVERING]
    assert rig.meter.reason == m.WHY_NEVER
    rig.run(2)
    assert (rig.meter.state, rig.meter.reason) == (m.GOOD, m.WHY_OK)
    assert rig.meter.ma[0] in (5000, 5007)


def test_age_counts_from_the_measurement():
    x = m.Meter()
    x.put(START, 1, 2, 3, 400)
    x.step(add(START, 20), ev_view(), 0)
    assert x.age_ms == 420 and x.ma == [1, 2, 3] and x.seq == 1
    assert x.t_ms == START - 400


def test_a_sample_overtaken_by_a_newer_one_is_dropped():
    x = m.Meter()
    x.put(START, 1000, 0, 0, 0)
    x.step(START, ev_view(), 0)
    x.put(add(START, 100), 2000, 0, 0, 500)
    x.step(add(START, 100), ev_view(), 0)
    assert x.ma[0] == 1000 and x.seq == 1


def test_stale_after_two_and_a_half_intervals():
    rig = Rig().good()
    rig.send = False
    rig.now = add(rig.meter.t_ms, 2500)
    rig.meter.step(rig.now, rig.ev, 0)
    assert rig.meter.state == m.GOOD
    rig.meter.step(add(rig.now, 1), rig.ev, 0)
    assert (rig.meter.state, rig.meter.reason) == (m.STALE, m.WHY_SILENT)


def test_a_late_sample_within_the_fallback_time_costs_nothing():
    rig = Rig().good()
    rig.send = False
    rig.run(4)
    assert rig.meter.state == m.STALE
    rig.send = True
    assert rig.until(m.GOOD, 3) is not None
    assert rig.meter.reason == m.WHY_OK


def test_back_after_ten_seconds_of_good_data():
    rig = Rig().good()
    rig.send = False
    rig.run(30)
    rig.send = True
    assert rig.until(m.RECOVERING, 2) is not None
    assert rig.meter.reason == m.WHY_SILENT
    assert 9.9 <= rig.until(m.GOOD, 20) <= 11.1


def test_silence_during_probation_starts_it_again():
    rig = Rig().good()
    rig.send = False
    rig.run(30)
    rig.send = True
    rig.run(8)
    rig.send = False
    assert rig.run(4)[-1] == m.STALE
    rig.send = True
    rig.run(8)
    assert rig.meter.state == m.RECOVERING


def test_the_age_saturates_and_never_wraps_into_youth():
    rig = Rig().good()
    rig.now = add(rig.now, 90000000)
    rig.meter.step(rig.now, rig.ev, 0)
    for _ in range(12):  # 12.5 days in all: once round the tick
        rig.now = add(rig.now, 90000000)
        rig.meter.step(rig.now, rig.ev, 0)
        assert rig.meter.state == m.STALE and rig.meter.age_ms == 100000000


def test_export_is_welcome_where_there_is_a_roof():
    rig = Rig(export=True)
    rig.house = [-12000, -11000, -9000]
    rig.good()
    assert rig.meter.ma[2] in (-9000, -8993)


def test_the_worse_reason_is_named():
    rig = Rig(fuse=1000).good()
    rig.bend = lambda x: [-20000, 20000, -2000]
    rig.run(1)
    assert rig.meter.reason == m.WHY_RANGE


def test_frozen_is_found_within_ten_seconds_of_the_movement():
    for size in (4000, -4000, 16000):
        rig = Rig()
        rig.ev_all(10000)
        rig.house = [1000, 1000, 1000]
        rig.good()
        last = rig.meter.ma[:]
        rig.bend = lambda x, last=last: last
        rig.run(3)
        rig.ev_all(10000 + size)
        took = rig.until(m.DISTRUSTED, 12)
        assert took is not None and took <= 10 and rig.meter.reason == m.WHY_FROZEN
        rig.run(30)
        assert rig.meter.state == m.DISTRUSTED  # not one good datum: no probation


def test_a_calm_house_repeats_itself_and_is_believed():
    rig = Rig()
    rig.bend = lambda x: [5000, 2000, 1000]
    rig.run(3600)
    assert rig.meter.state == m.GOOD


def test_frozen_comes_back_when_it_moves():
    rig = Rig()
    rig.ev_all(10000)
    rig.good()
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    rig.ev_all(6000)
    rig.run(10)
    assert rig.meter.reason == m.WHY_FROZEN
    rig.bend = None
    assert rig.until(m.RECOVERING, 2) is not None
    assert 9.9 <= rig.until(m.GOOD, 20) <= 11.1


def test_frozen_with_the_ev_back_where_it_was_is_still_frozen():
    rig = Rig()
    rig.ev_all(10000)
    rig.good()
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    rig.ev_all(4000)
    rig.run(10)
    rig.ev_all(10000)
    rig.run(20)
    assert (rig.meter.state, rig.meter.reason) == (m.DISTRUSTED, m.WHY_FROZEN)


def test_frozen_while_the_ev_tapers_slowly():
    rig = Rig()
    rig.ev_all(10000)
    rig.good()
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    for _ in range(50):
        rig.ev_all(rig.ev.ma[0] - 100)
        rig.run(4)
    assert rig.meter.reason == m.WHY_FROZEN


def test_a_short_movement_is_no_evidence():
    rig = Rig()
    rig.ev_all(10000)
    rig.good()
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    rig.ev_all(6000)
    rig.run(4)
    rig.ev_all(10000)
    rig.run(20)
    assert rig.meter.state == m.GOOD


def test_deaf_a_clamp_on_another_cable():
    rig = Rig()
    rig.good()
    rig.bend = lambda x: [5000 + rig.noise * 40, 2000, 1000]
    rig.ev_all(8000)
    took = rig.until(m.DISTRUSTED, 12)
    assert took is not None and took <= 10 and rig.meter.reason == m.WHY_DEAF


def test_a_slow_taper_in_a_living_house_is_no_movement():
    rig = Rig().good()
    rig.bend = lambda x: [5000 + rig.noise * 40, 2000, 1000]
    for _ in range(130):
        rig.ev_all(rig.ev.ma[0] + 25)  # 25 mA/s: reaches 1 A after 40 s, never 4 A in 60 s
        rig.run(1)
    assert rig.meter.state == m.GOOD


def test_deaf_again_and_again_is_doubted_longer_and_longer():
    rig = Rig().good()
    rig.bend = lambda x: [5000 + rig.noise * 40, 2000, 1000]
    holds = []
    for _ in range(9):
        rig.ev_all(16000 if rig.ev.ma[0] == 0 else 0)
        assert rig.until(m.DISTRUSTED, 12) is not None
        rig.run(1)
        holds.append(rig.until(m.GOOD, 700))
    for got, want in zip(holds, (10, 20, 40, 80, 160, 320, 640, 640, 640)):
        assert want - 1 <= got <= want + 1, holds
    rig.bend = None
    rig.run(10)
    rig.ev_all(8000)
    rig.run(10)  # it answered: settled
    rig.bend = lambda x: [5000 + rig.noise * 40, 2000, 1000]
    rig.run(6)
    rig.ev_all(0)
    assert rig.until(m.DISTRUSTED, 12) is not None
    rig.run(1)
    assert rig.until(m.GOOD, 20) <= 11


def test_an_honest_meter_is_never_deaf():
    rig = Rig().good()
    for amps in (6, 16, 10, 32, 0, 16, 12, 6, 32, 6):
        rig.ev_all(amps * 1000)
        assert rig.run(12) == [m.GOOD]


def test_the_balancer_answering_the_house_is_not_deafness():
    # The oven takes 10 A, one sample later the EV gives 10 A: the sum ends where it began.
    rig = Rig()
    rig.ev_all(16000)
    rig.good()
    for _ in range(5):
        rig.house[0] = 15000
        rig.run(1)
        rig.ev_all(6000)
        assert rig.run(15) == [m.GOOD]
        rig.house[0] = 5000
        rig.run(1)
        rig.ev_all(16000)
        assert rig.run(15) == [m.GOOD]


def test_swapped_phases():
    rig = Rig(phase_map=[1, 2, 0]).good()
    rig.ev.ma[0] = 8000  # EV L1 was found on mains L2; now it shows on L1
    took = rig.until(m.DISTRUSTED, 12)
    assert took is not None and rig.meter.reason == m.WHY_SWAPPED


def test_the_commissioned_phase_answers():
    rig = Rig(phase_map=[1, 2, 0]).good()
    rig.bend = lambda x: [x[1], x[0], x[2]]
    rig.run(12)
    for amps in (10, 0, 10, 0):
        rig.ev.ma[0] = amps * 1000
        assert rig.run(12) == [m.GOOD]


def test_a_second_phase_of_the_ev_that_moves_makes_it_deaf_not_swapped():
    rig = Rig(phase_map=[0, 1, 2]).good()
    rig.ev.ma[0] = 8000
    rig.ev.ma[1] = 9000
    rig.bend = lambda x: [x[0], 2000, x[2]]
    took = rig.until(m.DISTRUSTED, 12)
    assert took is not None and rig.meter.reason == m.WHY_DEAF


def test_reversed_in_a_house_that_exports():
    rig = Rig(export=True)
    rig.bend = lambda x: [-y for y in x]
    rig.good()
    for n, amps in enumerate((8, 0, 8)):
        rig.ev_all(amps * 1000)
        seen = rig.run(12)
        assert (m.DISTRUSTED in seen) == (n == 2)
    assert rig.meter.reason == m.WHY_REVERSED


def test_without_an_own_meter_only_a_long_freeze_counts():
    rig = Rig(fitted=False).good()
    rig.offered = 16000
    assert rig.run(40) == [m.GOOD]  # the EV does not take it: the house's noise is enough
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    rig.offered = 6000
    took = rig.until(m.DISTRUSTED, 40)
    assert took is not None and 19 <= took <= 23 and rig.meter.reason == m.WHY_FROZEN


def test_delay_is_measured():
    for lag in (0, 1, 2, 3):
        rig = Rig().good()
        rig.lag_s = lag
        rig.run(5)
        for amps in (8, 0, 8, 0, 8, 0):
            rig.run(12)
            rig.ev_all(amps * 1000)
        rig.run(12)
        assert rig.meter.state == m.GOOD
        assert lag * 1000 <= rig.meter.delay_ms <= (lag + 1) * 1000


def test_the_houses_own_step_measures_no_delay():
    rig = Rig().good()
    rig.ev_all(1500)  # moving, not yet across
    rig.run(1)
    rig.house[0] += 6000
    rig.run(2)
    rig.ev_all(7000)
    rig.run(9)
    assert rig.meter.delay_ms == 0


def test_an_answer_that_came_after_a_long_freeze_measures_no_delay():
    rig = Rig()
    rig.good()
    last = rig.meter.ma[:]
    rig.bend = lambda x: last
    rig.ev_all(3000)  # crosses, but is no movement of 4 A
    rig.run(20)
    rig.bend = None
    rig.run(2)
    assert rig.meter.delay_ms == 0 and rig.meter.state == m.GOOD


def test_a_clamp_that_tells_before_the_evs_own_meter_is_not_accused():
    """Its event is there 65 ms after the step; the EV's own meter reads ten times a second."""
    for size in (6000, -6000):
        x = m.Meter()
        x.set_supply(25000, False, None)
        ev = ev_view()
        ev.ma[0] = 10000
        now = START
        for tick in range(200):
            now = add(now, 100)
            mains = 15000 + (size if tick >= 100 else 0)
            ev.ma[0] = 10000 + (size if tick >= 101 else 0)
            if tick % 10 == 0 or tick == 100:
                x.put(now, mains, 0, 0, 0)
            x.step(now, ev, 0)
            ev.seq += 1
            x.step(now, ev, 0)
            assert x.state != m.DISTRUSTED, (tick, x.reason)
        assert x.delay_ms == 1


def test_a_source_of_ten_readings_a_second():
    x = m.Meter()
    x.set_supply(25000, False, None)
    x.expect(200)
    ev = ev_view()
    now = START
    for tick in range(600):
        now = add(now, 100)
        ev.ma[0] = 10000 if tick // 150 % 2 else 2000
        x.put(now, 5000 + ev.ma[0] + tick % 3, 0, 0, 0)
        ev.seq += 1
        x.step(now, ev, 0)
        assert x.state != m.DISTRUSTED
    assert x.state == m.GOOD and 0 < x.delay_ms <= 100


def test_a_slow_source_gets_its_time():
    rig = Rig()
    rig.meter.expect(5000)
    rig.good()
    rig.lag_s = 10
    rig.run(12)
    rig.ev_all(8000)
    assert m.DISTRUSTED not in rig.run(20)


def test_every_reason_has_a_key():
    assert len(m.REASON_KEYS) == m.WHY_NEGATIVE + 1
    assert m.REASON_KEYS[m.WHY_DEAF] == "deaf"
