"""The environment of the ESP32, and the run that ends in safe outputs.

Nothing of this file has run on hardware.
"""

import asyncio
import json
import os
import sys

import machine
from micropython import const

import __main__
from ballast.compose import factory
from ballast.compose.env import Env
from ballast.control import charger
from ballast.ports import identity
from ballast.ports.espnow_radio import GROUP_RX_BYTES, EspnowRadio
from ballast.ports.reset_info import ResetInfo
from ballast.ports.storage import Storage
from ballast.ports.wifi import Wifi
from ballast.services.memory import last_run

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.ports.ble import BlePort
    from main import App

DATA = "/data"
WEB = "/web"  # in the folder factory.root(), as is BRAND
BRAND = "/brand.json"  # brand and market, made by the build
UNIT = "/unit.json"  # of a development board: serial, label, cal; see ports/identity.py


# Any: values of a JSON object, which differ by key
def read_json(path: str) -> "dict[str, Any]":
    """The object in a file; {} if it is missing or damaged, so that safe defaults hold."""
    try:
        with open(path) as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def cause_of(info: ResetInfo) -> int:
    """charger.RESET_* of a ResetInfo."""
    if info.cause == machine.WDT_RESET:
        return charger.RESET_WATCHDOG
    if info.cause == machine.SOFT_RESET:
        return charger.RESET_SOFT
    if info.brown_out:
        return charger.RESET_BROWN_OUT
    return charger.RESET_POWER_ON


def was_formatted() -> bool:
    """Whether boards/loader/_boot.py found a damaged data partition; it runs in __main__."""
    return getattr(__main__, "formatted", False)


def make_ble(name: str) -> "BlePort | None":
    """The Bluetooth port; None if MicroPython was built without Bluetooth."""
    try:
        from ballast.ports.ble import BlePort
    except ImportError:
        return None
    return BlePort(name)


# Any: as in read_json()
def make_env(
    permit: factory.Permit, chip: str
) -> "tuple[Env, dict[str, Any], dict[str, Any]]":
    """The environment of this chip -> (env, brand, calibration). chip: the board's CHIP."""
    root = factory.root()
    brand = read_json(root + BRAND)
    unit = identity.load() or read_json(UNIT)
    info = ResetInfo(chip)
    env = Env(Storage(DATA), os.urandom)
    env.reset_info = info
    env.cause = cause_of(info)
    env.crash_loop = info.crash_loop
    env.formatted = was_formatted()
    env.restore_delay_s = brand.get("rules", {}).get("restore_delay_s", 0)
    env.unique_id = machine.unique_id()
    cal = factory.fill(env, unit, brand)
    name = "ballast-" + (env.serial or env.unique_id[-3:].hex())
    env.wifi = Wifi(name[:32])
    env.wifi.radio_on()
    env.ble = make_ble(name[:26])
    env.radio = EspnowRadio(GROUP_RX_BYTES)
    env.radio.start()
    manifest = read_json(root + WEB + "/manifest.json")
    if manifest and env.label:  # without a label's code there is no way to log in
        env.http = ("0.0.0.0", 80)
        env.assets = (root + WEB, manifest)

    def reboot() -> None:
        info.announce()
        machine.reset()

    env.update = factory.make_update(brand, permit, reboot)
    return env, brand, cal


def run(app_class: "type[App]") -> None:
    """Run the charger. However the run ends: safe outputs, then a restart."""
    import board

    app: "App | None" = None
    env: "Env | None" = None
    try:
        permit = factory.Permit()
        env, brand, cal = make_env(permit, board.CHIP)
        settings, problems = factory.settings(brand)
        for line in problems:
            env.log(line)
        made = app = permit.app = app_class(board, env, settings, cal)
        update = env.update
        if update is not None:
            app.services.add("update", lambda: factory.prove(update, made))
        app.start()
        asyncio.run(app.services.run())
    except Exception as error:  # noqa: BLE001 - the restart has to follow in any case
        sys.print_exception(error)
        if env is not None:
            last_run.note_error(env.reset_info, error)
    finally:
        if app is not None:
            app.stop()
        machine.reset()
