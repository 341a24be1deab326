"""Solar modes: start and stop by energy, in between the surplus is followed."""

from ballast.control.limits import solar

VOLT = 230
MIN_W = 1380


class Roof:
    def __init__(self, mode, phases=1, **settings):
        self.s = solar.Solar()
        self.s.set_mode(mode, 6000, 32000, **settings)
        self.phases = phases

    def run(self, surplus_w, seconds):
        """A steady surplus; the seconds until the slot went from pause to current or back, or None."""
        was = self.s.ma > 0
        house = [-(surplus_w * 1000 // VOLT), 0, 0]
        for k in range(seconds):
            self.s.step(1000, house, self.phases, VOLT)
            if (self.s.ma > 0) != was:
                return k + 1
        return None


def test_off_is_no_limit():
    roof = Roof(solar.OFF)
    roof.run(-5000, 60)
    assert roof.s.ma == 1000000


def test_solar_only_starts_when_10_wh_were_exported_in_vain():
    for over, seconds in ((500, 72), (1000, 36), (5000, 8), (36, 1000)):
        assert abs(Roof(solar.SOLAR_ONLY).run(MIN_W + over, 2000) - seconds) <= seconds // 50 + 1
    assert Roof(solar.SOLAR_ONLY).run(MIN_W, 5000) is None
    assert Roof(solar.SOLAR_ONLY).run(-3000, 5000) is None


def test_solar_only_stops_when_100_wh_were_imported():
    for short, seconds in ((500, 720), (1000, 360), (MIN_W, 261)):
        roof = Roof(solar.SOLAR_ONLY)
        roof.run(3000, 200)
        assert abs(roof.run(MIN_W - short, 2000) - seconds) <= 3
        assert roof.s.ma == 0


def test_a_cloud_is_paid_back_by_the_sun():
    roof = Roof(solar.SOLAR_ONLY)
    roof.run(3000, 200)
    for _ in range(50):
        assert roof.run(MIN_W - 1000, 300) is None
        assert roof.run(MIN_W + 1000, 300) is None


def test_the_prices_of_switching_can_be_set():
    roof = Roof(solar.SOLAR_ONLY, start_wh=30, stop_wh=20)
    assert abs(roof.run(MIN_W + 1000, 500) - 108) <= 3
    assert abs(roof.run(MIN_W - 1000, 500) - 72) <= 3


def test_the_surplus_is_followed_and_never_exceeded_for_long():
    roof = Roof(solar.SOLAR_ONLY)
    roof.run(3000, 100)
    for surplus in (3000, 2500, 2600, 4000, 7000, 9000, 2000):
        roof.run(surplus, 120)
        free = min(32000, surplus * 1000 // VOLT)
        assert abs(roof.s.ma - free) <= 60, surplus
        assert roof.s.surplus_w in (surplus, surplus - 1)


def test_a_large_change_is_followed_at_once_a_small_one_when_it_is_due():
    roof = Roof(solar.SOLAR_MIN)
    roof.run(3000, 100)
    before = roof.s.ma
    roof.run(3000 - 460, 1)
    assert roof.s.ma < before - 1900
    before = roof.s.ma
    roof.run(3000 - 230, 5)
    assert roof.s.ma == before
    roof.run(3000 - 230, 2)
    assert roof.s.ma > before + 900


def test_solar_and_minimum_never_stops():
    roof = Roof(solar.SOLAR_MIN)
    assert roof.s.ma == 6000
    assert roof.run(-5000, 5000) is None
    assert roof.s.ma == 6000
    roof.run(3000, 60)
    assert 12900 <= roof.s.ma <= 13043


def test_three_phases_share_the_surplus_of_all():
    roof = Roof(solar.SOLAR_MIN, phases=3)
    for _ in range(60):
        roof.s.step(1000, [-20000, -20000, 4000], 3, VOLT)
    assert 11900 <= roof.s.ma <= 12000
    one = Roof(solar.SOLAR_ONLY, phases=3)
    assert one.run(4000, 3000) is None, "three phases need 4140 W"
    assert one.run(5000, 3000) is not None


def test_what_is_reserved_for_the_battery_is_left():
    roof = Roof(solar.SOLAR_MIN, reserve_w=1000)
    roof.run(4000, 60)
    assert 12900 <= roof.s.ma <= 13043


def test_a_gap_counts_two_seconds_and_the_largest_numbers_hold():
    roof = Roof(solar.SOLAR_ONLY)
    roof.s.step(600000, [-10000000, 0, 0], 1, VOLT)
    assert roof.s.ma == 32000, "200 kW for 2 s are far more than 15 Wh"
    assert roof.s.surplus_w == 200000
    roof = Roof(solar.SOLAR_ONLY)
    roof.s.step(600000, [-20000, 0, 0], 1, VOLT)
    assert roof.s.ma == 0, "not as if it had been 600 s"


def test_regret_is_shown_in_wh():
    roof = Roof(solar.SOLAR_ONLY)
    roof.run(MIN_W + 1000, 20)
    assert roof.s.regret_wh == 5


def test_another_setting_does_not_stop_the_sun():
    roof = Roof(solar.SOLAR_ONLY)
    roof.run(3000, 100)
    before = roof.s.ma
    roof.s.set_mode(solar.SOLAR_ONLY, 6000, 20000)
    assert roof.s.ma == before
    roof.run(9000, 10)
    assert roof.s.ma == 20000
    roof.s.set_mode(solar.OFF, 6000, 32000)
    assert roof.s.ma == 1000000
    roof.s.set_mode(solar.SOLAR_ONLY, 6000, 32000)
    assert roof.s.ma == 0


def _step(s, surplus_w, dt_ms=1000, n=1):
    """`n` samples on one phase of 250 V, where whole watts are whole multiples of 4 mA."""
    for _ in range(n):
        s.step(dt_ms, [-surplus_w * 4, 0, 0], 1, 250)
    return s.ma


MIN_250_W = 1500  # 6 A


def _solar_only():
    s = solar.Solar()
    s.set_mode(solar.SOLAR_ONLY, 6000, 32000)
    return s


def _charging(over_w=1000):
    """Started by 36 kW s = 10 Wh above the minimum, exactly."""
    s = _solar_only()
    _step(s, MIN_250_W + over_w, n=36000 // over_w)
    assert s.ma
    return s


def test_a_start_costs_36_kw_s_to_the_watt_second():
    for dark in (0, 500):
        s = _solar_only()
        _step(s, dark, n=3)  # before the sun nothing is lost, and nothing is saved up
        assert _step(s, MIN_250_W + 1000, n=35) == 0
        assert _step(s, MIN_250_W + 1000, 999) == 0, "35 999 W s"
        assert _step(s, MIN_250_W + 1000, 1) >= 6000
    s = _solar_only()
    assert _step(s, MIN_250_W + 999, n=36) == 0, "35 964 W s"
    assert _step(s, MIN_250_W + 999, n=1) >= 6000


def test_a_stop_costs_360_kw_s_to_the_watt_second_and_the_next_start_as_much_as_the_first():
    s = _charging()
    assert _step(s, 0, n=239) == 6000, "358 500 W s are imported"
    assert _step(s, 0, 999) == 6000, "and 1498 more"
    assert _step(s, MIN_250_W - 1) == 6000, "359 999 W s"
    assert _step(s, MIN_250_W - 1) == 0
    assert _step(s, MIN_250_W + 1000, n=35) == 0
    assert _step(s, MIN_250_W + 1000, 999) == 0
    assert _step(s, MIN_250_W + 1000, 1) >= 6000


def test_a_small_change_is_followed_at_six_ampere_seconds_exactly():
    s = _charging(250)  # its last second is the first of 1 A too little
    assert _step(s, MIN_250_W + 250, n=4) == 6000
    assert _step(s, MIN_250_W + 250, 999) == 6000, "5999 mA s are due"
    assert _step(s, MIN_250_W + 250, 1) == 7000
    for surplus, before, after in ((MIN_250_W, 7000, 6000), (MIN_250_W + 250, 6000, 7000)):
        assert _step(s, surplus, n=5) == before
        assert _step(s, surplus, 999) == before
        assert _step(s, surplus, 1) == after


def test_two_amperes_are_followed_at_once_and_less_is_not():
    """At 1000 V a watt is a milliampere."""
    for off, at_once in ((1999, 0), (2000, 1), (2001, 1)):
        s = solar.Solar()
        s.set_mode(solar.SOLAR_MIN, 6000, 32000)
        s.step(1, [-6000 - off, 0, 0], 1, 1000)
        assert s.ma == 6000 + off * at_once, off
        s.step(1, [-16000, 0, 0], 1, 1000)
        s.step(1, [-16000 + off, 0, 0], 1, 1000)
        assert s.ma == 16000 - off * at_once, off
