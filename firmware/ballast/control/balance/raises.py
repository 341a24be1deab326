"""When more is offered: a raise must be worth a new duty, and the last one must have been answered.

Worth is a charge: what would have flowed since more is free. Large gains are
taken at once, small ones later, and later still in a house that never rests;
so the pilot changes seldom and little is lost.
"""

from micropython import const

from ballast.control.ticks import diff

_WORTH_MAS = const(4500)  # a raise must have been due by 4.5 A s to be made ...
_WORTH_MORE_MAS = const(1500)  # ... and 1.5 A s more for each raise of the last five minutes ...
_BUSY_MS = const(300000)
_AT_ONCE_MA = const(2000)  # ... unless it is this large
_LEAST_MA = const(200)
_FORGET_MAS = const(500)
_FULL_MAS = const(1000000)
_NONE_MA = const(1000000)
_CHANCE_MS = const(30000)
_ANSWERED_MA = const(1000)
_ALIVE_MA = const(500)  # no class 1 meter of a house wavers so far by itself


class Raises:
    """The raises of one balancer; all in mA, mA * s and ms."""

    def __init__(self):
        self._due_mas = 0
        self._due_ma = _NONE_MA
        self._busy = 0  # raises of the last five minutes, in 1/1000
        self._watched = False
        self._alive = [False, False, False]
        self._mains = [0, 0, 0]  # when more was last offered: mains, EV, time
        self._ev_ma = 0
        self._ms = 0

    def restart(self):
        """The offer was set anew: whatever was due is no longer."""
        self._due_mas = 0
        self._due_ma = _NONE_MA

    def lose(self):
        """The meter was lost: its answers are, too."""
        self.restart()
        self._watched = False

    def rest(self, dt_ms):
        """Time passes."""
        self._busy -= self._busy * dt_ms // _BUSY_MS

    def due(self, ma, up_ma, dt_ms):
        """What to raise `ma` to, `up_ma` being free; 0 = nothing is to be gained, -1 = not yet."""
        gain = up_ma - ma
        if gain < _LEAST_MA:
            self._due_mas -= self._due_mas // 8
            if self._due_mas < _FORGET_MAS:
                self._due_ma = _NONE_MA
            return 0
        self._due_ma = min(self._due_ma, up_ma)
        self._due_mas = min(self._due_mas + gain * dt_ms // 1000, _FULL_MAS)
        if gain >= _AT_ONCE_MA:
            return up_ma
        if self._due_mas < _WORTH_MAS + _WORTH_MORE_MAS * self._busy // 1000:
            return -1
        return self._due_ma  # what was free all the while, not at a lucky moment

    def count(self):
        """A raise was made."""
        self._busy += 1000

    def watch(self, now_ms, mains_ma, ev_ma):
        """More is offered from now on; this is what the mains and the EV's largest phase are."""
        self._watched = True
        self._ev_ma = ev_ma
        self._ms = now_ms
        for i in range(3):
            self._mains[i] = mains_ma[i]
            self._alive[i] = False

    def see(self, mains_ma):
        """A reading of the mains. One that has moved since more was offered is not frozen."""
        for i in range(3):
            if abs(mains_ma[i] - self._mains[i]) > _ALIVE_MA:
                self._alive[i] = True

    def unanswered(self, now_ms, mains_ma, ev_ma, used, guessed):
        """The EV has taken more since, but the mains of a used phase stands where it stood, all the while.

        Then the house seems to have fallen by just what the EV rose: a frozen
        meter looks like that, and each raise would make room for the next. One whose
        reading has moved meanwhile is alive: its house has fallen by chance.
        guessed: the EV's current is only what it was offered; it need not have
        taken it, and one that does not take it needs no more.
        """
        took = ev_ma - self._ev_ma
        if not self._watched or took < _ANSWERED_MA:
            return False
        if guessed:
            took *= 3
        elif diff(now_ms, self._ms) > _CHANCE_MS:
            took = 4  # chance would be over by now: only a mains that says the very same counts
        for i in range(3):
            if used[i] and (guessed or not self._alive[i]):
                change = mains_ma[i] - self._mains[i]
                if -took < change * 4 < took:
                    return True
        return False
