"""Dimming in W: what the GRID slot allows at each voltage, on each number of phases."""

from ballast.control.limits.dimming import Dimming
from ballast.control.limits.limits import GRID, NO_LIMIT_MA, Limits
from ballast.control.ticks import add

START = 0x40000000 - 2000  # the tick wraps after 2 s


class Rig:
    """The own meter's readings by hand, ten a second."""

    def __init__(self, phases=3, fitted=True):
        self.dimming = Dimming()
        self.dimming.phases.set_phases(phases)
        self.limits = Limits()
        self.now = START
        self.fitted = fitted
        self.seq = 0
        self.t_ms = START
        self.ma = [0, 0, 0]
        self.supply_mv = [230000, 230000, 230000] if fitted else [0, 0, 0]

    def order(self, watt=4200, ttl_ms=60000):
        self.dimming.put(watt, self.now, ttl_ms, self, self.limits)
        return self.ma_allowed()

    def ma_allowed(self):
        return self.limits.slot_ma[GRID]

    def read(self, seconds=0.1, ma=None, mv=None):
        """New readings; what the slot allows then."""
        self.ma = ma or self.ma
        self.supply_mv = mv or self.supply_mv
        for _ in range(round(seconds * 10)):
            self.now = add(self.now, 100)
            self.t_ms = self.now
            self.seq += 1 if self.fitted else 0
            self.dimming.step(self.now, self, self.limits)
            self.limits.step(self.now)
        return self.ma_allowed()


def test_nothing_is_allowed_or_refused_before_an_order():
    rig = Rig()
    assert rig.read(10, [16000, 0, 0]) == NO_LIMIT_MA and rig.dimming.on is False


def test_the_voltage_of_all_phases_in_use_counts_rounded_up():
    for phases, mv, volt in (
        (1, [230000, 100000, 90000], 230),
        (1, [230001, 0, 0], 231),
        (1, [80000, 0, 0], 80),
        (1, [79999, 0, 0], 230),
        (3, [230000, 230000, 230000], 690),
        (3, [229001, 230001, 0], 230 + 231 + 230),
    ):
        rig = Rig(phases)
        rig.supply_mv = mv
        assert rig.order() == 4200000 // volt, mv


def test_without_a_meter_each_phase_that_may_be_in_use_counts_with_the_nominal_voltage():
    assert Rig(1, fitted=False).order() == 18260
    rig = Rig(3, fitted=False)
    assert rig.order() == 6086
    assert rig.read(59.9) == 6086
    assert rig.read() == NO_LIMIT_MA, "it has run out"


def test_a_voltage_that_rises_with_the_smaller_load_takes_current_back_one_that_falls_gives_none():
    rig = Rig(1)
    assert rig.order() == 18260
    assert rig.read(mv=[236000, 0, 0]) == 17796
    assert rig.read(mv=[236000, 0, 0]) == 17796
    assert rig.read(mv=[225000, 0, 0]) == 17796
    assert rig.read(mv=[240000, 0, 0]) == 17500
    rig.supply_mv = [225000, 0, 0]
    assert rig.order() == 18666, "an order said again is counted anew"


def test_the_phases_of_the_vehicle_are_found_with_and_without_an_order():
    rig = Rig()
    assert rig.read(6, [16000, 0, 0]) == NO_LIMIT_MA
    assert rig.order() == 18260
    rig = Rig()
    assert rig.order() == 6086
    assert rig.read(4.9, [6000, 0, 0]) == 6086
    assert rig.read(1) == 18260
    rig.dimming.phases.forget()
    assert rig.read() == 6086


def test_a_phase_that_joins_at_a_higher_number_is_counted_at_once():
    rig = Rig()
    rig.read(6, [16000, 0, 0])
    assert rig.order() == 18260
    assert rig.read(0.1, [16000, 16000, 0]) == 9130


def test_the_same_number_of_phases_at_a_lower_voltage_changes_nothing():
    rig = Rig()
    rig.read(6, [16000, 0, 0])
    rig.order()
    assert rig.read(0.1, mv=[220000, 250000, 250000]) == 18260


def test_counting_anew_does_not_make_an_order_last_longer():
    rig = Rig(1)
    rig.order(ttl_ms=1000)
    assert rig.read(0.9, mv=[236000, 0, 0]) == 17796
    assert rig.limits.left_ms(GRID, rig.now) == 100
    assert rig.dimming.on is True
    assert rig.read(mv=[240000, 0, 0]) == NO_LIMIT_MA
    assert rig.dimming.on is False
    assert rig.read(1, mv=[241000, 0, 0]) == NO_LIMIT_MA


def test_an_order_given_up_leaves_the_slot_alone():
    rig = Rig(1)
    rig.order()
    rig.dimming.stop()
    rig.limits.put(GRID, 20000, rig.now, 5000)
    assert rig.read(mv=[236000, 0, 0]) == 20000
    assert rig.read(mv=[240000, 0, 0]) == 20000


def test_one_reading_counts_once():
    rig = Rig(1)
    rig.read()
    rig.order()
    rig.supply_mv = [236000, 0, 0]
    rig.dimming.step(rig.now, rig, rig.limits)
    assert rig.ma_allowed() == 18260
    rig.seq += 1
    rig.dimming.step(rig.now, rig, rig.limits)
    assert rig.ma_allowed() == 17796


def test_no_power_at_all_is_a_pause():
    assert Rig().order(0) == 0
