"""The commissioning test to the millisecond, the milliampere and the per mille."""

from ballast.control.meter import commissioning as c
from ballast.control.ticks import add

START = 0x40000000 - 20000
HOLD_S = (14, 11, 13, 10, 15, 11, 12, 10, 13)
LOW, HIGH = 6000, 16000


class Ev:
    fitted = True

    def __init__(self):
        self.ma = [0, 0, 0]


class Meter:
    def __init__(self):
        self.raw = [0, 0, 0]
        self.seq = 0
        self.delay_ms = 0


class Bench:
    """A running test, its meter and EV; nothing happens but what is asked for."""

    def __init__(self):
        self.test = c.Commissioning()
        self.meter = Meter()
        self.ev = Ev()
        self.begin(START)

    def begin(self, now):
        self.now = now
        assert self.test.start(now, self.ev, LOW, HIGH)

    def quiet(self, now):
        return self.test.step(now, self.meter, self.ev)

    def reads(self, now, mains, ev_ma, ev_phase=0):
        self.meter.seq += 1
        self.meter.raw = list(mains)
        self.ev.ma = [0, 0, 0]
        self.ev.ma[ev_phase] = ev_ma
        return self.quiet(now)

    def play(self, levels, ev_phase=0):
        """All nine levels, a list of readings (mains L1, L2, L3, EV) each, the last as it ends."""
        for k in range(9):
            self.now = add(self.now, HOLD_S[k] * 1000)
            for n in range(len(levels[k])):
                x = levels[k][n]
                at = add(self.now, -100 * (len(levels[k]) - 1 - n))
                last = self.reads(at, x[:3], x[3], ev_phase)
        assert self.test.state == c.DONE and last == -1
        return self.test


def play(levels, ev_phase=0):
    return Bench().play(levels, ev_phase)


def rated(l1, l2=None, l3=None):
    """A finished test whose edges of 10 A had these ratios in per mille; None = the EV stood still."""
    quiet = [0] * 8
    ev = LOW
    mains = [200000, 200000, 200000]
    levels = [[(200000, 200000, 200000, ev)]]
    for k in range(8):
        if l1[k] is not None:
            amps = 10 if ev == LOW else -10
            ev += amps * 1000
            for i, ratios in enumerate((l1, l2 or quiet, l3 or quiet)):
                mains[i] += amps * ratios[k]
        levels.append([(mains[0], mains[1], mains[2], ev)])
    return play(levels)


def evs(steps):
    """A finished test in which the EV moved by these mA, and the mains with it."""
    ma = 10000
    levels = [[(ma, 0, 0, ma)]]
    for step in steps:
        ma += step
        levels.append([(ma, 0, 0, ma)])
    return play(levels)


# --- the clock ------------------------------------------------------------------------


def test_each_level_is_held_to_the_millisecond():
    bench = Bench()
    ends = START
    for k in range(9):
        here, then = (LOW, HIGH) if k % 2 else (HIGH, LOW)
        if k == 8:
            then = -1  # the EV is free in the very step that ends it
        ends = add(ends, HOLD_S[k] * 1000)
        assert bench.reads(add(ends, -2), (0, 0, 0), here) == here, k
        assert bench.quiet(add(ends, -1)) == here, k
        assert bench.quiet(ends) == then, k
        assert bench.test.progress == (k + 1) * 100 // 9


def test_a_level_lasts_from_the_step_that_began_it():
    """A late step shortens no level: the EV has its whole time to follow."""
    bench = Bench()
    late = add(START, 14300)
    assert bench.reads(late, (0, 0, 0), HIGH) == LOW
    assert bench.reads(add(late, 10999), (0, 0, 0), LOW) == LOW
    assert bench.reads(add(late, 11000), (0, 0, 0), LOW) == HIGH


def test_eight_seconds_without_a_reading_are_borne_not_one_more():
    bench = Bench()
    assert bench.quiet(add(START, 8000)) == HIGH
    assert bench.quiet(add(START, 8001)) == -1
    assert (bench.test.state, bench.test.verdict) == (c.DONE, c.SILENT)


def test_the_silence_counts_from_the_last_reading():
    bench = Bench()
    bench.reads(add(START, 5000), (0, 0, 0), HIGH)
    assert bench.quiet(add(START, 13000)) == HIGH
    assert bench.quiet(add(START, 13001)) == -1


def test_a_level_without_a_reading_in_its_last_seconds_ends_the_test():
    bench = Bench()
    assert bench.reads(add(START, 9999), (0, 0, 0), HIGH) == HIGH  # 4.001 s before the end
    assert bench.quiet(add(START, 13999)) == HIGH
    assert bench.quiet(add(START, 14000)) == -1
    assert bench.test.verdict == c.SILENT


def test_a_reading_four_seconds_before_the_end_counts():
    bench = Bench()
    assert bench.reads(add(START, 10000), (0, 0, 0), HIGH) == HIGH
    assert bench.quiet(add(START, 14000)) == LOW


