"""What happened that an owner may want to know later: the last 64 events, kept in order.

A detail is a short word, never a secret and never what somebody typed. Written to
storage at most once a minute (flash wear), at once for what concerns security.
"""

from micropython import const

_SIZE = const(64)
_SAVE_EVERY_S = const(60)
_MAX_DETAIL = const(48)
_AT_ONCE = ("password_set", "lock_cleared", "update", "factory_reset")


class EventLog:
    """store: load/save as in Auth. clock_s: seconds since start. time_s: Unix time or None."""

    def __init__(self, store, clock_s, time_s):
        self._store = store
        self._clock = clock_s
        self._time = time_s
        kept = store.load("events") or {}
        self._events = [e for e in kept.get("events", []) if len(e) == 5][-_SIZE:]
        self._saved_s = clock_s()
        self._dirty = False

    def add(self, kind, detail=""):
        """Append an event; the same one again only counts up."""
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

    def step(self):
        """Save when there is something new and the last save is a minute ago."""
        if self._dirty and self._clock() - self._saved_s >= _SAVE_EVERY_S:
            self.flush()

    def flush(self):
        """Save now."""
        self._store.save("events", {"events": self._events})
        self._saved_s = self._clock()
        self._dirty = False

    def document(self):
        """Events as dicts, the newest first."""
        return [
            {"time_s": e[0], "uptime_s": e[1], "kind": e[2], "detail": e[3], "count": e[4]}
            for e in self._events[::-1]
        ]
