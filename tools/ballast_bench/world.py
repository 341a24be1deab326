"""The world: one plant, N chargers with their whole firmware, one virtual clock.

    world = World(Config(house=semi(seed=7), limit_a=25.0), seed=7)
    world.boot()                 # power on: boot.py, main.App, services
    world.plant.chargers[0].plug_in(EV())
    world.run(60.0)              # a minute, as fast as the machine can
    world.run(60.0, pace=1.0)    # a minute in real time, with real sockets

Everything that waits, waits on the world's clock: the firmware's ticks, its soft
timer, and asyncio. Between two events the clock moves in the plant's own 20 ms.
"""

import asyncio
import time
from math import inf
from pathlib import Path

import ballast_bench.fakes as fakes
from ballast_bench import boards, upy
from ballast_bench import calm as calm_way
from ballast_bench.chip import profile as chip_profile
from ballast_bench.chip.garbage import program
from ballast_bench.node import Node
from ballast_bench.plant.plant import Config, Plant
from ballast_bench.upy.clock import ManualClock
from ballast_bench.world_loop import Loop

fakes.install()  # before anything imports the firmware's ports
upy.install()

from ballast_bench.calm.genuine import Genuine  # noqa: E402
from ballast_bench.calm.lane import Lane  # noqa: E402 - it reads the firmware's control/
from ballast_bench.calm.prove import ProvenLane  # noqa: E402

STEP_S = 0.02
_STEP_US = 20_000
_SHORT_WAY_S = 0.5  # chosen: in a shorter run the look whether the firmware is genuine costs more
START_MS = (1 << 30) - 30_000  # the ticks wrap half a minute after power-on, in every run


