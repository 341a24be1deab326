"""The flash of a charger with a VM: each partition is a file, which outlives the process.

    flash = FlashFiles(folder, parts)

The strict Partition reads and writes the mapped files. The VM maps them too: so what was written is
there at once, application code runs from them, and kill -9 leaves them as a power cut does.
"""

import mmap
from typing import NamedTuple

from ballast_bench.vm.shared import SharedPage

BLOCK = 4096


class Parts(NamedTuple):
    """What a charger is made of. sizes: {label: bytes} of its partitions. application: update file.

    base: bootloader.HEADER and a ROMFS of what the base image has frozen, with the VM's side of the bench.
    """

    sizes: dict
    application: bytes
    base: bytes


class FlashFiles:
    """paths: {label: Path}. memory: {label: memoryview}, for Device.partitions."""

    def __init__(self, folder, parts):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._shared = None
        self.paths, self.memory, self._maps = {}, {}, []
        for label, size in parts.sizes.items():
            path = self.paths[label] = folder / label
            if not path.exists():
                path.write_bytes(b"\xff" * size)
            with open(path, "r+b") as file:
                area = mmap.mmap(file.fileno(), 0)
            self._maps.append(area)
            self.memory[label] = memoryview(area)
        if self.memory["romfs"][:BLOCK] == b"\xff" * BLOCK:
            self._factory(parts)

    def _factory(self, parts):
        """As the factory's image has it: the application in slot A, the base in its first slot, the
        journal's sectors marked as erased."""
        apps, update = self.memory["romfs"], parts.application
        apps[: len(update) - BLOCK] = update[BLOCK:]
        half = len(apps) // 2
        apps[half - BLOCK : half] = update[:BLOCK]
        self.put_base("ota_0", parts.base)
        from ballast.protocol.journal_format import CLEAN, SECTOR

        journal = self.memory["journal"]
        journal[:] = CLEAN.ljust(SECTOR, b"\xff") * (len(journal) // SECTOR)

    def put_base(self, label, base):
        """A base image into a slot of MicroPython; erased behind it."""
        area = self.memory[label]
        area[:] = base + b"\xff" * (len(area) - len(base))

    @property
    def page(self):
        return self.folder / "shared.page"

    def shared_page(self, device):
        """The page of shared memory, which a charger keeps over its restarts."""
        if self._shared is None:
            self._shared = SharedPage(self.page, device)
        return self._shared
