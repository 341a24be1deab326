"""Settings and counters over a power cut at every single block operation of a LittleFS."""

import pytest

from ballast.control.settings import Settings
from ballast.ports import storage as storage_port
from ballast.services.memory.keeper import Keeper
from ballast.services.memory.store import Store
from ballast_bench.devices.flash import PowerCut
from ballast_bench.devices.lfs_disk import Disk


class Clock:
    def __init__(self):
        self.s = 0

    def __call__(self):
        return self.s


class Permit:
    """compose/keep.FilePermit: closed = the contactor is."""

    def __init__(self, closed=False):
        self.closed = closed
        self.held = 0

    def __call__(self):
        assert not self.held
        self.held += not self.closed
        return not self.closed

    def end(self):
        self.held -= 1


@pytest.fixture
def disk(monkeypatch):
    disk = Disk()
    monkeypatch.setattr(storage_port, "os", disk)
    monkeypatch.setattr(storage_port, "open", disk.open, raising=False)
    return disk


def store(permit=None, clock=None):
    return Store(storage_port.Storage("/data"), permit or Permit(), clock or Clock())


def test_what_was_saved_is_there_after_a_restart(disk):
    store().save("settings", {"fuse_ma": 20000, "name": "Garage ü"})
    disk.power_cycle()
    assert store().load("settings") == {"fuse_ma": 20000, "name": "Garage ü"}
    assert store().load("never") is None


@pytest.mark.parametrize("size", [1, 50, 3000, 9000])
def test_power_cut_at_every_block_operation_leaves_old_or_new(disk, size):
    """Sizes: inlined in the directory, one block, several blocks."""
    old, new = {"v": 1, "t": "o" * size}, {"v": 2, "t": "n" * size}
    before = store()
    before.save("settings", {"v": 0})
    before.save("settings", old)
    start = bytes(disk.flash.data)
    disk.power_cycle()
    store().save("settings", new)
    total = disk.flash.ops
    assert total >= 3
    seen = []
    for cut in range(total):
        disk.flash.data[:] = start
        disk.power_cycle()
        disk.flash.cut_at = cut
        with pytest.raises(PowerCut):
            store().save("settings", new)
        disk.power_cycle()
        found = store().load("settings")
        assert found in (old, new), f"cut at operation {cut} of {total}"
        seen.append(found["v"])
        again = store()  # and it can be written again, whatever the cut left behind
        again.save("settings", {"v": 3})
        disk.power_cycle()
        assert store().load("settings") == {"v": 3}
    assert seen[0] == 1 and seen == sorted(seen)  # once new, always new


def test_power_cut_at_every_operation_of_the_first_start(disk):
    """An empty file system, then the folder, then the first file."""
    start = bytes(disk.flash.data)
    disk.power_cycle()
    store().save("settings", {"v": 1})
    for cut in range(disk.flash.ops):
        disk.flash.data[:] = start
        disk.power_cycle()
        disk.flash.cut_at = cut
        with pytest.raises(PowerCut):
            store().save("settings", {"v": 1})
        disk.power_cycle()
        assert store().load("settings") in (None, {"v": 1})
        store().save("settings", {"v": 2})
        disk.power_cycle()
        assert store().load("settings") == {"v": 2}


def test_one_rotten_generation_is_survived_and_told(disk):
    s = store()
    for v in range(3):
        s.save("settings", {"v": v})
    port = storage_port.Storage("/data")
    newest = max((0, 1), key=lambda g: port._read("settings", g)[0])
    with disk.open(f"/data/settings.{newest}", "rb") as file:
        data = bytearray(file.read())
    data[-1] ^= 1
    with disk.open(f"/data/settings.{newest}", "wb") as file:
        file.write(data)
    s = store()
    assert s.load("settings") == {"v": 1}
    assert s.lost == {"settings": "an older copy is used"}
    with disk.open(f"/data/settings.{1 - newest}", "wb") as file:
        file.write(b"")
    s = store()
    assert s.load("settings") is None
    assert s.lost == {"settings": "safe defaults are used"}


