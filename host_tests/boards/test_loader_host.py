"""The loader of the base image: mounting and starting what it picked."""

import builtins
import hashlib
import sys
import types

import pytest

from ballast_bench.rigs.update import BLOCKS, factory, image, load, make, service, slots
from ballast_tools.ship import fsimage


class Vfs:
    """The module vfs as far as the loader goes: what was mounted where, and how."""

    def __init__(self, chip):
        self.chip = chip
        self.mounted = []

    def rom_ioctl(self, op, arg):
        assert (op, arg) == (2, 0)  # get segment
        return self.chip.data

    def VfsRom(self, data):  # noqa: N802
        return ("rom", bytes(data))

    def VfsLfs2(self, device):  # noqa: N802
        return ("lfs", device)

    def mount(self, what, where, readonly=False):
        self.mounted.append((what, where, readonly))

    def umount(self, where):
        self.mounted.append(("umount", where))


@pytest.fixture
def started(device, monkeypatch):
    """start(fs, jig) -> (the fake vfs, loader, names of modules that were run)."""
    import loader

    from ballast.ports import update_slots

    ran = []

    def start(fs="romfs", jig=False):
        vfs = Vfs(device)
        identity = types.SimpleNamespace(wants_jig=lambda: jig)
        for name, module in (("vfs", vfs), ("identity", identity), ("update_slots", update_slots)):
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setitem(sys.modules, "loader", loader)
        monkeypatch.setattr(sys, "path", [*sys.path, "/rom", "/rom/lib"])
        monkeypatch.setattr(loader, "os", types.SimpleNamespace(chdir=ran.append))
        builtins.__import__ = spy
        try:
            loader.start(fs)
        finally:
            builtins.__import__ = real
        return vfs, loader, ran

    real = builtins.__import__

    def spy(name, *args, **kwargs):
        if name == "start":
            ran.append("start")
            return None
        return real(name, *args, **kwargs)

    return start


def test_start_mounts_the_slot_from_mapped_flash_and_runs_it(key, device, started):
    factory(device, make(key, "1.0"))
    sys.modules["board"] = types.ModuleType("board")  # as boot.py leaves it
    vfs, loader, ran = started()
    assert "board" not in sys.modules
    assert ran == ["/app", "start"] and loader.running == 0
    assert vfs.mounted == [("umount", "/rom"), (("rom", image("1.0")), "/app", False)]
    assert sys.path == ["/app", ".frozen"]


def test_start_of_the_other_slot_takes_the_other_half(key, device, started):
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    vfs, loader, _ = started()
    assert loader.running == 1 and vfs.mounted[1][0] == ("rom", image("2.0"))


def test_start_waits_for_the_jig(key, device, started, capsys):
    factory(device, make(key, "1.0"))
    before = bytes(device.data)
    vfs, _, ran = started(jig=True)
    assert ran == [] and vfs.mounted == [] and bytes(device.data) == before
    assert "waiting for the jig" in capsys.readouterr().out


def test_start_without_an_application_leaves_the_prompt(device, started, capsys):
    vfs, _, ran = started()
    assert ran == [] and vfs.mounted == []
    assert "no application" in capsys.readouterr().out


def test_littlefs_slot_is_read_through_its_window(key, device, started):
    """A stock MicroPython: the same C code as on the device reads the image in slot A."""
    files = {"main.mpy": b"M" * 700, "ballast/control/pilot.mpy": bytes(range(256)) * 9}
    body = fsimage.littlefs_image(files, (BLOCKS - 1) * 4096)
    data = make(key, "1.0", fs="littlefs", size=len(body), sha256=hashlib.sha256(body).hexdigest())
    factory(device, data[:4096] + body)
    vfs, _, ran = started("littlefs")
    (kind, window), where, readonly = vfs.mounted[1]
    assert (kind, where, readonly, ran) == ("lfs", "/app", True, ["/app", "start"])
    assert window.ioctl(4, 0) * window.ioctl(5, 0) == len(body)
    copy = bytearray()
    for block in range(window.ioctl(4, 0)):
        for offset in (0, 100):  # LittleFS reads parts of a block
            buf = bytearray(100 if offset == 0 else 412)
            window.readblocks(block, buf, offset)
            copy += buf
    assert fsimage.unpack("littlefs", copy) == files
    with pytest.raises(OSError, match="30"):
        window.writeblocks(0, b"")


def test_a_block_outside_the_slot_is_refused(device):
    s = slots()
    for slot, block in ((0, BLOCKS), (1, -1), (2, 0)):
        with pytest.raises(ValueError, match="no such block"):
            s.write(slot, block, bytes(4096))
    assert device.ops == 0
