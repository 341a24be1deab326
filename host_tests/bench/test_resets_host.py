"""Every kind of reset at every moment of a charge: the contactor opens, stays open, and the next start
knows why. What a reset does to the chip is in fakes/resets.py, tested in fakes/test_fakes_resets_host.py."""

import pytest

from ballast.compose.chip import cause_of
from ballast.control import charger
from ballast.control.charger import RESET_POWER_ON
from ballast_bench.fakes.resets import KINDS, printing_s
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.setup import Setup
from ballast_bench.wiring import DEAD_MAN_S
from ballast_bench.world import World

RELEASE_S = 0.06  # of the contactor's armature and two steps of the bench
NAMES = {
    "power_on": "power_on", "collapse": "power_on", "brown_out": "brown_out", "watchdog": "watchdog",
    "watchdog_late": "watchdog", "interrupt_watchdog": "watchdog", "rtc_watchdog": "watchdog",
}  # fmt: skip


class Bench:
    """A charger whose resets come back, with a car. Notes each time its coil's pad goes high."""

    def __init__(self, chip):
        World.CHIP, before = chip, World.CHIP
        try:
            self.setup = Setup(house=flat(seed=3), meter="none", ev=EV(max_a=16.0, delay_s=0.5))
        finally:
            World.CHIP = before
        self.world = self.setup.start()
        self.world.reboots = True
        self.node = self.world.nodes[0]
        self.coil = self.node.board.COIL_PIN
        self.on_while_down = 0
        self.node.device.listen(self.coil, self._coil)

    def _coil(self):
        if self.node.device.pad(self.coil) == self.node.board.COIL_ON_LEVEL and self.node.boot_s is not None:
            self.on_while_down += 1

    def closed(self):
        return self.node.cp.contactor.mirror == 1

    def reach(self, moment):
        """"idle": no car. "closing": the coil's pad has just gone high. "charging", "pausing"."""
        node, world = self.node, self.world
        if moment == "idle":
            node.cp.unplug()
            world.run(1.0)
            return
        if node.cp.ev is None:
            node.cp.plug_in(EV(max_a=16.0, delay_s=0.5))
        node.charger.resume()
        coil_on = lambda: node.device.pad(self.coil) == node.board.COIL_ON_LEVEL  # noqa: E731
        assert world.until(coil_on, 90.0) is not None
        if moment != "closing":
            assert world.until(lambda: node.cp.amps[0] > 5.0, 30.0) is not None
        if moment == "pausing":
            node.charger.pause()
            world.run(0.1)

    def reset(self, kind):
        """-> (seconds until the contacts are open for good, the new run's ResetInfo)."""
        node, world = self.node, self.world
        node.app.env.reset_info.forgive()  # many crashes in a row are another test's
        boots, start_s = node.boots, world.now_s
        world.reset(node, kind)
        opened_s = 0.0
        while node.boots == boots:
            world.run(0.02)
            if self.closed():  # also: a contactor that was on its way closes and opens again
                opened_s = world.now_s - start_s
            assert world.now_s - start_s < 4.0
        assert world.now_s - start_s >= 1.0 + printing_s(kind)
        return opened_s, node.app.env.reset_info


@pytest.fixture
def bench():
    made = []

    def make(chip):
        made.append(Bench(chip))
        return made[0]

    yield make
    made[0].setup.stop()


@pytest.mark.parametrize("chip", ["ideal", "board"])
@pytest.mark.parametrize("moment", ["idle", "closing", "charging", "pausing"])
def test_every_reset_opens_stays_open_and_is_told(bench, moment, chip):
    bench = bench(chip)
    node = bench.node
    for number, kind in enumerate(KINDS):
        bench.reach(moment)
        bench.world.run((number * 7 % 20) / 1000)  # another phase of the step each time
        opened, info = bench.reset(kind)
        longest_s = RELEASE_S + (DEAD_MAN_S if KINDS[kind].pads else 0.0)
        assert opened <= longest_s, (kind, opened)
        assert bench.on_while_down == 0, kind
        assert info.name == NAMES.get(kind, "crash"), kind
        away = kind in ("power_on", "collapse")
        assert (cause_of(info) == RESET_POWER_ON) is away
        node.charger.cycle.start_delay_ms = 0
    assert node.boots == 1 + len(KINDS)


@pytest.mark.parametrize(("first", "second"), [
    ("watchdog", "brown_out"), ("software", "panic"), ("power_on", "watchdog"), ("watchdog", "power_on"),
])  # fmt: skip
@pytest.mark.parametrize("after_s", [0.02, 0.5, 1.1])
def test_a_reset_of_a_chip_that_is_just_starting(bench, first, second, after_s):
    """The pads may still be as the run before has left them; the boot begins anew."""
    bench = bench("ideal")
    world, node = bench.world, bench.node
    bench.reach("charging")
    world.reset(node, first)
    world.run(after_s)
    _, info = bench.reset(second) if node.boot_s is None else (None, None)
    if info is None:
        world.reset(node, second)
        assert world.until(lambda: node.boots == 2, 3.0) is not None
        info = node.app.env.reset_info
    assert bench.on_while_down == 0
    assert info.cause == KINDS[second].cause
    bench.reach("charging")


@pytest.mark.parametrize("sags", [1, 3, 6])
def test_a_supply_that_sags_when_the_coil_pulls_neither_locks_nor_hammers(bench, sags):
    """Each closing makes the chip's own supply collapse: no crash loop, but longer and longer pauses."""
    bench = bench("ideal")
    world, node = bench.world, bench.node
    waits = []
    for _ in range(sags):
        start_s = world.now_s
        assert world.until(bench.closed, 700.0) is not None
        waits.append(world.now_s - start_s)
        world.brown_out(node)
        boots = node.boots
        assert world.until(lambda b=boots: node.boots > b, 3.0) is not None
    assert not node.app.env.crash_loop and node.app.env.reset_info.crashes == 0
    assert node.cycle.faults.count[charger.faults.BROWN_OUT] >= 1
    for number, wait_s in enumerate(waits):
        assert wait_s >= 60 * (number - 2), waits
    assert world.until(bench.closed, 700.0) is not None  # and when the sags end it charges
