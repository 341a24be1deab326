"""The journal on MicroPython: what it keeps, and what a start costs."""

from ballast.protocol import journal_format as fmt
from ballast.services.memory.journal import Journal
from ballast.services.memory.store import Store


class Flash:
    """NOR flash in memory."""

    def __init__(self, sectors):
        self.sectors = sectors
        self.data = bytearray(b"\xff" * (4096 * sectors))
        self.erased = 0

    def read(self, sector, at, buf):
        start = 4096 * sector + at
        buf[:] = memoryview(self.data)[start : start + len(buf)]

    def program(self, sector, at, data):
        for i in range(len(data)):
            self.data[4096 * sector + at + i] &= data[i]

    def erase(self, sector):
        self.erased += 1
        self.data[4096 * sector : 4096 * sector + 4096] = b"\xff" * 4096


class Files:
    """ports/storage.py in memory."""

    def __init__(self):
        self.kept = {}

    def load(self, name):
        return (self.kept[name][1], 0) if name in self.kept else (None, 2)

    def counter(self, name):
        return self.kept[name][0] if name in self.kept else 0

    def save(self, name, payload, over=0):
        counter = max(self.counter(name), over) + 1
        self.kept[name] = (counter, payload)
        return counter

    def erase(self, name):
        self.kept.pop(name, None)


class Permit:
    def __init__(self):
        self.closed = False

    def __call__(self):
        return not self.closed

    def end(self):
        pass


def found(flash):
    got = []
    journal = Journal(flash)
    journal.recover(lambda kind, payload: got.append((kind, payload)))
    return journal, got


def test_records_are_found_and_what_a_cut_tore_is_not():
    flash = Flash(5)
    journal, got = found(flash)
    journal.prepare()
    assert got == []
    long = bytes(range(256)) * 3
    for n in range(5):
        assert journal.append(fmt.DOCUMENT, b"%d" % n + long)
        assert journal.append(fmt.MINUTE, fmt.minute(n, n, n))
    journal, got = found(flash)
    assert [p[:1] for k, p in got if k == fmt.DOCUMENT] == [b"0", b"1", b"2", b"3", b"4"]
    assert got[0][1] == b"0" + long and got[-1] == (fmt.MINUTE, fmt.minute(4, 4, 4))
    assert journal.append(fmt.DOCUMENT, b"last")
    at = bytes(flash.data).find(b"last")
    flash.data[at] &= 0x0F
    journal, got = found(flash)
    assert (fmt.DOCUMENT, b"last") not in got and journal.append(fmt.DOCUMENT, b"next")
    assert found(flash)[1][-1] == (fmt.DOCUMENT, b"next")


def test_a_store_keeps_dicts_without_an_erase_while_closed():
    flash, files, permit = Flash(8), Files(), Permit()

    def store():
        return Store(files, permit, lambda: 0, Journal(flash))

    first = store()
    for _ in range(8):
        first.step()
    first.save("settings", {"v": 0})
    permit.closed = True
    erased = flash.erased
    first.save("settings", {"v": 1, "t": "x" * 600}, 0)
    first.save_minute(77, 3, 2)
    assert flash.erased == erased and not first.error
    again = store()
    assert again.load("settings") == {"v": 1, "t": "x" * 600} and again.minute == (77, 3, 2)
    permit.closed = False
    again.step()
    again.save("settings", {"v": 2})
    assert store().load("settings") == {"v": 2}
