"""A virtual chip for each test: `dev` is current while the test runs, `clock` is its time.

For the conftest.py of a folder whose tests touch pins.
"""

import pytest

from ballast_bench import boards, fakes, upy
from ballast_bench.rigs.ports import Rig

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


@pytest.fixture
def rig(dev, board):
    return Rig(dev, board)
