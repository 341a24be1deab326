"""Interlocks: residual current, earth, pilot, diode and contacts; what is not fitted is left alone."""

from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM
from ballast.control.safety import faults
from interlocks_kit import Box


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
