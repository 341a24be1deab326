"""Thermistor table against the B-value formula, and its two ends."""

import math

from ballast.control.safety import ntc


def _mv(degc, pullup=10000):
    r = 10000 * math.exp(3950 * (1 / (273.15 + degc) - 1 / 298.15))
    return r, 3300 * r / (r + pullup)


def test_within_half_a_degree_of_the_formula():
    for pullup in (4700, 10000):
        for degc in range(-15, 116):
            _, mv = _mv(degc, pullup)
            got = ntc.ddegc(int(mv + 0.5), 3300, pullup)
            assert abs(got - degc * 10) <= 6, (degc, got)


def test_monotonic():
    last = 10000
    for mv in range(1, 3300):
        t = ntc.ddegc(mv, 3300, 10000)
        if t in (ntc.OPEN, ntc.SHORT):
            continue
        assert t <= last, mv
        last = t


def test_open_and_short():
    for mv in (3300, 3400, -1, 3280):
        assert ntc.ddegc(mv, 3300, 10000) == ntc.OPEN, mv
    for mv in (0, 1, 40):
        assert ntc.ddegc(mv, 3300, 10000) == ntc.SHORT, mv


def test_exact_ends_of_the_table():
    assert ntc.ddegc(1650, 3300, 10000) == 250
    # 401860 ohm and 250 ohm in a divider with pull-ups that give exactly those
    assert ntc.ddegc(1000, 2000, 401860) == -400
    assert ntc.ddegc(1000, 2000, 401861) == ntc.OPEN
    assert ntc.ddegc(1000, 2000, 250) == 1400
    assert ntc.ddegc(1000, 2000, 249) == ntc.SHORT


def test_the_table_is_the_formula():
    for n in range(len(ntc._OHM)):
        r, _ = _mv(-40 + 5 * n)
        assert abs(ntc._OHM[n] - r) <= 0.5 + r * 1e-9, n
    assert len(ntc._OHM) == 37


def test_one_millivolt_is_no_short_by_itself():
    assert ntc.ddegc(1, 2, 10000) == 250
