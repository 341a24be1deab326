"""Calls that wait while the chip's callbacks run: the steps go on, and no watchdog bites."""

import pytest

from ballast_bench.person.options import make_setup
from ballast_bench.setup import default_ev


@pytest.mark.parametrize("chip", ["ideal", "board"])
def test_a_radio_without_buffers_is_asked_for_two_seconds_and_the_charge_goes_on(chip):
    setup = make_setup({"house": "empty", "seed": 3, "chip": chip})
    world = setup.start()
    try:
        node = world.nodes[0]
        world.plant.chargers[0].plug_in(default_ev(max_a=16.0))
        assert world.until(lambda: node.cp.amps[0] > 5.0, 60.0) is not None
        node.device.espnow.run_out(3.0)
        steps, refused = node.app.timer.steps, node.app.env.radio.refused
        world.run(20.0)
        assert node.app.env.radio.refused > refused
        assert node.app.timer.steps - steps >= 995 and node.boots == 1
        assert node.app.out.coil == 1 and not any(node.cycle.faults.active)
    finally:
        setup.stop()
