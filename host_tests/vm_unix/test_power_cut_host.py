"""The supply goes at flash writes of boot, settings, journal and update; the real loader follows."""

import contextlib
from random import Random

import pytest

import ballast_bench.fakes as fakes
from ballast_bench.devices.web_client import Browser
from ballast_bench.setup import PASSWORD, default_ev
from ballast_bench.vm import heap
from ballast_bench.vm import setup as vm_setup
from ballast_bench.vm.flash import FlashFiles

SEED = 14
DATA = ("vfs", "journal", "slotrec", "romfs", "ota_1")


class Supply:
    """Cuts the supply in the write `left` from now: half of it is done. None = it stays. cuts: so far.

    only: label of the one partition whose writes count, "" = all.
    """

    def __init__(self):
        self.left, self.cuts, self.device, self.only = None, 0, None, ""

    def write(self, label, area, key, data):
        if self.left is not None and self.only in ("", label):
            self.left -= 1
            if self.left <= 0:
                self._cut(area, key, data)
        area[key] = data

    def _cut(self, area, key, data):
        self.left = None
        self.cuts += 1
        if isinstance(key, slice):
            half = len(data) // 2
            area[key.start : key.start + half] = data[:half]
        self.device.hard_reset("power_on")
        raise fakes.HardReset("the supply has gone")


class Area:
    """A partition whose writes the Supply sees."""

    def __init__(self, label, area, supply):
        self._label, self._area, self._supply = label, area, supply

    def __len__(self):
        return len(self._area)

    def __getitem__(self, key):
        return self._area[key]

    def __setitem__(self, key, data):
        self._supply.write(self._label, self._area, key, data)


@pytest.fixture
def cut(on_vm, monkeypatch):
    """(supply, setup that has started)."""
    supply = Supply()

    class Files(FlashFiles):
        def __init__(self, *args):
            super().__init__(*args)
            for label in DATA:
                self.memory[label] = Area(label, self.memory[label], supply)

    monkeypatch.setattr(vm_setup, "FlashFiles", Files)
    setup = on_vm()
    supply.device = setup.world.nodes[0].device
    return supply, setup


class Life:
    """What is done to a charger, and what must hold after the supply came back."""

    def __init__(self, setup):
        self.setup, self.world, self.node = setup, setup.world, setup.world.nodes[0]
        self.amps = {self.node.app.settings["user_ma"]}
        self.versions = {self.version()}

    def version(self):
        return self.node.app.env.update.status()["version"]

    def boot(self, number):
        """A start that finds its flash as the last one left it."""
        self.world.reset(self.node, "software")
        self.world.run(4.0)

    def save(self, number):
        """A setting is saved, and a session ends: store and journal are written."""
        self.amps.add(10000 + 100 * number)
        self.node.app.do("app.settings.set_all({'user_ma': %d})" % (10000 + 100 * number))
        self.world.run(2.0)
        self.node.cp.plug_in(default_ev())
        self.world.run(8.0)
        self.node.cp.unplug()
        self.world.run(3.0)

    def load(self, number, data):
        """An update is loaded over the page."""
        page = Browser(heap.Seat(self.world, self.setup.page_port(self.node)))
        with contextlib.suppress(OSError, EOFError, IndexError, ValueError):
            head = {"Content-Type": "application/octet-stream"}
            page.login(PASSWORD).request("POST", "/api/update", body=data, headers=head)
        self.world.run(3.0)

    def prove(self):
        """Run until the start counts as proved: before, no MicroPython is taken."""
        self.world.run(100.0)

    def check(self, where):
        node = self.node
        assert self.world.until(lambda: node.boot_s is None and node.app.process is not None, 30.0), where
        self.world.run(1.0)
        look = node.app.evaluate
        assert look("app.timer.error") is None and look("app.env.formatted") is False, where
        assert look("app.settings['user_ma']") in self.amps, where
        assert self.version() in self.versions, where
        assert look("app.charger.cycle.steps") > 0, where
        assert not any(node.cp.contactor.closed), where


def test_after_any_cut_it_starts_with_what_was_kept(cut, built):
    from ballast_tools.ship import vm_image

    supply, setup = cut
    life, random = Life(setup), Random(SEED)
    setup.world.run(2.0)
    for number in range(24):
        kind = ("boot", "save", "load")[number % 3]
        supply.left = random.randrange(1, {"boot": 12, "save": 60, "load": 160}[kind])
        where = f"seed {SEED}, {kind} {number}, write {supply.left}"
        if kind == "load":
            version = f"9.{number}"
            life.versions.add(version)
            life.load(number, vm_image.update(built, version))
        else:
            getattr(life, kind)(number)
        supply.left = None
        life.check(where)
    assert supply.cuts >= 16
    setup.world.run(100.0)  # a trial that still runs is proved
    life.load(0, vm_image.update(built, "10.0"))
    setup.world.run(10.0)
    assert life.version() == "10.0"


def test_a_micropython_that_was_half_written_is_never_started(cut, built):
    """The supply goes while ota_1 is written: at the first write, in the middle, near the end."""
    from ballast_tools.ship import vm_image

    supply, setup = cut
    life, random = Life(setup), Random(SEED)
    device, supply.only = supply.device, "ota_1"
    base = vm_image.base(built.board.folder, **{"mark.py": "NAME = 'second base'\n"})
    blocks = -(-len(base) // 4096)
    for number, most in enumerate((1, blocks, 2 * blocks)):
        life.prove()
        supply.left = random.randrange(max(1, most - blocks), most + 1)
        where = f"seed {SEED}, base {number}, write {supply.left}"
        before = supply.cuts
        life.load(number, vm_image.update(built, f"11.{number}", "esp", base))
        supply.left = None
        life.check(where)
        assert supply.cuts == before + 1, where
        assert (device.running, device.app_valid) == ("ota_0", True), where
    life.prove()
    life.load(0, vm_image.update(built, "12.0", "esp", base))
    assert device.running == "ota_1"
