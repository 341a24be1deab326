"""The two delays of the control loop, measured while charging.

EvLag: from a new duty to the EV's answer (IEC 61851-1 allows 5 s).
MeterLag: how much older a mains sample is than its sender says. When the EV moves, the mains
samples show the same movement that much later.
"""

from micropython import const

from ballast.control.balance.ev_history import EvHistory
from ballast.control.ticks import add, diff

_CHANGE_MA = const(2000)  # a smaller change of the offer is not timed
_FIRST_MS = const(2500)  # until measured; most EVs take 1 to 3 s
_LEAST_MS = const(100)
_LONGEST_MS = const(6000)

_GRID_MS = const(250)
_CANDIDATES = const(16)  # delays of 0 .. 3.75 s
_AT_ONCE = const(8)  # so many of them in one part of the work
_DOUBT_MS = const(3750)  # before the first measurement
_SURE_MS = const(150)  # after two that agree: half of _GRID_MS and the own meter's window
_MOVE_MA = const(1000)
_ENOUGH_MA = const(3000)  # of movement of the EV, added up, for a measurement
_SETTLE_MS = const(7000)  # after the last movement: by then each candidate has seen all of it
_LONG_MS = const(30000)  # at the latest, if the EV never rests


class EvLag:
    """ms: the time from a new duty to the EV's answer, rather too long than too short."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Start anew for another EV."""
        self.ms = _FIRST_MS
        self._measured = 0
        self._offered = 0
        self._timing = 0  # a movement is being timed: 1 up, -1 down; 0 = none
        self._timing_ms = 0
        self._from_ma = 0
        self._need_ma = 0

    def put(self, now_ms: int, offered_ma: int, ev_ma: int) -> None:
        """Take a reading of the own meter: the EV's largest phase, and what the pilot offers."""
        change = offered_ma - self._offered
        if change:
            self._offered = offered_ma
            direction = 1 if change > 0 else -1
            if self._timing and self._timing != direction:
                self._timing = 0
            elif not self._timing and (change >= _CHANGE_MA or change <= -_CHANGE_MA):
                self._begin(now_ms, offered_ma, ev_ma)
        if not self._timing:
            return
        moved = (ev_ma - self._from_ma) * self._timing
        waited = diff(now_ms, self._timing_ms)
        if moved >= self._need_ma:
            self._timing = 0
            self._learn(waited)
        elif waited > _LONGEST_MS:
            self._timing = 0  # the EV is full, or limits itself: there is no answer to time

    def _begin(self, now_ms: int, offered_ma: int, ev_ma: int) -> None:
        gap = offered_ma - ev_ma
        if -_MOVE_MA < gap < _MOVE_MA:
            return  # the EV draws that already
        self._timing = 1 if gap > 0 else -1
        self._timing_ms = now_ms
        self._from_ma = ev_ma
        self._need_ma = max(500, gap * self._timing // 4)

    def _learn(self, waited_ms: int) -> None:
        if waited_ms < _LEAST_MS:
            waited_ms = _LEAST_MS
        if waited_ms > self.ms or not self._measured:
            self.ms = waited_ms
        else:
            self.ms += (waited_ms - self.ms) // 4
        self._measured = 1


class MeterLag:
    """ms: how much older a sample is than its t_ms; doubt_ms: how far that may be wrong.

    known: 1 after the first measurement. A measurement computes the house (mains less EV)
    with each candidate for the delay while the EV moves. With a wrong candidate the EV's own
    movement looks like one of the house. So the candidate with the calmest house is right.
    """

    def __init__(self) -> None:
        self._unrest_ma = [0] * _CANDIDATES  # changes of the house added up
        self._house_ma = [0] * _CANDIDATES  # at the last sample
        self._ev_ma = [0, 0, 0]
        self._now_ms = 0  # the sample that is worked on: when it came, was measured, and its mA
        self._t_ms = 0
        self._mains_ma = 0
        self.clear()

    def clear(self) -> None:
        """Start anew for another meter."""
        self.ms = 0
        self.doubt_ms = _DOUBT_MS
        self.known = 0
        self._measuring = 0  # 1 since the EV moved, 2 since the first sample after that
        self._first = False
        self._next = _CANDIDATES  # the candidate that work() computes next
        self._measuring_ms = 0
        self._last_move_ms = 0
        self._last_ma = 0
        self._moved_ma = 0

    def watch(self, now_ms: int, ev_ma: int) -> None:
        """Take a reading of the own meter: the EV's current, all phases added up, in mA."""
        moved = ev_ma - self._last_ma
        if -_MOVE_MA < moved < _MOVE_MA:
            return
        self._last_ma = ev_ma
        if not self._measuring:
            self._measuring = 1
            self._measuring_ms = now_ms
            self._moved_ma = 0
        self._last_move_ms = now_ms
        self._moved_ma += moved if moved > 0 else -moved

    def put(self, now_ms: int, t_ms: int, mains_ma: int, history: EvHistory) -> None:
        """Take a mains sample at once: begin() and all of work()."""
        if self.begin(now_ms, t_ms, mains_ma):
            while self.work(history):
                pass

    def begin(self, now_ms: int, t_ms: int, mains_ma: int) -> bool:
        """Take a mains sample: all phases added up, in mA. True = there is work() to do.

        t_ms: its time as the sender states it.
        """
        if not self._measuring:
            return False
        self._now_ms = now_ms
        self._t_ms = t_ms
        self._mains_ma = mains_ma
        self._first = self._measuring == 1
        self._measuring = 2
        self._next = 0
        return True

    def work(self, history: EvHistory) -> bool:
        """Compute the house with the next few candidates; False when all are done."""
        then = self._ev_ma
        k = self._next
        end = min(k + _AT_ONCE, _CANDIDATES)
        while k < end:
            history.at(add(self._t_ms, -k * _GRID_MS), then)
            house = self._mains_ma - then[0] - then[1] - then[2]
            if self._first:
                self._unrest_ma[k] = 0
            else:
                change = house - self._house_ma[k]
                self._unrest_ma[k] += change if change > 0 else -change
            self._house_ma[k] = house
            k += 1
        self._next = k
        if k < _CANDIDATES:
            return True
        if (
            diff(self._now_ms, self._last_move_ms) > _SETTLE_MS
            or diff(self._now_ms, self._measuring_ms) > _LONG_MS
        ):
            self._measuring = 0
            if self._moved_ma >= _ENOUGH_MA:
                self._conclude()
        return False

    def _conclude(self) -> None:
        """Set ms, doubt_ms and known from the unrest of the candidates."""
        unrest = self._unrest_ma
        least = unrest[0]
        most = unrest[0]
        for k in range(_CANDIDATES):
            if unrest[k] < least:
                least = unrest[k]
            if unrest[k] > most:
                most = unrest[k]
        if most - least < self._moved_ma // 2:
            return  # the house itself moved too much to tell the candidates apart
        near = least + self._moved_ma // 20
        first = -1
        last = 0
        for k in range(_CANDIDATES):
            if unrest[k] <= near:
                last = k
                if first < 0:
                    first = k
        found = (first + last) * _GRID_MS // 2
        off = found - self.ms
        if not self.known or off > 2 * _GRID_MS or off < -2 * _GRID_MS:
            self.known = 1
            self.ms = found
            self.doubt_ms = _GRID_MS
        else:
            self.ms += off // 4
            self.doubt_ms = _SURE_MS
