"""A slot of the flash image on the MicroPython VM: the real loader, mapped flash.

A part of a bundle brings its whole bundle along: its ports meet the imitated chip of bench memory.
"""

import json
import subprocess
from pathlib import Path

from ballast_tools.check.memory import measure
from ballast_tools.shell import node, paths
from ballast_tools.ship import image

RUNNER = Path(__file__).parents[1] / "ship" / "vm_slots.mjs"

ESP32 = """
import vfs
class Partition:
    def __init__(self, label):
        self.data = memoryview(vfs.rom_ioctl(2, 0)) if label == "romfs" else RECORD
    def readblocks(self, block, buf, offset=0):
        start = block * 4096 + offset
        buf[:] = self.data[start:start + len(buf)]
    def writeblocks(self, block, buf):
        self.data[block * 4096:block * 4096 + len(buf)] = buf
    def ioctl(self, op, arg):
        return len(self.data) // 4096 if op == 4 else 4096
RECORD = bytearray(b"\\xff" * 8192)
class NVS:
    pass
"""

CHIP = """
import sys, vm_chip
sys.modules.update({
    "machine": vm_chip.Machine(), "network": vm_chip.Network(), "espnow": vm_chip.Radio(),
    "bluetooth": vm_chip.Bluetooth(), "socket": vm_chip.Sockets(), "_thread": vm_chip.Threads(),
})
"""


def run(vm, folder, apps, script):
    """What `script` prints on the VM `vm` whose partition romfs holds `apps`, both slots."""
    (folder / "romfs.bin").write_bytes(apps)
    (folder / "esp32.py").write_text(ESP32)
    sources = [paths.BOARDS / "loader/loader.py", folder / "esp32.py"]
    sources += [measure.HERE / name for name in ("vm_machine.py", "vm_chip.py")]
    sources += [paths.FIRMWARE / "ballast" / name for name in image._SHARED]
    job = {
        "vm": str(node.VM),
        "romfs": str(folder / "romfs.bin"),
        "mounts": [[str(path), f"/loader/{path.name}"] for path in sources],
        "script": "import sys\nsys.path.insert(0, '/loader')\n" + CHIP + script,
    }
    (folder / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        [vm, str(RUNNER), str(folder / "job.json")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pure(files):
    """Modules among the files of an application that need no hardware."""
    return [name[:-4].replace("/", ".") for name in files
            if name.startswith(("ballast/control/", "ballast/protocol/"))
            and name.endswith(".mpy") and "__init__" not in name]  # fmt: skip