def test_something_else_than_a_dict_is_not_believed(disk):
    storage_port.Storage("/data").save("settings", b"[1, 2]")
    storage_port.Storage("/data").save("counters", b"{")
    s = store()
    assert s.load("settings") is None and s.load("counters") is None
    assert set(s.lost) == {"settings", "counters"}


def test_a_full_disk_keeps_what_was_there_and_says_so(disk):
    clock = Clock()
    s = store(clock=clock)
    s.save("settings", {"v": 1})
    s.save("log", {"t": "x" * 70000})
    s.save("settings", {"v": 2, "t": "y" * 90000})
    assert s.error
    disk.power_cycle()
    assert store().load("settings") == {"v": 1}
    disk.remove("/data/log.0")
    clock.s += 601
    s.save("settings", {"v": 2})
    assert not s.error
    assert store().load("settings") == {"v": 2}


def test_without_a_journal_writes_wait_for_an_open_contactor(disk):
    clock, permit = Clock(), Permit(closed=True)
    s = store(permit, clock)
    s.save("log", {"v": 1}, 600)
    s.save("settings", {"v": 1}, 5)
    for clock.s in range(0, 5000, 10):
        s.step()
    assert disk.listdir("/data") == [] and s.load("settings") == {"v": 1}
    assert s.kept_within_s is None  # and that can be told
    permit.closed = False
    s.step()
    s.step()
    assert sorted(disk.listdir("/data")) == ["log.0", "settings.0"] and permit.held == 0


def test_what_is_erased_is_gone_written_or_waiting(disk):
    clock, permit = Clock(), Permit()
    s = store(permit, clock)
    for name in ("settings", "counters", "log"):
        s.save(name, {"v": 1})
        s.save(name, {"v": 2})
    permit.closed = True
    s.save("events", {"v": 1})
    s.save("log", {"v": 3})
    s.erase(["settings", "events", "log", "never stored"])
    permit.closed = False
    s.flush()
    assert s.load("settings") is None and s.load("events") is None and s.load("log") is None
    assert s.load("counters") == {"v": 2} and s.lost == {}
    disk.power_cycle()
    assert {name.split(".")[0] for name in disk.listdir("/data")} == {"counters"}
    assert store().load("settings") is None
    s.save("settings", {"v": 2})  # the very value that was there before
    assert store().load("settings") == {"v": 2}


def test_the_same_value_is_not_written_again(disk):
    s = store()
    s.save("settings", {"v": 1})
    ops = disk.flash.ops
    for _ in range(100):
        s.save("settings", {"v": 1})
    assert disk.flash.ops == ops
    again = store()
    assert again.load("settings") == {"v": 1}
    again.save("settings", {"v": 1})
    assert disk.flash.ops == ops


class Session:
    open, seconds, charge_s, total_wh = 0, 0, 0, 0


def keeper(clock, counters, permit=None):
    s = store(permit, clock)
    settings = Settings()
    return s, settings, Keeper(s, settings, lambda: dict(counters), clock)


def test_settings_come_back_and_bad_ones_fall_to_their_default(disk):
    _, settings, keep = keeper(Clock(), {"total_wh": 0})
    settings.set("fuse_ma", 20000)
    keep.step(False, Session())
    _, settings, keep = keeper(Clock(), {"total_wh": 0})
    assert keep.restore() == ([], {"total_wh": 0})
    assert settings["fuse_ma"] == 20000
    store().save("settings", {"fuse_ma": 1, "nonsense": 2})
    _, settings, keep = keeper(Clock(), {"total_wh": 0})
    problems, _ = keep.restore()
    assert len(problems) == 2 and settings["fuse_ma"] == 25000


def test_what_brand_and_market_say_is_never_taken_from_storage(disk):
    """An update may bring a stricter profile; an old copy must not undo it."""
    _, settings, keep = keeper(Clock(), {"total_wh": 0})
    settings.load({"plug_ma": 32000, "fuse_ma": 16000})
    keep.step(False, Session())
    assert "plug_ma" not in store().load("settings")
    store().save("settings", {"plug_ma": 32000, "fuse_ma": 16000})
    _, settings, keep = keeper(Clock(), {"total_wh": 0})
    settings.load({"plug_ma": 10000})
    assert keep.restore()[0] == []
    assert (settings["plug_ma"], settings["fuse_ma"]) == (10000, 16000)