class World:
    """config: plant Config. board: of all chargers, a name in boards/, a folder's path or constants.

    pace: None = as fast as possible, or virtual seconds per real second (may be changed while it
    runs). The charge points of the plant are those of the board, unless config says otherwise.
    calm: False = every step is computed whole, also one in which nothing can change
    (calm/README.md). prove: N = each Nth step that is not computed whole is compared with one
    that is. None: as CALM and PROVE say. chip: name or path of a chip profile (chip/README.md),
    "ideal" = nothing takes time, "board": the one that the board names. None: as CHIP says.
    make_node: a Node class, for another host of the firmware.
    """

    CALM, PROVE = calm_way.ON, 0
    CHIP = chip_profile.OF_BOARD

    def __init__(self, config=None, seed=0, board=boards.DEFAULT, start_ms=START_MS, make_app=None,
                 calm=None, prove=None, chip=None, make_node=Node):  # fmt: skip
        self.clock = ManualClock(start_ms)
        upy.install(self.clock)
        self.seed = seed
        board = boards.load(board) if isinstance(board, (str, Path)) else board
        self.plant = Plant(boards.fit(config or Config(), board), seed)
        self._start_us = self.clock.us()
        self._next_us = self._start_us + _STEP_US
        self._make_app = make_app or _default_app
        self.calm = self.CALM if calm is None else calm
        self._prove = self.PROVE if prove is None else prove
        self._genuine = Genuine()
        self._short_way = False  # during a run() or until(): the firmware is as it was written
        self.profile = chip_profile.of_board(chip or self.CHIP, board, program().needs)
        self._stepping = False
        count = len(self.plant.chargers)
        self.nodes = [make_node(self, i, board, self.profile) for i in range(count)]
        self.reboots = False  # True: a reset chip comes back; False: HardReset reaches the caller
        self.actors = []  # called with now_s after each plant step: clamps, scripts, recorders
        self.loop = Loop(self)
        self._pace = None
        self._real_s = 0.0
        self._virtual_us = 0

    @property
    def now_s(self):
        """Seconds since all chargers have booted, virtual; on the ideal chip since power-on."""
        return (self.clock.us() - self._start_us) / 1e6

    def boot(self):
        """Power on all chargers, at the same time."""
        clock = self.clock
        began_us = busy_us = clock.us()
        for node in self.nodes:
            clock.set_us(began_us)
            node.boot(self._make_app)
            busy_us = max(busy_us, clock.us())
        clock.set_us(busy_us)
        if self.profile is not None:
            self._start_us = busy_us  # the plant stood still meanwhile
            self._next_us = busy_us + _STEP_US
            for node in self.nodes:
                self._align(node)
        return self

    def _align(self, node):
        """Its steps begin with the plant's: a tick between two of those would run with the next one,
        and that one again without a step."""
        for timer in node.device.timers:
            if timer._period_us == _STEP_US:
                timer._next_us -= (timer._next_us - self._next_us) % _STEP_US

    def make_lane(self, node):
        """The short way through the steps of `node` at rest; None without calm."""
        if not self.calm:
            return None
        return ProvenLane(node, self._prove) if self._prove else Lane(node)

    # -- time -------------------------------------------------------------------

    def step(self):
        """One plant step of 20 ms, and every chip's timers."""
        clock, plant = self.clock, self.plant
        now_us = clock._us
        if now_us < self._next_us:  # else: the boots of many chips have taken longer than a step
            now_us = clock._us = self._next_us
        busy_us = now_us
        self._next_us += _STEP_US
        now_s = (now_us - self._start_us) / 1e6
        self._stepping = True
        try:
            plant.step(now_s, STEP_S)
            for node in self.nodes:
                self._turn(node, now_us, now_s)
                if clock._us != now_us:
                    busy_us = max(busy_us, clock._us)
                    clock.set_us(now_us)  # the next chip computes at the same time
            if busy_us != now_us:
                clock.set_us(busy_us if self.profile is None else min(busy_us, self._next_us - 1))
            for actor in self.actors:
                actor(now_s)
        finally:
            self._stepping = False

    def _turn(self, node, now_us, now_s):
        """What a charger sees of the plant, and what is due on its chip."""
        cp, plant = node.cp, self.plant
        if now_s >= cp.meter.next_s:
            cp.meter.measure(now_s, cp.amps, cp.supply_v, plant.mains.freq_hz)
        node.wiring.update(now_s)
        if cp.supplied != node.supplied:
            self._supply_moved(node, now_s)
        time = node.device.time
        free = time.busy_us <= now_us
        if not (self._short_way and free and node.lane.step()):
            self._whole_step(node, now_s, None if free else time.busy_us - now_us)
            if node.boot_s is not None:
                self._bring_back(node, now_s)
        if node.heap is not None:
            time.busy_us = max(time.busy_us, self.clock._us)
            if node.heap.make(STEP_S) and node.boot_s is None:
                self._collect(node)

    def _collect(self, node):
        """The heap is full: a service runs into a collection, at any moment until the next step."""
        time, clock = node.device.time, self.clock
        left_us = max(1, self._next_us - max(clock._us, time.busy_us))
        node.heap.collect_by_itself(time.random.randrange(left_us))
        if node.lane is not None:
            node.lane.close(self._short_way)

    def _whole_step(self, node, now_s, busy_us):
        """All that is due on a chip, and a look whether it is at rest now.

        busy_us: how long it goes on to be busy with something else; None = it is free.
        """
        device, clock = node.device, self.clock
        fakes.current = device
        try:
            if busy_us is not None:
                clock.set_us(clock._us + min(busy_us, _STEP_US))
            device.run_due(None if self.profile is None else self._next_us)
        except fakes.HardReset:
            if not self.reboots:
                raise
            fakes.current = None
            node.went_down(now_s)
        finally:
            fakes.current = None
        if self._short_way:
            node.lane.look()

    def block(self, node, us, stall=chip_profile.TASK):
        """A service of `node` computes for so long: the world goes on. In a C call, without that chip."""
        clock, time = self.clock, node.device.time
        until_us = max(clock._us, time.busy_us) + us
        if stall != chip_profile.PYTHON:
            time.busy_us = until_us
        if self._stepping or not self.loop.is_running():
            return  # another chip's turn, an actor's or a script's: the world goes on by itself
        boots = node.boots
        token = fakes.task_device.set(None)  # what else computes meanwhile is no work of this chip
        try:
            with self.loop.without(node.device):
                while self._next_us <= until_us and node.boot_s is None and node.boots == boots:
                    self.step()
                    self.loop.run_others()
        finally:
            fakes.task_device.reset(token)
        if node.boot_s is not None or node.boots != boots:
            raise asyncio.CancelledError  # it was reset meanwhile: nothing of the service goes on
        if clock._us < until_us:
            clock.set_us(until_us)

    def _bring_back(self, node, now_s):
        """A chip that is down: first its supply returns, then it boots."""
        if node.power_s is not None and now_s >= node.power_s:
            node.power_s = None
            node.cp.set_powered(True)
        if now_s >= node.boot_s:
            self._reboot(node)

    def _reboot(self, node):
        """boot.py and a new App on the same flash and RTC memory; services if it had any."""
        node.boot_s = None
        had_services = node.task is not None
        node.boot(self._make_app)
        self._align(node)
        if had_services:
            node.serve()

    def _supply_moved(self, node, now_s):
        """The mains were away for longer than the charger's power supply holds, or are back."""
        node.supplied = node.cp.supplied
        if node.supplied:
            node.boot_s = now_s + node.boot_time_s
            return
        node.device.hard_reset("power_on")  # also of a chip that was just starting
        if node.boot_s is None:
            node.went_down(now_s)
        node.boot_s = inf

    def power_cut(self, node, seconds):
        """No supply for `seconds`: the chip is off, then boots with its flash alone."""
        node.device.hard_reset("power_on")
        node.went_down(self.now_s)
        node.boot_s += seconds
        node.cp.set_powered(False)
        node.power_s = self.now_s + seconds

    def brown_out(self, node):
        """The chip's supply sagged for a moment: the detector resets it."""
        self.reset(node, "brown_out")

    def reset(self, node, kind):
        """A reset of one chip, also while it starts. kind: one of fakes.resets.KINDS."""
        node.device.hard_reset(kind)
        if node.boot_s is None:
            node.went_down(self.now_s)
        else:
            node.boot_s = self.now_s + node.boot_time_s

    def _run(self, awaitable):
        """Until it is done, over the resets of machine.reset() in a service."""
        future = asyncio.ensure_future(awaitable, loop=self.loop)
        while True:
            try:
                return self.loop.run_until_complete(future)
            except fakes.HardReset:
                down = [n for n in self.nodes if n.boot_s is None and not n.device.timers]
                fakes.current = None
                if not self.reboots or not down:
                    raise
                for node in down:
                    node.went_down(self.now_s)

    def move(self, until_us):
        """Move the clock towards `until_us`, at most one step. Seconds to wait when paced."""
        due_us = min(self._next_us, until_us)
        if self._pace is not None:
            ahead = (due_us - self._virtual_us) / 1e6 / self._pace
            wait_s = self._real_s + ahead - time.monotonic()
            if wait_s > 0.0005:
                return wait_s
            if wait_s < -1.0:
                self.set_pace(self._pace)  # the machine is too slow: do not pile up a debt
        if due_us == self._next_us:
            self.step()
        else:
            self.clock.advance_us(due_us - self.clock.us())
        return 0.0

    def set_pace(self, pace):
        """Virtual seconds per real second from now on; None = as fast as possible."""
        self._pace = pace
        self._real_s = time.monotonic()
        self._virtual_us = self.clock.us()

    @property
    def pace(self):
        """Virtual seconds per real second, None = as fast as possible."""
        return self._pace

    # -- running ----------------------------------------------------------------

    def run(self, seconds, pace=None):
        """Run everything for `seconds` of virtual time."""
        self.set_pace(pace)
        self._open_short_way(seconds)
        try:
            self._run(asyncio.sleep(seconds))
        finally:
            self._short_way = False

    def _open_short_way(self, seconds):
        """For a run of `seconds`: what was done between two runs meets a whole step first."""
        if self.calm:
            genuine = seconds >= _SHORT_WAY_S and self._genuine.holds()
            for node in self.nodes:
                node.lane.close(genuine)
            self._short_way = genuine

    def until(self, condition, seconds):
        """Run until condition() holds, looked at after every step. Virtual seconds, or None."""
        start = self.now_s
        done = self.loop.create_future()

        def look(now_s):
            if not done.done() and condition():
                done.set_result(now_s)

        self.actors.append(look)
        self.set_pace(None)
        self._open_short_way(seconds)
        try:
            self._run(asyncio.wait({done}, timeout=seconds))
        finally:
            self._short_way = False
            self.actors.remove(look)
        return done.result() - start if done.done() else None

    def spawn(self, coroutine):
        """A task on the world's loop: a service, a server, a script."""
        return self.loop.create_task(coroutine)

    def close(self):
        """End all tasks and close the loop. May be called twice.

        AssertionError if a charger erased flash while its contactor was closed: on a chip, each
        such erase stops both cores longer than the dead-man of the coil waits.
        """
        if self.loop.is_closed():
            return
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        erased = [node.erased_closed for node in self.nodes]
        if any(erased):
            raise AssertionError(f"flash sectors erased while the contactor was closed: {erased}")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def _default_app(node):
    """The firmware's own composition root with default settings."""
    from random import Random

    from ballast.compose.env import Env

    env = Env(node.fit_flash(), Random(node.index).randbytes, node.say)
    env.journal = node.storage.journal
    env.heap, env.heap_kib = node.gc, node.heap_kib
    tell_reset(env, node.board.CHIP)
    return upy.firmware_main().App(node.board, env)


def tell_reset(env, chip):
    """Why the chip starts, as compose/chip.py tells it on hardware."""
    from ballast.compose.chip import tell_reset as tell
    from ballast.ports.reset_info import ResetInfo

    tell(env, ResetInfo(chip))
