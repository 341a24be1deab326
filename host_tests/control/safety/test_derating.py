"""Temperatures: the slope from T1 to T2, hysteresis to T3, sensor faults, rate of rise."""

import math

from ballast.control.limits.limits import NO_LIMIT_MA
from ballast.control.places import NAMES
from ballast.control.records import NOT_FITTED, Fit, Scan
from ballast.control.safety.derating import Derating
from ballast.control.settings import Settings

PLACES = (PLUG, CONNECTOR, BOX) = (0, 1, 2)
T = ((600, 800, 550), (700, 900, 650), (720, 850, 660))
FULL = 32000


def mv_of(degc):
    """Divider voltage for a temperature: the first mV that does not read colder."""
    r = 10000 * math.exp(3950 * (1 / (273.15 + degc) - 1 / 298.15))
    return int(2500 * r / (r + 10000) + 0.5)


def configured(fit, box_stop=0, rise=150):
    """A Derating by the temperatures of T."""
    settings = Settings()
    settings.set_all({"rated_ma": FULL, "plug_rise": rise, "box_stop": box_stop})
    for place, row in zip(NAMES, T):
        settings.set_all({place + "_t1": row[0], place + "_t2": row[1], place + "_t3": row[2]})
    fit.rated_ma = FULL
    d = Derating(fit)
    d.configure(settings, fit, 0)
    return d


class Box:
    def __init__(self, box_stop=0, rise=150):
        fit = Fit()
        fit.ntc = [True, True, True]
        fit.ntc_supply_mv = 2500
        self.d = configured(fit, box_stop, rise)
        self.s = Scan()
        self.now = (1 << 30) - 1000
        self.ev_ma = 0
        for i in PLACES:
            self.s.ntc_mv[i] = mv_of(25)

    def step(self, n=1, ms=200):
        for _ in range(n):
            self.d.step(self.now, self.s, self.ev_ma)
            self.now = (self.now + ms) % (1 << 30)
        return self.d

    def at(self, place, degc):
        self.s.ntc_mv[place] = mv_of(degc)
        return self.step()


def test_cool_is_no_limit():
    d = Box().step()
    assert d.limit_ma == NO_LIMIT_MA and d.hot == [0, 0, 0] and d.sensor == [0, 0, 0]
    assert d.known == [1, 1, 1]
    for i in PLACES:
        assert abs(d.ddegc[i] - 250) <= 10


def test_slope_is_linear_and_never_above_it():
    for place in PLACES:
        t1, t2, _ = T[place]
        box = Box()
        for degc in range(40, 100):
            d = box.at(place, degc)
            t = d.ddegc[place]
            if t <= t1:
                assert d.limit_ma == NO_LIMIT_MA
            elif t >= t2:
                assert d.limit_ma == 6000 and d.hot[place]
            else:
                want = FULL - (FULL - 6000) * (t - t1) / (t2 - t1)
                assert want <= d.limit_ma <= want + 1, degc
                assert not d.hot[place]


def test_the_hottest_place_rules():
    box = Box()
    box.at(PLUG, 65)
    alone = box.d.limit_ma
    d = box.at(CONNECTOR, 85)
    assert d.limit_ma < alone
    d = box.at(CONNECTOR, 25)
    assert d.limit_ma == alone


def test_stop_until_below_t3():
    for place in PLACES:
        _, t2, t3 = T[place]
        box = Box()
        d = box.at(place, t2 / 10 + 1)
        assert d.hot[place]
        d = box.at(place, t3 / 10 + 1)
        assert d.hot[place]
        d = box.at(place, t3 / 10 - 1)
        assert not d.hot[place]


def test_exact_edges():
    box = Box()
    for t, hot in ((799, 0), (800, 1), (550, 1), (549, 0)):
        box.d._judge(PLUG, t)
        assert box.d.hot[PLUG] == hot
    assert box.d._allowed(PLUG, 600) == NO_LIMIT_MA
    assert box.d._allowed(PLUG, 601) == FULL - 26000 // 200
    assert box.d._allowed(PLUG, 700) == 19000
    assert box.d._allowed(PLUG, 799) == 6130
    assert box.d._allowed(PLUG, 800) == 6000


def test_open_and_short_are_faults_and_never_cold():
    for place in PLACES:
        for mv in (2500, 3000, 0, NOT_FITTED):
            box = Box(box_stop=1)
            box.step()
            box.s.ntc_mv[place] = mv
            d = box.step()
            assert d.sensor[place] and not d.known[place]
            assert d.sensor.count(1) == 1
            box.s.ntc_mv[place] = mv_of(25)
            assert not box.step().sensor[place]


def test_a_hot_place_whose_sensor_breaks_is_a_sensor_fault():
    box = Box()
    box.at(PLUG, 90)
    box.s.ntc_mv[PLUG] = 0
    d = box.step()
    assert not d.hot[PLUG] and d.sensor[PLUG]


def test_without_the_box_sensor_six_amperes_unless_the_fault_stops():
    for stop, limit in ((0, 6000), (1, NO_LIMIT_MA)):
        box = Box(box_stop=stop)
        box.s.ntc_mv[BOX] = 0
        assert box.step().limit_ma == limit
    box = Box()
    box.s.ntc_mv[BOX] = 0
    box.at(PLUG, 90)
    assert box.d.limit_ma == 6000


def test_unfitted_places_are_left_alone():
    d = configured(Fit())
    s = Scan()
    d.step(0, s, 0)
    assert d.sensor == [0, 0, 0] and d.limit_ma == NO_LIMIT_MA and d.known == [0, 0, 0]


# -- frozen ---------------------------------------------------------------------


