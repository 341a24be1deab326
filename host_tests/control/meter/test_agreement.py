"""Two sources: when they disagree is shown, and what may differ is left in peace."""

from ballast.control.meter.agreement import MeterAgreement
from ballast.control.meter.meter import DISTRUSTED, GOOD
from ballast.control.ticks import add

START = 0x40000000 - 5000


class Reading:
    def __init__(self, ma):
        self.ma = ma
        self.t_ms = START
        self.seq = 0
        self.state = GOOD


def run(supply_ma, panel_ma, seconds, export=False, lag_ms=0, state=GOOD, pair=None):
    pair = pair or MeterAgreement()
    supply, panel = Reading(supply_ma), Reading(panel_ma)
    supply.state = state
    now = START
    for _ in range(seconds):
        now = add(now, 1000)
        supply.t_ms = add(now, -lag_ms)
        panel.t_ms = now
        panel.seq = pair._seq + 1
        pair.step(now, supply, panel, export)
        pair.step(now, supply, panel, export)  # no new reading: nothing changes
    return pair


def test_more_in_the_panel_than_in_the_supply_is_told_after_ten_seconds():
    assert run([5000, 5000, 5000], [5000, 9000, 0], 10).apart == 0
    assert run([5000, 5000, 5000], [5000, 9000, 0], 12).apart == 1


def test_the_tolerance():
    assert run([10000, 0, 0], [13000, 0, 0], 60).apart == 0
    assert run([10000, 0, 0], [13001, 0, 0], 60).apart == 1


def test_less_in_the_panel_is_how_a_house_is():
    assert run([25000, 20000, 9000], [1000, 0, 9000], 60).apart == 0


def test_with_export_nothing_is_said():
    assert run([0, 0, 0], [20000, 0, 0], 60, export=True).apart == 0


def test_what_is_not_trusted_is_not_compared():
    assert run([0, 0, 0], [20000, 0, 0], 60, state=DISTRUSTED).apart == 0


def test_readings_too_far_apart_in_time_are_not_compared():
    for lag in (4000, -4000):
        assert run([0, 0, 0], [20000, 0, 0], 60, lag_ms=lag).apart == 0


def test_it_is_over_when_they_agree_again():
    pair = run([5000, 0, 0], [15000, 0, 0], 12)
    assert pair.apart == 1
    run([15000, 0, 0], [15000, 0, 0], 1, pair=pair)
    assert pair.apart == 0
    run([5000, 0, 0], [15000, 0, 0], 5, pair=pair)
    assert pair.apart == 0


class Two:
    """A supply and a panel that go on talking on one clock; t counts ms from START."""

    def __init__(self):
        self.pair = MeterAgreement()
        self.supply, self.panel = Reading([0, 0, 0]), Reading([0, 0, 0])

    def at(self, t, supply_ma, panel_ma, gap_ms=0):
        """Both read at t, the supply `gap_ms` after the panel; 1 = they are apart."""
        now = add(START, t)
        self.supply.ma, self.panel.ma = supply_ma, panel_ma
        self.supply.t_ms, self.panel.t_ms = add(now, gap_ms), now
        self.panel.seq += 1
        self.pair.step(now, self.supply, self.panel, False)
        return self.pair.apart


def test_ten_seconds_to_the_millisecond():
    two = Two()
    assert two.at(0, [0, 0, 0], [9000, 0, 0]) == 0
    assert two.at(9999, [0, 0, 0], [9000, 0, 0]) == 0
    assert two.at(10000, [0, 0, 0], [9000, 0, 0]) == 1


def test_the_ten_seconds_start_again_when_they_agreed_in_between():
    two = Two()
    two.at(0, [0, 0, 0], [9000, 0, 0])
    two.at(9000, [9000, 0, 0], [9000, 0, 0])
    assert two.at(10000, [0, 0, 0], [9000, 0, 0]) == 0
    assert two.at(19999, [0, 0, 0], [9000, 0, 0]) == 0
    assert two.at(20000, [0, 0, 0], [9000, 0, 0]) == 1


def test_readings_up_to_three_seconds_apart_are_compared():
    for gap, apart in ((3000, 1), (-3000, 1), (3001, 0), (-3001, 0)):
        two = Two()
        two.at(0, [0, 0, 0], [9000, 0, 0], gap)
        assert two.at(10000, [0, 0, 0], [9000, 0, 0], gap) == apart, gap


def test_one_phase_is_enough_whichever():
    for panel_ma, apart in (
        ([2001, 0, 0], 1), ([0, 2001, 0], 1), ([0, 0, 2001], 1), ([2000, 2000, 2000], 0),
        ([0, 2001, -9000], 1), ([-9000, -9000, 2001], 1), ([-9000, -9000, -9000], 0),
    ):  # fmt: skip
        two = Two()
        two.at(0, [0, 0, 0], panel_ma)
        assert two.at(10000, [0, 0, 0], panel_ma) == apart, panel_ma
