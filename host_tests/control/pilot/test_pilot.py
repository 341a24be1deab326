"""Control pilot: duty both ways, levels, windows, debounce, diode."""

from ballast.control.pilot import pilot
from ballast.control.pilot.pilot import Pilot
from ballast.control.records import NO_READING, Scan

NOMINAL = (12000, 9000, 6000, 3000, 0)


def _scan(high, low=-12000, samples=32):
    s = Scan()
    s.pilot_high_mv = high
    s.pilot_low_mv = low
    s.pilot_samples = samples
    return s


def _settle(p, high, low=-12000, pwm=False, n=3):
    for _ in range(n):
        p.step(_scan(high, low), 20, pwm)


# -- duty ---------------------------------------------------------------------


def test_duty_table_both_ways():
    # IEC 61851-1 Table A.8: mA -> duty in 0.01 %, floored to the timer's step
    for ma, cpct in (
        (6000, 1000), (8000, 1333), (10000, 1666), (13000, 2166), (16000, 2666), (20000, 3333),
        (24000, 4000), (25000, 4166), (32000, 5333), (51000, 8500), (55000, 8600), (60000, 8800),
        (65000, 9000), (70000, 9200), (80000, 9600),
    ):  # fmt: skip
        for bits in (13, 16):
            duty = pilot.duty_u16(ma, bits)
            got = duty * 10000 // 65536
            assert cpct - 2 <= got <= cpct, (ma, bits, got)
            assert duty % (1 << (16 - bits)) == 0


def test_below_six_amperes_there_is_no_duty():
    for ma in (0, 1, 5900, 5999):
        assert pilot.duty_u16(ma, 13) == 0
    assert pilot.duty_u16(6000, 13) > 0


def test_the_gap_of_the_two_laws():
    at_51 = pilot.duty_u16(51000, 16)
    for ma in (51001, 52000, 52499):
        assert pilot.duty_u16(ma, 16) == at_51
    assert pilot.duty_u16(52500, 16) >= at_51
    assert pilot.duty_u16(90000, 16) == pilot.duty_u16(80000, 16)


def test_advertised_never_exceeds_the_limit():
    for bits in (10, 13, 16):
        for ma in range(6000, 80001, 7):
            duty = pilot.duty_u16(ma, bits)
            assert pilot.advertised_ma(duty) <= ma, (bits, ma)


def test_advertised_is_close():
    # one step of 13 bits is 7.4 mA up to 51 A, 31 mA above
    for ma in range(6000, 51001, 13):
        assert ma - pilot.advertised_ma(pilot.duty_u16(ma, 13)) <= 8, ma
    for ma in range(53000, 80001, 13):
        assert ma - pilot.advertised_ma(pilot.duty_u16(ma, 13)) <= 32, ma
    assert pilot.advertised_ma(0) == 0


# -- levels -------------------------------------------------------------------


def _oracle(mv, previous):
    """One line: the level whose nominal value is nearest, 250 mV of stickiness."""
    if mv > 13500:
        return pilot.LOST
    sticky = [pilot.A, pilot.B, pilot.C, pilot.D, pilot.E, pilot.NEG]
    bounds = (10500, 7500, 4500, 1500, -1500)
    place = 0
    for i, bound in enumerate(bounds):
        if mv < bound + (250 if previous > i else -250):
            place = i + 1
    return sticky[place]


def test_classify_sweep():
    for previous in range(7):
        for mv in range(-13000, 14000, 10):
            # the E/NEG border leans the other way round for NEG alone
            want = _oracle(mv, previous if previous != pilot.LOST else pilot.NEG)
            if previous == pilot.LOST and -1750 <= mv < -1250:
                want = pilot.E
            assert pilot.classify(mv, previous) == want, (mv, previous)


def test_windows():
    for level in range(5):
        nominal = NOMINAL[level]
        top = 13500 if level == pilot.A else nominal + 1100
        assert pilot.in_window(nominal, level)
        assert pilot.in_window(nominal - 1100, level)
        assert not pilot.in_window(nominal - 1101, level)
        assert pilot.in_window(top, level)
        assert not pilot.in_window(top + 1, level)
    assert pilot.in_window(-12000, pilot.NEG)
    assert pilot.in_window(0, pilot.LOST)


def test_two_bursts_must_agree():
    for level in (pilot.B, pilot.C, pilot.D, pilot.E):
        p = Pilot()
        _settle(p, 12000)
        assert p.level == pilot.A
        p.step(_scan(NOMINAL[level]), 20, False)
        assert p.level == pilot.A and p.raw == level
        p.step(_scan(NOMINAL[level]), 20, False)
        assert p.level == level


def test_one_bad_burst_changes_nothing():
    p = Pilot()
    _settle(p, 6000)
    for bad in (9000, 12000, 0, 7400, 14000):
        p.step(_scan(bad), 20, False)
        assert p.level == pilot.C
        p.step(_scan(6000), 20, False)
        assert p.level == pilot.C


def test_two_different_bad_bursts_change_nothing():
    p = Pilot()
    _settle(p, 6000)
    p.step(_scan(9000), 20, False)
    p.step(_scan(12000), 20, False)
    assert p.level == pilot.C


def test_bursts_agree_by_time_and_not_by_count():
    # after a stall the queued steps follow each other closely: two bursts 9 ms apart are one look
    for gaps, believed in (((9,), False), (((9, 1)), True), ((4, 5), False), ((10,), True)):
        p = Pilot()
        _settle(p, 6000)
        p.step(_scan(9000), 20, False)
        for gap in gaps:
            p.step(_scan(9000), gap, False)
        assert (p.level == pilot.B) is believed, gaps
        assert (p.pending_ms == pilot.NOT_PENDING) is believed


