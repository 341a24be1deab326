"""A charger in the world whose firmware runs on a VM."""

import ballast_bench.fakes as fakes
from ballast_bench.node import Node
from ballast_bench.vm import bootloader
from ballast_bench.vm.process import BootFailed, HeapTooSmall, VmDied

_NOTE = 96  # boards/loader/loader.py


class VmNode(Node):
    """app: a VmCharger. boot.py runs on the VM."""

    def boot(self, make_app):
        """Power on. After a start that ends in a reset the node is down, if the world restarts chargers."""
        if self.app is not None:
            self.app.power_off()
        time = self.device.time
        try:
            with self.device:
                time.turn = True
                self.app = make_app(self)
                self.app.start()
                if self.profile is not None:
                    self.make_heap()
        except (fakes.HardReset, VmDied) as error:
            crash = isinstance(error, VmDied)  # of a base on trial, it is what the boot loader is for
            if not self.world.reboots or (crash and not bootloader.on_trial(self.device)):
                self.app.power_off()
                raise self._failed(error) from None
            if crash:
                self.device.hard_reset()
            self.went_down(self.world.now_s)
        finally:
            time.turn = False
            time.busy_us = time.clock.us()
        self.boots += 1

    def _failed(self, error):
        """Why it does not start: what the loader noted, or else the last line that the VM printed."""
        printed = self.app.log.read_text(errors="replace").strip().splitlines()[-1:]
        reason = _noted(self.device.rtc_memory) or "".join(printed) or str(error)
        start = f"charger {self.index + 1} does not start on the VM: "
        if "MemoryError" in reason:
            return HeapTooSmall(f"{start}{reason.partition(',')[0]}; it needs more --heap")
        return BootFailed(start + reason)

    def went_down(self, now_s):
        """The chip was reset: the process is gone as it stood, its flash stays."""
        if self.task is not None:
            self.task.cancel()
        self.app.power_off()
        self.boot_s = now_s + self.boot_time_s

    def stop(self):
        """End the process."""
        if self.app is not None:
            self.app.power_off()


def _noted(memory):
    """Text of boards/loader/loader.py: note(); "" without one."""
    return bytes(memory[_NOTE + 3 : _NOTE + 3 + memory[_NOTE + 2]]).decode() if memory[_NOTE] == 0xB6 else ""
