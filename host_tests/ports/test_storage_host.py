"""Storage: two generations, damage, disk full, and a power cut at every step of a save."""

import os

import pytest

from ballast.ports.storage import DAMAGED, MISSING, OK, OLDER, Storage


@pytest.fixture
def store(tmp_path):
    return Storage(str(tmp_path / "data"))


def test_save_and_load(store):
    assert store.load("settings") == (None, MISSING)
    for n in range(5):
        store.save("settings", b"value %d" % n)
        assert store.load("settings") == (b"value %d" % n, OK)
    store.save("settings", b"")
    assert store.load("settings") == (b"", OK)
    store.erase("settings")
    assert store.load("settings") == (None, MISSING)


def test_a_damaged_newest_falls_back(store):
    store.save("a", b"old")
    store.save("a", b"new")
    path = store._path("a", 1)
    whole = open(path, "rb").read()
    for at in range(len(whole)):
        for damage in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            with open(path, "wb") as file:
                file.write(damage)
            assert store.load("a") == (b"old", OLDER)
    with open(path, "wb") as file:
        file.write(whole + b"x")
    assert store.load("a") == (b"old", OLDER)
    with open(store._path("a", 0), "wb") as file:
        file.write(b"")
    assert store.load("a") == (None, DAMAGED)
    store.save("a", b"fresh")
    assert store.load("a")[0] == b"fresh"


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "data").write_text("x")
    with pytest.raises(NotADirectoryError):
        Storage(str(tmp_path / "data"))


class PowerCutError(Exception):
    pass


class CutOs:
    """`os` and `open` for the storage; the power fails before operation number `at`.

    A write that is cut leaves half of its bytes in the temporary file.
    """

    def __init__(self, at):
        self.left = at

    def _operation(self):
        self.left -= 1
        if self.left < 0:
            raise PowerCutError

    def rename(self, a, b):
        self._operation()
        os.rename(a, b)

    def remove(self, path):
        self._operation()
        os.remove(path)

    mkdir = staticmethod(os.mkdir)
    listdir = staticmethod(os.listdir)

    def open(self, path, mode):
        if mode == "rb":
            return open(path, mode)
        self._operation()
        file = open(path, mode)
        cut = self

        class Cut:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, data):
                if cut.left == 0:
                    file.write(data[: len(data) // 2])
                cut._operation()
                file.write(data)

            def flush(self):
                cut._operation()
                file.flush()

        return Cut()


def test_power_cut_at_every_operation(store, monkeypatch):
    done = False
    at = 0
    generation = 0
    store.save("s", b"state 0")
    while not done:
        cut = CutOs(at)
        monkeypatch.setattr(store, "_os", cut)
        monkeypatch.setattr(store, "_open", cut.open)
        try:
            store.save("s", b"state %d" % (generation + 1))
            done = True
        except PowerCutError:
            pass
        monkeypatch.undo()
        payload, status = store.load("s")
        assert status == OK
        assert payload in (b"state %d" % generation, b"state %d" % (generation + 1))
        generation = int(payload.split()[1])
        at += 1
    assert at >= 5  # open, two writes, flush, rename: each was cut once


def test_disk_full_leaves_the_old_state(store, monkeypatch):
    store.save("s", b"old")

    class Full(CutOs):
        def _operation(self):
            self.left -= 1
            if self.left < 0 and self.left > -2:
                raise OSError(28)

    for at in range(4):
        full = Full(at)
        monkeypatch.setattr(store, "_os", full)
        monkeypatch.setattr(store, "_open", full.open)
        with pytest.raises(OSError, match=r"^28$"):
            store.save("s", b"new")
        monkeypatch.undo()
        assert store.load("s") == (b"old", OK)
        assert not os.path.exists(store._path("s", "tmp"))