def _late(first_mv, mv, level_mv=6000, dt_ms=26):
    p = Pilot()
    _settle(p, level_mv)
    scan = _scan(mv)
    scan.pilot_bursts = 2
    scan.pilot_first_mv = first_mv
    p.step(scan, dt_ms, False)
    return p


def test_a_late_step_decides_by_its_two_bursts():
    for mv in (9000, 12000, 0, 7500):  # B, A, E and a level outside every window
        assert _late(mv, mv).level == _late(NO_READING, mv).level != pilot.C
        assert _late(6000, mv).level == pilot.C, "one burst of the two is a disturbance"
        assert _late(mv, 6000).level == pilot.C
        assert _late(mv, mv, dt_ms=25).level == pilot.C, "not late: the next step confirms"
        assert _late(mv, mv, level_mv=12000).level == pilot.A, "nothing is hurried without a charge"
    assert _late(12000, 9000).level == pilot.B, "two bursts, and none of them is C"


def test_after_a_late_step_one_burst_is_enough_to_leave_c():
    for start in (6000, 3000):
        p = Pilot()
        _settle(p, start)
        p.step(_scan(9000), 25, False)
        assert p.level != pilot.B
        p = Pilot()
        _settle(p, start)
        p.step(_scan(9000), 26, False)
        assert p.level == pilot.B


def test_a_late_step_never_hurries_into_c():
    p = Pilot()
    _settle(p, 9000)
    p.step(_scan(6000), 40, False)
    assert p.level == pilot.B


def test_outside_every_window_is_lost():
    for mv in (7500, 10500, 4500, 1500, 13600, -1300):
        p = Pilot()
        _settle(p, 6000)
        _settle(p, mv, n=2)
        assert p.level == pilot.LOST, mv


def test_no_samples_is_lost():
    p = Pilot()
    _settle(p, 6000)
    p.step(_scan(6000, samples=0), 20, True)
    assert p.level == pilot.C
    p.step(_scan(6000, samples=0), 20, True)
    assert p.level == pilot.LOST


# -- diode --------------------------------------------------------------------


def test_diode_seen_and_unknown_before():
    p = Pilot()
    _settle(p, 9000, -12000, pwm=False)
    assert p.diode == -1
    p.step(_scan(9000, -10000), 20, True)
    assert p.diode == 1


def test_diode_missing_after_100_ms():
    for low in (-8800, -5600, -9999):
        p = Pilot()
        _settle(p, 9000)
        for n in range(5):
            assert p.diode != 0, n
            p.step(_scan(9000, low), 20, True)
        assert p.diode == 0


def test_a_good_burst_starts_the_count_anew():
    p = Pilot()
    _settle(p, 9000)
    for _ in range(5):
        for _ in range(4):
            p.step(_scan(9000, -8000), 20, True)
        p.step(_scan(9000, -12000), 20, True)
    assert p.diode == 1


def test_diode_is_judged_with_a_vehicle_only():
    for high in (12000, 0, -12000):
        p = Pilot()
        _settle(p, high)
        for _ in range(10):
            p.step(_scan(high, 0), 20, True)
        assert p.diode == -1


def test_unplugging_forgets_the_diode():
    p = Pilot()
    _settle(p, 9000)
    _settle(p, 9000, -12000, pwm=True)
    assert p.diode == 1
    _settle(p, 12000)
    assert p.diode == -1 and p.diode_bad_ms == 0


def test_every_milliampere_and_every_duty_exactly():
    for ma in range(6000, 51001):  # 0.6 A per percent: floor of d in 1/65536
        assert pilot.duty_u16(ma, 16) == ma * 65536 // 60000, ma
    for ma in range(51001, 52500):  # no duty says these: 85 %, which says 51 A
        assert pilot.duty_u16(ma, 16) == 85 * 65536 // 100, ma
    for ma in range(52500, 80001):  # I = 2.5 * (d - 64): floor of d in 1/65536
        assert pilot.duty_u16(ma, 16) == (ma + 160000) * 65536 // 250000, ma
    for duty in range(55706):  # 0.6 A per percent: ceiling of I
        assert pilot.advertised_ma(duty) == -(-duty * 60000 // 65536), duty
    for duty in range(55706, 63571):
        assert pilot.advertised_ma(duty) == -(-(duty * 250000 - 160000 * 65536) // 65536), duty


def test_thresholds_to_the_millivolt():
    for level in range(4):
        for previous in range(7):
            edge = 10500 - 3000 * level + (250 if level < previous else -250)
            assert pilot.classify(edge, previous) <= level, (level, previous)
            assert pilot.classify(edge - 1, previous) > level, (level, previous)
    for previous, edge in ((pilot.E, -1750), (pilot.NEG, -1250)):
        assert pilot.classify(edge, previous) == pilot.E
        assert pilot.classify(edge - 1, previous) == pilot.NEG


def test_the_diode_is_judged_in_b_c_and_d_to_the_millisecond():
    scan = Scan()
    scan.pilot_samples = 32
    for level, mv in ((pilot.B, 9000), (pilot.C, 6000), (pilot.D, 3000)):
        p = pilot.Pilot()
        scan.pilot_high_mv = mv
        scan.pilot_low_mv = -12000
        for _ in range(3):
            p.step(scan, 20, True)
        assert (p.level, p.diode) == (level, 1)
        for _ in range(2):
            scan.pilot_low_mv = -9000
            for _ in range(99):
                p.step(scan, 1, True)
            assert p.diode == 1
            scan.pilot_low_mv = -12000
            p.step(scan, 1, True)
        scan.pilot_low_mv = -9000
        for _ in range(100):
            p.step(scan, 1, True)
        assert p.diode == 0
