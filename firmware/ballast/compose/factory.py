"""What the factory and the build gave this charger: its identity, its brand, its updates."""

import asyncio
import sys

from micropython import const

from ballast.control.settings import Settings
from ballast.ports.base_slot import BaseSlot
from ballast.ports.update_slots import UpdateSlots
from ballast.protocol import slot_record
from ballast.services.health import Health
from ballast.services.update import Update

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable  # Any: values of JSON objects that differ by key

    from ballast.compose.env import Env
    from main import App

APP = "/app"  # where boards/loader/loader.py mounts the slot
_STALL_MS = 1000  # a flash erase: 400 ms at most, then 16 pages


def ssid(brand: "dict[str, Any]", serial: str) -> str:
    """Name of the access point as on the label (tools/ballast_tools/factory/labels.py)."""
    return "%s-%s" % (brand.get("ssid", "Ballast"), serial.split("-")[-1][-6:])


def settings(brand: "dict[str, Any]") -> "tuple[Settings, list[str]]":
    """(settings of an unused charger of this brand and market, one line for each problem)."""
    made = Settings()
    values = dict(brand.get("profile", {}))
    values["name"] = brand.get("name", made["name"])
    return made, made.load(values)


def fill(env: "Env", unit: "dict[str, Any]", brand: "dict[str, Any]") -> "dict[str, Any]":
    """Put the unit's and the brand's data into an Env. Returns the unit's calibration."""
    env.serial = unit.get("serial", "")
    env.label = unit.get("label", "")
    env.model = brand.get("product", env.model)
    env.version = brand.get("version", "")
    if unit.get("ap_password"):
        env.access_point = (ssid(brand, env.serial), unit["ap_password"])
    return unit.get("cal", {})


def root() -> str:
    """Where the application's files are: the mounted slot, or "" for a development board."""
    return APP if running_slot() != slot_record.NONE else ""


def running_slot() -> int:
    """The slot that the loader started; NONE where there is no loader (development)."""
    loader = sys.modules.get("loader")
    return loader.running if loader is not None else slot_record.NONE


def bytecode() -> int:
    """Version of the .mpy files that this MicroPython runs."""
    return sys.implementation._mpy & 0xFF


class Permit:
    """Whether flash may be written for an update now: while the coil is off, as a known stall."""

    def __init__(self) -> None:
        self.app: "App | None" = None  # set once there is one

    def __call__(self) -> bool:
        app = self.app
        return app is not None and app.charger.permit_stall(_STALL_MS, app.out.coil)


def _kept(keys: "dict[str, str]") -> "Callable[[], dict[str, str]]":
    return lambda: keys


def make_update(
    brand: "dict[str, Any]",
    permit: "Callable[[], bool]",
    reboot: "Callable[[], None]",
    keys: "Callable[[], dict[str, str]] | None" = None,
) -> "Update | None":
    """For Env.update; None without a loader. permit(): see Permit. reboot(): restarts the chip.

    keys(): reads the brand's update_keys again, so that they need not be kept; None = keep them.
    """
    slot = running_slot()
    if slot == slot_record.NONE:
        return None
    slots = UpdateSlots(sys.modules["loader"].fs)
    base: "BaseSlot | None" = None
    try:
        base = BaseSlot()
    except OSError:  # 4 MiB of flash: MicroPython is renewed by cable
        pass
    return Update(
        slots,
        slot,
        permit,
        keys or _kept(brand.get("update_keys", {})),
        brand.get("board", ""),
        brand.get("brand", ""),
        bytecode(),
        reboot,
        base,
    )


async def prove(update: Update, app: "App") -> None:
    """The service that proves a start: see Update.run and Health."""
    health = Health(app.services.restarts)

    def healthy() -> bool:
        return health.check(app.charger.cycle.faults.active)

    async def second() -> None:
        await asyncio.sleep_ms(1000)

    await update.run(healthy, second)
    while True:  # proven, or nothing to prove: a service does not return
        await asyncio.sleep_ms(60000)
