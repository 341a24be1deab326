"""A chip that is busy: its ticks wait, come in a burst, or are lost; the world goes on."""

import asyncio

import pytest

import ballast_bench.fakes as fakes
from ballast_bench.chip import profile
from ballast_bench.fakes.chip_time import QUEUE, ChipTime
from ballast_bench.plant.plant import Config
from ballast_bench.upy.clock import ManualClock
from ballast_bench.world import World

PERIOD_MS = 20


class Chip:
    """A bare Device with a timer whose calls are noted in ms; each takes `takes_ms`."""

    def __init__(self, takes_ms=0):
        from machine import Timer

        self.clock = ManualClock(0)
        self.device = fakes.Device(self.clock)
        self.at, self.takes_ms = [], takes_ms
        with self.device:
            self.timer = Timer(-1)
            self.timer.init(period=PERIOD_MS, callback=self.called)

    def called(self, timer):
        self.at.append(self.clock.ms())
        self.clock.advance_ms(self.takes_ms)

    def blocked(self, ms, kind="task"):
        if kind == "flash":
            self.device.time.moved = True
        self.clock.advance_ms(ms)
        self.device.run_due(self.clock.us() + 1_000_000)


@pytest.mark.parametrize("blocked_ms", range(1, 400, 7))
def test_ticks_of_a_c_call_wait_up_to_eight_and_the_rest_is_lost(blocked_ms):
    chip = Chip()
    chip.blocked(blocked_ms)
    due = blocked_ms // PERIOD_MS
    assert len(chip.at) == min(due, QUEUE)
    assert chip.timer.skipped == max(0, due - QUEUE)
    assert all(ms == blocked_ms for ms in chip.at)


def test_steps_of_a_burst_run_one_after_the_other_with_the_ticks_that_come_meanwhile():
    chip = Chip(takes_ms=8)
    chip.blocked(200)
    assert chip.at[:8] == [200 + 8 * n for n in range(8)]
    assert chip.at[8:12] == [264, 272, 280, 288], "ticks of 220, 240, 260 and 280 were queued behind"


@pytest.mark.parametrize("blocked_ms", range(45, 400, 7))
def test_while_flash_is_written_one_tick_is_left_and_the_phase_moves(blocked_ms):
    chip = Chip()
    chip.blocked(blocked_ms, "flash")
    assert chip.at == [blocked_ms]


def test_other_callbacks_take_the_timers_places():
    chip = Chip()
    heard = []
    for n in range(QUEUE + 2):
        assert chip.device.schedule(heard.append, n) is (n < QUEUE)
    chip.blocked(PERIOD_MS)
    assert heard == list(range(QUEUE))
    assert chip.at == [] and chip.timer.skipped == 1, "its tick found no room"


def test_a_timer_that_has_ended_still_has_its_queued_ticks():
    chip = Chip()
    chip.clock.advance_ms(60)
    chip.timer.tick(chip.clock.us())
    chip.timer.deinit()
    chip.device.run_due()
    assert chip.at == [60, 60, 60]


def test_a_reset_empties_the_queue():
    chip = Chip()
    chip.clock.advance_ms(60)
    chip.timer.tick(chip.clock.us())
    chip.device.hard_reset()
    chip.device.run_due()
    assert chip.at == []


def test_the_worst_and_the_usual():
    cost = profile.load("esp32s3_octal").cost("flash_erase")
    assert cost.usual(2) == 2 * cost.usual(1) and cost.worst(1) == cost.us_max
    time = ChipTime(ManualClock(0), profile.load("esp32s3_octal"))
    drawn = {time.price("flash_erase") for _ in range(400)}
    assert drawn == {cost.usual(), cost.worst()}


@pytest.fixture
def world():
    with World(Config(), board="esp32s3_ref", chip="board", seed=3) as made:
        made.boot()
        for node in made.nodes:
            node.heap.rate = 0  # no collections: what is looked at here alone takes time
        yield made


