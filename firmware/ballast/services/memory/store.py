"""What the charger remembers: dicts by name, kept over a power cut at any instant.

While the contactor is open, a dict is written to its file (ports/storage.py: two generations,
each with a checksum, replaced in one stroke). That erases flash, which stops everything for up to
400 ms, so it is never done while the contactor is closed. Meanwhile a dict goes to the journal
(journal.py), and into its file once the contactor is open. So does the energy, each minute.

A dict in the journal carries the counter of the file that it takes the place of. It counts as
long as that file is no newer: whatever is left of the journal after a power cut, the newest
version is found.

A power cut loses at most: a setting changed in the last SETTINGS_S + 1 seconds, the energy of the
last minute, and of other dicts the changes of their own `within_s`. A unit without a journal loses
what changed since the contactor closed.
"""

import json

from micropython import const

from ballast.protocol import journal_format, json_pieces

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.services.memory.shapes import Journal, Permit
    from ballast.services.shapes import Clock, Storage

SETTINGS_S = const(5)
_LATE_S = const(600)

_OK = const(0)  # ports/storage.py: OK, OLDER, MISSING, DAMAGED
_MISSING = const(2)

# Dicts that a person can do without may fill half of what the journal has for dicts.
_LESS_IMPORTANT = ("events", "sessions")


