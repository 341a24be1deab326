"""The measuring scripts find the application where the real loader mounts it, on the MicroPython VM."""

import pytest

from ballast_tools.bringup import script
from ballast_tools.ship import partitions
from tools.factory_kit import slot_vm
from tools.factory_kit.command import PAIRS

USES = """
import sys
sys.path.insert(0, "/loader")
sys.path.insert(0, "/bringup")
%s
mount_application()
mount_application()
from ballast.protocol.hmac_sha256 import HmacKey
from ballast.control.charger import Charger
print("PATH", sys.path)
"""


@pytest.mark.parametrize("slot", [0, 1])
def test_the_application_is_mounted_from_the_slot_that_holds_one(builds, tmp_path, micropython_vm, slot):
    made = builds[PAIRS[0]]
    update = made.updates["romfs"]
    half = partitions.slot_bytes(made.board.table())
    body = update[4096:]
    image = body + b"\xff" * (half - 4096 - len(body)) + update[:4096]
    empty = b"\xff" * half
    apps = empty + image if slot else image + empty
    text = USES % (script.ON_BOARD / "common.py").read_text()
    out = slot_vm.run(micropython_vm, tmp_path, apps, text)
    assert "PATH ['/bringup', '/app', '.frozen']" in out, out
