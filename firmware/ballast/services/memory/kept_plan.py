"""Keeps the driver's plan over a restart, for an EV that stays plugged in.

Flash holds values that do not depend on this run of the charger: the Unix time of the
departure, and the reading of the charger's life counter at which the EV has its energy.
The counter is kept each minute. So after a restart while charging, the plan may want as much more
as flowed in that minute, never less.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.services.shapes import ChargePlan, Session, Store, UnixTime

_NAME = "plan"
_WITHIN_S = const(5)  # as for a setting, because a person gave it
_BACK_S = const(10)  # an EV that stayed plugged in is recognised within this time after the start


class KeptPlan:
    """plan: the plan that is kept. time_s(): Unix time, None while not known."""

    def __init__(self, plan: "ChargePlan", store: "Store", time_s: "UnixTime") -> None:
        self._plan = plan
        self._store = store
        self._time_s = time_s
        self._before = store.load(_NAME)  # of the run before; None once an EV has it or none can
        self._leaves: "int | None" = None  # Unix time of the departure, until the clock is set
        self._untold = False  # a departure was given before the clock was set
        self._on = bool(self._before)

    def set(
        self,
        now_s: int,
        session: "Session",
        departure_s: "int | None",
        energy_wh: "int | None",
        rank: "int | None",
    ) -> bool:
        """As ChargePlan.set(); the plan is saved too."""
        if not self._plan.set(now_s, session, departure_s, energy_wh, rank):
            return False
        self._before = self._leaves = None
        self._save(session)
        return True

    def step(self, now_s: int, session: "Session") -> None:
        """Let time pass. now_s: seconds since the start."""
        if self._before:
            self._take_up(now_s, session)
        self._plan.step(now_s, session)
        if self._plan.on:
            if self._untold or self._leaves is not None:
                self._set_departure(now_s, session)
        elif self._on and not self._before:
            self._save(session)

    def _set_departure(self, now_s: int, session: "Session") -> None:
        """Once the clock is set: save a departure given before, or set one from the run before."""
        time_s = self._time_s()
        if time_s is None:
            return
        if self._leaves is None:
            self._save(session)
        else:
            self._plan.depart(now_s, self._leaves - time_s, session)
            self._leaves = None

    def _take_up(self, now_s: int, session: "Session") -> None:
        """Give the plan of the run before to an EV that was plugged in from the start."""
        if not session.open:
            if now_s > _BACK_S:
                self._before = None
            return
        before, self._before = self._before, None
        if before is None or session.ended or session.seconds + _BACK_S < now_s:
            return
        full_wh = _whole(before, "full_wh")
        energy_wh = None if full_wh is None else max(0, full_wh - session.total_wh)
        rank = _whole(before, "rank")
        self._leaves = _whole(before, "leaves_s")
        plan = self._plan
        if (energy_wh or 0) <= plan.MOST_WH and (rank or 0) <= plan.MOST_RANK:
            plan.set(now_s, session, None, energy_wh, rank)
        if self._leaves is not None:
            plan.on = True

    def _save(self, session: "Session") -> None:
        """Called when a plan is set or deleted, not as time passes: flash wears."""
        plan = self._plan
        given = plan.document() or {}
        departure_s, energy_wh = given.get("departure_s"), given.get("energy_wh")
        rank = given.get("rank")
        kept: "dict[str, int]" = {}
        self._untold = False
        if departure_s is not None:
            time_s = self._time_s()
            self._untold = time_s is None
            if time_s is not None:
                kept["leaves_s"] = time_s + departure_s
        if energy_wh is not None:
            kept["full_wh"] = session.total_wh + energy_wh
        if rank is not None:
            kept["rank"] = rank
        self._on = plan.on
        self._store.save(_NAME, kept, _WITHIN_S)


def _whole(kept: "dict[str, Any]", key: str) -> "int | None":
    """kept[key] if it is a whole number of 0 or more, else None."""
    value = kept.get(key)
    return value if isinstance(value, int) and value >= 0 else None
