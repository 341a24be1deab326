"""Whole chargers and their flash: no erase while the contactor is closed, a minute lost at most."""

import pytest

from ballast_bench.devices.unit_flash import UnitFlash
from ballast_bench.devices.web_client import Browser
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.rigs.web import free_port, page
from ballast_bench.setup import PASSWORD, Setup
from ballast_bench.world import World

A_MINUTE_WH = 62  # 16 A at 230 V for 61 s


class Rig:
    """A charger with its page, as a Browser wants it; more chargers are its group."""

    def __init__(self, **kwargs):
        self.port = free_port()
        self.setup = Setup(
            house=flat(seed=1), limit_a=40.0, http=("127.0.0.1", self.port), assets=page(),
            ev=EV(max_a=16.0, delay_s=0.5), **kwargs,
        )  # fmt: skip
        self.world = self.setup.start()
        self.world.reboots = True
        self.node = self.world.nodes[0]
        assert self.world.until(lambda: self.node.cp.amps[0] > 5.0, 100.0) is not None

    @property
    def total_wh(self):
        return self.node.cycle.session.total_wh

    def login(self):
        self.world.run(0.5)  # after a start, the page opens its door
        browser = Browser(self)
        assert browser.post("/api/login", {"password": PASSWORD}).status == 200
        return browser

    def cut(self):
        """The supply goes away for a moment; returns when the charger runs again."""
        boots = self.node.boots
        self.world.power_cut(self.node, 2)
        assert self.world.until(lambda: self.node.boots > boots, 30.0) is not None


@pytest.fixture
def start():
    rigs = []

    def begin(**kwargs):
        rigs.append(Rig(**kwargs))
        return rigs[-1]

    yield begin
    for rig in rigs:
        rig.setup.stop()  # which refuses an erase while closed


@pytest.mark.slow
def test_nothing_is_erased_while_a_group_charges_and_a_person_changes_settings(start):
    rig = start(meter="clamp", chargers=2, evs=[None, EV(max_a=10.0)])
    browser = rig.login()
    world, flash = rig.world, rig.node.storage.disk.flash
    world.run(5)  # what the plug-in left to be written
    erased = list(flash.erases)
    for minute in range(14):
        if minute % 4 == 0:
            answer = browser.request("PUT", "/api/settings", {"user_ma": 8000 + 500 * minute})
            assert answer.status == 200 and answer.json["kept_s"] == 6
            browser.request("PUT", "/api/schedule", {"enabled": False, "windows": [], "outside_ma": 0})
        world.run(60)
        assert rig.node.app.out.coil == 1
    assert flash.erases == erased and rig.node.app.store.error == ""
    total_wh = rig.total_wh
    rig.cut()
    app = rig.node.app
    assert total_wh - A_MINUTE_WH <= rig.total_wh <= total_wh
    assert app.settings["user_ma"] == 8000 + 500 * 12
    assert app.page.events.document()[1]["kind"] in ("settings", "schedule")  # of up to 10 min ago


@pytest.mark.parametrize("after_s", [5, 64, 171, 400])
def test_a_power_cut_costs_the_energy_of_a_minute(start, after_s):
    rig = start(meter="none")
    rig.world.run(after_s)
    total_wh = rig.total_wh
    rig.cut()
    assert total_wh - A_MINUTE_WH <= rig.total_wh <= total_wh
    sessions = rig.login().get("/api/sessions").json["rows"]
    if after_s > 60:  # the session's row too
        assert 0 <= total_wh - sessions[0][4] <= A_MINUTE_WH
    rig.world.run(20)
    assert rig.node.storage.disk.flash.weak == set()


def test_a_latched_fault_outlives_a_power_cut_that_follows_at_once(start):
    rig = start(meter="none")
    rig.node.cp.rcd.ac_ma = 40.0
    rig.node.cp.touch()
    assert rig.world.until(lambda: rig.node.app.out.coil == 0, 1.0) is not None
    rig.world.run(1.1)
    first = rig.node.cycle.faults.first
    assert first
    rig.cut()
    rig.world.run(0.1)
    assert rig.node.cycle.faults.stop and rig.node.cycle.faults.first == first


def test_a_unit_without_the_partition_says_so_and_keeps_what_it_has_once_open(start, monkeypatch):
    def old(node):
        if node.storage is None:
            node.storage = UnitFlash(journal=0)
        node.storage.solder(node)
        return node.storage

    monkeypatch.setattr("ballast_bench.node.Node.fit_flash", old)
    rig = start(meter="none")
    browser = rig.login()
    assert browser.request("PUT", "/api/settings", {"user_ma": 9000}).json["kept_s"] is None
    assert "no_journal" in [e["kind"] for e in rig.node.app.page.events.document()]
    rig.world.run(130)
    total_wh = rig.total_wh
    rig.node.charger.pause()
    assert rig.world.until(lambda: rig.node.app.out.coil == 0, 20.0) is not None
    rig.world.run(10)
    rig.cut()
    assert rig.total_wh >= total_wh
    assert rig.node.app.settings["user_ma"] == 9000

def test_a_cut_at_any_moment_of_a_write_leaves_a_setting_that_a_person_gave(monkeypatch):
    """On a chip whose flash takes its time: the supply goes away in the middle of erases too."""
    monkeypatch.setattr(World, "CHIP", "esp32s3_octal")
    setup = Setup(meter="none", seed=3)
    world = setup.start()
    world.reboots = True
    node, flash = world.nodes[0], None
    torn, kept, at_s = set(), None, None

    def scissors(now_s):
        nonlocal at_s
        if at_s is not None and now_s >= at_s:
            at_s = None
            world.power_cut(node, 0.5)

    world.actors.append(scissors)
    for n in range(40):
        world.run(1.2)
        flash = node.storage.disk.flash
        wanted = 7000 + 100 * n
        node.app.settings.set("user_ma", wanted)
        boots = node.boots
        at_s = world.now_s + 0.9 + 0.02 * n  # the keeper comes once a second
        assert world.until(lambda boots=boots: node.boots > boots, 30.0) is not None
        torn |= flash.weak
        found = node.app.settings["user_ma"]
        assert kept is None or found in (kept, wanted), n
        kept = found
    assert torn  # some of the cuts met an erase
    setup.stop()


def test_the_bench_refuses_an_erase_while_closed():
    setup = Setup(meter="none", ev=EV(max_a=16.0, delay_s=0.5))
    world = setup.start()
    node = world.nodes[0]
    assert world.until(lambda: node.app.out.coil == 1, 30.0) is not None
    with node.device:
        node.storage.save("name", b"a file, while the coil is on" * 40)
        node.storage.save("name", b"a file, while the coil is on" * 80)
    assert node.erased_closed > 0
    with pytest.raises(AssertionError, match="erased while the contactor was closed"):
        setup.stop()
