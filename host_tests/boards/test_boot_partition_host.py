"""boards/loader/_boot.py: the data partition is mounted, and what was lost is said."""

import sys
import types

import machine
import pytest

from ballast_tools.shell import paths

SOURCE = (paths.BOARDS / "loader" / "_boot.py").read_text()
BLOCK = 4096


class Partition:
    """flashbdev.bdev: 8 blocks that hold `data`."""

    def __init__(self, data):
        self.data = bytearray(data.ljust(8 * BLOCK, b"\xff"))

    def readblocks(self, block, buf):
        buf[:] = self.data[block * BLOCK : block * BLOCK + len(buf)]

    def ioctl(self, op, arg):
        return {4: 8, 5: BLOCK}[op]


def boot(monkeypatch, data, errors):
    """(namespace afterwards, what was done) of a start on a partition.

    errors: what LittleFS raises at each try to mount, None = it mounts; the last one stays. What
    was formatted mounts.
    """
    done = []
    left = list(errors)

    def open_littlefs(device):
        done.append("mount")
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is not None:
            raise error
        return "volume"

    def mkfs(device):
        done.append("mkfs")
        left[:] = [None]

    open_littlefs.mkfs = mkfs
    vfs = types.SimpleNamespace(mount=lambda volume, where: done.append(where), VfsLfs2=open_littlefs)
    monkeypatch.setitem(sys.modules, "vfs", vfs)
    monkeypatch.setitem(sys.modules, "flashbdev", types.SimpleNamespace(bdev=Partition(data)))
    monkeypatch.setitem(sys.modules, "boot", types.ModuleType("boot"))
    space = {"__name__": "__main__"}
    exec(compile(SOURCE, "_boot.py", "exec"), space)
    return space, done


def test_a_whole_partition_is_mounted(monkeypatch):
    space, done = boot(monkeypatch, b"littlefs", [None])
    assert space["formatted"] is False and done == ["mount", "/"]


@pytest.mark.parametrize("data", [b"\0", b"\xff" * BLOCK + b"x", b"\xfe".rjust(2 * BLOCK, b"\xff")])
def test_a_damaged_one_is_made_anew_and_that_is_said(monkeypatch, data):
    space, done = boot(monkeypatch, data, [OSError(84)])
    assert space["formatted"] is True and done == ["mount"] * 3 + ["mkfs", "mount", "/"]


def test_a_new_chip_has_lost_nothing(monkeypatch):
    space, done = boot(monkeypatch, b"", [OSError(84)])
    assert space["formatted"] is False and done == ["mount"] * 3 + ["mkfs", "mount", "/"]


@pytest.mark.parametrize("error", [OSError(84), OSError(-260), OSError(116), MemoryError()])
@pytest.mark.parametrize("times", [1, 2])
def test_what_fails_once_is_tried_again_and_nothing_is_lost(monkeypatch, error, times):
    space, done = boot(monkeypatch, b"littlefs", [error] * times + [None])
    assert space["formatted"] is False and done == ["mount"] * (times + 1) + ["/"]


@pytest.mark.parametrize("error", [OSError(-260), OSError(116), OSError(5), MemoryError()])
def test_a_flash_that_cannot_be_read_is_not_formatted(monkeypatch, error, capsys):
    space, done = boot(monkeypatch, b"littlefs", [error])
    assert space["formatted"] is False and done == ["mount"] * 3
    assert "no data partition" in capsys.readouterr().out


def test_the_pins_are_safe_before_the_flash_is_touched(monkeypatch, rig):
    """The watchdog bit while the contactor was closed, and the data partition is damaged."""
    coil = rig.board.COIL_PIN
    seen = []
    with rig.dev:
        machine.Pin(coil, machine.Pin.OUT, value=1)
        rig.dev.hard_reset("watchdog")
        assert rig.dev.pad(coil) == 1
        board = types.ModuleType("board")
        board.__dict__.update(vars(rig.board))
        monkeypatch.setitem(sys.modules, "board", board)
        monkeypatch.delitem(sys.modules, "boot", raising=False)
        vfs = types.SimpleNamespace(
            mount=lambda *args: None, VfsLfs2=lambda device: seen.append(rig.dev.pad(coil))
        )
        monkeypatch.setitem(sys.modules, "vfs", vfs)
        monkeypatch.setitem(sys.modules, "flashbdev", types.SimpleNamespace(bdev=Partition(b"")))
        monkeypatch.syspath_prepend(str(paths.BOARDS.parent / "firmware"))
        exec(compile(SOURCE, "_boot.py", "exec"), {"__name__": "__main__"})
    assert seen == [0]


@pytest.mark.parametrize("formatted", [True, False, None])
def test_the_application_finds_it_in_the_namespace_of_main(monkeypatch, formatted):
    """MicroPython runs _boot.py there; a board without our loader has no such name."""
    from ballast.compose import chip

    space = types.SimpleNamespace() if formatted is None else types.SimpleNamespace(formatted=formatted)
    monkeypatch.setattr(chip, "__main__", space)
    assert chip.was_formatted() is bool(formatted)
