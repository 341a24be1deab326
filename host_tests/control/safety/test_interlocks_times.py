"""Interlocks: times to the millisecond, counted anew after each good value."""

from ballast.control import ticks
from ballast.control.pilot import pilot
from ballast.control.pilot.pilot import NOT_PENDING
from ballast.control.records import PILOT_HOLD, PILOT_NEG
from ballast.control.safety import contactor, faults
from interlocks_kit import Box


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
