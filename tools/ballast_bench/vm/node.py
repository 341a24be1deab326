"""A charger in the world whose firmware runs on a VM."""

import ballast_bench.fakes as fakes
from ballast_bench.node import BOOT_S, Node


class VmNode(Node):
    """app: a VmCharger. boot.py runs on the VM."""

    def boot(self, make_app):
        """Power on. A start that ends in a reset is the next one's beginning, if the world restarts chargers."""
        if self.app is not None:
            self.app.power_off()
        try:
            super().boot(make_app)
        except fakes.HardReset:
            if not self.world.reboots:
                raise
            self.boots += 1
            self.went_down(self.world.now_s)

    def _run_boot_py(self):
        pass

    def went_down(self, now_s):
        """The chip was reset: the process is gone as it stood, its flash stays."""
        if self.task is not None:
            self.task.cancel()
        self.app.power_off()
        self.boot_s = now_s + BOOT_S

    def stop(self):
        """End the process."""
        if self.app is not None:
            self.app.power_off()
