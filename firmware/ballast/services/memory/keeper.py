"""Keeps the settings, the counters and the energy of one charger in a Store."""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.services.memory.shapes import Kept, Session
    from ballast.services.shapes import Clock, Settings

MINUTE_S = const(55)  # chosen: so that with a late second it is a minute
_SETTINGS_S = const(5)  # as services/memory/store.SETTINGS_S


class Keeper:
    """counters(): what is kept beside the settings, with "total_wh" in Wh. clock_s: as of the store."""

    def __init__(
        self,
        store: "Kept",
        settings: "Settings",
        counters: "Callable[[], dict[str, Any]]",
        clock_s: "Clock",
    ) -> None:
        self._store = store
        self._settings = settings
        self._counters = counters
        self._clock = clock_s
        self._watch = settings.watch()
        self._watch.changed()  # the defaults are not worth a write
        self._kept: "dict[str, Any]" = {}
        self._kept_wh = -1
        self._minute_s = 0
        self._minute_wh = 0

    def restore(self) -> "tuple[list[str], dict[str, Any]]":
        """Fill the settings -> (problems, one line each; the stored counters or {})."""
        values = self._store.load("settings")
        problems = self._settings.load(self._own(values)) if values else []
        self._watch.changed()  # what was just read is not worth a write
        counters = self._store.load("counters") or {}
        minute = self._store.minute
        if minute is not None and minute[0] > counters.get("total_wh", 0):
            counters["total_wh"] = minute[0]  # a life counter only grows: the larger is the newer
        for name in self._store.lost:
            problems.append("%s were damaged: %s" % (name, self._store.lost[name]))
        return problems, counters

    def step(self, closed: bool, session: "Session") -> None:
        """Once a second: save what has changed. closed: the contactor is."""
        if self._watch.changed():
            self._store.save("settings", self._own(self._settings.dump()), _SETTINGS_S)
        counters = self._counters()
        total_wh = counters.pop("total_wh")
        if counters != self._kept or (not closed and total_wh != self._kept_wh):
            self._kept, self._kept_wh = dict(counters), total_wh
            counters["total_wh"] = total_wh
            self._store.save("counters", counters, 0)
        now = self._clock()
        if now - self._minute_s >= MINUTE_S and (session.open or total_wh != self._minute_wh):
            self._minute_s, self._minute_wh = now, total_wh
            self._store.save_minute(total_wh, session.seconds // 60, session.charge_s // 60)
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
