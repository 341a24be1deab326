"""What the charger remembers: dicts by name, kept over a power cut at any instant.

The port writes the files (ports/storage.py: two generations, each with a checksum, replaced
in one stroke). This file makes JSON and decides when to write. A flash erase stops
everything for up to 400 ms, so a write waits for an open contactor, but never longer than
its `within_s`. After that it is done while charging, under the permit for one bounded stall.

A power cut loses at most: a setting changed in the last SETTINGS_S seconds, COUNTER_WH of
the energy counter, and of other dicts the changes of their own `within_s`.
"""

import json

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.services.shapes import Clock, Settings, Storage

SETTINGS_S = const(5)
COUNTER_WH = const(1000)
_LATE_S = const(600)

_OK = const(0)  # ports/storage.py: OK, OLDER, MISSING, DAMAGED
_MISSING = const(2)


class Store:
    """permit(urgent): True if flash may be written now. clock_s: seconds since start.

    lost: {name: text} of each dict whose last version could not be read.
    error: text while writing fails, "" after a write that succeeded.
    """

    def __init__(
        self, storage: "Storage", permit: "Callable[[bool], bool]", clock_s: "Clock"
    ) -> None:
        self._storage = storage
        self._permit = permit
        self._clock = clock_s
        self._pending: "dict[str, tuple[bytes, int]]" = {}  # name: (payload, due in s since start)
        self._written: dict[str, bytes] = {}  # name: payload
        self.lost: dict[str, str] = {}
        self.error = ""

    def load(self, name: str) -> "dict[str, Any] | None":
        """The dict last saved under `name`; None if no undamaged one is stored."""
        if name in self._pending:
            return json.loads(self._pending[name][0])
        payload, state = self._storage.load(name)
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
        """Keep a dict: at once while the contactor is open, else within `within_s` seconds."""
        payload = json.dumps(value).encode()
        if self._written.get(name) == payload:
            self._pending.pop(name, None)
            return
        due = self._clock() + within_s
        if name in self._pending:  # a value that changes often must not be delayed for ever
            due = min(due, self._pending[name][1])
        self._pending[name] = (payload, due)
        if self._permit(False):
            self._write(name)

    def step(self) -> None:
        """Write at most one file, if one may be written now. Called once a second."""
        now = self._clock()
        first: "str | None" = None
        for name in self._pending:
            if first is None or self._pending[name][1] < self._pending[first][1]:
                first = name
        if first is not None and self._permit(self._pending[first][1] <= now):
            self._write(first)

    def flush(self) -> None:
        """Write all that is pending, before a restart on command."""
        for name in list(self._pending):
            if self._permit(True):
                self._write(name)

    def erase(self, names: list[str]) -> None:
        """Delete these dicts (factory reset)."""
        for name in names:
            self._pending.pop(name, None)
            self._written.pop(name, None)
            self._storage.erase(name)

    def _write(self, name: str) -> None:
        payload = self._pending[name][0]
        try:
            self._storage.save(name, payload)
        except OSError as error:  # full or worn out: the last version stays; try again later
            self.error = "%s: %s" % (name, error)
            self._pending[name] = (payload, self._clock() + _LATE_S)
            return
        self.error = ""
        self._written[name] = payload
        del self._pending[name]


class Keeper:
    """Keeps the settings and the counters of one charger in a Store.

    counters(): what is kept beside the settings, with "total_wh" in Wh.
    """

    def __init__(
        self, store: Store, settings: "Settings", counters: "Callable[[], dict[str, Any]]"
    ) -> None:
        self._store = store
        self._settings = settings
        self._counters = counters
        self._watch = settings.watch()
        self._watch.changed()  # the defaults are not worth a write
        self._kept_wh = 0
        self._kept: "dict[str, Any]" = {}

    def restore(self) -> "tuple[list[str], dict[str, Any]]":
        """Fill the settings -> (problems, one line each; the stored counters or {})."""
        values = self._store.load("settings")
        problems = self._settings.load(self._own(values)) if values else []
        self._watch.changed()  # what was just read is not worth a write
        counters = self._store.load("counters") or {}
        self._kept_wh = counters.get("total_wh", 0)
        self._kept = dict(counters)
        for name in self._store.lost:
            problems.append("%s were damaged: %s" % (name, self._store.lost[name]))
        return problems, counters

    def step(self, charging: bool) -> None:
        """Once a second: save what has changed. charging: the contactor is closed."""
        if self._watch.changed():
            self._store.save("settings", self._own(self._settings.dump()), SETTINGS_S)
        counters = self._counters()
        grown = counters["total_wh"] - self._kept_wh >= COUNTER_WH
        if counters != self._kept and (grown or not charging):
            self._kept_wh = counters["total_wh"]
            self._kept = dict(counters)
            self._store.save("counters", counters, 0)
        self._store.step()

    def _own(self, values: "dict[str, Any]") -> "dict[str, Any]":
        """`values` without the brand's and the market's, which come with the image."""
        own = {}
        for key in values:
            try:
                if self._settings.group(key) == "profile":
                    continue
            except KeyError:  # a setting of another version: load() will report it
                pass
            own[key] = values[key]
        return own

