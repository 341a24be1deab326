"""Does the mains answer when the EV moves? The proof that a meter is the right one.

When the EV's own current (own power meter, control/meter/ev_meter.py) moves by 4 A, the
mains behind the same fuse must move too. A meter that is frozen, clamped round
another cable, or scaled wrongly does not. While the EV rests nothing is asked: a
calm house may repeat one value for hours.

While the EV rests the reference follows the house, one sample behind: a fast clamp may
tell of the EV's movement before the EV's own meter does, and such a sample must not
become the reference that the movement is then held against.
"""

from micropython import const

from ballast.control.ticks import diff

WHY_OK = const(0)
WHY_FROZEN = const(3)  # the same value to the last digit while the EV moved
WHY_DEAF = const(4)  # it moves, but not with the EV: wrong cable or wrong ratio
WHY_SWAPPED = const(5)  # another phase than the commissioned one answered
WHY_REVERSED = const(6)  # it falls when the EV rises, three times running

_DELAY_MAX_MS = const(8000)
_MAX_STRIKES = const(7)
_QUIET_MA = const(1000)  # the EV stands still within this
_LATENCY_MA = const(2000)  # crossing from which the delay is measured
_MOVE_MA = const(4000)  # a movement that the mains must show
_CALLED_MA = const(500)  # a balancer in a climbing house moves the EV down, and the mains not at all
_REACT_MS = const(7000)  # so long may the answer take (1 Hz source): judged within 10 s
_REACT_OFFER_MS = const(20000)  # no own meter: only the offer is known, be slow to accuse
_FOLLOW_MS = const(300)  # age from which a sample may become the reference
_LEAD_MS = const(150)  # by so much may the mains tell before the EV's own meter (10 Hz)
_REREF_MS = const(60000)  # a movement that never became one is forgotten
_REVERSED_VOTES = const(3)


def _largest(values):
    k = 0
    for i in range(1, 3):
        if values[i] > values[k]:
            k = i
    return k


