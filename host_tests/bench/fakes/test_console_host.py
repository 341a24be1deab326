"""What printing costs: nothing while the UART's FIFO has room, then 87 us a character."""

import pytest

import ballast_bench.fakes as fakes
from ballast_bench.chip import closed, profile
from ballast_bench.fakes.chip_time import ChipTime
from ballast_bench.fakes.console import FIFO
from ballast_bench.upy.clock import ManualClock
from ballast_bench.world import World


@pytest.fixture
def device():
    clock = ManualClock(1000)
    device = fakes.Device(clock)
    device.time = ChipTime(clock, profile.load("esp32s3_octal"))
    return device


def printed_us(device, size):
    before = device.clock.us()
    device.console.write("x" * size)
    return device.clock.us() - before


def test_a_line_costs_nothing_and_the_next_one_at_once_waits(device):
    assert printed_us(device, FIFO) == 0
    assert printed_us(device, 50) == 50 * 87
    device.clock.advance_us(FIFO * 87)
    assert printed_us(device, 100) == 0
    device.clock.advance_us(50 * 87)
    assert printed_us(device, 100) == (100 - 50 + 100 - FIFO) * 87


def test_a_long_text_waits_for_all_but_the_fifo(device):
    assert printed_us(device, 1000) == (1000 - FIFO) * 87


def test_what_a_charger_logs_goes_through_its_console():
    with World().boot() as world:
        node = world.nodes[0]
        world.run(2.0)
        spent = node.device.time.spent.get("print", (0, 0, 0))[1]
        for n in range(4):
            node.app.env.log(f"{n}: " + "a line of a service that has failed " * 5)
        assert len(node.device.console.out[-1]) == 102
        node.device.console.out.clear()
        world.run(1.0)
        assert node.device.time.spent["print"][1] - spent == pytest.approx((4 * 102 - FIFO) * 87, abs=87)
        assert closed.refused(node.profile, {"print": node.device.time.spent["print"][2]}) == []
