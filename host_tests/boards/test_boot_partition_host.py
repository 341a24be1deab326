"""boards/loader/_boot.py: the data partition is mounted, and what was lost is said."""

import sys
import types

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


def boot(monkeypatch, data, good):
    """(namespace afterwards, what was done) of a start on a partition; good: it can be mounted."""
    done = []
    state = {"good": good}

    def mount(device, where):
        done.append("mount")
        if not state["good"]:
            raise OSError(19)

    def mkfs(device):
        done.append("mkfs")
        state["good"] = True

    vfs = types.SimpleNamespace(mount=mount, VfsLfs2=types.SimpleNamespace(mkfs=mkfs))
    monkeypatch.setitem(sys.modules, "vfs", vfs)
    monkeypatch.setitem(sys.modules, "flashbdev", types.SimpleNamespace(bdev=Partition(data)))
    space = {"__name__": "__main__"}
    exec(compile(SOURCE, "_boot.py", "exec"), space)
    return space, done


def test_a_whole_partition_is_mounted(monkeypatch):
    space, done = boot(monkeypatch, b"littlefs", good=True)
    assert space["formatted"] is False and done == ["mount"]


@pytest.mark.parametrize("data", [b"\0", b"\xff" * BLOCK + b"x", b"\xfe".rjust(2 * BLOCK, b"\xff")])
def test_a_damaged_one_is_made_anew_and_that_is_said(monkeypatch, data):
    space, done = boot(monkeypatch, data, good=False)
    assert space["formatted"] is True and done == ["mount", "mkfs", "mount"]


def test_a_new_chip_has_lost_nothing(monkeypatch):
    space, done = boot(monkeypatch, b"", good=False)
    assert space["formatted"] is False and done == ["mount", "mkfs", "mount"]


@pytest.mark.parametrize("formatted", [True, False, None])
def test_the_application_finds_it_in_the_namespace_of_main(monkeypatch, formatted):
    """MicroPython runs _boot.py there; a board without our loader has no such name."""
    from ballast.compose import chip

    space = types.SimpleNamespace() if formatted is None else types.SimpleNamespace(formatted=formatted)
    monkeypatch.setattr(chip, "__main__", space)
    assert chip.was_formatted() is bool(formatted)
