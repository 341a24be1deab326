"""When to offer more: a raise must be worth a new duty, and the mains must show the last raise.

The worth is a charge in mA s: what the EV would have drawn more if the raise had been made as
soon as more was free. Large raises are made at once, small ones later, and later still after
many raises. So the pilot changes seldom and little charging is lost.
"""

from micropython import const

from ballast.control.ticks import diff

_WORTH_MAS = const(4500)  # a raise is made when it is worth 4.5 A s ...
_WORTH_MORE_MAS = const(1500)  # ... and 1.5 A s more for each raise of the last five minutes;
_RECENT_MS = const(300000)
_AT_ONCE_MA = const(2000)  # one of this size is made at once
_LEAST_MA = const(200)  # a smaller one is never made
_FORGET_MAS = const(500)
_MAX_MAS = const(1000000)
_NONE_MA = const(1000000)
_CHANCE_MS = const(30000)  # house and EV do not cancel each other by chance for longer
_ANSWERED_MA = const(1000)  # of more current of the EV: from here the mains must answer
_MOVED_MA = const(500)  # noise of a class 1 meter stays below this


class Raises:
    """The raises of one balancer; all in mA, mA * s and ms."""

    def __init__(self) -> None:
        self._due_mas = 0  # what the raise that is due is worth
        self._due_ma = _NONE_MA  # to what: the least that was free since it is due
        self._recent = 0  # raises of the last five minutes, in 1/1000
        self._watched = False
        self._mains_moved = [False, False, False]  # since the last raise
        self._mains_ma = [0, 0, 0]  # at the last raise: mains, EV, time
        self._ev_ma = 0
        self._watched_ms = 0

    def restart(self) -> None:
        """Forget what was due: the offer has been set anew."""
        self._due_mas = 0
        self._due_ma = _NONE_MA

    def lose(self) -> None:
        """Forget what was due, and expect no answer: the meter was lost."""
        self.restart()
        self._watched = False

    def step(self, dt_ms: int) -> None:
        """Let `dt_ms` pass: the raises made become less recent."""
        self._recent -= self._recent * dt_ms // _RECENT_MS

    def due(self, ma: int, up_ma: int, dt_ms: int) -> int:
        """Returns the current to raise the offer to, in mA.

        0 = nothing to gain, -1 = not worth it yet.
        ma: the present offer. up_ma: what is free. dt_ms: since the last call.
        """
        gain = up_ma - ma
        if gain < _LEAST_MA:
            self._due_mas -= self._due_mas // 8
            if self._due_mas < _FORGET_MAS:
                self._due_ma = _NONE_MA
            return 0
        self._due_ma = min(self._due_ma, up_ma)
        self._due_mas = min(self._due_mas + gain * dt_ms // 1000, _MAX_MAS)
        if gain >= _AT_ONCE_MA:
            return up_ma
        if self._due_mas < _WORTH_MAS + _WORTH_MORE_MAS * self._recent // 1000:
            return -1
        return self._due_ma  # not up_ma, which may be free for a moment only

    def count(self) -> None:
        """Count a raise that was made."""
        self._recent += 1000

    def watch(self, now_ms: int, mains_ma: list[int], ev_ma: int) -> None:
        """Watch for the answer of the mains: more is offered from now on.

        mains_ma: [3] of now. ev_ma: the EV's largest phase of now.
        """
        self._watched = True
        self._ev_ma = ev_ma
        self._watched_ms = now_ms
        for i in range(3):
            self._mains_ma[i] = mains_ma[i]
            self._mains_moved[i] = False

    def put(self, mains_ma: list[int]) -> None:
        """Take a reading of the mains [3]: a phase that has moved since the raise is not frozen."""
        for i in range(3):
            if abs(mains_ma[i] - self._mains_ma[i]) > _MOVED_MA:
                self._mains_moved[i] = True

    def unanswered(
        self, now_ms: int, mains_ma: list[int], ev_ma: int, used: list[int], guessed: bool
    ) -> bool:
        """The EV draws more since the last raise, but the mains of a phase in use did not move.

        Two causes look alike: the house fell as much as the EV rose, or the meter is frozen.
        With a frozen meter each raise would be the reason for the next. If the reading
        has moved since the raise, the meter is not frozen: the house fell by chance.
        mains_ma, ev_ma: as for watch, of now. used: [3] EvPhases.used. guessed: ev_ma is only
        what was offered. Then the EV may draw less, and an EV that draws less needs no raise.
        """
        taken = ev_ma - self._ev_ma
        if not self._watched or taken < _ANSWERED_MA:
            return False
        if guessed:
            taken *= 3
        elif diff(now_ms, self._watched_ms) > _CHANCE_MS:
            taken = 4  # after so long only a mains with the very same value is unanswered
        for i in range(3):
            if used[i] and (guessed or not self._mains_moved[i]):
                change = mains_ma[i] - self._mains_ma[i]
                if -taken < change * 4 < taken:
                    return True
        return False
