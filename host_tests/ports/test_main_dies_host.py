"""The whole firmware charges, then something goes wrong in it: the contactor opens every time."""

import pytest

from ballast_bench import fakes
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.setup import Setup

COIL, PWM_PIN = 15, 14


@pytest.fixture
def charging():
    setup = Setup(house=flat(seed=3), meter="none", ev=EV(max_a=16.0, delay_s=0.5))
    world = setup.start()
    node = world.nodes[0]
    assert world.until(lambda: node.cp.amps[0] > 5.0, 60.0) is not None
    assert node.device.pad(COIL) == 1
    yield world, node
    setup.stop()


def fail(*_):
    raise RuntimeError("broken on purpose")


def test_an_exception_in_a_port(charging):
    """Not one that a port expects: it ends the step, and the outputs are safe in the same step."""
    world, node = charging
    node.app.io._read_rcd = fail
    world.run(0.02)
    assert node.device.pad(COIL) == 0
    assert node.device.pad(PWM_PIN).high_fraction() == 1.0
    world.run(0.04)
    assert node.cp.contactor.mirror == 0
    assert isinstance(node.app.timer.error, RuntimeError)


def test_then_the_watchdog_restarts_the_chip_and_boot_is_safe(charging):
    world, node = charging
    node.app.io._read_rcd = fail
    with pytest.raises(fakes.HardReset):
        world.run(3.0)
    fakes.current = None
    assert node.device.reset_cause == 3  # WDT_RESET
    assert node.device.pad(COIL) == 0  # App._failed() has put it there; the bite changes no pad
    with node.device:
        node._run_boot_py()
    assert node.device.pad(COIL) == 0
    assert node.device.pad(PWM_PIN) == 1


def test_an_exception_in_control(charging):
    world, node = charging
    node.cycle.limits.step = fail
    world.run(0.02)
    assert node.device.pad(COIL) == 0
    world.run(5.0)
    assert node.device.pad(COIL) == 0  # no restart by itself
    assert node.cycle.broken


def test_the_step_hangs(charging):
    """Nothing runs any more: the dead-man opens long before the watchdog bites."""
    world, node = charging
    node.device.timers.clear()
    start = world.now_s
    assert world.until(lambda: node.cp.contactor.mirror == 0, 0.9) <= 0.16
    assert node.device.pad(COIL) == 1  # still asks for it
    with pytest.raises(fakes.HardReset):
        world.run(2.0)
    fakes.current = None
    assert world.now_s - start < 1.1
    assert node.device.pad(COIL) == 1  # until boot.py; the dead-man has opened long before
    assert node.cp.contactor.mirror == 0


def test_a_soft_reset_while_charging(charging):
    world, node = charging
    node.device.soft_reset()
    assert node.device.pad(COIL) == 1
    assert node.cp.pilot.high_mv < -11000  # LEDC stops low: the car sees state F at once
    with node.device:
        node._run_boot_py()
    assert node.device.pad(COIL) == 0
    world.run(0.04)
    assert node.cp.contactor.mirror == 0


def test_a_failing_adc_opens_in_100_ms(charging):
    world, node = charging
    node.device.fail_adc(1)
    assert world.until(lambda: node.cp.contactor.mirror == 0, 1.0) <= 0.1
