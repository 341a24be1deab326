"""A virtual chip for each test: `dev` is current while the test runs, `clock` is its time."""

import pytest

from bench import boards, fakes, upy
from bench.plant.charge_point import ChargePoint
from bench.wiring import Wiring

fakes.install()


@pytest.fixture
def clock():
    before = upy.clock()
    yield upy.install(upy.ManualClock(2**30 - 3000))  # the ticks wrap in the test's 3rd second
    upy.install(before)


@pytest.fixture
def dev(clock):
    with fakes.Device(clock) as device:
        yield device


@pytest.fixture
def board():
    return boards.load("bench")


class Rig:
    """A wired charge point without a plant around it: `at(s)` moves it on."""

    def __init__(self, dev, board):
        from ballast.control.records import Out, Scan

        self.dev, self.board = dev, board
        self.cp = ChargePoint(phases=3)
        self.cp.supply_v[:] = [230.0, 231.0, 229.0]
        self.wiring = Wiring(dev, board, self.cp)
        self.scan, self.out = Scan(), Out()
        self.now_s = 0.0

    def at(self, now_s):
        """Step the plant in 20 ms to `now_s` and show it to the pads."""
        while self.now_s < now_s - 1e-9:
            self.now_s += 0.02
            self.cp.step(self.now_s)
            self.cp.meter.measure(self.now_s, self.cp.amps, self.cp.supply_v, 50.0)
        self.wiring.update(self.now_s)


@pytest.fixture
def rig(dev, board):
    return Rig(dev, board)
