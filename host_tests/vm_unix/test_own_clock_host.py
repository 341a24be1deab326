"""A VM with its own clock. Nothing here depends on how fast the computer is: only that it goes on."""

from ballast_bench.devices.web_client import Browser
from ballast_bench.vm import heap


def test_steps_cut_in_and_the_page_answers_in_real_time(on_vm):
    setup = on_vm(real=True)
    world, node = setup.world, setup.world.nodes[0]
    world.run(0.5, pace=1.0)
    before = node.app.evaluate("app.charger.cycle.steps")
    world.set_pace(1.0)
    page = Browser(heap.Seat(world, setup.page_port(node)))
    assert page.get("/api/hello").json["name"] == "Ballast"
    world.run(0.5, pace=1.0)
    assert node.app.evaluate("app.charger.cycle.steps") > before
    assert len(node.app.late_s) > 0


def test_a_reset_in_real_time_is_a_new_process_on_the_same_flash(on_vm):
    setup = on_vm(real=True)
    world, node = setup.world, setup.world.nodes[0]
    world.run(0.3, pace=1.0)
    first = node.app.process
    node.app.do("__import__('asyncio').create_task(app.env.update.restart())")
    for _ in range(40):
        world.run(0.5, pace=1.0)
        if node.boots > 1:
            break
    assert node.boots > 1
    assert first.poll() is not None