class Reaction:
    """Compares the movements of the mains with those of the EV.

    delay_ms: from a movement of the EV to the first sample that showed it
    (sampling included), smoothed; 0 = not seen yet. same: the newest sample is the
    one before to the last digit. strikes: failed reactions since the last one that
    was answered, at most 7.
    """

    def __init__(self):
        self.delay_ms = 0
        self.same = False
        self.strikes = 0
        self._level = [0, 0, 0]  # the EV's current now
        self._ref_ev = [0, 0, 0]
        self._ref_ma = [0, 0, 0]
        self._swing = [0, 0, 0]  # largest |mains - _ref_ma| since the reference
        self._rise = 0  # the largest rise of the mains above _ref_ma
        self._next_ma = [0, 0, 0]  # becomes the reference when it is old enough
        self._next_swing = [0, 0, 0]
        self._next_t = 0
        self._rest_ma = [0, 0, 0]  # the last sample with the EV at rest
        self._last_ma = [0, 0, 0]
        self._alive = False  # a digit has changed since the EV moved
        self._ref_t = 0
        self._ref_ok = False
        self._moved = False  # the EV has left the reference by _MOVE_MA
        self._moved_t = 0
        self._cross = 0  # 0 waiting, 1 the EV moved first, 2 the mains did, 3 measured or void
        self._cross_t = 0
        self._votes = 0
        self._map = [0, 1, 2]
        self._mapped = False

    def configure(self, phase_map):
        """phase_map: [3] mains phase 0..2 of the charger's L1, L2, L3; None = not known."""
        self._mapped = phase_map is not None
        for i in range(3):
            self._map[i] = phase_map[i] if phase_map is not None else i

    def forget(self):
        """The source fell silent: compare nothing across the gap."""
        self._ref_ok = False

    def watch(self, now_ms, ev_ma):
        """At each reading of the own meter: note when the EV sets off (the delay's start)."""
        if not self._ref_ok or (self._cross != 0 and self._cross != 2):
            return
        for i in range(3):
            if abs(ev_ma[i] - self._ref_ev[i]) >= _LATENCY_MA:
                if self._cross == 0:
                    self._cross = 1
                    self._cross_t = now_ms
                    return
                self._cross = 3
                if diff(now_ms, self._cross_t) <= _LEAD_MS:
                    self._learn(1)  # the mains told first: as good as no delay
                return

    def judge(self, now_ms, ma, ev, offered_ma, interval_ms, doubt):
        """A mains sample [3] mA came; returns WHY_*. doubt: the reason of the present distrust."""
        moved = self._movement(ev, offered_ma)
        if not self._ref_ok:
            self._reference(now_ms, ma)
            return WHY_OK
        self._see(ma)
        if ev.fitted:
            self._measure_delay(now_ms)
        if not self._moved:
            self._await_movement(now_ms, moved, ma)
        elif moved < _MOVE_MA // 2:
            self._reference(now_ms, ma)  # the EV came back before the verdict: no evidence
        elif diff(now_ms, self._moved_t) >= self._react_ms(ev.fitted, interval_ms):
            return self._verdict(now_ms, ma, ev.fitted, doubt)
        return WHY_OK

    def _movement(self, ev, offered_ma):
        """How far the EV is from its reference, in mA, on the phase where it is farthest."""
        moved = 0
        for i in range(3):
            self._level[i] = ev.ma[i] if ev.fitted else offered_ma
            d = abs(self._level[i] - self._ref_ev[i])
            if d > moved:
                moved = d
        return moved

    def _see(self, ma):
        """Take the sample into the swings, and see whether it moves at all."""
        self.same = True
        for i in range(3):
            if ma[i] != self._last_ma[i]:
                self.same = False
                self._alive = True
                self._last_ma[i] = ma[i]
            d = ma[i] - self._ref_ma[i]
            if d > self._rise:
                self._rise = d
            d = abs(d)
            if d > self._swing[i]:
                self._swing[i] = d
            d = abs(ma[i] - self._next_ma[i])
            if d > self._next_swing[i]:
                self._next_swing[i] = d

    def _await_movement(self, now_ms, moved, ma):
        if moved >= _MOVE_MA:
            self._moved = True
            self._moved_t = now_ms
            self._alive = False
        elif moved < _QUIET_MA:
            self._follow_house(now_ms, ma)
        elif not self.same and diff(now_ms, self._ref_t) > _REREF_MS:
            self._reference(now_ms, ma)

    def _reference(self, now_ms, ma):
        """From here on the EV and the mains are compared with what they are now."""
        for i in range(3):
            self._ref_ev[i] = self._level[i]
            self._ref_ma[i] = self._next_ma[i] = self._rest_ma[i] = self._last_ma[i] = ma[i]
            self._swing[i] = self._next_swing[i] = 0
        self._rise = 0
        self._next_t = now_ms
        self._ref_t = now_ms
        self._ref_ok = True
        self._moved = False
        self._cross = 0

    def _follow_house(self, now_ms, ma):
        """The EV rests: the reference goes along with the house."""
        for i in range(3):
            self._rest_ma[i] = ma[i]
        if diff(now_ms, self._next_t) < _FOLLOW_MS:
            return
        self._next_t = now_ms
        for i in range(3):
            self._ref_ma[i] = self._next_ma[i]
            self._swing[i] = self._next_swing[i]
            self._next_ma[i] = ma[i]
            self._next_swing[i] = 0
        self._rise = 0
        if self._swing[_largest(self._swing)] < _LATENCY_MA:
            self._cross = 0

    def _react_ms(self, fitted, interval_ms):
        ms = _REACT_MS if fitted else _REACT_OFFER_MS
        slow = interval_ms * 2 + 2000
        return ms if ms > slow else slow

    def _measure_delay(self, now_ms):
        if self._cross >= 2 or self._swing[_largest(self._swing)] < _LATENCY_MA:
            return
        if self._cross == 0:
            self._cross = 2  # the house's own step; or the EV's, if its meter says so soon
            self._cross_t = now_ms
            return
        self._cross = 3
        d = diff(now_ms, self._cross_t)
        if 0 <= d <= _DELAY_MAX_MS:
            self._learn(d if d > 0 else 1)

    def _learn(self, d):
        self.delay_ms = d if self.delay_ms == 0 else (self.delay_ms * 3 + d) // 4

    def _verdict(self, now_ms, ma, fitted, doubt):
        """The EV has moved and had its time: what did the mains do?"""
        if not self._alive and self._swing[_largest(self._swing)] < _QUIET_MA:
            self._strike(doubt)
            return WHY_FROZEN  # the reference stays: frozen until it moves
        why = WHY_OK
        if fitted and doubt != WHY_FROZEN:
            why = self._compare(ma)
        self._reference(now_ms, ma)
        if why != WHY_OK:
            self._strike(doubt)
        return why

    def _compare(self, ma):
        """DEAF, SWAPPED or REVERSED, or WHY_OK when the answer fits (own meter fitted)."""
        still = 0  # EV phases that did not move
        lead = 0  # the EV phase that moved most
        for i in range(3):
            d = abs(self._level[i] - self._ref_ev[i])
            if d < _QUIET_MA:
                still += 1
            if d > abs(self._level[lead] - self._ref_ev[lead]):
                lead = i
        move = self._level[lead] - self._ref_ev[lead]
        loudest = _largest(self._swing)
        at = self._map[lead] if self._mapped else loudest
        if self._swing[at] * 4 < abs(move):
            if move < 0 and self._rise >= _CALLED_MA:
                return WHY_OK  # a rise called for the reduction, and was undone by it: no evidence
            if still == 2 and self._swing[loudest] * 2 >= abs(move):
                return WHY_SWAPPED
            return WHY_DEAF
        # The balancer answers only what it has seen: what made the EV move is in the last
        # sample before it moved, and what came after that one is the EV's own.
        change = ma[at] - self._rest_ma[at]
        if move < 0:
            change = -change
            move = -move
        if change * 2 >= move:
            self._votes = 0
        elif change * 2 <= -move:
            self._votes += 1
            if self._votes >= _REVERSED_VOTES:
                return WHY_REVERSED
            return WHY_OK
        self.strikes = 0  # it answered: old doubts are settled
        return WHY_OK

    def _strike(self, doubt):
        if doubt == WHY_OK and self.strikes < _MAX_STRIKES:
            self.strikes += 1
