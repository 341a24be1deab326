"""The environment of the ESP32, and the run that ends in safe outputs.

Nothing of this file has run on hardware.
"""

import asyncio
import gc
import json
import os
import sys
import time

import machine
from micropython import const

import __main__
from ballast.compose import factory
from ballast.compose.env import Env
from ballast.control import charger
from ballast.ports import identity
from ballast.ports.espnow_radio import EspnowRadio
from ballast.ports.journal_flash import open_journal
from ballast.ports.reset_info import ResetInfo
from ballast.ports.storage import Storage
from ballast.ports.wifi import Wifi
from ballast.services.memory import last_run
from ballast.services.web.assets import Assets

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.ports.ble import BlePort
    from main import App

DATA = "/data"
WEB = "/web"  # in the folder factory.root(), as is BRAND
BRAND = "/brand.json"  # brand and market, made by the build
_SAG_PAUSE_S = const(60)  # chosen: of the third brown-out in a row, and more of each further one
_START_PAUSE_MS = const(10000)  # chosen: for each crash, after a start that failed
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
    """charger.RESET_* of a ResetInfo. POWER_ON only if the supply was away: see restore_delay_s."""
    if info.cause == machine.WDT_RESET:
        return charger.RESET_WATCHDOG
    if info.brown_out:
        return charger.RESET_BROWN_OUT
    if info.cause == machine.PWRON_RESET:
        return charger.RESET_POWER_ON
    return charger.RESET_SOFT  # machine.reset(), a panic, USB: the supply was there all the time


def tell_reset(env: Env, info: ResetInfo) -> None:
    """Put into `env` why the chip has started, and what follows from it."""
    env.reset_info = info
    env.cause = cause_of(info)
    env.crash_loop = info.crash_loop
    env.sag_pause_s = min(_SAG_PAUSE_S * max(info.sags - 2, 0), 600)


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


def say(line: str) -> None:
    """Print a line of at most 100 characters. At 115200 Bd the UART's FIFO takes 128 at once; for
    each one more the step waits 87 us (shared/runtime and ports/esp32/mphalport.c)."""
    print(line[:100])  # noqa: T201 - the console is what it is for


def heap_kib() -> int:
    """Size of MicroPython's heap, with what it may still take from the chip; 0 = not known."""
    try:
        return (gc.mem_alloc() + gc.mem_free()) >> 10
    except AttributeError:  # CPython has no such figure
        return 0


def _update_keys() -> "dict[str, str]":
    """{id: modulus} of the brand's file: 800 bytes that only an update needs."""
    return read_json(factory.root() + BRAND).get("update_keys", {})


# Any: as in read_json()
def make_env(
    permit: factory.Permit, info: ResetInfo
) -> "tuple[Env, dict[str, Any], dict[str, Any]]":
    """The environment of this chip -> (env, brand, calibration)."""
    root = factory.root()
    brand = read_json(root + BRAND)
    found, trouble = identity.load()
    unit = found or read_json(UNIT)
    env = Env(Storage(DATA), os.urandom, say)
    env.journal = open_journal()
    if trouble:
        env.troubles.append(trouble)
    env.heap = gc  # type: ignore[assignment]  # CPython's has no mem_alloc
    env.heap_kib = heap_kib()
    tell_reset(env, info)
    env.formatted = was_formatted()
    env.restore_delay_s = brand.get("rules", {}).get("restore_delay_s", 0)
    env.unique_id = machine.unique_id()
    cal = factory.fill(env, unit, brand)
    name = "ballast-" + (env.serial or env.unique_id[-3:].hex())
    env.wifi = Wifi(name[:32])
    env.wifi.radio_on()
    env.ble = make_ble(name[:26])
    env.radio = EspnowRadio()
    env.radio.start()
    assets = Assets(root + WEB + "/manifest.json")
    # without a label's code there is no way to log in
    if env.label and assets.get("index.html") is not None:
        env.http = ("0.0.0.0", 80)
        env.assets = (root + WEB, assets)

    def reboot() -> None:
        if permit.app is not None:
            permit.app.store.flush()
        info.announce()
        machine.reset()

    env.update = factory.make_update(brand, permit, reboot, _update_keys)
    return env, brand, cal


# Any: asyncio's loop and its description of an error
def _lost(loop: "Any", context: "dict[str, Any]") -> None:
    """A task ended with an exception that nobody awaits. asyncio would print a traceback: 75 ms
    without a step for 1 KB."""
    error = context.get("exception")
    say("task ended: %s" % (last_run.place(error) if error else context.get("message")))


def run(app_class: "type[App]") -> None:
    """Run the charger. However the run ends: safe outputs, then a restart."""
    app: "App | None" = None
    info: "ResetInfo | None" = None
    try:
        import board

        permit = factory.Permit()
        info = ResetInfo(board.CHIP)
        env, brand, cal = make_env(permit, info)
        settings, problems = factory.settings(brand)
        for line in problems:
            env.log(line)
        made = app = permit.app = app_class(board, env, settings, cal)
        del brand  # 2 KiB that nothing reads any more
        update = env.update
        if update is not None:
            app.services.add("update", lambda: factory.prove(update, made))
        asyncio.get_event_loop().set_exception_handler(_lost)
        app.start()
        asyncio.run(app.services.run())
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - the restart follows
        _ended(app, info, error)
    finally:
        if app is not None:
            app.stop()
        machine.reset()


def _ended(app: "App | None", info: "ResetInfo | None", error: BaseException) -> None:
    """Safe outputs first, then the reason: a traceback takes 75 ms. A start that fails again and
    again is tried again ever more slowly; no watchdog runs before App.start()."""
    if app is not None:
        app.stop()
    last_run.note_error(info, error)
    sys.print_exception(error)
    if app is None:
        crashes = info.crashes if info is not None else 6
        time.sleep_ms(min(_START_PAUSE_MS * crashes, 600000))
