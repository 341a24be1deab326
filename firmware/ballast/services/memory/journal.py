"""The journal: what must outlive a power cut while the contactor is closed, without an erase.

An erase stops both cores for 45 ms, at most 400 ms, and the dead-man of the coil opens after 100.
So sectors are erased beforehand, while the contactor is open, and a record is one page program of
about half a millisecond. Records are only ever appended (protocol/journal_format.py).

A sector is CLEAN (erased, and marked so), USED (it holds records), or DIRTY (records that nobody
needs any more, an erase that was cut short, or whatever a new flash holds). store.py copies the
newest record of each name into its file once the contactor is open, and says so by
`forget()`; then `erase_one()` makes one DIRTY sector CLEAN at each call. The sector that is
being filled is kept until it is full: a sector is erased once for each 4 KiB of records.

Size: 128 sectors (512 KiB). A charger that is closed for 14 days writes 14 * 1440 = 20,160 MINUTE
records of 16 bytes, 254 to a sector: 80 sectors. 48 are left for all else.
Wear: 8 h of charging a day (480 minutes, 7.7 KB) and 10 KB of documents are 4.4 sectors a day, so
16,000 in 10 years, 125 erases of each sector. The flash is made for 100,000 (W25Q64JV data sheet).
Start: each sector is read once (128 * 0.4 ms, estimate) and the used ones a second time: 60 ms
after a night, 0.4 s after 14 days (estimates).
"""

from micropython import const

from ballast.protocol import journal_format as fmt

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.services.memory.shapes import JournalPort

DIRTY = const(0)
CLEAN = const(1)
USED = const(2)

_GONE = b"\0" * 16
_TRIES = const(3)  # chosen: sectors that may fail one after the other before a record is given up
_AT_START = const(4)  # chosen: clean sectors that a start waits for, 16 KiB


class Journal:
    """flash: ports/journal_flash.JournalFlash. free: bytes for records without an erase."""

    def __init__(self, flash: "JournalPort") -> None:
        self._flash = flash
        self._state = bytearray(flash.sectors)
        self._page = bytearray(fmt.PAGE)
        self._sector = -1  # the sector that is being filled; -1 = the next one has to be opened
        self._newest = -1  # the sector that was opened last
        self._slot = fmt.SLOTS
        self._generation = 0
        self._next = 0  # where to look for the next clean sector

    @property
    def sectors(self) -> int:
        return self._flash.sectors

    @property
    def free(self) -> int:
        clean = 0
        for state in self._state:
            clean += state == CLEAN
        left = fmt.SLOTS - self._slot if self._sector >= 0 else 0
        return (clean * (fmt.SLOTS - fmt.FIRST_SLOT) + left) * fmt.SLOT

    # -- at the start --------------------------------------------------------------

    def recover(self, take: "Callable[[int, bytes], None]") -> None:
        """Find what was written: take(kind, payload), the oldest first.

        Of the MINUTE records only the newest of each sector is handed over.
        """
        buf = bytearray(fmt.SECTOR)
        used: "list[tuple[int, int]]" = []
        for sector in range(self._flash.sectors):
            self._read(sector, buf)
            number = fmt.generation(buf)
            if number >= 0:
                used.append((number, sector))
                self._state[sector] = USED
            elif bytes(buf[: fmt.SLOT]) == fmt.CLEAN and _blank(buf, 1):
                self._state[sector] = CLEAN
        used.sort()
        whole = _Whole(take)
        for number, sector in used:
            if number != self._generation + 1:
                whole.gap()
            self._read(sector, buf)
            self._slot = _walk(buf, number, whole)
            self._sector = self._newest = sector
            self._generation = number
            self._next = (sector + 1) % self._flash.sectors
        if not used or not _blank(buf, self._slot):
            self._sector = -1  # torn by a power cut: what follows would never be found

    def prepare(self) -> None:
        """Before the first step, with the contactor open: a few clean sectors on a new flash."""
        for _ in range(_AT_START):
            if self.free >= _AT_START * fmt.SECTOR or not self.erase_one():
                return

    def _read(self, sector: int, buf: bytearray) -> None:
        try:
            self._flash.read(sector, 0, buf)
        except OSError:  # not readable: it is erased when its turn comes
            for i in range(len(buf)):
                buf[i] = 0

    # -- while the contactor is open -----------------------------------------------

    def forget(self) -> None:
        """Nobody needs the records any more. The newest sector stays: it may have room left."""
        for sector in range(len(self._state)):
            if self._state[sector] == USED and sector != self._newest:
                self._state[sector] = DIRTY

    @property
    def old(self) -> bool:
        """Whether forget() has something to do."""
        for sector in range(len(self._state)):
            if self._state[sector] == USED and sector != self._newest:
                return True
        return False

    @property
    def dirty(self) -> bool:
        """Whether erase_one() has something to do."""
        return b"\0" in self._state  # DIRTY

    def erase_one(self) -> bool:
        """Erase one sector if there is one to erase. Only while the contactor is open."""
        count = len(self._state)
        for i in range(count):
            sector = (self._next + i) % count  # the oldest first: it follows the newest
            if self._state[sector] == DIRTY:
                try:
                    self._flash.program(sector, 0, _GONE)  # a cut may leave the rest readable
                    self._flash.erase(sector)
                    self._flash.program(sector, 0, fmt.CLEAN)
                    self._state[sector] = CLEAN
                except OSError:
                    self._next = (sector + 1) % count  # another one first
                return True
        return False

    # -- at any time ---------------------------------------------------------------

    def append(self, kind: int, payload: bytes) -> bool:
        """Write a record; False = there is no room, or the flash does not take it."""
        for _ in range(_TRIES):
            try:
                if self.free < len(payload) + fmt.HEAD:
                    return False
                if self._append(kind, payload):
                    return True
            except OSError:
                pass
            self._sector = -1
        return False

    def _append(self, kind: int, payload: bytes) -> bool:
        at, flags = 0, fmt.FIRST
        while True:
            if (self._sector < 0 or self._slot >= fmt.SLOTS) and not self._open():
                return False
            size = min(len(payload) - at, fmt.room(self._slot))
            if at + size == len(payload):
                flags |= fmt.LAST
            part = payload[at : at + size]
            data = fmt.record(self._generation, self._slot, kind, flags, part)
            if not self._program(self._slot, data):
                return False
            self._slot += fmt.slots(size)
            at, flags = at + size, 0
            if at == len(payload):
                return True

    def _open(self) -> bool:
        """Begin the next clean sector."""
        count = len(self._state)
        for i in range(count):
            sector = (self._next + i) % count
            if self._state[sector] != CLEAN:
                continue
            self._sector = self._newest = sector
            self._next = (sector + 1) % count
            self._generation += 1
            self._state[sector] = USED
            self._slot = fmt.FIRST_SLOT
            # False: the record begins anew, its parts lie in generations that follow each other
            return self._program(1, fmt.opening(self._generation))
        self._sector = -1
        return False

    def _program(self, slot: int, data: bytes) -> bool:
        """Program and read back: a flash at the end of its life does not say that it failed."""
        at = slot * fmt.SLOT
        self._flash.program(self._sector, at, data)
        view = memoryview(self._page)[: len(data)]
        self._flash.read(self._sector, at, view)
        return bytes(view) == data


