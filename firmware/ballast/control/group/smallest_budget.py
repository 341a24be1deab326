"""What all chargers together may draw: the smallest budget that any of them tells.

Several chargers may hear the meter of the house; each computes a budget of its own
(budget.py). A budget counts for 3 s.
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.timers import SeatTimers

_COUNTS_MS = const(3000)


class SmallestBudget:
    """ma [3]: the budget. told.on[seat]: 1 = a budget of that seat counts."""

    def __init__(self, config: g.Config) -> None:
        self.ma = [0, 0, 0]
        self.told = SeatTimers(config.seats)
        self._told_ma = [0] * (3 * config.seats)
        self._config = config

    def tell(self, now_ms: int, seat: int, budget_ma: list[int]) -> None:
        """Seat `seat` tells budget_ma [3]; a negative one means that it has no meter."""
        if budget_ma[0] < 0 or budget_ma[1] < 0 or budget_ma[2] < 0:
            return
        self.told.set(seat, now_ms, _COUNTS_MS + 1)
        for phase in range(3):
            self._told_ma[3 * seat + phase] = budget_ma[phase]

    def step(self, now_ms: int) -> None:
        """Set `ma`: the smallest of the supply's limit and of all budgets that count.

        A metered group in which none counts has its fallback.
        """
        c = self._config
        ma = self.ma
        any_told = False
        for phase in range(3):
            ma[phase] = c.budget_ma[phase]
        for i in range(c.seats):
            if self.told.on[i] and self.told.left(i, now_ms):
                any_told = True
                for phase in range(3):
                    if self._told_ma[3 * i + phase] < ma[phase]:
                        ma[phase] = self._told_ma[3 * i + phase]
        if c.metered and not any_told:
            for phase in range(3):
                if c.fallback_ma < ma[phase]:
                    ma[phase] = c.fallback_ma
