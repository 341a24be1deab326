"""Interlocks: each condition, its time to the step, and what is not fitted left alone."""

from ballast.control import ticks
from ballast.control.pilot import pilot
from ballast.control.pilot.pilot import NOT_PENDING
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM, Fit, Scan
from ballast.control.safety import contactor, faults
from ballast.control.safety.faults import Faults
from ballast.control.safety.interlocks import Interlocks


class Stub:
    """Attributes by keyword."""

    def __init__(self, **kw):
        for key in kw:
            setattr(self, key, kw[key])


class Box:
    def __init__(self, phases=1, **missing):
        fit = Fit()
        fit.phases = phases
        fit.rcd = fit.pe = fit.mirror = fit.load_live = fit.own_meter = True
        for key in missing:
            setattr(fit, key, missing[key])
        self.f = Faults()
        self.i = Interlocks(fit, self.f)
        self.s = Scan()
        self.s.rcd_trip = 0
        self.s.pe = 1
        self.s.supply_mv = [230000] * 3
        self.pilot = Stub(level=pilot.A, diode=-1)
        self.charge = Stub(pilot=PILOT_HOLD, ventilation=0)
        self.cont = Stub(state=contactor.OPEN, weld=0, no_close=0)
        self.ev = Stub(max_ma=0)
        self.testing = False
        self.now = (1 << 30) - 700

    def fast(self, ms=20):
        for _ in range(ms // 20):
            self.i.fast(self.now, 20, self.s, self.pilot, self.charge, self.testing)
            self.now = ticks.add(self.now, 20)

    def metered(self, ms=100):
        for _ in range(ms // 100):
            self.i.metered(self.now, 100, self.s, self.ev, self.cont)
            self.now = ticks.add(self.now, 100)

    def active(self):
        return [n for n in range(faults.COUNT) if self.f.active[n]]


def test_rcd_trips_in_the_same_step():
    box = Box()
    box.fast()
    assert box.active() == []
    box.s.rcd_trip = 1
    box.fast()
    assert box.active() == [faults.RCD_TRIP]


def test_rcd_is_not_a_trip_while_it_is_tested_or_not_fitted():
    box = Box()
    box.testing = True
    box.s.rcd_trip = 1
    box.fast(1000)
    assert box.active() == []
    box = Box(rcd=False)
    box.s.rcd_trip = 1
    box.fast()
    assert box.active() == []


def test_pe_within_200_ms():
    box = Box()
    box.s.pe = 0
    box.fast(180)
    assert box.active() == []
    box.fast(20)
    assert box.active() == [faults.PE_LOST]
    box = Box()
    for _ in range(20):  # a flicker is no loss
        box.s.pe = 0
        box.fast(180)
        box.s.pe = 1
        box.fast(20)
    assert box.active() == []
    box = Box(pe=False)
    box.s.pe = -1
    box.fast(400)
    assert box.active() == []
    box = Box()
    box.s.pe = -1  # fitted, but says nothing: not good
    box.fast(400)
    assert box.active() == [faults.PE_LOST]


PILOT_CASES = (
    (pilot.E, faults.PILOT_SHORT),
    (pilot.LOST, faults.PILOT_LOST),
    (pilot.NEG, faults.PILOT_LOST),
    (pilot.D, faults.VENTILATION),
)


def test_pilot_faults_after_200_ms():
    for mode in (PILOT_HOLD, PILOT_PWM):
        for level, fault in PILOT_CASES:
            box = Box()
            box.charge.pilot = mode
            box.fast(200)
            box.pilot.level = level
            box.fast(180)
            assert box.active() == [], (mode, level)
            box.fast(20)
            assert box.active() == [fault]


def test_pilot_good_levels_start_the_count_anew():
    for level, _ in PILOT_CASES:
        for good in (pilot.A, pilot.B, pilot.C):
            box = Box()
            box.fast(200)
            for _ in range(5):
                box.pilot.level = level
                box.fast(180)
                box.pilot.level = good
                box.fast(20)
            assert box.active() == []


def test_one_bad_level_does_not_count_for_another():
    box = Box()
    box.fast(200)
    for level in (pilot.E, pilot.LOST, pilot.D):
        box.pilot.level = level
        box.fast(180)
    assert box.active() == []


def test_what_we_drive_ourselves_is_not_judged():
    box = Box()
    box.charge.pilot = PILOT_NEG
    box.pilot.level = pilot.NEG
    box.fast(5000)
    assert box.active() == []
    box.charge.pilot = PILOT_HOLD  # 100 ms until the level has followed
    box.fast(100)
    box.pilot.level = pilot.B
    box.fast(1000)
    assert box.active() == []
    box.charge.pilot = PILOT_NEG
    box.fast(20)
    box.charge.pilot = PILOT_HOLD
    box.pilot.level = pilot.LOST
    box.fast(280)
    assert box.active() == []
    box.fast(40)
    assert box.active() == [faults.PILOT_LOST]


def test_ventilation_by_profile():
    box = Box()
    box.charge.ventilation = 1
    box.pilot.level = pilot.D
    box.fast(2000)
    assert box.active() == []


def test_diode():
    box = Box()
    for diode, fault in ((-1, []), (1, []), (0, [faults.DIODE])):
        box.pilot.diode = diode
        box.fast()
        assert box.active() == fault


def test_contacts():
    for weld, no_close, want in ((0, 0, []), (1, 0, [faults.WELD]), (0, 1, [faults.NO_CLOSE])):
        box = Box()
        box.cont.weld, box.cont.no_close = weld, no_close
        box.i.contacts(0, box.cont)
        assert box.active() == want


# -- step ----------------------------------------------------------------------


def test_gap():
    for dt, late in ((0, 0), (20, 0), (51, 0), (52, 1), (250, 1), (-1, 1)):
        box = Box()
        box.i.gap(0, dt, True, NOT_PENDING)
        assert box.active() == ([faults.OVERRUN] if late else []), dt


def test_no_step_is_too_late_while_the_contactor_is_open():
    box = Box()
    for dt in (52, 250, 5000):
        box.i.gap(0, dt, False, 0)
    assert box.active() == []
    box.i.gap(0, 51, True, NOT_PENDING)  # and nothing of it is kept
    assert box.active() == []
    box.i.gap(0, -1, False, NOT_PENDING)
    assert box.active() == [faults.OVERRUN], "a clock that runs back"


def _gaps(gaps):
    """How many of these gaps pass before the overrun; -1 = all."""
    box = Box()
    for n, dt in enumerate(gaps):
        box.i.gap(0, dt, True, NOT_PENDING)
        if box.active():
            return n
    return -1


def test_late_steps_add_up_and_are_forgotten():
    assert _gaps([51] * 6) == 4
    assert _gaps([48] * 7) == 6, "10 ms each"
    assert _gaps([38] * 1000) == -1
    # 20 ms are forgotten in a second of steps in time; a collection of 50 ms each second passes
    a_second = [51] + [20] * 50
    assert _gaps(a_second * 100) == -1
    half = [51] + [20] * 12
    assert 0 < _gaps(half * 100) < 10 * len(half)


def test_with_another_level_in_sight_the_next_step_must_come_sooner():
    for pending, dt, late in ((0, 42, 0), (0, 43, 1), (9, 33, 0), (9, 34, 1), (NOT_PENDING, 51, 0)):
        box = Box()
        box.i.gap(0, dt, True, pending)
        assert box.active() == ([faults.OVERRUN] if late else []), (pending, dt)


def test_permit_is_bounded_in_length_and_time():
    box = Box()
    box.i.allow_blocking(1000, 500)
    box.i.gap(1200, 900, True, NOT_PENDING)
    assert box.active() == []
    box.i.gap(1300, 901, True, NOT_PENDING)
    assert box.active() == [faults.OVERRUN]
    box = Box()
    box.i.allow_blocking(1000, 500)
    box.i.gap(1500, 200, True, 0)  # the blocking work that ends now had the permit
    assert box.active() == []
    box.i.gap(1520, 52, True, NOT_PENDING)
    assert box.active() == [faults.OVERRUN]


# -- current -------------------------------------------------------------------


def _charging(offer):
    box = Box()
    box.cont.state = contactor.CLOSED
    box.i.offered(box.now, offer)
    return box


def test_soft_over_current_edge_and_time():
    for offer in (6000, 16000, 31998):
        edge = (offer + 500) * 11 // 10
        box = _charging(offer)
        box.ev.max_ma = edge
        box.metered(60000)
        assert box.active() == [], offer
        box.ev.max_ma = edge + 1
        box.metered(100)  # the first reading: since when, nobody knows
        box.metered(6600)
        assert box.active() == []
        box.metered(100)
        assert box.active() == [faults.OVERCURRENT]


def test_hard_over_current_edge_and_time():
    for offer in (6000, 16000, 32000):
        box = _charging(offer)
        box.ev.max_ma = offer * 3 // 2
        box.metered(6600)
        assert box.active() == []
        box = _charging(offer)
        box.ev.max_ma = offer * 3 // 2 + 1
        box.metered(100)
        box.metered(100)
        assert box.active() == []
        box.metered(100)
        assert box.active() == [faults.OVERCURRENT]


def test_the_first_reading_after_a_gap_says_nothing_of_the_gap():
    box = _charging(10000)
    box.ev.max_ma = 15001
    box.i.metered(box.now, 151, box.s, box.ev, box.cont)
    assert box.active() == []
    box.i.metered(box.now, 149, box.s, box.ev, box.cont)
    assert box.active() == []
    box.i.metered(box.now, 1, box.s, box.ev, box.cont)
    assert box.active() == [faults.OVERCURRENT]


def test_good_readings_start_the_counts_anew():
    box = _charging(10000)
    for _ in range(5):
        box.ev.max_ma = 15001
        box.metered(200)
        box.ev.max_ma = 10000
        box.metered(100)
    box.ev.max_ma = 12000
    for _ in range(3):
        box.metered(6650)
        box.ev.max_ma = 11000
        box.metered(100)
        box.ev.max_ma = 12000
    assert box.active() == []


def test_a_vehicle_on_its_way_down_is_not_accused():
    # 32 A to 6 A: 5 s of reaction (IEC 61851-1), then 10 A/s
    box = _charging(32000)
    box.ev.max_ma = 32000
    box.metered(1000)
    start = box.now
    while ticks.diff(box.now, start) < 20000:
        t = ticks.diff(box.now, start)
        box.i.offered(box.now, 6000)
        box.ev.max_ma = max(6000, 32000 - max(0, t - 5000) * 10)
        box.metered(100)
    assert box.active() == []


def test_a_vehicle_that_ignores_a_reduction_is_stopped():
    # 14 A of 10: 3 s of grace and 6.7 s. 16 A of 10: above 1.5 times, 8 s of grace and 0.15 s.
    for draws, least, most in ((14000, 9600, 9900), (16000, 8100, 8400)):
        box = _charging(16000)
        box.ev.max_ma = draws
        start = box.now
        while box.active() == [] and ticks.diff(box.now, start) < 30000:
            box.i.offered(box.now, 10000)
            box.metered(100)
        took = ticks.diff(box.now, start)
        assert box.active() == [faults.OVERCURRENT]
        assert least <= took <= most, took


def test_each_further_cut_starts_the_grace_anew_but_a_raise_does_not_lower_it():
    box = _charging(30000)
    box.now = ticks.add(box.now, 1000)
    box.i.offered(box.now, 20000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (30000, 30000)
    box.now = ticks.add(box.now, 2900)
    box.i.offered(box.now, 15000)
    assert box.i.soft_ref_ma == 30000
    box.now = ticks.add(box.now, 2999)
    box.i.offered(box.now, 15000)
    assert box.i.soft_ref_ma == 30000
    box.now = ticks.add(box.now, 1)
    box.i.offered(box.now, 15000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (15000, 30000)
    box.i.offered(box.now, 18000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (18000, 30000)
    box.now = ticks.add(box.now, 5000)
    box.i.offered(box.now, 18000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (18000, 18000)
    box.i.offered(box.now, 32000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (32000, 32000)


def test_reference_survives_a_long_time_without_change():
    box = _charging(16000)
    for _ in range(40):
        box.now = ticks.add(box.now, 500000000)
        box.i.offered(box.now, 16000)
        assert box.i.soft_ref_ma == 16000 and box.i.hard_ref_ma == 16000
    box.i.offered(box.now, 10000)
    assert box.i.soft_ref_ma == 16000


def test_without_an_offer_six_amperes_are_the_base_of_the_hard_rule():
    box = _charging(0)
    box.ev.max_ma = 9000
    box.metered(600)
    assert faults.OVERCURRENT not in box.active()
    box.ev.max_ma = 9001
    box.metered(600)
    assert faults.OVERCURRENT in box.active()


def test_current_with_the_contactor_open():
    box = Box()
    box.ev.max_ma = 1000
    box.metered(5000)
    assert box.active() == []
    box.ev.max_ma = 1001
    box.metered(900)
    assert box.active() == []
    box.metered(100)
    assert box.active() == [faults.LEAK_OPEN]
    box = Box()
    for state in (contactor.CLOSED, contactor.OPEN) * 5:
        box.cont.state = state
        box.i.offered(box.now, 16000)
        box.ev.max_ma = 16000
        box.metered(900)
    assert box.active() == []


# -- voltage -------------------------------------------------------------------


def test_voltage_window():
    for mv, fault in (
        (195000, None), (194999, faults.UNDERVOLT), (264000, None), (264001, faults.OVERVOLT),
        (50000, faults.UNDERVOLT), (0, faults.UNDERVOLT),
    ):  # fmt: skip
        box = Box()
        box.s.supply_mv = [mv, 0, 0]
        box.metered(900)
        assert box.active() == []
        box.metered(100)
        assert box.active() == ([] if fault is None else [fault]), mv


def test_each_of_three_phases_counts():
    for phase in range(3):
        for mv, fault in (
            (49999, faults.PHASE_LOST), (50000, faults.UNDERVOLT), (270000, faults.OVERVOLT),
        ):  # fmt: skip
            box = Box(phases=3)
            box.s.supply_mv[phase] = mv
            box.metered(1000)
            assert box.active() == [fault], (phase, mv)


def test_a_dip_of_less_than_a_second_is_nothing():
    for mv in (180000, 270000, 0):
        box = Box(phases=3)
        for _ in range(4):
            box.s.supply_mv[1] = mv
            box.metered(900)
            box.s.supply_mv[1] = 230000
            box.metered(100)
        assert box.active() == []


def test_profile_window():
    box = Box()
    box.i.low_mv, box.i.high_mv = 102000, 138000
    box.s.supply_mv = [120000, 0, 0]
    box.metered(2000)
    assert box.active() == []
    box.s.supply_mv = [230000, 0, 0]
    box.metered(1000)
    assert box.active() == [faults.OVERVOLT]


# -- warmth --------------------------------------------------------------------


def test_warmth_is_handed_on():
    for place in range(3):
        for attribute, want in (
            ("hot", (faults.PLUG_HOT, faults.CONNECTOR_HOT, faults.BOX_HOT)),
            ("sensor", (faults.PLUG_SENSOR, faults.CONNECTOR_SENSOR, faults.BOX_SENSOR)),
        ):
            heat = Stub(hot=[0] * 3, sensor=[0] * 3, rise=0, limit_ma=32000, full_ma=32000)
            getattr(heat, attribute)[place] = 1
            box = Box()
            box.i.warm(0, heat)
            assert box.active() == [want[place]]
    heat = Stub(hot=[0] * 3, sensor=[0] * 3, rise=1, limit_ma=31999, full_ma=32000)
    box = Box()
    box.i.warm(0, heat)
    assert box.active() == [faults.PLUG_RISE, faults.DERATED]


def _fast_ms(box, n):
    for _ in range(n):
        box.i.fast(box.now, 1, box.s, box.pilot, box.charge, box.testing)
        box.now = ticks.add(box.now, 1)


def _metered_ms(box, n):
    for _ in range(n):
        box.i.metered(box.now, 1, box.s, box.ev, box.cont)
        box.now = ticks.add(box.now, 1)


def test_levels_to_the_millisecond_again_after_each_good_one():
    for level, fault in (
        (pilot.E, faults.PILOT_SHORT), (pilot.NEG, faults.PILOT_LOST),
        (pilot.LOST, faults.PILOT_LOST), (pilot.D, faults.VENTILATION),
    ):  # fmt: skip
        for between in (pilot.C, pilot.E, pilot.NEG, pilot.D):
            if between == level or {between, level} == {pilot.NEG, pilot.LOST}:
                continue  # the same fault goes on
            box = Box()
            _fast_ms(box, 100)  # the first tenth of a second is not judged
            box.pilot.level = level
            _fast_ms(box, 199)
            box.pilot.level = between
            _fast_ms(box, 1)
            box.pilot.level = level
            _fast_ms(box, 199)
            assert box.active() == [], (level, between)
            _fast_ms(box, 1)
            assert box.active() == [fault], (level, between)


def test_the_first_tenth_of_a_second_of_our_own_level_is_not_judged():
    box = Box()
    box.pilot.level = pilot.E
    for _ in range(2):
        _fast_ms(box, 299)
        assert box.active() == []
        box.charge.pilot = PILOT_NEG
        _fast_ms(box, 1)
        box.charge.pilot = PILOT_HOLD
    _fast_ms(box, 299)
    assert box.active() == []
    _fast_ms(box, 1)
    assert box.active() == [faults.PILOT_SHORT]


def test_earth_to_the_millisecond_again_after_a_good_one():
    box = Box()
    box.s.pe = 0
    _fast_ms(box, 199)
    box.s.pe = 1
    _fast_ms(box, 1)
    box.s.pe = 0
    _fast_ms(box, 199)
    assert box.active() == []
    _fast_ms(box, 1)
    assert box.active() == [faults.PE_LOST]


def _twice(box, bad, good, ms, fault):
    """`bad` for ms - 1, `good` once, `bad` again: `fault` after `ms` and not before."""
    for way, n in ((bad, ms - 1), (good, 1), (bad, ms - 1)):
        way()
        _metered_ms(box, n)
    assert box.active() == []
    _metered_ms(box, 1)
    assert box.active() == [fault]


def test_voltages_to_the_millisecond_again_after_a_good_one():
    for phases, mv, fault in (
        (1, 180000, faults.UNDERVOLT), (1, 0, faults.UNDERVOLT), (1, 270000, faults.OVERVOLT),
        (3, 0, faults.PHASE_LOST), (3, 180000, faults.UNDERVOLT),
    ):  # fmt: skip
        box = Box(phases)

        def put(to, box=box):
            box.s.supply_mv[0] = to

        _twice(box, lambda mv=mv, put=put: put(mv), lambda put=put: put(230000), 1000, fault)


def test_currents_to_the_millisecond_again_after_a_good_one():
    for state, ma, ms, fault in (
        (contactor.CLOSED, 8000, 6651, faults.OVERCURRENT),  # the first reading begins the time
        (contactor.CLOSED, 20000, 151, faults.OVERCURRENT),
        (contactor.OPEN, 1001, 1000, faults.LEAK_OPEN),
    ):
        for other in (state, contactor.CLOSED - state):
            box = Box()
            box.cont.state = state
            box.i.offered(box.now, 6000)

            def bad(box=box, state=state, ma=ma):
                box.cont.state = state
                box.ev.max_ma = ma

            def good(box=box, other=other):
                box.cont.state = other
                box.ev.max_ma = 0

            _twice(box, bad, good, ms, fault)


def test_a_permit_ends_to_the_millisecond():
    box = Box()
    box.i.allow_blocking(box.now, 1000)
    box.i.gap(ticks.add(box.now, 999), 100, True, NOT_PENDING)
    assert box.i.permit is True
    box.i.gap(ticks.add(box.now, 1000), 100, True, NOT_PENDING)
    assert box.i.permit is False
