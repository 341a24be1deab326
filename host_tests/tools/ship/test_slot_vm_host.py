"""A slot of the flash image on the MicroPython VM: the real loader, mapped flash, the signature."""

import json
import subprocess
from pathlib import Path

from ballast_tools.shell import node, paths
from ballast_tools.ship import image, partitions
from tools.factory_kit.command import PAIRS

SCRIPT = """
import sys, json, os
sys.path.insert(0, "/loader")
import esp32, loader, update_file, update_slots
from hostclock import us
slots = update_slots.UpdateSlots("romfs")
slot = loader.pick(slots)
print("SLOT", slot)
loader.mount(slots, slot)
print("PATH", sys.path, os.getcwd())
names = []
for name in %(modules)r:
    try:
        __import__(name)
        names.append(name)
    except ImportError as error:
        print("NOT", name, error)
print("LOADED", len(names))
document = json.load(open("brand.json"))
buf = bytearray(4096)
slots.read(slot, slots.blocks - 1, buf)
_, signed, signature = update_file.decode(buf)
modulus = int(document["update_keys"][%(key)r], 16)
start = us()
for _ in range(100):
    assert update_file.verify(signed, signature, modulus)
print("VERIFY", (us() - start) // 100)
"""

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
"""


def test_slot_runs_from_mapped_flash_on_micropython(builds, tmp_path, micropython_vm):
    """The real loader picks slot B, mounts it from a slice, and the modules load from it.

    What one signature costs here is printed, not judged: it depends on the computer. The
    budget on the device is 1 s; an ESP32 is about 25 times slower than this VM (estimate).
    """
    made = builds[PAIRS[0]]
    update = made.updates["romfs"]
    half = partitions.slot_bytes(made.board.table())
    body = update[4096:]
    apps = b"\xff" * half + body + b"\xff" * (half - 4096 - len(body)) + update[:4096]
    (tmp_path / "romfs.bin").write_bytes(apps)
    (tmp_path / "esp32.py").write_text(ESP32)
    (tmp_path / "machine.py").write_text("def mem_backup():\n    return bytearray(2048)\n")
    sources = [paths.BOARDS / "loader/loader.py", tmp_path / "esp32.py", tmp_path / "machine.py"]
    sources += [paths.FIRMWARE / "ballast" / name for name in image._SHARED]
    pure = [n[:-4].replace("/", ".") for n in made.files
            if n.startswith(("ballast/control/", "ballast/protocol/"))
            and n.endswith(".mpy") and "__init__" not in n]  # fmt: skip
    job = {
        "vm": str(node.VM),
        "romfs": str(tmp_path / "romfs.bin"),
        "mounts": [[str(path), f"/loader/{path.name}"] for path in sources],
        "script": SCRIPT % {"modules": pure, "key": made.key.id},
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        [micropython_vm, str(Path(__file__).parent / "vm_slots.mjs"), str(tmp_path / "job.json")],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert lines["SLOT"] == "1"
    assert lines["PATH"].startswith("['/app', '.frozen'] /app")
    assert "NOT" not in lines, done.stdout
    assert int(lines["LOADED"]) == len(pure) > 30
    print(f"RSA-3072 verification on the VM: {lines['VERIFY']} us")
