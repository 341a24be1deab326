"""From a person's wishes to a running world whose chargers run on VMs: Setup with another firmware host.

    setup = make_setup(given, make=partial(VmSetup, parts=parts, folder=folder))

The application and the base are images, as `build` makes them. What Setup gives an App (settings, the
clamp's pair, the label) is put where a charger has it: into NVS, and into its files at the first start.
"""

import json
import socket
from random import Random

from ballast_bench.chip.paid_step import KINDS
from ballast_bench.setup import CHANNEL, CLAMP_KEY, Setup, label
from ballast_bench.vm import package
from ballast_bench.vm.charger import VmCharger
from ballast_bench.vm.flash import FlashFiles
from ballast_bench.vm.node import VmNode
from ballast_bench.vm.real_time import RealTimeCharger
from ballast_bench.world import World

HTTP_PORT, DNS_PORT = "80", "53"
_DELAY_BYTES = 3  # compose/keep.py: the delay after the supply has returned
_SESSION_BYTES = 4  # services/radio/clamp_link.py


class VmSetup(Setup):
    """parts: flash.Parts, or a function that gives them of {name: value} of person/options.py.

    folder: an empty one, for the flash. heap: of each VM. real: in real time, with the VM's own clock.
    own_network: password of each charger's access point; None = as on a Setup, the units have none, so
    neither Wi-Fi of the house nor Bluetooth.
    """

    def __init__(self, *args, parts=None, folder=None, heap="8M", real=False, own_network=None, **kwargs):
        package.check()
        self._own_network = own_network
        self._parts, self._folder, self._heap, self._real = parts, folder, heap, real
        self._flash, self._ports = {}, {}
        super().__init__(*args, **kwargs)

    def _make_world(self, config, chip):
        return World(config, self.seed, self.product.board, make_app=self._make_app, calm=False,
                     chip=chip, make_node=VmNode)  # fmt: skip

    def _make_app(self, node):
        kind = RealTimeCharger if self._real else VmCharger
        if node.index not in self._flash:
            parts = self._parts(self.given) if callable(self._parts) else self._parts
            self._flash[node.index] = FlashFiles(self._folder / str(node.index + 1), parts)
            unit = {"serial": "BENCH-%04d" % (node.index + 1), "label": label()}
            if self._own_network is not None:
                unit["ap_password"] = self._own_network
            node.device.nvs["factory"] = {"unit": json.dumps(unit).encode()}
            self._random[node.index] = self._draws("%s/%d" % (self.seed, node.index))
        return kind(node, self._flash[node.index], self._rig(node), self._random[node.index], self._heap)

    def _draws(self, seed):
        """random(n) of a charger: what Setup's charger would draw too comes in the same order as there.

        This one always has a radio and a page, and draws for them from numbers of its own.
        """
        same, other = Random("unit/" + seed).randbytes, Random("unit/more/" + seed).randbytes
        radio = self.meter == "clamp" or len(self.world.plant.chargers) > 1

        def random(count):
            shared = count == _DELAY_BYTES or (radio if count == _SESSION_BYTES else self.http is not None)
            return (same if shared else other)(count)

        return random

    def page_port(self, node):
        """Where the page of a charger is on this computer: as `http` says, else any free port."""
        if node.index not in self._ports:
            wanted = self.http[1] + node.index if self.http is not None and self.http[1] else 0
            self._ports[node.index] = wanted or _free_port()
        return self._ports[node.index]

    def _rig(self, node):
        """What the VM is told at a start, see chip/vm_start.py."""
        values = {} if node.boots else self._values_of(node)
        files = {}
        if self.meter == "clamp":
            pair = {"clamp": node.index + 1, "key": CLAMP_KEY.hex(), "source": 0}
            files["clamps"] = json.dumps({"pairs": json.dumps([pair])})
        return {
            "settings": values, "files": files, "channel": CHANNEL,
            "restore_delay_s": None if node.boots else 0,
            "ports": {HTTP_PORT: self.page_port(node), DNS_PORT: 0},
            "step_us": None if node.profile is None else [node.profile.cost(kind).usual() for kind in KINDS],
        }  # fmt: skip


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
