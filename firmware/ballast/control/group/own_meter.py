"""When this charger's own reading of the mains becomes a budget for its group.

Every charger that hears the meter computes a budget (budget.py) and tells it; the leader
takes the smallest. The leader looks at every step, because the reports of the members
change the budget between two readings. The others look at each new reading, and at an old
one now and then.
"""

from micropython import const

from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import LEAD, GroupMachine
from ballast.control.group.request import OwnState
from ballast.control.meter.meter import GOOD

_SKIP = const(5)  # steps after which a charger that does not lead looks at an old reading again


class OwnMeter:
    """step() says whether there is a budget to tell."""

    def __init__(self) -> None:
        self._seq = -1
        self._skipped = 0

    def step(
        self, now_ms: int, state: OwnState, group: GroupMachine, budget: GroupBudget
    ) -> bool:
        """True when `budget` was computed anew from the meter of `state`.

        Returns False and clears `budget` if there is no trusted meter. Returns False without
        clearing it if there is no new reading.
        """
        if not state.metered or state.meter_state != GOOD:
            budget.forget()
            return False
        leads = group.role == LEAD
        self._skipped += 1
        if not leads and state.meter_seq == self._seq and self._skipped < _SKIP:
            return False
        self._seq = state.meter_seq
        self._skipped = 0
        budget.draw(now_ms, group.seat, group.request.drawn_ma, group.member.held_ma)
        budget.step(now_ms, state.mains_ma, state.limit_ma, leads)
        return True
