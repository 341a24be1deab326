"""The reaction test where it turns: at the milliampere and the millisecond, on each phase."""

from ballast.control.meter import reaction as r
from ballast.control.ticks import add
from sample_kit import ev_view

START = 0x40000000 - 4000


class Bench:
    """t counts ms from START; nothing is read but what is asked for."""

    def __init__(self, phase_map=None, fitted=True, interval_ms=1000):
        self.x = r.Reaction()
        self.x.set_phases(phase_map)
        self.ev = ev_view(fitted)
        self.offered = 0
        self.interval_ms = interval_ms
        self.last = (0, 0, 0)

    def set_ev(self, ma, phase=0):
        self.ev.ma[phase] = self.offered = ma

    def ev_reads(self, t, ma, phase=0):
        """The EV's own meter shows it at t."""
        self.set_ev(ma, phase)
        self.x.watch(add(START, t), self.ev.ma)

    def mains(self, t, l1, l2=0, l3=0):
        self.last = (l1, l2, l3)
        return self.x.judge(
            add(START, t), self.last, self.ev, self.offered, self.interval_ms, r.WHY_OK
        )

    def again(self, t):
        """The mains say the same once more."""
        return self.mains(t, self.last[0], self.last[1], self.last[2])


def moved(ev, mains, phase_map=None, ev_before=0):
    """A bench on which at 3 s the EV moved by `ev` [3] mA and the mains by `mains`."""
    bench = Bench(phase_map)
    bench.ev.ma = [ev_before] * 3
    for t in (0, 1000, 2000):
        bench.mains(t, 20000, 20000, 20000)
    bench.ev.ma = [ev_before + ma for ma in ev]
    bench.mains(3000, 20000 + mains[0], 20000 + mains[1], 20000 + mains[2])
    return bench


def living(ev, mains, phase_map=None, ev_before=0):
    """The verdict when a digit changes on L3: not frozen."""
    bench = moved(ev, mains, phase_map, ev_before)
    l1, l2, l3 = bench.last
    bench.mains(4000, l1, l2, l3 + 1)
    return bench.mains(10000, l1, l2, l3)


def frozen(ev, mains):
    """The verdict when no digit changes after the movement."""
    return moved(ev, mains).again(10000)


# --- the size of the answer -----------------------------------------------------------


