from ballast.control.group_shared import Shared
from ballast.control.meter import GOOD, STALE


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
    assert shared.doubts == 1
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
    assert shared.doubts == 0
