"""A driver's plan over a restart: kept in flash, taken up again for the car that is still there.

Flash holds what does not depend on this run: Unix time of the departure, and the charger's
life counter at which the car has what it needs. That counter is written each kWh, so a
restart while charging may make up to 1 kWh more of what is wanted, never less.
"""

from micropython import const

_NAME = "plan"
_WITHIN_S = const(5)  # as a setting: it is what a person has said
_BACK_S = const(10)  # a car that was there all the time is seen by then


class KeptPlan:
    """plan: a ChargePlan. store: services/store.Store. time_s(): Unix time, None while not known."""

    def __init__(self, plan, store, time_s):
        self._plan = plan
        self._store = store
        self._time_s = time_s
        self._before = store.load(_NAME)  # of the run before, until it is known whose it was
        self._leaves = None  # Unix time, while nobody has told the time of day
        self._untold = False  # a departure was said before anybody told the time of day
        self._on = bool(self._before)

    def set(self, now_s, session, departure_s, energy_wh, rank):
        """As ChargePlan.set()."""
        if not self._plan.set(now_s, session, departure_s, energy_wh, rank):
            return False
        self._before = self._leaves = None
        self._save(session)
        return True

    def step(self, now_s, session):
        """Let time pass. now_s: seconds since the start."""
        if self._before:
            self._take_up(now_s, session)
        self._plan.step(now_s, session)
        if self._plan.on:
            if self._untold or self._leaves is not None:
                self._told(now_s, session)
        elif self._on and not self._before:
            self._save(session)

    def _told(self, now_s, session):
        """Somebody may have told the time of day: what waits for it is said and kept."""
        time_s = self._time_s()
        if time_s is None:
            return
        if self._leaves is None:
            self._save(session)
        else:
            self._plan.depart(now_s, self._leaves - time_s, session)
            self._leaves = None

    def _take_up(self, now_s, session):
        """The first car of this run has the plan, if it was there from the beginning."""
        if not session.open:
            if now_s > _BACK_S:
                self._before = None
            return
        before, self._before = self._before, None
        if session.ended or session.seconds + _BACK_S < now_s:
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

    def _save(self, session):
        """Called when something was said or forgotten, not as time goes by: flash wears."""
        plan = self._plan
        told = plan.document() or {}
        kept = {}
        self._untold = False
        if told.get("departure_s") is not None:
            time_s = self._time_s()
            self._untold = time_s is None
            if time_s is not None:
                kept["leaves_s"] = time_s + told["departure_s"]
        if told.get("energy_wh") is not None:
            kept["full_wh"] = session.total_wh + told["energy_wh"]
        if told.get("rank") is not None:
            kept["rank"] = told["rank"]
        self._on = plan.on
        self._store.save(_NAME, kept, _WITHIN_S)


def _whole(kept, key):
    """A whole number that is not negative, or None."""
    value = kept.get(key)
    return value if isinstance(value, int) and value >= 0 else None
