"""What outlives a power cut: settings, counters and faults, restored before the first step."""

import asyncio
import time

from ballast.control.charger import RESET_BROWN_OUT, RESET_POWER_ON
from ballast.control.meter import commissioning
from ballast.control.safety import faults
from ballast.services.memory.store import Keeper, Store

_BLOCKING_MS = 250


def open_store(app, env):
    """The Store of this charger; a flash write waits for an open contactor, or a permit."""

    def permit(urgent):
        if app.out.coil == 0:
            app.charger.allow_blocking(_BLOCKING_MS)
            return True
        if urgent:
            app.charger.allow_blocking(_BLOCKING_MS)
        return urgent

    return Store(env.storage, permit, app.uptime_s)


def counters(app):
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


def restore(app, env):
    """Settings and counters from the store; tells the charger why it starts. Returns a Keeper."""
    keeper = Keeper(app.store, app.settings, lambda: counters(app))
    problems, kept = keeper.restore()
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
    longest_s = app.settings["start_delay_s"]
    if env.cause in (RESET_POWER_ON, RESET_BROWN_OUT):  # the supply is back, and the whole street's with it
        longest_s = max(longest_s, env.restore_delay_s)
    delay_ms = 0
    if longest_s:
        delay_ms = int.from_bytes(env.random(3), "big") % (longest_s * 1000)
    app.charger.boot(now, env.cause, env.crash_loop, delay_ms)
    return keeper


def _apply_test(app, test, applied):
    """A commissioning test that has found the charger's phase is kept in the settings, once."""
    if test.state != commissioning.DONE:
        return False
    if not applied and test.verdict == commissioning.OK and test.first >= 0:
        app.settings.set("phase_of_l1", test.first + 1)
        app.settings.set("phase_proven", 1)
    return True


def _long_press(app):
    """Somebody stands at the charger: guessing is forgiven, and what is new may come in."""
    if app.page is not None:
        app.page.auth.forgive()
        if app.page.network is not None:
            app.page.network.open_ap()
    if app.radio is not None:
        app.radio.clamps.open_window(0)


async def keep(app, env, keeper):
    """The service: once a second, whatever has changed, and RTC memory's sign of life."""
    info = env.reset_info
    cycle = app.charger.cycle
    noted = 0
    looped = env.crash_loop
    applied = False
    longs = cycle.button.longs
    while True:
        keeper.step(app.out.coil == 1)
        app.charger.warn(faults.STORAGE, app.store.error != "", time.ticks_ms())
        if cycle.button.longs != longs:
            longs = cycle.button.longs
            _long_press(app)
        applied = _apply_test(app, cycle.commission, applied)
        if info is not None:
            info.alive(cycle.uptime_s)
            if cycle.faults.first != noted:
                noted = cycle.faults.first
                info.note(noted, faults.CATALOGUE[noted][0])
            if looped and not cycle.faults.active[faults.CRASH_LOOP]:
                looped = False
                info.forgive()
        await asyncio.sleep_ms(1000)
