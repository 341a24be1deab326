"""What outlives a power cut: settings, counters and faults, restored before the first step."""

import asyncio
import time

from micropython import const

from ballast.compose import room
from ballast.control.safety import faults
from ballast.services.memory.journal import Journal
from ballast.services.memory.keeper import Keeper
from ballast.services.memory.last_run import ResetNotes
from ballast.services.memory.store import Store

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.compose.env import Env
    from main import App

_STALL_MS = 3000  # a file takes 127 ms, and 470 ms or less in 99 of 100 (simulated)
_APART_MS = const(500)  # chosen: with the stall before it a file a second, as often as Store.step()


class FilePermit:
    """Whether files may be written now: while the coil is off, which then stays off until end().

    Not within _APART_MS after the last one, whoever saves and however often: where one stall of the
    flash follows the other, no step runs until the watchdog bites. hurry: no other work follows.
    """

    def __init__(self, app: "App") -> None:
        self._app = app
        self._ended_ms = time.ticks_add(time.ticks_ms(), -_APART_MS)
        self.hurry = False

    def __call__(self) -> bool:
        since_ms = time.ticks_diff(time.ticks_ms(), self._ended_ms)
        if 0 <= since_ms < _APART_MS and not self.hurry:  # negative: six days ago
            return False
        return self._app.charger.permit_stall(_STALL_MS, self._app.out.coil)

    def end(self) -> None:
        self._ended_ms = time.ticks_ms()
        self._app.charger.end_stall()


def open_store(app: "App", env: "Env") -> Store:
    """The Store of this charger."""
    journal = None
    if env.journal is not None:
        journal = Journal(env.journal)
    store = Store(env.storage, FilePermit(app), app.uptime_s, journal)
    if journal is not None:
        journal.prepare()
    return store


def counters(app: "App") -> "dict[str, Any]":
    """What is kept beside the settings, as plain numbers and lists."""
    cycle = app.charger.cycle
    return {
        "total_wh": cycle.session.total_wh,
        "closings": cycle.contactor.closings,
        "under_load": cycle.contactor.under_load,
        "faults": list(cycle.faults.count),
        "latched": cycle.faults.latched(),
        "first": cycle.faults.first,
        "first_s": cycle.faults.first_s,
        "used": cycle.faults.used(),
    }


def restore(app: "App", env: "Env") -> Keeper:
    """Restore settings and counters from the store, and start the charger with its reset cause."""
    keeper = Keeper(app.store, app.settings, lambda: counters(app), app.uptime_s)
    problems, kept = keeper.restore()
    app.settings.add_rule(("group_panels", "group_seats"), _panels_problem)
    need = ("group_seats", "group_id", "panel_ma")

    def fits(seats: int, group: int, panel: int) -> str:
        return room.problem(seats, group, panel, env.heap_kib)

    line = fits(*[app.settings[key] for key in need])
    if line:
        problems.append(line)  # what has run goes on running, though another firmware may need more for it
    app.settings.add_rule(need, fits)
    if env.formatted:
        problems.append("the memory was damaged and has been emptied: settings and records are lost")
    problems.extend(env.troubles)
    for line in problems:
        env.log(line)
    cycle = app.charger.cycle
    cycle.session.total_wh = kept.get("total_wh", 0)
    cycle.contactor.closings = kept.get("closings", 0)
    cycle.contactor.under_load = kept.get("under_load", 0)
    get = kept.get
    cycle.faults.restore(
        get("faults", []), get("latched", []), get("used", []), get("first", 0), get("first_s", 0)
    )
    now = time.ticks_ms()
    if problems:
        app.charger.warn(faults.SETTINGS, 1, now)
        app.charger.warn(faults.SETTINGS, 0, now)
    delay_ms = app.charger.start_delay_ms(
        env.cause, env.restore_delay_s, lambda: int.from_bytes(env.random(3), "big")
    )
    delay_ms = max(delay_ms, env.sag_pause_s * 1000)
    app.charger.boot(now, env.cause, env.crash_loop, delay_ms)
    return keeper


def _panels_problem(text: str, seats: int) -> str:
    """What is wrong with the setting `group_panels`; "" = nothing."""
    if not text:
        return ""
    from ballast.protocol import group_panels  # few chargers have sub-panels

    return group_panels.problem(text, seats)


def _long_press(app: "App") -> None:
    """A long press of the button reaches the login, the access point and the clamps' pairing."""
    if app.page is not None:
        app.page.auth.forgive()
        if app.page.network is not None:
            app.page.network.open_ap()
    if app.radio is not None:
        app.radio.clamps.open_window(0)


async def keep(app: "App", env: "Env", keeper: Keeper) -> None:
    """The service: once a second save what has changed, and pass on long presses."""
    charger = app.charger
    cycle = charger.cycle
    notes = None
    if env.reset_info is not None:
        notes = ResetNotes(env.reset_info, env.crash_loop)
    longs = cycle.button.longs
    while True:
        keeper.step(app.out.coil == 1, cycle.session)
        charger.warn(faults.STORAGE, app.store.error != "", time.ticks_ms())
        charger.step_us_max = app.timer.run_us_max
        if cycle.button.longs != longs:
            longs = cycle.button.longs
            _long_press(app)
        charger.keep_phase()
        if notes is not None and app.timer.error is None:  # else App has noted why the step ended
            active = cycle.faults.active[faults.CRASH_LOOP]
            notes.step(cycle.uptime_s, cycle.faults.first, active, cycle.error)
        await asyncio.sleep_ms(1000)
