"""The whole charger on the real VM: it charges as on CPython, and lives through resets and power cuts."""

from functools import partial

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.person.options import make_setup
from ballast_bench.person.story import Story, play_run
from ballast_bench.setup import PASSWORD, Setup, default_ev
from ballast_bench.vm import heap
from ballast_bench.vm.setup import VmSetup
from ballast_tools.shell import paths

SECONDS = 60


def trace(host, **given):
    """[(second, duty, poles, amps)] of the plant at each change, from a car that is plugged in after 1 s."""
    given = {"house": "semi", "chip": "ideal", **given}  # where calls take time, the VM makes other calls
    setup = make_setup(given, host, http=("127.0.0.1", 0), assets=("", {}))
    rows = []
    try:
        world = setup.start()
        cp = world.nodes[0].cp

        def look(now_s):
            row = (cp.pilot.duty, tuple(cp.contactor.closed), tuple(cp.amps))
            if not rows or rows[-1][1:] != row:
                rows.append((round(now_s, 3), *row))

        world.actors.append(look)
        world.run(1.0)
        cp.plug_in(default_ev())
        world.run(SECONDS)
    finally:
        setup.stop()
    return rows


@pytest.mark.parametrize("meter", ["clamp", "none"])
def test_the_plant_sees_the_same_as_with_the_firmware_on_cpython(parts, tmp_path, meter):
    on_vm = trace(partial(VmSetup, parts=parts, folder=tmp_path), meter=meter)
    here = trace(Setup, meter=meter)
    assert len(here) > 20  # it charges, and its current follows the house
    assert on_vm == here


def test_a_modbus_meter_of_pymodbus_limits_the_current(on_vm):
    setup = on_vm(meter="modbus", limit_a=20.0, phases=1)
    world = setup.world
    cp = world.nodes[0].cp
    cp.plug_in(default_ev())
    world.run(40.0)
    assert 10.0 < cp.amps[0] <= 20.0
    setup.world.plant.meter.silent = True
    world.run(30.0)
    assert cp.amps[0] <= 6.5  # the fallback


def test_a_power_cut_leaves_the_flash_and_opens_the_contacts(on_vm):
    setup = on_vm()
    world, node = setup.world, setup.world.nodes[0]
    node.cp.plug_in(default_ev())
    world.run(20.0)
    assert node.cp.amps[0] > 10.0
    node.app.settings.set_all({"user_ma": 10000})
    world.run(10.0)
    process = node.app.process
    world.power_cut(node, 2.0)
    assert process.poll() is not None
    world.run(1.0)
    assert not any(node.cp.contactor.closed)
    assert world.until(lambda: node.cp.amps[0] > 5.0, 700.0)
    assert node.boots == 2
    assert node.app.settings["user_ma"] == 10000
    assert node.app.env.reset_info.name == "power_on"
    assert node.cp.amps[0] <= 10.5


def test_a_step_that_hangs_ends_in_the_watchdog_and_a_new_start(on_vm):
    setup = on_vm()
    world, node = setup.world, setup.world.nodes[0]
    node.cp.plug_in(default_ev())
    world.run(15.0)
    assert node.cp.amps[0] > 10.0
    node.app.do("app.timer.stop()")
    world.run(1.5)
    assert not any(node.cp.contactor.closed)
    world.run(5.0)
    assert node.boots == 2
    assert node.app.env.reset_info.name.startswith("watchdog")


def test_a_bite_keeps_the_pads_until_boot_py_makes_them_safe(on_vm):
    setup = on_vm()
    world, node = setup.world, setup.world.nodes[0]
    node.cp.plug_in(default_ev())
    world.run(15.0)
    assert 0.1 < node.cp.pilot.duty < 0.9
    node.app.do("app.timer.stop()")
    assert world.until(lambda: node.boot_s is not None, 3.0) is not None
    assert 0.1 < node.cp.pilot.duty < 0.9  # the car may still draw what it was told
    world.until(lambda: node.boot_s is None, 5.0)
    assert node.cp.pilot.duty == 1.0


def test_on_its_chip_it_charges_and_collects(on_vm):
    setup = on_vm(meter="clamp", chip="board")
    world, node = setup.world, setup.world.nodes[0]
    node.cp.plug_in(default_ev())
    world.run(60.0)
    assert node.boots == 1
    assert node.cp.amps[0] > 10.0
    spent = node.device.time.spent
    assert spent["gc"][0] > 3 and spent["flash_write"][0] > 0
    assert node.app.evaluate("app.collector.collections") >= 3


def test_machine_reset_starts_anew_on_the_same_flash(on_vm):
    setup = on_vm()
    world, node = setup.world, setup.world.nodes[0]
    world.run(3.0)
    first = node.app.process
    node.app.do("__import__('asyncio').create_task(app.env.update.restart())")
    world.run(10.0)
    assert node.boots == 2
    assert node.app.process is not first


def test_it_lives_in_a_limited_heap_and_serves_three_pages(parts):
    assert heap.lacks(parts, 650) == ""
    assert heap.lacks(parts, 300) == "MemoryError"
    bench, live = heap.held(parts)
    assert 30 < bench >> 10 < 80  # what the VM's side of the bench takes of these
    assert bench + live < 650 << 10


@pytest.mark.parametrize("name", ["pe_lost", "supply_dies"])  # `play --vm host_tests/scenarios` has all
def test_a_story_has_the_same_verdict_on_both(parts, tmp_path, name):
    path = paths.HOST_TESTS / "scenarios" / f"{name}.story"
    run = Story(path.read_text(), path.name).runs[0]
    on_vm = play_run(run, host=partial(VmSetup, parts=parts, folder=tmp_path))
    assert [f.text for f in on_vm.failures] == [f.text for f in play_run(run).failures] == []


def test_two_on_vms_share_a_fuse(on_vm):
    setup = on_vm(meter="clamp", chargers=2, limit_a=20.0)
    nodes = setup.world.nodes
    for node in nodes:
        node.cp.plug_in(default_ev())
    setup.world.run(40.0)
    amps = [node.cp.amps[0] for node in nodes]
    assert all(8.0 < a <= 10.1 for a in amps), amps
    nodes[0].cp.unplug()
    assert setup.world.until(lambda: nodes[1].cp.amps[0] > 15.0, 30.0) is not None


def test_a_story_that_fails_on_cpython_fails_on_the_vm_at_the_same_second(parts, tmp_path):
    text = "setup house=empty meter=none\n0 plug\n20 within 2 closed==0\n30 expect coil==0\n"
    run = Story(text, "wrong.story").runs[0]
    on_vm = play_run(run, host=partial(VmSetup, parts=parts, folder=tmp_path))
    here = play_run(run)
    assert len(here.failures) == 2
    assert on_vm.failures == here.failures


def test_the_page_takes_the_label_password(on_vm):
    setup = on_vm()
    setup.world.run(1.0)
    page = Browser(heap.Seat(setup.world, setup.page_port(setup.world.nodes[0])))
    assert page.get("/api/status").status == 401
    assert page.login(PASSWORD).get("/api/status").json["state"] == "A"
