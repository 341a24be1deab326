"""A slot of the flash image on the MicroPython VM: the real loader, mapped flash, the signature."""

from ballast_tools.ship import partitions
from tools.factory_kit import slot_vm
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
    for good in update_file.verifying(signed, signature, modulus):
        pass
    assert good is True
print("VERIFY", (us() - start) // 100)
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
    pure = slot_vm.pure(made.files)
    out = slot_vm.run(micropython_vm, tmp_path, apps, SCRIPT % {"modules": pure, "key": made.key.id})
    lines = dict(line.split(" ", 1) for line in out.splitlines() if " " in line)
    assert lines["SLOT"] == "1"
    assert lines["PATH"].startswith("['/app', '.frozen'] /app")
    assert "NOT" not in lines, out
    assert int(lines["LOADED"]) == len(pure) > 30
    print(f"RSA-3072 verification on the VM: {lines['VERIFY']} us")