class _Whole:
    """Puts the parts of a payload together."""

    def __init__(self, take: "Callable[[int, bytes], None]") -> None:
        self.take = take
        self._kind = -1
        self._parts = b""

    def gap(self) -> None:
        """Something is missing here: what was begun before has no end."""
        self._kind = -1

    def put(self, kind: int, flags: int, payload: bytes) -> None:
        if flags & fmt.FIRST:
            self._kind = kind
            self._parts = b""
        if kind != self._kind:
            return  # its beginning is missing
        self._parts += payload
        if flags & fmt.LAST:
            self._kind = -1
            self.take(kind, self._parts)


def _blank(buf: bytearray, slot: int) -> bool:
    """Whether nothing was programmed from this slot on."""
    view = memoryview(buf)
    empty = b"\xff" * fmt.PAGE
    at = slot * fmt.SLOT
    while at < len(buf):
        end = min((at // fmt.PAGE + 1) * fmt.PAGE, len(buf))
        if view[at:end] != (empty if end - at == fmt.PAGE else empty[: end - at]):
            return False
        at = end
    return True


def _walk(buf: bytearray, number: int, whole: _Whole) -> int:
    """Hand over the records of one sector -> the slot after the last good one.

    Where no record begins, the next slot may hold one: one bad page does not hide what follows.
    """
    slot, end, newest = fmt.FIRST_SLOT, fmt.FIRST_SLOT, -1
    while slot < fmt.SLOTS:
        at = slot * fmt.SLOT
        if buf[at] == fmt.MINUTE:  # most records are; only the newest counts and is checked
            newest = slot
            slot += 1
        elif fmt.intact(buf, number, slot):
            size = fmt.length_at(buf, slot)
            whole.put(buf[at], buf[at + 1], bytes(buf[at + fmt.HEAD : at + fmt.HEAD + size]))
            slot += fmt.slots(size)
        elif buf[at] == fmt.FREE and _blank(buf, slot):
            break
        else:
            whole.gap()
            slot += 1
            continue
        end = slot
    while newest >= 0 and not fmt.intact(buf, number, newest):
        if end == newest + 1:
            end = newest  # a power cut tore the last record
        newest -= 1
        while newest >= 0 and buf[newest * fmt.SLOT] != fmt.MINUTE:
            newest -= 1
    if newest >= 0:
        at = newest * fmt.SLOT + fmt.HEAD
        whole.take(fmt.MINUTE, bytes(buf[at : at + fmt.SLOT - fmt.HEAD]))
    return end