def test_frozen_under_load_after_fifteen_minutes():
    for place in PLACES:
        box = Box()
        box.step()
        box.ev_ma = 10000
        box.step()  # starts the clock
        for other in PLACES:
            if other != place:
                box.s.ntc_mv[other] = mv_of(30)
        box.step(4499)
        assert box.d.sensor == [0, 0, 0]
        box.step(3)
        assert [i for i in PLACES if box.d.sensor[i]] == [place]


def test_not_frozen_without_enough_load():
    box = Box()
    box.ev_ma = 9999
    box.step(5000)
    assert box.d.sensor == [0, 0, 0]


def test_a_short_break_starts_anew():
    box = Box()
    box.ev_ma = 16000
    box.step(4000)
    box.ev_ma = 0
    box.step()
    box.ev_ma = 16000
    box.step(4400)
    assert box.d.sensor == [0, 0, 0]


def test_equilibrium_is_not_frozen():
    for degc in (35, 20):
        box = Box()
        box.step()
        box.ev_ma = 16000
        box.step(10)
        for place in PLACES:
            box.s.ntc_mv[place] = mv_of(degc)
        box.step(20000)
        assert box.d.sensor == [0, 0, 0]


def test_frozen_stays_until_it_moves():
    box = Box()
    box.ev_ma = 16000
    box.step(4600)
    assert box.d.sensor[PLUG]
    box.ev_ma = 0
    box.step(1000)
    assert box.d.sensor[PLUG]
    box.ev_ma = 16000
    box.step(10)
    assert box.d.sensor[PLUG]
    d = box.at(PLUG, 26)
    assert not d.sensor[PLUG]


def test_smallest_movement_that_counts():
    box = Box()
    for off, frozen in ((1, 1), (2, 0), (-1, 1), (-2, 0)):
        box.d._frozen[PLUG] = 1
        box.d._ref_ddegc[PLUG] = 250
        assert box.d._is_frozen(0, PLUG, 250 + off) == frozen


# -- rate of rise -----------------------------------------------------------------


def _ramp(kelvin_per_min, start=30, minutes=3):
    box = Box()
    box.s.ntc_mv[PLUG] = mv_of(start)
    seen = 0
    for second in range(0, minutes * 60, 1):
        degc = start + kelvin_per_min * second / 60
        if degc > 100:
            break
        box.s.ntc_mv[PLUG] = mv_of(degc)
        seen |= box.step(5).rise
    return seen


def test_a_fast_rise_of_the_plug_is_told():
    assert _ramp(20)
    assert not _ramp(10)
    assert not _ramp(-20, start=90)


def test_a_cold_plug_carried_indoors_is_not():
    assert not _ramp(20, start=-20, minutes=2)


def test_the_alarm_needs_a_whole_minute():
    box = Box()
    box.s.ntc_mv[PLUG] = mv_of(45)
    box.step(5 * 30)
    box.s.ntc_mv[PLUG] = mv_of(65)
    assert not box.step(5 * 20).rise
    assert box.step(5 * 12).rise
    assert not box.step(5 * 65).rise


def test_no_alarm_at_power_on_of_a_warm_plug():
    box = Box()
    box.s.ntc_mv[PLUG] = mv_of(70)
    for _ in range(100):
        assert not box.step(5).rise


def test_sentinels_do_not_enter_the_ring():
    box = Box()
    box.s.ntc_mv[PLUG] = 0
    box.step(600)
    box.s.ntc_mv[PLUG] = mv_of(70)
    for _ in range(60):
        assert not box.step(5).rise


def _reads(box, i, ddegc):
    """Let place `i` read exactly `ddegc`."""
    box.d.known[i] = 1
    box.d.ddegc[i] = ddegc
    box.d._read = lambda place, mv: None


def test_a_place_that_is_not_fitted_hides_no_other():
    box = Box()
    box.d._fit.ntc = [False, True, True]
    box.s.ntc_mv[PLUG] = NOT_FITTED
    d = box.at(CONNECTOR, 95)
    assert d.hot[CONNECTOR] == 1 and d.known[PLUG] == 0 and d.sensor[PLUG] == 0


def test_a_sensor_that_came_back_to_where_it_was_has_moved():
    box = Box()
    box.ev_ma = 16000
    box.step()
    box.at(PLUG, 29)
    box.at(PLUG, 25)
    d = box.step(5000)
    assert d._loaded == 1 and d._proven[PLUG] == 1
    assert d.sensor[PLUG] == 0 and d.sensor[BOX] == 1


def test_a_load_that_ended_accuses_nobody():
    box = Box()
    box.ev_ma = 16000
    box.step(1000)
    box.ev_ma = 0
    assert box.step(5000).sensor == [0, 0, 0]


def test_frozen_after_a_quarter_of_an_hour_to_the_millisecond():
    box = Box()
    box.ev_ma = 16000
    box.step(1, 899999)
    assert box.step(1, 1).sensor == [0, 0, 0]
    assert box.step(1).sensor == [1, 1, 1]


def test_the_rise_over_a_minute_to_a_tenth_of_a_degree():
    for low, high, rises in ((250, 400, 1), (251, 400, 0), (249, 399, 0), (400, 550, 1)):
        box = Box(rise=150)
        box.step()
        _reads(box, PLUG, low)
        box.step(1, 10000)
        for _ in range(7):
            box.step(1, 10000)
        _reads(box, PLUG, high)
        assert box.step(1, 1).rise == rises, (low, high)


def test_marks_are_ten_seconds_apart():
    box = Box()
    box.step()
    mark = box.d._mark_i
    box.step(1, 9799)
    assert box.d._mark_i == mark
    box.step(1, 1)
    assert box.d._mark_i == mark
    box.step(1)
    assert box.d._mark_i == (mark + 1) % 6