def test_a_new_test_begins_with_a_clean_sheet():
    right = [1000] * 8
    bench = Bench()
    bench.meter.delay_ms = 700
    levels = [[(n % 2 * 10000,) * 4] for n in range(9)]
    test = bench.play(levels)
    assert test.ratio_pm == right[:3] and test.agree == [8, 8, 8]
    assert (test.delay_ms, test.phases, test.progress) == (700, 3, 100)
    bench.begin(bench.now)
    assert test.ratio_pm == [0, 0, 0] and test.agree == [0, 0, 0]
    assert (test.delay_ms, test.phases, test.first, test.progress) == (0, 0, -1, 0)
    assert (test.state, test.verdict) == (c.RUNNING, c.OK)
    assert bench.play(levels).ratio_pm == right[:3]


# --- the EV ---------------------------------------------------------------------------


def test_an_edge_of_the_ev_is_four_amperes():
    assert evs((4000, -4000) * 4).verdict == c.OK
    assert evs((3999, -3999) * 4).verdict == c.NO_EV


def test_the_ev_has_to_follow_five_times_of_eight():
    for steps, follows in (
        ((4000, -4000, 4000, -4000, 0, 0, 0, 0), False),
        ((0, 4000, 0, -4000, 0, 4000, 0, -4000), False),
        ((4000, -4000, 4000, -4000, 4000, 0, 0, 0), True),
        ((0, 4000, -4000, 0, 4000, -4000, 4000, 0), True),
    ):
        test = evs(steps)
        assert test.verdict == (c.OK if follows else c.NO_EV), steps
        assert test.agree[0] == (5 if follows else 0), steps


def test_edges_of_any_height_count_alike():
    test = evs((10000, -5000, 4500, -9500, 4010, 6000, -7000, 8000))
    assert (test.verdict, test.ratio_pm, test.agree[0]) == (c.OK, [1000, 0, 0], 8)


def test_a_one_phase_car_may_hang_on_any_of_the_chargers_phases():
    levels = [[(0, 0, 0, 6000 + n % 2 * 4000)] for n in range(9)]
    for phase in range(3):
        assert play(levels, ev_phase=phase).verdict == c.NO_ANSWER, phase


def test_a_level_is_the_mean_of_its_readings():
    low = [(6000, 0, 0, 6000)]
    for high, verdict in (
        ([10000, 10000], c.OK),
        ([8000, 10000, 12000], c.OK),  # 30 A / 3 = 10 A: an edge of 4 A
        ([9999, 10000], c.NO_EV),  # 19.999 A / 2 = 9.999 A: an edge of 3.999 A
        ([8000, 10000, 11999], c.NO_EV),
    ):
        highs = [(ma, 0, 0, ma) for ma in high]
        assert play([low, highs] * 4 + [low]).verdict == verdict, high


# --- the ratio ------------------------------------------------------------------------


def test_the_median_of_the_edges_stands():
    ratios = [700, 830, 910, 1000, 1130, 1240, 1380, 1500]
    for n in (5, 6, 7, 8):
        for turn in range(n):
            for sign in (1, -1):
                seen = [sign * pm for pm in ratios[turn:n] + ratios[:turn]]
                middle = sorted(seen)[(n - 1) // 2 : n // 2 + 1]
                still = [None] * (8 - n)
                for edges in (seen + still, still + seen):
                    assert rated(edges).ratio_pm[0] == sum(middle) // len(middle), edges


def test_up_and_down_have_the_same_ratio_where_the_tens_do_not_come_out_even():
    # 10009 mA count as 1000 tens: 10009 * 100 // 1000 = 1000 per mille, in both directions
    assert evs((10009, -10009) * 4).ratio_pm[0] == 1000


def test_edges_within_a_quarter_of_the_ratio_agree():
    for far, agree in ((1250, 8), (1251, 7), (750, 8), (749, 7)):
        assert rated([1000] * 7 + [far]).agree[0] == agree, far
        assert rated([-1000] * 7 + [-far]).agree[0] == agree, far


def test_edges_within_150_per_mille_of_a_small_ratio_agree():
    for ratio in (0, 400, 598, 600):  # a quarter of 600 is 150
        for far, agree in ((150, 8), (151, 7), (-150, 8), (-151, 7)):
            assert rated([ratio] * 7 + [ratio + far]).agree[0] == agree, (ratio, far)


def test_less_than_a_fifth_is_no_answer():
    assert rated([199] * 8).ratio_pm[0] == 0 and rated([-199] * 8).ratio_pm[0] == 0
    assert rated([200] * 8).ratio_pm[0] == 200 and rated([-200] * 8).ratio_pm[0] == -200


def test_fifteen_per_cent_off_is_right_and_one_per_mille_more_is_not():
    for pm, verdict in ((849, c.RATIO), (850, c.OK), (1150, c.OK), (1151, c.RATIO)):
        assert rated([pm] * 8).verdict == verdict, pm
        assert rated([1000] * 8, l2=[pm] * 8).verdict == verdict, pm


# --- silent phases in a restless house ------------------------------------------------


def test_silence_is_believed_when_five_edges_show_it_on_every_phase():
    calm = [0] * 8
    five = [0, 0, 0, 0, 0, 900, -900, 900]
    four = [0, 0, 0, 0, 900, -900, 900, -900]
    for at in range(3):
        for ratios, verdict in ((five, c.NO_ANSWER), (four, c.RESTLESS)):
            phases = [calm, calm, calm]
            phases[at] = ratios
            assert rated(*phases).verdict == verdict, at
