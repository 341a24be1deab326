"""Whether the mains moves when the EV moves: the proof that a meter is the right one.

When the EV's current (own power meter, ev_meter.py) moves by 4 A, the mains behind the same
fuse must move too: they answer. The reading of a meter that is frozen, on another cable or
wrongly scaled does not. While the EV rests there is no check: a calm house may repeat one
value for hours.

Both movements are measured from a reference: a sample of the mains and the EV's current of
that time. While the EV rests, the reference follows the house one sample behind. The reason:
a fast clamp may show a movement of the EV before the EV's own meter does. The movement must
not be compared with such a sample.
"""

from micropython import const

from ballast.control.meter.ev_meter import EvMeter
from ballast.control.ticks import diff

WHY_OK = const(0)
WHY_FROZEN = const(3)  # the same value to the last digit while the EV moved
WHY_DEAF = const(4)  # the mains moves, but not with the EV: wrong cable or wrong ratio
WHY_SWAPPED = const(5)  # another phase than the commissioned one answered
WHY_REVERSED = const(6)  # the mains fell when the EV rose, three times in a row

_DELAY_MAX_MS = const(8000)
_MAX_STRIKES = const(7)
_QUIET_MA = const(1000)  # a smaller movement counts as rest
_LATENCY_MA = const(2000)  # the delay is measured between the crossings of this distance
_MOVE_MA = const(4000)  # the mains must answer a movement of this size
_CAUSE_MA = const(500)  # a rise of the house that makes the balancer lower the EV by as much
_REACT_MS = const(7000)  # time for the answer (1 Hz source), for a verdict within 10 s
_REACT_OFFER_MS = const(20000)  # the same without own meter: when the EV follows is not known
_NEXT_MS = const(300)  # a younger sample does not become the reference
_LEAD_MS = const(150)  # the mains may show a movement so long before the own meter (10 Hz)
_RENEW_MS = const(60000)  # after this time a movement of 1..4 A gets a new reference
_REVERSED_TIMES = const(3)

# Which of the two has moved by _LATENCY_MA first since the reference.
_NEITHER = const(0)
_EV = const(1)
_MAINS = const(2)
_BOTH = const(3)  # the delay has been measured, or cannot be


def _largest(values: list[int]) -> int:
    """Index of the largest of three."""
    k = 0
    for i in range(1, 3):
        if values[i] > values[k]:
            k = i
    return k


