"""The two delays of the loop, measured while charging.

EvLag: from a new duty to the EV's answer (IEC 61851-1 allows 5 s).
MeterLag: how much older a mains sample is than its sender says. Where the EV
moves, the mains must have moved as much, that much later.
"""

from micropython import const

from ballast.control.ticks import add, diff

_ASK_MA = const(2000)  # a smaller change of the offer is not timed
_FIRST_MS = const(2500)  # until measured; most EVs take 1 to 3 s
_LEAST_MS = const(100)
_LONGEST_MS = const(6000)

_STEP_MS = const(250)
_GUESSES = const(16)  # 0 .. 3.75 s
_DOUBT_MS = const(3750)  # before anything was measured
_TRUST_MS = const(150)  # after: half a step and the own meter's own window
_MOVE_MA = const(1000)
_TRAVEL_MA = const(3000)  # what the EV must have moved for a measurement
_QUIET_MS = const(4500)  # after its last movement every guess has seen all of it
_LONG_MS = const(30000)  # a restless EV is judged at the latest then


class EvLag:
    """`ms`: the EV's answer time, on the long side."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Another EV: nothing is known."""
        self.ms = _FIRST_MS
        self._known = 0
        self._offered = 0
        self._asked = 0  # -1 down, 1 up, 0 nothing is being timed
        self._asked_ms = 0
        self._from_ma = 0
        self._need_ma = 0

    def put(self, now_ms, offered_ma, ev_ma):
        """Each own-meter reading: the offer on the pilot and the EV's largest phase, in mA."""
        change = offered_ma - self._offered
        if change:
            self._offered = offered_ma
            way = 1 if change > 0 else -1
            if self._asked and self._asked != way:
                self._asked = 0
            elif not self._asked and (change >= _ASK_MA or change <= -_ASK_MA):
                self._ask(now_ms, offered_ma, ev_ma)
        if not self._asked:
            return
        moved = (ev_ma - self._from_ma) * self._asked
        waited = diff(now_ms, self._asked_ms)
        if moved >= self._need_ma:
            self._asked = 0
            self._learn(waited)
        elif waited > _LONGEST_MS:
            self._asked = 0  # it is full, or limited by itself: no answer is no time

    def _ask(self, now_ms, offered_ma, ev_ma):
        gap = offered_ma - ev_ma
        if -_MOVE_MA < gap < _MOVE_MA:
            return  # it is there already
        self._asked = 1 if gap > 0 else -1
        self._asked_ms = now_ms
        self._from_ma = ev_ma
        self._need_ma = max(500, gap * self._asked // 4)

    def _learn(self, waited_ms):
        if waited_ms < _LEAST_MS:
            waited_ms = _LEAST_MS
        if waited_ms > self.ms or not self._known:
            self.ms = waited_ms
        else:
            self.ms += (waited_ms - self.ms) // 4
        self._known = 1


class MeterLag:
    """`ms`: what to take off a sample's time; `doubt_ms`: how far that may be wrong.

    The guess that leaves the house calmest while the EV moves is the right one:
    a wrong one makes the EV's own movement look like the house's.
    """

    def __init__(self):
        self._cost = [0] * _GUESSES
        self._house = [0] * _GUESSES
        self._then = [0, 0, 0]
        self.clear()

    def clear(self):
        """Another meter: nothing is known."""
        self.ms = 0
        self.doubt_ms = _DOUBT_MS
        self.known = 0
        self._active = 0
        self._began_ms = 0
        self._moved_ms = 0
        self._rest_ma = 0
        self._travel_ma = 0

    def watch(self, now_ms, ev_ma):
        """Each own-meter reading: the EV's current, all phases together, in mA."""
        moved = ev_ma - self._rest_ma
        if -_MOVE_MA < moved < _MOVE_MA:
            return
        self._rest_ma = ev_ma
        if not self._active:
            self._active = 1
            self._began_ms = now_ms
            self._travel_ma = 0
        self._moved_ms = now_ms
        self._travel_ma += moved if moved > 0 else -moved

    def put(self, now_ms, t_ms, mains_ma, history):
        """A mains sample of `t_ms` by its sender's word, all phases together, in mA."""
        if not self._active:
            return
        then = self._then
        first = self._active == 1
        self._active = 2
        for k in range(_GUESSES):
            history.at(add(t_ms, -k * _STEP_MS), then)
            house = mains_ma - then[0] - then[1] - then[2]
            if first:
                self._cost[k] = 0
            else:
                change = house - self._house[k]
                self._cost[k] += change if change > 0 else -change
            self._house[k] = house
        if (
            diff(now_ms, self._moved_ms) > _QUIET_MS + _FIRST_MS
            or diff(now_ms, self._began_ms) > _LONG_MS
        ):
            self._active = 0
            if self._travel_ma >= _TRAVEL_MA:
                self._conclude()

    def _conclude(self):
        cost = self._cost
        least = cost[0]
        most = cost[0]
        for k in range(_GUESSES):
            if cost[k] < least:
                least = cost[k]
            if cost[k] > most:
                most = cost[k]
        if most - least < self._travel_ma // 2:
            return  # the house was louder than the EV
        near = least + self._travel_ma // 20
        first = -1
        last = 0
        for k in range(_GUESSES):
            if cost[k] <= near:
                last = k
                if first < 0:
                    first = k
        found = (first + last) * _STEP_MS // 2
        off = found - self.ms
        if not self.known or off > 2 * _STEP_MS or off < -2 * _STEP_MS:
            self.known = 1
            self.ms = found
            self.doubt_ms = _STEP_MS
        else:
            self.ms += off // 4
            self.doubt_ms = _TRUST_MS
