"""Whoever saves, and however often: the stalls of the flash leave the steps the time that they need."""

import asyncio

import pytest

from ballast_bench.rigs.web import WebRig
from ballast_bench.world import World

PROFILES = ("esp32s3_octal", "esp32s3_quad")
EVERY_S = (0.02, 0.04, 0.15, 0.3)
SECONDS = 12.0


def week(n):
    window = {"days": [n % 7], "from_min": n % 1440, "to_min": (n + 60) % 1440, "current_ma": 0}
    return {"enabled": True, "outside_ma": 0, "windows": [window] * 6}


def by_page(app, n):
    app.page.schedule.set(week(n))


def by_settings(app, n):
    app.settings.set("name", f"Garage {n}")


def by_log(app, n):
    app.page.events.add("schedule", f"{n}")


def by_pairing(app, n):
    app.store.save("clamps", {"pairs": f"{n:064x}"}, 5)


def by_group(app, n):
    app.store.save("group", {"boot": n}, 0)


ALL = (by_page, by_settings, by_log, by_pairing, by_group)


@pytest.fixture(params=PROFILES)
def rig(request, monkeypatch):
    monkeypatch.setattr(World, "CHIP", request.param)
    with WebRig(assets=(".", {})) as rig:
        rig.world.reboots = True
        rig.open()
        rig.world.run(2.0)
        yield rig


@pytest.mark.parametrize("every_s", EVERY_S)
def test_no_caller_brings_the_watchdog(rig, every_s):
    """A script of the bench, which does not wait until the chip is free: the worst caller that there is."""
    n = 0
    for saves in (*((one,) for one in ALL), ALL):
        for _ in range(int(SECONDS / len(ALL) / every_s)):
            n += 1
            with rig.node.device:
                for save in saves:
                    save(rig.node.app, n)
            rig.world.run(every_s)
            assert rig.node.boots == 1, (saves, every_s)
    rig.world.run(10.0)
    rig.world.power_cut(rig.node, 1.0)
    rig.world.run(10.0)
    app = rig.node.app
    assert app.page.schedule.document()["windows"] == week(n)["windows"]
    assert app.settings["name"] == f"Garage {n}"
    assert app.store.load("group") == {"boot": n}
    assert app.store.load("clamps") == {"pairs": f"{n:064x}"}


def test_what_is_saved_too_soon_for_its_file_is_kept_before_a_restart_on_command(rig):
    async def work():
        for n in (1, 2, 3):
            by_pairing(rig.app, n)
            by_group(rig.app, n)
        rig.app.store.flush()

    with rig.node.device:
        task = rig.world.spawn(work())
    rig.world._run(asyncio.wait({task}))
    rig.world.reset(rig.node, "software")
    rig.world.run(10.0)
    assert rig.node.app.store.load("clamps") == {"pairs": f"{3:064x}"}
    assert rig.node.app.store.load("group") == {"boot": 3}