class Reaction:
    """Compares the movements of the mains with those of the EV.

    delay_ms: from a movement of the EV to the first sample that showed it (sampling
    included), smoothed; 0 = not measured yet. same: the newest sample equals the one before
    to the last digit. strikes: movements without a right answer since the last right one,
    at most 7.
    """

    def __init__(self) -> None:
        self.delay_ms = 0
        self.same = False
        self.strikes = 0
        self._ev_ma = [0, 0, 0]  # the EV's current now
        self._ref_ev_ma = [0, 0, 0]
        self._ref_mains_ma = [0, 0, 0]
        self._swing = [0, 0, 0]  # largest |mains - _ref_mains_ma| since the reference
        self._rise_ma = 0  # the largest rise of the mains above _ref_mains_ma
        self._next_ma = [0, 0, 0]  # becomes the reference when it is old enough
        self._next_swing = [0, 0, 0]
        self._next_ms = 0
        self._rest_ma = [0, 0, 0]  # the last sample with the EV at rest
        self._last_ma = [0, 0, 0]
        self._changed = False  # a digit of the mains has changed since the EV moved
        self._ref_ms = 0
        self._has_ref = False
        self._moved = False  # the EV is _MOVE_MA or more away from the reference
        self._moved_ms = 0
        self._crossing = _NEITHER
        self._crossing_ms = 0
        self._reversed = 0  # answers in a row that went in the other direction
        self._phase_map = [0, 1, 2]
        self._mapped = False

    def set_phases(self, phase_map: "list[int] | None") -> None:
        """phase_map: [3] mains phase 0..2 of the charger's L1, L2, L3; None = not known."""
        self._mapped = phase_map is not None
        for i in range(3):
            self._phase_map[i] = phase_map[i] if phase_map is not None else i

    def forget(self) -> None:
        """Drop the reference: there is a gap in the readings, nothing is compared across it."""
        self._has_ref = False

    def watch(self, now_ms: int, ev_ma: list[int]) -> None:
        """Note at each reading of the own meter when the EV begins to move: the delay begins."""
        if not self._has_ref or (self._crossing != _NEITHER and self._crossing != _MAINS):
            return
        for i in range(3):
            if abs(ev_ma[i] - self._ref_ev_ma[i]) >= _LATENCY_MA:
                if self._crossing == _NEITHER:
                    self._crossing = _EV
                    self._crossing_ms = now_ms
                    return
                self._crossing = _BOTH
                if diff(now_ms, self._crossing_ms) <= _LEAD_MS:
                    self._learn(1)  # the mains showed the EV first: practically no delay
                return

    def judge(
        self,
        now_ms: int,
        ma: list[int],
        ev: EvMeter,
        offered_ma: int,
        interval_ms: int,
        doubt: int,
    ) -> int:
        """Check a new sample of the mains, ma [3]; returns WHY_*.

        offered_ma: what the EV may draw, in place of its current if `ev` is not fitted.
        interval_ms: of the source. doubt: WHY_* of the present distrust, WHY_OK without one.
        """
        moved = self._movement(ev, offered_ma)
        if not self._has_ref:
            self._reference(now_ms, ma)
            return WHY_OK
        self._take(ma)
        if ev.fitted:
            self._measure_delay(now_ms)
        if not self._moved:
            self._await_movement(now_ms, moved, ma)
        elif moved < _MOVE_MA // 2:
            self._reference(now_ms, ma)  # the EV came back before the verdict: there is none
        elif diff(now_ms, self._moved_ms) >= self._react_ms(ev.fitted, interval_ms):
            return self._verdict(now_ms, ma, ev.fitted, doubt)
        return WHY_OK

    def _movement(self, ev: EvMeter, offered_ma: int) -> int:
        """Distance of the EV from its reference in mA, on the phase where it is largest."""
        moved = 0
        for i in range(3):
            self._ev_ma[i] = ev.ma[i] if ev.fitted else offered_ma
            d = abs(self._ev_ma[i] - self._ref_ev_ma[i])
            if d > moved:
                moved = d
        return moved

    def _take(self, ma: list[int]) -> None:
        """Take the sample into the swings, and compare it with the one before."""
        self.same = True
        for i in range(3):
            if ma[i] != self._last_ma[i]:
                self.same = False
                self._changed = True
                self._last_ma[i] = ma[i]
            d = ma[i] - self._ref_mains_ma[i]
            if d > self._rise_ma:
                self._rise_ma = d
            d = abs(d)
            if d > self._swing[i]:
                self._swing[i] = d
            d = abs(ma[i] - self._next_ma[i])
            if d > self._next_swing[i]:
                self._next_swing[i] = d

    def _await_movement(self, now_ms: int, moved: int, ma: list[int]) -> None:
        if moved >= _MOVE_MA:
            self._moved = True
            self._moved_ms = now_ms
            self._changed = False
        elif moved < _QUIET_MA:
            self._follow_house(now_ms, ma)
        elif not self.same and diff(now_ms, self._ref_ms) > _RENEW_MS:
            self._reference(now_ms, ma)

    def _reference(self, now_ms: int, ma: list[int]) -> None:
        """Make this sample and the EV's current of now the reference."""
        for i in range(3):
            self._ref_ev_ma[i] = self._ev_ma[i]
            self._ref_mains_ma[i] = self._next_ma[i] = self._rest_ma[i] = self._last_ma[i] = ma[i]
            self._swing[i] = self._next_swing[i] = 0
        self._rise_ma = 0
        self._next_ms = now_ms
        self._ref_ms = now_ms
        self._has_ref = True
        self._moved = False
        self._crossing = _NEITHER

    def _follow_house(self, now_ms: int, ma: list[int]) -> None:
        """Let the reference follow the house while the EV rests."""
        for i in range(3):
            self._rest_ma[i] = ma[i]
        if diff(now_ms, self._next_ms) < _NEXT_MS:
            return
        self._next_ms = now_ms
        for i in range(3):
            self._ref_mains_ma[i] = self._next_ma[i]
            self._swing[i] = self._next_swing[i]
            self._next_ma[i] = ma[i]
            self._next_swing[i] = 0
        self._rise_ma = 0
        if self._swing[_largest(self._swing)] < _LATENCY_MA:
            self._crossing = _NEITHER

    def _react_ms(self, fitted: bool, interval_ms: int) -> int:
        ms = _REACT_MS if fitted else _REACT_OFFER_MS
        slow = interval_ms * 2 + 2000
        return ms if ms > slow else slow

    def _measure_delay(self, now_ms: int) -> None:
        if self._crossing >= _MAINS or self._swing[_largest(self._swing)] < _LATENCY_MA:
            return
        if self._crossing == _NEITHER:
            self._crossing = _MAINS  # the house moved; or the EV did, and watch() will see it soon
            self._crossing_ms = now_ms
            return
        self._crossing = _BOTH
        d = diff(now_ms, self._crossing_ms)
        if 0 <= d <= _DELAY_MAX_MS:
            self._learn(d if d > 0 else 1)

    def _learn(self, d: int) -> None:
        self.delay_ms = d if self.delay_ms == 0 else (self.delay_ms * 3 + d) // 4

    def _verdict(self, now_ms: int, ma: list[int], fitted: bool, doubt: int) -> int:
        """WHY_*, once the EV has moved and the time for the answer is over."""
        if not self._changed and self._swing[_largest(self._swing)] < _QUIET_MA:
            self._strike(doubt)
            return WHY_FROZEN  # keep the reference: frozen until the mains moves
        why = WHY_OK
        if fitted and doubt != WHY_FROZEN:
            why = self._compare(ma)
        self._reference(now_ms, ma)
        if why != WHY_OK:
            self._strike(doubt)
        return why

    def _compare(self, ma: list[int]) -> int:
        """WHY_DEAF, WHY_SWAPPED, WHY_REVERSED, or WHY_OK if the answer is right."""
        still = 0  # EV phases that did not move
        lead = 0  # the EV phase that moved most
        for i in range(3):
            d = abs(self._ev_ma[i] - self._ref_ev_ma[i])
            if d < _QUIET_MA:
                still += 1
            if d > abs(self._ev_ma[lead] - self._ref_ev_ma[lead]):
                lead = i
        move = self._ev_ma[lead] - self._ref_ev_ma[lead]
        loudest = _largest(self._swing)
        at = self._phase_map[lead] if self._mapped else loudest
        if self._swing[at] * 4 < abs(move):
            if move < 0 and self._rise_ma >= _CAUSE_MA and self._changed:
                return WHY_OK  # the balancer made up for a rise of the house: that proves nothing
            if still == 2 and self._swing[loudest] * 2 >= abs(move):
                return WHY_SWAPPED
            return WHY_DEAF
        # The balancer moves the EV because of a sample that it has read. So the movement of the
        # house that caused it is in the last sample before the EV moved; all change after that
        # sample is the EV's.
        change = ma[at] - self._rest_ma[at]
        if move < 0:
            change = -change
            move = -move
        if change * 2 >= move:
            self._reversed = 0
        elif change * 2 <= -move:
            self._reversed += 1
            if self._reversed >= _REVERSED_TIMES:
                return WHY_REVERSED
            return WHY_OK
        self.strikes = 0  # the answer was right
        return WHY_OK

    def _strike(self, doubt: int) -> None:
        if doubt == WHY_OK and self.strikes < _MAX_STRIKES:
            self.strikes += 1