class Store:
    """permit: whether files may be written now. clock_s: seconds since start. journal: None = none.

    lost: {name: text} of each dict whose last version could not be read.
    error: text while writing fails, "" after a write that succeeded.
    minute: the newest energy that the journal held at the start, (total Wh, minutes plugged in,
    minutes with a current); None = none.
    """

    def __init__(
        self,
        storage: "Storage",
        permit: "Permit",
        clock_s: "Clock",
        journal: "Journal | None" = None,
    ) -> None:
        self._storage = storage
        self._permit = permit
        self._clock = clock_s
        self._journal = journal
        self._pending: "dict[str, tuple[bytes, int]]" = {}  # name: (payload, due in s since start)
        self._written: dict[str, bytes] = {}  # name: payload
        self._over: dict[str, int] = {}  # name: counter of its file, or of the one it replaces
        self._late: "dict[str, tuple[int, bytes]]" = {}  # name: (over, payload) in the journal alone
        self._spent = 0  # bytes of dicts in the journal that are not in their files
        self._retry_s = 0  # no file is written before: the last one failed
        self._file_error = ""
        self._journal_error = ""
        self.lost: dict[str, str] = {}
        self.minute: "tuple[int, int, int] | None" = None
        self.by_minute = journal is not None
        if journal is not None:
            journal.recover(self._found)

    @property
    def error(self) -> str:
        return self._file_error or self._journal_error

    @property
    def kept_within_s(self) -> "int | None":
        """How soon a setting that is changed now outlives a power cut; None = once it is open."""
        if self._journal is None or self._journal_error:
            return None
        return SETTINGS_S + 1

    def load(self, name: str) -> "dict[str, Any] | None":
        """The dict last saved under `name`; None if no undamaged one is stored."""
        if name in self._pending:
            return json.loads(self._pending[name][0])
        if name in self._written:
            return json.loads(self._written[name])
        payload, state = self._storage.load(name)
        if self._counts(name):
            payload, state = self._late[name][1] or None, _OK
        if state not in (_OK, _MISSING):
            self.lost[name] = "an older copy is used" if payload else "safe defaults are used"
        if payload is None:
            return None
        try:
            value = json.loads(payload)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.lost[name] = "safe defaults are used"
            return None
        self._written[name] = payload
        return value

    def save(self, name: str, value: "dict[str, Any]", within_s: int = _LATE_S) -> None:
        """Keep a dict: at once if a file may be written now, else within `within_s` seconds."""
        payload = json_pieces.text(value).encode()  # the log has 4 KB
        if self._written.get(name) == payload:
            self._pending.pop(name, None)
            return
        due = self._clock() + within_s
        if name in self._pending:  # a value that changes often must not be delayed for ever
            due = min(due, self._pending[name][1])
        self._pending[name] = (payload, due)
        if not self._to_file(name) and within_s <= 0:
            self._to_journal(name)

    def save_minute(self, total_wh: int, plugged_min: int, charged_min: int) -> None:
        """Keep the energy in the journal: one page program, at any time."""
        if self._journal is not None:
            payload = journal_format.minute(total_wh, plugged_min, charged_min)
            if not self._journal.append(journal_format.MINUTE, payload):
                self._journal_error = "energy: the journal is full"

    def step(self) -> None:
        """Write at most one dict. Called once a second."""
        first: "str | None" = None
        for name in self._pending:
            if first is None or self._pending[name][1] < self._pending[first][1]:
                first = name
        if first is not None:
            if not self._to_file(first) and self._pending[first][1] <= self._clock():
                self._to_journal(first)
        elif self._late:
            name = next(iter(self._late))
            if self._counts(name):
                self._to_file(name)
        else:
            self._tidy()

    def flush(self) -> None:
        """Write all that is pending, before a restart on command."""
        self._permit.hurry = True
        for name in list(self._pending):
            if not self._to_file(name):
                self._to_journal(name)

    def erase(self, names: list[str]) -> None:
        """Delete these dicts (factory reset)."""
        for name in names:
            self._pending.pop(name, None)
            over = self._counter(name)
            if self._journal is not None:
                self._journal.append(
                    journal_format.DOCUMENT, journal_format.document(name, over, b"")
                )
            self._late.pop(name, None)
            self._written.pop(name, None)
            self._storage.erase(name)

    # -- files and journal ---------------------------------------------------------

    def _counts(self, name: str) -> bool:
        """Whether the journal's copy takes the place of the file; an older one is forgotten."""
        late = self._late.get(name)
        if late is None:
            return False
        if late[0] < self._counter(name):
            del self._late[name]
            return False
        return True

    def _counter(self, name: str) -> int:
        """Of the newest version, in its file or in the journal: what is saved next is above it."""
        if name not in self._over:
            late = self._late.get(name)
            self._over[name] = max(self._storage.counter(name), late[0] if late is not None else 0)
        return self._over[name]

    def _to_file(self, name: str) -> bool:
        """Write the newest version of a dict to its file; False = not now."""
        if self._clock() < self._retry_s or not self._permit():
            return False
        try:
            self._write(name)
        finally:
            self._permit.end()
        return True

    def _write(self, name: str) -> None:
        payload = self._pending[name][0] if name in self._pending else self._late[name][1]
        try:
            if payload:
                self._over[name] = self._storage.save(name, payload, self._counter(name))
            else:
                self._storage.erase(name)  # a power cut came before that
        except OSError as error:  # full or worn out: the last version stays; try again later
            self._file_error = "%s: %s" % (name, error)
            self._retry_s = self._clock() + _LATE_S
            return
        self._file_error = ""
        self._pending.pop(name, None)
        self._late.pop(name, None)
        if payload:
            self._written[name] = payload

    def _to_journal(self, name: str) -> None:
        """Append a dict that cannot wait for the contactor to open."""
        journal = self._journal
        if journal is None:
            return
        payload = self._pending[name][0]
        over = self._counter(name)
        record = journal_format.document(name, over, payload)
        # the minutes of two weeks have 80 of 128 sectors to themselves: journal.py
        room = (journal.sectors - journal.sectors * 5 // 8) * journal_format.SECTOR
        if name in _LESS_IMPORTANT:
            room //= 2
        ok = self._spent + len(record) <= room
        if not ok or not journal.append(journal_format.DOCUMENT, record):
            self._journal_error = "%s: the journal is full" % name
            self._pending[name] = (payload, self._clock() + _LATE_S)
            return
        self._spent += len(record)
        self._written[name] = payload
        self._late[name] = (over, payload)
        del self._pending[name]

    def _tidy(self) -> None:
        """All is in its file: make the journal ready for the next time the contactor is closed."""
        journal = self._journal
        if journal is None or not (journal.old or journal.dirty or self._journal_error):
            return
        if self._permit():
            try:
                self._spent = 0
                self._journal_error = ""
                journal.forget()
                journal.erase_one()
            finally:
                self._permit.end()

    def _found(self, kind: int, payload: bytes) -> None:
        """A record of the journal at the start, the oldest first."""
        if kind == journal_format.MINUTE:
            self.minute = journal_format.read_minute(payload) or self.minute
        elif kind == journal_format.DOCUMENT:
            found = journal_format.read_document(payload)
            if found is not None:
                self._late[found[0]] = (found[1], found[2])
