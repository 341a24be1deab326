"""The event log: the last 64 events that an owner may want to read later, in order.

A detail is a short word, never a secret and never text that a person typed. The log is saved
at most once a minute (flash wear). It is saved without that wait after an event that concerns
security, and after a crash, because the next crash may come within the minute. To save means
Store.save(): written at once while the contactor is open, within 10 minutes to the journal while
it is closed.
EVENTS.md is made of the notes (`#:`) at the calls that add one.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import Clock, Store, UnixTime

_SIZE = const(64)
_SAVE_EVERY_S = const(60)
_MAX_DETAIL = const(48)
_AT_ONCE = (
    "password_set", "lock_cleared", "update", "factory_reset", "formatted", "start_watchdog", "start_crash",
)  # fmt: skip


class EventLog:
    """clock_s: seconds since start. time_s: Unix time or None."""

    def __init__(self, store: "Store", clock_s: "Clock", time_s: "UnixTime") -> None:
        self._store = store
        self._clock = clock_s
        self._time = time_s
        kept = store.load("events") or {}
        self._events = [e for e in kept.get("events", []) if len(e) == 5][-_SIZE:]
        self._saved_s = clock_s()
        self._dirty = False

    def add(self, kind: str, detail: str = "") -> None:
        """Append an event. The same event again only raises the count of the last one."""
        detail = str(detail)[:_MAX_DETAIL]
        events = self._events
        if events and events[-1][2] == kind and events[-1][3] == detail:
            events[-1][4] += 1
            events[-1][1] = self._clock()
        else:
            events.append([self._time(), self._clock(), kind, detail, 1])
            if len(events) > _SIZE:
                events.pop(0)
        self._dirty = True
        if kind in _AT_ONCE:
            self.flush()

    def step(self) -> None:
        """Save if there is a new event and the last save is a minute ago."""
        if self._dirty and self._clock() - self._saved_s >= _SAVE_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Hand the log to the store now."""
        self._store.save("events", {"events": self._events})
        self._saved_s = self._clock()
        self._dirty = False

    def document(self) -> list[dict[str, object]]:
        """Events as dicts, the newest first."""
        return [
            {"time_s": e[0], "uptime_s": e[1], "kind": e[2], "detail": e[3], "count": e[4]}
            for e in self._events[::-1]
        ]
