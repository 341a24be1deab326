"""Every millivolt and every count of the pilot against independent one-line oracles."""

from ballast.control.pilot import pilot
from ballast.control.pilot.pilot import Pilot
from ballast.control.records import Scan

# A|B, B|C, C|D, D|E: midway between the nominal levels
_MID = (10500, 7500, 4500, 1500)


def _oracle(mv, was):
    """Lost above 13.5 V; else how many midpoints lie above, each 250 mV towards `was`."""
    if mv > 13500:
        return pilot.LOST
    below = sum([mv < t + (250 if k < was else -250) for k, t in enumerate(_MID)])
    if below < 4:
        return below
    return pilot.NEG if mv < (-1250 if was == pilot.NEG else -1750) else pilot.E


def test_every_millivolt_from_every_level():
    for was in range(7):
        for mv in range(-2500, 13700):
            assert pilot.classify(mv, was) == _oracle(mv, was), (mv, was)
        for mv in range(-13000, -2500, 500):
            assert pilot.classify(mv, was) == pilot.NEG


def test_every_window():
    for level in range(7):
        nominal = 12000 - 3000 * level
        for mv in range(-13000, 14000, 1):
            want = level > pilot.E or abs(mv - nominal) <= 1100 or (level == 0 and 0 < mv - nominal <= 1500)
            assert pilot.in_window(mv, level) == want, (mv, level)


def _scan(high, low=-12000, n=32):
    scan = Scan()
    scan.pilot_high_mv, scan.pilot_low_mv, scan.pilot_samples = high, low, n
    return scan


def test_two_bursts_must_agree_whatever_the_levels():
    mv = (12000, 9000, 6000, 3000, 0, -12000, 7500)
    for was in range(7):
        for to in range(7):
            if to == was:
                continue
            p = Pilot()
            for _ in range(2):
                p.step(_scan(mv[was]), 20, False)
            assert p.level == was
            p.step(_scan(mv[to]), 20, False)
            assert p.level == was and p.raw == to
            p.step(_scan(mv[was]), 20, False)
            p.step(_scan(mv[to]), 20, False)
            assert p.level == was, "two that do not follow each other do not count"
            p.step(_scan(mv[to]), 20, False)
            assert p.level == to
            p.step(_scan(mv[was]), 20, False)
            assert p.level == to, "a change starts to count anew"


def test_alternating_wrong_levels_are_no_level():
    p = Pilot()
    for _ in range(2):
        p.step(_scan(6000), 20, False)
    for _ in range(20):
        p.step(_scan(9000), 20, False)
        p.step(_scan(12000), 20, False)
        assert p.level == pilot.C


def test_late_steps_believe_one_burst_but_only_under_load():
    for was, mv in ((pilot.C, 6000), (pilot.D, 3000), (pilot.B, 9000), (pilot.A, 12000)):
        for dt in (20, 25, 26, 40):
            p = Pilot()
            for _ in range(2):
                p.step(_scan(mv), 20, False)
            p.step(_scan(0), dt, False)
            believed = dt > 25 and was in (pilot.C, pilot.D)
            assert p.level == (pilot.E if believed else was), (was, dt)


def test_a_fresh_pilot_knows_nothing():
    p = Pilot()
    assert (p.level, p.raw, p.diode, p.diode_bad_ms) == (pilot.LOST, pilot.LOST, -1, 0)
    p.step(_scan(9000), 20, False)
    assert p.level == pilot.LOST
    p.step(_scan(9000), 20, False)
    assert p.level == pilot.B


def test_diode_to_the_millisecond_and_millivolt():
    for level_mv in (9000, 6000, 3000):
        for low in range(-10100, -9900):
            p = Pilot()
            p.step(_scan(level_mv, low), 20, False)
            p.step(_scan(level_mv, low), 20, False)
            assert p.diode == -1, "without PWM nothing is seen"
            for dt_ms in (25, 25, 25, 24):
                p.step(_scan(level_mv, low), dt_ms, True)
            assert p.diode == (1 if low <= -10000 else -1), low
            p.step(_scan(level_mv, low), 1, True)
            assert p.diode == (1 if low <= -10000 else 0), low
    p = Pilot()
    for _ in range(2):
        p.step(_scan(6000, -5000), 20, False)
    p.step(_scan(6000, -5000), 60, True)
    p.step(_scan(6000, -12000), 20, True)
    assert p.diode == 1 and p.diode_bad_ms == 0
    for dt_ms in (25, 25, 25, 24):
        p.step(_scan(6000, -5000), dt_ms, True)
    assert p.diode == 1, "good readings start the time anew"
    p.step(_scan(6000, -5000), 1, True)
    assert p.diode == 0


def test_one_late_burst_stands_for_25_ms_without_a_diode():
    p = Pilot()
    for _ in range(2):
        p.step(_scan(6000, -12000), 20, True)
    for _ in range(3):
        p.step(_scan(6000, -5000), 58, True)
    assert p.diode == 1 and p.diode_bad_ms == 75
    p.step(_scan(6000, -5000), 58, True)
    assert p.diode == 0


def test_unplugging_forgets_the_diode():
    p = Pilot()
    for _ in range(2):
        p.step(_scan(9000), 20, True)
    p.step(_scan(9000, -5000), 60, True)
    assert p.diode == 1 and p.diode_bad_ms == 25
    for _ in range(2):
        p.step(_scan(12000), 20, True)
    assert p.diode == -1 and p.diode_bad_ms == 0
    for mv in (0, -12000):
        p = Pilot()
        for _ in range(10):
            p.step(_scan(mv, -12000), 20, True)
        assert p.diode == -1, "nothing of a diode can be seen there"
