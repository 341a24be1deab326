"""One charger in the world: chip, wires, flash, and the firmware that runs on it."""

import sys

import ballast_bench.fakes as fakes
from ballast_bench import home
from ballast_bench.chip import paid_calls
from ballast_bench.chip.garbage import Gc, Heap, program
from ballast_bench.chip.paid_step import PaidStep
from ballast_bench.chip.profile import PYTHON
from ballast_bench.devices.unit_flash import UnitFlash
from ballast_bench.fakes import resets
from ballast_bench.fakes.chip_time import ChipTime
from ballast_bench.wiring import Wiring

BOOT_S = 1.2  # of the ideal chip; chosen: ROM, bootloader, MicroPython and imports of an ESP32-S3


class Node:
    """See above. boot() powers it on; went_down() is for the world, after a reset."""

    def __init__(self, world, index, board, profile=None):
        self.world = world
        self.index = index
        self.board = board
        mac = bytes((0x02, 0xBA, 0x11, 0xA5, 0x00, index + 1))
        device = self.device = fakes.Device(world.clock, chip=board.CHIP, mac=mac)
        self.profile = profile  # chip/profile.py; None = the ideal chip
        self.heap = None
        self.gc = None if profile is None else Gc(self)  # Env.heap
        if profile is None:
            device.time.block = self._wait
        else:
            seed = f"{world.seed}/{index}"
            device.time = ChipTime(
                world.clock, profile, seed, lambda us, stall: world.block(self, us, stall)
            )
            paid_calls.install()
        self.cp = world.plant.chargers[index]
        self.wiring = Wiring(self.device, board, self.cp, world.plant.radio, seed=world.seed + index)
        self.app = None
        self.lane = None  # the short way through a step at rest: calm/
        self.task = None  # its services
        self.boots = 0
        self.power_s = None  # when its supply is back
        self.boot_s = None  # when it runs again after a reset
        self.supplied = True  # the chip's own supply, as of the last step
        self.storage = None  # its flash (devices/unit_flash.py): outlives a reboot
        self.erased_closed = 0  # flash sectors erased while its coil was on: must stay 0

    def fit_flash(self):
        """Its flash, with what earlier starts left in it."""
        if self.storage is None:
            self.storage = UnitFlash()
        self.storage.solder(self)
        return self.storage

    def _wait(self, us, stall):
        """A wait on the ideal chip: where the real one runs callbacks meanwhile, steps go on."""
        if stall == PYTHON:
            self.world.block(self, us, stall)
        else:
            self.world.clock.advance_us(us)

    def boot(self, make_app):
        """Power on: pins safe, then the composition root, then the step's timer."""
        time = self.device.time
        with self.device:
            time.turn = True
            self._run_boot_py()
            app = self.app = make_app(self)
            if self.profile is not None:
                app._step = PaidStep(app, time)
                self.make_heap()
            app.start()
            time.turn = False
            self.lane = self.world.make_lane(self)
        time.busy_us = time.clock.us()
        self.boots += 1

    def say(self, line):
        """Env.log: the line goes to the console, as compose/chip.say() prints it."""
        self.device.console.write(line[:100] + "\r\n")

    def make_heap(self):
        """Python's heap of a program that has booted."""
        time, holds = self.device.time, program()
        self.heap = time.heap = Heap(
            time, holds.live, holds.idle, self.profile.heap["python"], holds.headroom
        )

    @property
    def heap_kib(self):
        """Of the chip's heap for Python, for Env.heap_kib; 0 = not known, on the ideal chip."""
        return 0 if self.profile is None else self.profile.heap["python"] >> 10

    @property
    def boot_time_s(self):
        """From the last reset to boot.py; the pads stay as the reset left them."""
        boot_s = BOOT_S if self.profile is None else self.device.time.price("boot") / 1e6
        return boot_s + resets.printing_s(self.device.reset_kind)

    def serve(self):
        """Run the services of the app."""
        with self.device:  # what a service makes later belongs to this chip
            self.task = self.world.spawn(self.app.services.run())

    def went_down(self, now_s):
        """The chip was reset: its tasks and sockets are gone; what its pads do, resets.py says."""
        if self.task is not None:
            self.task.cancel()
        self.stop()
        self.app.timer.running = False
        self.boot_s = now_s + self.boot_time_s

    def stop(self):
        """Close the sockets of its page."""
        if self.app is not None and self.app.page is not None:
            self.app.page.door.close()

    def _run_boot_py(self):
        """firmware/boot.py as the chip runs it: a script that imports `board`."""
        before = sys.modules.get("board")
        sys.modules["board"] = self.board
        try:
            source = (home.FIRMWARE / "boot.py").read_text()
            self.device.console.script_starts()
            exec(compile(source, "boot.py", "exec"), {"__name__": "boot"})
        finally:
            if before is None:
                del sys.modules["board"]
            else:
                sys.modules["board"] = before

    @property
    def charger(self):
        return self.app.charger

    @property
    def cycle(self):
        return self.app.charger.cycle