def starts_of(node, world, seconds):
    """Times in ms at which the steps of a chip begin during a run."""
    starts = []
    cycle = node.app.charger.cycle
    step = cycle._step

    def noted(*args):
        starts.append(node.app.timer._last_us / 1000)
        step(*args)

    cycle._step = noted
    world.run(seconds)
    return starts


def test_a_service_that_blocks_makes_steps_late_and_the_world_goes_on(world):
    node = world.nodes[0]
    seen = []

    async def service():
        await asyncio.sleep(0.5)
        before = world.now_s
        node.device.time.pass_us(150_000)
        seen.append((world.now_s - before, world.plant.now_s))

    with node.device:
        world.spawn(service())
    starts = starts_of(node, world, 1.0)
    gaps = [b - a for a, b in zip(starts, starts[1:], strict=False)]
    took_s, _ = seen[0]
    assert 0.150 <= took_s < 0.175
    assert 145 < max(gaps) < 180, "no step while the call lasted"
    burst = gaps[gaps.index(max(gaps)) + 1 :][:5]
    assert max(burst) < 12, "then those that had waited, back to back"
    assert sum(gaps) == pytest.approx(20 * len(gaps), abs=45), "none was lost"


def test_another_chip_steps_on_while_one_is_blocked():
    with World(Config(chargers=2), board="esp32s3_ref", chip="board") as made:
        made.boot()
        blocked, other = made.nodes
        for node in made.nodes:
            node.heap.rate = 0

        async def service():
            await asyncio.sleep(0.1)
            blocked.device.time.pass_us(100_000)

        with blocked.device:
            made.spawn(service())
        starts = starts_of(other, made, 0.5)
        assert max(b - a for a, b in zip(starts, starts[1:], strict=False)) < 21


def test_the_services_of_other_chips_go_on_while_one_is_blocked_and_its_own_wait():
    with World(Config(chargers=2), board="esp32s3_ref", chip="board") as made:
        made.boot()
        blocked, other = made.nodes
        began, heard = [], {"own": [], "other": []}

        async def service():
            await asyncio.sleep(0.1)
            began.append(made.now_s)
            blocked.device.time.pass_us(300_000)
            began.append(made.now_s)

        async def ticking(name):
            while True:
                await asyncio.sleep(0.05)
                heard[name].append(made.now_s)

        with blocked.device:
            made.spawn(service())
            made.spawn(ticking("own"))
        with other.device:
            made.spawn(ticking("other"))
        made.run(1.0)
        start_s, end_s = began
        assert end_s - start_s >= 0.3
        inside = {name: [t for t in times if start_s < t < end_s] for name, times in heard.items()}
        assert inside["own"] == [] and 4 <= len(inside["other"]) <= 7, "each wake-up at most a step late"
        assert min(t for t in heard["own"] if t >= end_s) < end_s + 0.05, "it goes on at once afterwards"
        assert abs(len(heard["own"]) - 14) <= 1 and 17 <= len(heard["other"]) <= 20, "nothing was lost"


def test_collections_come_as_often_as_the_heap_is_full(world):
    node = world.nodes[0]
    node.app.timer._after = None  # the firmware does not collect: MicroPython does it by itself
    node.heap.rate = 45_000
    before = node.heap.collections
    world.run(30.0)
    expected = 30.0 * 45_000 / node.heap.room
    assert abs(node.heap.collections - before - expected) <= 1
    assert node.device.time.spent["gc"][0] == node.heap.collections


def test_a_call_longer_than_the_watchdog_ends_in_a_reset(world):
    node = world.nodes[0]
    world.reboots = True
    done = []

    async def service():
        await asyncio.sleep(0.1)
        node.device.time.pass_us(1_500_000)
        done.append(True)

    with node.device:
        task = world.spawn(service())
    world.run(8.0)
    assert not done and task.cancelled(), "nothing of a service outlives the reset of its chip"
    assert node.boots == 2


def test_the_ideal_chip_takes_no_time():
    with World(Config(), board="bench") as made:
        made.boot()
        device = made.nodes[0].device
        before = device.clock.us()
        device.spend("flash_erase", 4)
        assert device.clock.us() == before
