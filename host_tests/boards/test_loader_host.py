"""The loader of the base image: mounting and starting what it picked."""

import builtins
import hashlib
import random
import sys
import types

import pytest

from ballast_bench.rigs.update import BLOCKS, factory, image, load, make, service, slots
from ballast_tools.shell import paths
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
    start.error = None

    def spy(name, *args, **kwargs):
        if name == "start":
            ran.append("start")
            if start.error is not None:
                raise start.error
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


@pytest.fixture
def restarts(device, monkeypatch):
    """[seconds waited before each restart]: the loader's machine and time."""
    import loader

    waits = []

    class Machine:
        s = 0

        def mem_backup(self):
            return device.rtc

        def sleep_ms(self, ms):
            assert ms == 1000  # in pieces, so that nothing blocks for long
            self.s += 1

        def reset(self):
            waits.append(self.s)
            self.s = 0

    monkeypatch.setattr(loader, "machine", Machine())
    monkeypatch.setattr(loader, "time", loader.machine)
    device.rtc = bytearray(b"\xb5" * 2048)
    return waits


ERRORS = [
    MemoryError("memory allocation failed, allocating 1234 bytes"), ImportError("no module named 'charger'"),
    SyntaxError("invalid syntax"), OSError(5), SystemExit(), KeyboardInterrupt(), ValueError("\u00e4" * 99),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_start_that_fails_never_ends_at_the_prompt(key, device, started, restarts, error, capsys):
    """Safe pins (boot.py's), a reason, and again, ever more slowly."""
    factory(device, make(key, "1.0"))
    started.error = error
    for _ in range(6):
        started()
    assert restarts == [0, 10, 60, 600, 600, 600]
    assert capsys.readouterr().out.count("start failed, again in 600 s: " + type(error).__name__) == 3


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_start_that_succeeds_says_why_the_others_failed(key, device, started, restarts, error, dev):
    from ballast.ports.reset_info import ResetInfo
    from ballast.services.memory import last_run

    factory(device, make(key, "1.0"))
    ResetInfo("esp32s3").announce()  # an update; its first start fails
    device.rtc = dev.rtc_memory
    started.error = error
    for _ in range(3):
        started()
        dev.hard_reset("software")
    info = ResetInfo("esp32s3")
    assert info.start_failed and info.text.startswith(type(error).__name__) and info.crash
    table = types.SimpleNamespace(before=0, before_s=0)
    said = last_run.start_of(info, table)
    assert (said["cause"], said["fault"], said["detail"]) == ("crash", "exception", info.text)
    dev.hard_reset("software")
    again = ResetInfo("esp32s3")
    assert not again.start_failed and again.text == ""  # told once


def test_random_memory_is_no_failed_start(dev):
    from ballast.ports.reset_info import ResetInfo

    for seed in range(300):
        dev.rtc_memory[96:] = random.Random(seed).randbytes(2048 - 96)
        dev.rtc_memory[96] = 0xB6
        assert not ResetInfo("esp32s3").start_failed, seed


def test_no_byte_on_the_console_ends_the_program_but_the_jig_may_interrupt(key, device, started, dev):
    factory(device, make(key, "1.0"))
    dev.console.script_starts()
    started(jig=True)
    assert dev.console.interrupt_char == 3
    dev.console.script_starts()
    started()
    dev.console.type(b"\x03")
    assert not dev.console.pending


@pytest.mark.parametrize("script", ["main.py", "stock_main.py"])
def test_the_scripts_go_quiet_before_their_first_branch(script, dev, monkeypatch):
    """A byte later has no effect; one that came before is taken inside loader.quiet()."""
    loader = types.ModuleType("loader")
    seen = []
    loader.start = lambda kind: seen.append((kind, dev.console.interrupt_char))
    monkeypatch.setitem(sys.modules, "loader", loader)
    monkeypatch.setattr(sys, "path", list(sys.path))
    dev.console.script_starts()
    exec((paths.BOARDS / "loader" / script).read_text(), {"__name__": "__main__"})
    assert seen == [("littlefs" if script == "stock_main.py" else "romfs", -1)]
