"""What the factory and the build gave this charger: who it is, whose, and its updates."""

import sys

from ballast.ports import identity
from ballast.ports.update_slots import UpdateSlots
from ballast.protocol import slot_record, update_file
from ballast.services.update import Update

APP = "/app"  # where boards/loader/loader.py mounts the slot
_STALL_MS = 1000  # a flash erase: 400 ms at most, then 16 pages


def ssid(brand, serial):
    """Name of the access point as the label has it (tools/ballast_tools/labels.py)."""
    return "%s-%s" % (brand.get("ssid", "Ballast"), serial.split("-")[-1][-6:])


def fill(env, brand):
    """Put the unit's and the brand's data into an Env. Returns the calibration {}."""
    unit = identity.load()
    env.serial = unit.get("serial", "")
    env.label = unit.get("label", "")
    env.model = brand.get("product", env.model)
    env.version = brand.get("version", "")
    if unit.get("ap_password"):
        env.access_point = (ssid(brand, env.serial), unit["ap_password"])
    return unit.get("cal", {})


def running_slot():
    """The slot that the loader started; NONE where there is no loader (development)."""
    loader = sys.modules.get("loader")
    return loader.running if loader is not None else slot_record.NONE


def make_update(app, brand, reboot):
    """(services/update.Update, largest file in bytes) for Env.update; None without a loader.

    app: main.App. Flash is written only while the coil is off, under a permit for the stall.
    """
    slot = running_slot()
    if slot == slot_record.NONE:
        return None

    def may_write():
        if app.out.coil:
            return False
        app.charger.allow_blocking(_STALL_MS)
        return True

    slots = UpdateSlots(sys.modules["loader"].fs)
    update = Update(
        slots,
        slot,
        may_write,
        brand.get("update_keys", {}),
        brand.get("board", ""),
        brand.get("brand", ""),
        sys.implementation._mpy & 0xFF,
        reboot,
    )
    return update, slots.blocks * update_file.HEADER_BYTES
