"""What the charger remembers: dicts by name, kept over a power cut at any instant.

The files are the port's (ports/storage.py: two generations, each with a checksum, replaced
in one stroke). Here: JSON, and *when* to write. A flash erase stops everything for up to
400 ms, so a write waits for an open contactor, but never longer than its `within_s`; then
it is done while charging, under the permit for one bounded stall (law 9).

What a power cut costs at most: a setting changed in the last SETTINGS_S seconds, COUNTER_WH
of the energy counter, and what other services say with their own `within_s`.
"""

import asyncio
import json

from micropython import const

SETTINGS_S = const(5)
COUNTER_WH = const(1000)
_LATE_S = const(600)

_OK = const(0)  # ports/storage.py: OK, OLDER, MISSING, DAMAGED
_MISSING = const(2)


class Store:
    """storage: port Storage. permit(urgent): True when a flash write may happen now.

    lost: {name: text} of what could not be read as it was last written.
    error: text while writing fails, "" when the last write went well.
    """

    def __init__(self, storage, permit, clock_s):
        self._storage = storage
        self._permit = permit
        self._clock = clock_s
        self._pending = {}  # name: [payload, due]
        self._written = {}  # name: payload
        self.lost = {}
        self.error = ""

    def load(self, name):
        """The dict last saved under `name`; None when there is none that is whole."""
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

    def save(self, name, value, within_s=_LATE_S):
        """Keep a dict: at once while the contactor is open, else within `within_s`."""
        payload = json.dumps(value).encode()
        if self._written.get(name) == payload:
            self._pending.pop(name, None)
            return
        due = self._clock() + within_s
        if name in self._pending:  # a value that changes often must not be put off for ever
            due = min(due, self._pending[name][1])
        self._pending[name] = [payload, due]
        if self._permit(False):
            self._write(name)

    def pending(self):
        return len(self._pending)

    def step(self):
        """Write at most one file, if one may be written now. Call once a second."""
        now = self._clock()
        first = None
        for name in self._pending:
            if first is None or self._pending[name][1] < self._pending[first][1]:
                first = name
        if first is not None and self._permit(self._pending[first][1] <= now):
            self._write(first)

    def flush(self):
        """Write all that is pending, before a restart that was asked for."""
        for name in list(self._pending):
            if self._permit(True):
                self._write(name)

    def erase(self, names):
        """Forget (factory reset)."""
        for name in names:
            self._pending.pop(name, None)
            self._written.pop(name, None)
            self._storage.erase(name)

    def _write(self, name):
        payload = self._pending[name][0]
        try:
            self._storage.save(name, payload)
        except OSError as error:  # full or worn out: what was there stays, try again later
            self.error = "%s: %s" % (name, error)
            self._pending[name][1] = self._clock() + _LATE_S
            return
        self.error = ""
        self._written[name] = payload
        del self._pending[name]


class Keeper:
    """Keeps the settings and the counters of one charger in a Store.

    settings: control/settings.Settings. counters(): dict of ints, with "total_wh".
    """

    def __init__(self, store, settings, counters):
        self._store = store
        self._settings = settings
        self._counters = counters
        self._version = settings.version
        self._kept_wh = 0
        self._kept = {}

    def restore(self):
        """Fill the settings -> (problems, one line each; the stored counters or {})."""
        values = self._store.load("settings")
        problems = self._settings.load(self._own(values)) if values else []
        self._version = self._settings.version
        counters = self._store.load("counters") or {}
        self._kept_wh = counters.get("total_wh", 0)
        self._kept = dict(counters)
        for name in self._store.lost:
            problems.append("%s were damaged: %s" % (name, self._store.lost[name]))
        return problems, counters

    def step(self, charging):
        """Once a second: put by what has changed. charging: contactor closed."""
        if self._settings.version != self._version:
            self._version = self._settings.version
            self._store.save("settings", self._own(self._settings.dump()), SETTINGS_S)
        counters = self._counters()
        grown = counters["total_wh"] - self._kept_wh >= COUNTER_WH
        if counters != self._kept and (grown or not charging):
            self._kept_wh = counters["total_wh"]
            self._kept = dict(counters)
            self._store.save("counters", counters, 0)
        self._store.step()

    def _own(self, values):
        """Without what brand and market say: that comes with the image, not from storage."""
        own = {}
        for key in values:
            try:
                if self._settings.group(key) == "profile":
                    continue
            except KeyError:  # no setting of today: let load() name it
                pass
            own[key] = values[key]
        return own

    async def run(self, charging):
        """The service: charging() -> bool."""
        while True:
            self.step(charging())
            await asyncio.sleep_ms(1000)
