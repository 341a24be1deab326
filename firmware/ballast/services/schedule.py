"""What depends on the time of day: the limit of the weekly schedule, and the quarter hour.

While the time of day is unknown the schedule does not limit. Otherwise a charger whose clock
is never set would leave the EV empty. The page shows this, and the CLOCK warning stands
until a browser or NTP sets the time. Until then the demand limit holds at every moment
instead of for the mean of the quarter hour.
"""

import asyncio

from micropython import const

from ballast.control.limits import limits
from ballast.control.safety import faults
from ballast.protocol import week_schedule

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import Charger, Clock, Store, WallClock

_TTL_MS = const(60000)
_EVERY_S = const(5)
_WITHIN_S = const(5)  # as for a setting, because a person gave it


class Schedule:
    """charger: the facade. store: load/save. wall: WallClock. ticks_ms: for warn()."""

    def __init__(
        self, charger: "Charger", store: "Store", wall: "WallClock", ticks_ms: "Clock"
    ) -> None:
        self._charger = charger
        self._store = store
        self._wall = wall
        self._ticks = ticks_ms
        self._schedule: dict = week_schedule.EMPTY
        kept = store.load("schedule")
        if kept is not None and not week_schedule.problem(kept):
            self._schedule = kept

    def set(self, schedule: dict) -> None:
        """Take a schedule in which `week_schedule.problem` found no mistake, and save it."""
        self._schedule = {
            "enabled": schedule["enabled"],
            "outside_ma": schedule.get("outside_ma", 0),
            "windows": schedule["windows"],
        }
        self._store.save("schedule", self._schedule, _WITHIN_S)
        self.step()

    def document(self) -> dict:
        """The schedule, the minute of the week, the limit at that minute and the next change."""
        minute = self._wall.local_minute()
        out = dict(self._schedule)
        out["minute"] = minute
        out["limit_ma"] = None
        out["change_min"] = None
        if minute is not None:
            limit = week_schedule.limit_ma(self._schedule, minute)
            out["limit_ma"] = None if limit == week_schedule.NO_LIMIT else limit
            out["change_min"] = week_schedule.minutes_to_change(self._schedule, minute)
        return out

    def step(self) -> None:
        """Renew the SCHEDULE slot and synchronise the quarter hour; called every few seconds."""
        into_ms = self._wall.into_quarter_ms()
        if into_ms is not None:
            self._charger.sync_quarter(into_ms)
        minute = self._wall.local_minute()
        lacking = 1 if self._schedule["enabled"] and minute is None else 0
        self._charger.warn(faults.CLOCK, lacking, self._ticks())
        limit = week_schedule.NO_LIMIT
        if minute is not None:
            limit = week_schedule.limit_ma(self._schedule, minute)
        if limit == week_schedule.NO_LIMIT:
            limit = limits.NO_LIMIT_MA
        self._charger.put_limit(limits.SCHEDULE, limit, _TTL_MS)

    async def run(self) -> None:
        """Step for ever."""
        while True:
            self.step()
            await asyncio.sleep(_EVERY_S)
