from ballast.control.group.shared import Shared
from ballast.control.meter.meter import GOOD, STALE
from group_kit import T0, after


class Meter:
    def __init__(self):
        self.state = GOOD
        self.ma = [20000, 0, 0]


class Supply:
    def __init__(self):
        self.used = True
        self.limit_ma = 25000
        self.meter = Meter()


def run(shared, supply, start, ms, renew=True):
    """The answer of the last step of 20 ms."""
    on = None
    for now in range(start, start + ms, 20):
        if renew:
            shared.renew(now, 2000)
        on = shared.step(now, supply)
    return on


def test_only_while_it_is_renewed():
    shared, supply = Shared(), Supply()
    assert not shared.step(0, supply)
    shared.renew(20, 2000)
    assert shared.step(2000, supply)
    assert not shared.step(2020, supply)


def test_a_group_that_does_not_keep_the_fuse_is_doubted():
    shared, supply = Shared(), Supply()
    supply.meter.ma[0] = 25600
    assert run(shared, supply, 0, 25000)
    assert not run(shared, supply, 25000, 100)
    supply.meter.ma[0] = 20000
    assert not run(shared, supply, 25100, 59000)
    assert run(shared, supply, 84100, 2000)


def test_a_short_excess_or_a_meter_that_is_not_trusted_is_no_doubt():
    shared, supply = Shared(), Supply()
    for start in range(0, 200000, 40000):
        supply.meter.ma[0] = 40000
        assert run(shared, supply, start, 20000)
        supply.meter.ma[0] = 20000
        assert run(shared, supply, start + 20000, 20000)
    supply.meter.ma[0] = 40000
    supply.meter.state = STALE
    assert run(shared, supply, 200000, 60000)


def test_it_ends_with_its_time_to_the_millisecond():
    shared, supply = Shared(), Supply()
    shared.renew(T0, 2000)
    assert shared.step(after(1999), supply)
    assert not shared.step(after(2000), supply)


def test_half_an_ampere_above_the_limit_is_not_above_it_on_any_conductor():
    for phase in range(3):
        for ma, believed in ((25500, True), (25501, False)):
            shared, supply = Shared(), Supply()
            supply.meter.ma = [0, 0, 0]
            supply.meter.ma[phase] = ma
            assert run(shared, supply, 0, 25020) is believed, (phase, ma)


def test_a_supply_that_is_not_used_has_no_limit_to_keep():
    shared, supply = Shared(), Supply()
    supply.used = False
    supply.meter.ma[0] = 40000
    assert run(shared, supply, 0, 60000)


def at(shared, supply, *times):
    """The answers at these times after T0, renewed each time."""
    answers = []
    for ms in times:
        shared.renew(after(ms), 2000)
        answers.append(shared.step(after(ms), supply))
    return answers


def test_the_time_above_counts_from_when_it_was_first_seen_there():
    shared, supply = Shared(), Supply()
    assert at(shared, supply, 0) == [True]
    supply.meter.ma[0] = 26000
    assert at(shared, supply, 5000, 25000, 29999, 30000) == [True, True, True, False]


def test_a_doubt_lasts_a_minute_and_then_the_group_has_its_time_anew():
    shared, supply = Shared(), Supply()
    supply.meter.ma[0] = 26000
    assert at(shared, supply, 0, 25000, 84999, 85000) == [True, False, False, False]
    assert at(shared, supply, 85001, 110000, 110001) == [True, True, False]


def test_time_above_the_limit_without_a_lease_is_not_the_groups():
    shared, supply = Shared(), Supply()
    supply.meter.ma[0] = 26000
    assert at(shared, supply, 0, 20000) == [True, True]
    assert not shared.step(after(22000), supply)
    assert at(shared, supply, 23000, 26000, 47999, 48000) == [True, True, True, False]
