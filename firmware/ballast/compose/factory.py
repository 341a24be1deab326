"""What the factory and the build gave this charger: who it is, whose, and its updates."""

import asyncio
import sys

from ballast.control.safety import faults
from ballast.ports.base_slot import BaseSlot
from ballast.ports.update_slots import UpdateSlots
from ballast.protocol import slot_record, update_file
from ballast.services.update import Update

APP = "/app"  # where boards/loader/loader.py mounts the slot
_STALL_MS = 1000  # a flash erase: 400 ms at most, then 16 pages


def ssid(brand, serial):
    """Name of the access point as the label has it (tools/ballast_tools/factory/labels.py)."""
    return "%s-%s" % (brand.get("ssid", "Ballast"), serial.split("-")[-1][-6:])


def fill(env, unit, brand):
    """Put the unit's and the brand's data into an Env. Returns the calibration {}."""
    env.serial = unit.get("serial", "")
    env.label = unit.get("label", "")
    env.model = brand.get("product", env.model)
    env.version = brand.get("version", "")
    if unit.get("ap_password"):
        env.access_point = (ssid(brand, env.serial), unit["ap_password"])
    return unit.get("cal", {})


def root():
    """Where the application's files are: the mounted slot, or "" for a development board."""
    return APP if running_slot() != slot_record.NONE else ""


def running_slot():
    """The slot that the loader started; NONE where there is no loader (development)."""
    loader = sys.modules.get("loader")
    return loader.running if loader is not None else slot_record.NONE


def bytecode():
    """Version of the .mpy files that this MicroPython runs."""
    return sys.implementation._mpy & 0xFF


class Permit:
    """May flash be written now? Only while the coil is off, and with the step told of it."""

    def __init__(self):
        self.app = None  # main.App, once there is one

    def __call__(self):
        app = self.app
        if app is None or app.out.coil:
            return False
        app.charger.allow_blocking(_STALL_MS)
        return True


def make_update(brand, permit, reboot):
    """(services/update.Update, largest file in bytes) for Env.update; None without a loader."""
    slot = running_slot()
    if slot == slot_record.NONE:
        return None
    slots = UpdateSlots(sys.modules["loader"].fs)
    try:
        base = BaseSlot()
    except OSError:  # 4 MiB of flash: MicroPython is renewed by cable
        base = None
    update = Update(
        slots,
        slot,
        permit,
        brand.get("update_keys", {}),
        brand.get("board", ""),
        brand.get("brand", ""),
        bytecode(),
        reboot,
        base,
    )
    blocks = slots.blocks if base is None else max(slots.blocks, base.blocks + 1)
    return update, blocks * update_file.HEADER_BYTES


async def prove(update, app):
    """The service that proves a start: no service died, the step neither raised nor was late."""
    restarts = app.services.restarts
    seen = [sum(restarts.values())]

    def healthy():
        before = seen[0]
        seen[0] = sum(restarts.values())
        active = app.charger.cycle.faults.active
        return seen[0] == before and not active[faults.EXCEPTION] and not active[faults.OVERRUN]

    async def second():
        await asyncio.sleep_ms(1000)

    await update.run(healthy, second)
    while True:  # proven, or nothing to prove: a service does not end
        await asyncio.sleep_ms(60000)