def test_a_quarter_of_the_movement_is_an_answer():
    for size in (4000, 8000, 16000):
        assert living((size, 0, 0), (size // 4, 0, 0)) == r.WHY_OK, size
        assert living((size, 0, 0), (size // 4 - 1, 0, 0)) == r.WHY_DEAF, size


def test_a_change_of_an_ampere_just_before_is_not_frozen():
    assert frozen((8000, 0, 0), (1000, 0, 0)) == r.WHY_DEAF
    assert frozen((8000, 0, 0), (999, 0, 0)) == r.WHY_FROZEN


def test_a_rise_before_the_mains_froze_excuses_nothing():
    """The EV crept up, the mains with it, then they froze; the EV falls and no digit changes."""
    bench = moved((-8000, 0, 0), (1370, 0, 0), ev_before=20000)
    assert bench.again(10000) == r.WHY_DEAF
    assert living((-8000, 0, 0), (1370, 0, 0), ev_before=20000) == r.WHY_OK


def test_half_an_ampere_of_rise_calls_for_a_reduction():
    """On whichever phase it rose; and it excuses no answer missing when the EV takes more."""
    for rise, why in ((500, r.WHY_OK), (499, r.WHY_DEAF)):
        assert living((-8000, 0, 0), (0, rise, 0), ev_before=20000) == why, rise
        assert living((8000, 0, 0), (0, rise, 0)) == r.WHY_DEAF, rise


def test_of_phases_that_move_alike_the_first_is_asked():
    all_three = (8000, 8000, 8000)
    commissioned = [0, 1, 2]
    assert living(all_three, (8000, 0, 0), commissioned) == r.WHY_OK
    assert living(all_three, (0, 8000, 8000), commissioned) == r.WHY_DEAF
    assert living((0, 8000, 8000), (0, 8000, 0), commissioned) == r.WHY_OK
    assert living((0, 8000, 8000), (0, 0, 8000), commissioned) == r.WHY_DEAF


def cycles(change, ev_phase, phase_map=None, house_step=(0, 0, 0)):
    """Five times the house steps while the EV rests, then the EV moves 8 A up or down, and the
    mains change by `change` [3] for a rise, the other way for a fall. The verdicts."""
    bench = Bench(phase_map)
    now = [200000, 200000, 200000]
    out = []
    t = 0
    for k in range(5):
        for step in ((0, 0, 0), house_step, (0, 0, 0)):
            now = [now[i] + step[i] for i in range(3)]
            bench.mains(t, now[0], now[1], now[2])
            t += 1000
        up = 1 if k % 2 == 0 else -1
        bench.set_ev(8000 if up > 0 else 0, ev_phase)
        now = [now[i] + up * change[i] for i in range(3)]
        bench.mains(t, now[0], now[1], now[2])
        out.append(bench.again(t + 7000))
        t += 8000
    return out


def test_what_the_house_did_before_is_no_part_of_the_answer():
    """A load that went off while the EV stood still does not make its rise a fall."""
    for phase in range(3):
        change, off = [0, 0, 0], [0, 0, 0]
        change[phase] = 8000
        off[phase] = -16000
        assert cycles(change, phase, [0, 1, 2], off) == [r.WHY_OK] * 5, phase
        change[phase] = -8000
        assert r.WHY_REVERSED in cycles(change, phase, [0, 1, 2], off), phase


def test_a_fall_as_large_on_a_later_phase_accuses_nobody():
    assert cycles((8000, -8000, 0), 0) == [r.WHY_OK] * 5
    assert cycles((0, 8000, -8000), 1) == [r.WHY_OK] * 5


# --- what is a movement ---------------------------------------------------------------


def test_an_ev_that_comes_back_to_within_two_amperes_is_no_evidence():
    for left, why in ((1999, r.WHY_OK), (2000, r.WHY_FROZEN), (3999, r.WHY_FROZEN)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.set_ev(8000)
        bench.again(1000)
        bench.set_ev(left)
        bench.again(2000)
        assert bench.again(8000) == why, left


def test_the_reference_follows_the_house_while_the_ev_is_within_an_ampere():
    """A house that steps with the EV at rest is forgotten; once it moves it may be the answer."""
    for off, why in ((999, r.WHY_FROZEN), (1000, r.WHY_OK)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.set_ev(off)
        for t in range(1000, 6000, 1000):
            bench.mains(t, 15000)
        bench.set_ev(8000)
        bench.again(6000)
        assert bench.again(13000) == why, off


def test_the_reference_is_a_sample_at_least_300_ms_old():
    """It steps one sample before the EV does: at 300 ms a sample, that one is the reference."""
    for period, why in ((300, r.WHY_FROZEN), (299, r.WHY_OK)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.mains(period, 15000)
        bench.mains(2 * period, 15000)
        bench.set_ev(8000)
        bench.again(3 * period)
        assert bench.again(3 * period + 7000) == why, period


def test_a_movement_that_never_became_one_is_forgotten_after_a_minute():
    for last, why in ((60000, r.WHY_FROZEN), (60001, r.WHY_OK)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.set_ev(2000)
        for t in range(1000, 60000, 1000):
            bench.mains(t, 5000 + t // 1000 % 2)
        bench.mains(last, 5000)
        bench.set_ev(4000)  # 4 A from where it was, 2 A from where it is
        bench.again(61000)
        assert bench.again(68000) == why, last


# --- the time of the answer -----------------------------------------------------------


def test_how_long_an_answer_may_take():
    """7 s with an own meter, 20 s without, but at least two intervals and two seconds."""
    for fitted, interval, ms in (
        (True, 200, 7000),
        (True, 2500, 7000),
        (True, 2501, 7002),
        (True, 5000, 12000),
        (False, 1000, 20000),
        (False, 9000, 20000),
        (False, 9001, 20002),
        (False, 30000, 62000),
    ):
        bench = Bench(fitted=fitted, interval_ms=interval)
        bench.mains(0, 5000)
        bench.set_ev(8000)
        bench.again(1000)
        assert bench.again(1000 + ms - 1) == r.WHY_OK, (fitted, interval)
        assert bench.again(1000 + ms) == r.WHY_FROZEN, (fitted, interval)


# --- the delay ------------------------------------------------------------------------


def test_the_delay_is_learnt_on_each_phase():
    for phase in range(3):
        bench = Bench()
        bench.mains(0, 5000)
        bench.ev_reads(500, 8000, phase)
        bench.mains(1200, 13000)
        assert bench.x.delay_ms == 700, phase


def test_a_delay_is_at_most_eight_seconds():
    for ms, delay in ((8000, 8000), (8001, 0)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.ev_reads(500, 3000)  # sets off, but makes no movement that a verdict would end
        bench.mains(500 + ms, 8000)
        assert bench.x.delay_ms == delay


def test_no_delay_at_all_is_one_millisecond():
    """0 says that it is not known yet; a clock read the wrong way round says nothing."""
    for ms, delay in ((0, 1), (1, 1), (2, 2), (-1, 0)):
        bench = Bench()
        bench.mains(0, 5000)
        bench.ev_reads(500, 8000)
        bench.mains(500 + ms, 13000)
        assert bench.x.delay_ms == delay, ms


def test_the_mains_may_lead_by_150_ms():
    for size in (2000, 8000):
        for lead, delay in ((150, 1), (151, 0)):
            bench = Bench()
            bench.mains(0, 5000)
            bench.mains(1000, 5000 + size)
            bench.ev_reads(1000 + lead, size)
            bench.again(1500)
            assert bench.x.delay_ms == delay, (size, lead)


def test_each_movement_is_learnt_once():
    """The EV's meter reads on every 50 ms; only its first word on the movement counts."""
    for first in (100, -50):  # the mains after the EV, and before it
        bench = Bench()
        bench.x._learn(1000)
        bench.mains(0, 5000)
        for t in range(950, 1500, 50):
            if t == 1000 + first:
                bench.mains(t, 13000)
            bench.ev_reads(t, 8000 if t >= 1000 else 0)
        # (3 * 1000 + 100) // 4, (3 * 1000 + 1) // 4
        assert bench.x.delay_ms == (775 if first > 0 else 750), first


def test_an_ev_that_came_back_leaves_no_delay_to_the_house():
    bench = Bench()
    bench.mains(0, 5000)
    bench.ev_reads(1000, 8000)
    bench.again(1000)
    bench.ev_reads(2000, 0)
    bench.again(2000)
    bench.mains(2500, 9000)  # the oven
    assert bench.x.delay_ms == 0
