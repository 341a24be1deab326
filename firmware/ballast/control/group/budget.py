"""What the house leaves for a whole group: the fuse less the house, house = mains less EVs.

The reading of the mains and the reports of the members are taken at different times. An
EV that takes more current shows in one of them before it shows in the other. So for each
member the least and the most that it drew in the last second are kept. The house then lies
between (mains - most) and (mains - least). The estimate of the house stays as it is while
it lies in this range; otherwise it moves to the nearer end of the range.
In a steady state both ends are equal and the estimate is exact. A step of the house moves
the estimate at once; the ramp of an EV does not.

The estimate may also rise because an EV takes more of its lease and has not reported it
yet. While the mains are below their limit, such a rise is believed only after a second, and only
as far as it was there all that time: else an EV that begins within that second is taken for house.

The budget falls at once and rises slowly: it is the smallest of the last five seconds,
less a reserve. Small movements of the house then change no pilot of the group.
"""

from micropython import const

from ballast.control.ticks import diff

_BUCKET_MS = const(500)
_BUCKETS = const(10)  # the budget rises after 5 s
_QUIET_MS = const(2500)  # a member that is silent for longer may have stopped its EV
_GONE_MS = const(25000)  # a member that is silent for longer has no lease: it is left out
_FAR_MA = const(200000)  # more than any supply leaves
_CONFIRM_MS = const(900)  # an EV reports its rise at most this long after the meter shows it
_NOISE_MA = const(200)  # chosen: what two meters may differ by
_REST_MA = const(150)  # chosen: a reserve that always stays free
_MORE_MA = const(400)  # chosen: a smaller gain is not worth new leases for all


class GroupBudget:
    """house_ma [3]: the estimate. ma [3]: what the group may draw. known: both are set.

    Lists of members are indexed 3 * seat + phase.
    """

    def __init__(self, seats: int, phases: int) -> None:
        """phases: of the supply; on a conductor that it does not have, ma is the limit."""
        n = 3 * seats
        self._seats = seats
        self._phases = phases
        self._last = [0] * n  # what it drew by its last report
        self._spare = [0] * n  # how much more it may draw
        self._low = [0] * n  # least and most since the bucket of time began
        self._high = [0] * n
        self._old_low = [0] * n  # least and most in the bucket before
        self._old_high = [0] * n
        self._heard = bytearray(seats)
        self._heard_ms = [0] * seats
        self.house_ma = [0, 0, 0]
        self.ma = [0, 0, 0]
        self.known = False
        self._least = [_FAR_MA] * (3 * _BUCKETS)  # what was free, the least in each bucket
        self._at = 0  # the bucket of this moment
        self._turn_ms = 0  # when it began
        self._rise = bytearray(3)  # 1 = the house may have risen, not believed yet
        self._rise_ms = [0, 0, 0]  # since when
        self._rise_ma = [0, 0, 0]  # the least since then

    def draw(self, now_ms: int, seat: int, drawn_ma: list[int], held_ma: int) -> None:
        """Member `seat` draws drawn_ma [3], -1 = it has no meter; it may draw held_ma."""
        if not self._heard[seat]:
            for i in range(3 * seat, 3 * seat + 3):
                self._low[i] = self._old_low[i] = 0
                self._high[i] = self._old_high[i] = 0
        self._heard[seat] = 1
        self._heard_ms[seat] = now_ms
        i = 3 * seat
        for phase in range(3):
            ma = drawn_ma[phase]
            most = ma if ma >= 0 else held_ma
            if ma < 0:
                ma = 0
            self._last[i] = ma
            self._spare[i] = held_ma - ma if held_ma > ma else 0
            if ma < self._low[i]:
                self._low[i] = ma
            if most > self._high[i]:
                self._high[i] = most
            i += 1

    def forget(self) -> None:
        """The meter is not trusted any more."""
        self.known = False

    def step(self, now_ms: int, mains_ma: list[int], limit_ma: int, exact: bool) -> None:
        """Compute the budget from a trusted reading mains_ma [3] and the limit of the supply.

        exact: use the estimate of the house (the leader does); else the lower end of the range:
        a member that does not lead reports to the leader only what is certain.
        """
        if not self.known or diff(now_ms, self._turn_ms) >= _BUCKET_MS:
            self._turn(now_ms)
        for phase in range(self._phases, 3):
            self.ma[phase] = limit_ma
        for phase in range(self._phases):
            low = mains_ma[phase]
            high = low
            could = _NOISE_MA
            i = phase
            for seat in range(self._seats):
                if self._heard[seat]:
                    a = self._high[i]
                    b = self._old_high[i]
                    low -= a if a > b else b
                    a = self._low[i]
                    b = self._old_low[i]
                    high -= a if a < b else b
                    could += self._spare[i]
                i += 3
            if mains_ma[phase] > limit_ma + _NOISE_MA:
                could = 0  # too much is drawn, whether by the house or by an EV
            self._judge(now_ms, phase, low, high, could)
            house = self.house_ma[phase]
            self._note(phase, limit_ma - (house if exact or house < low else low))
        self.known = True

    def _judge(self, now_ms: int, phase: int, low: int, high: int, could: int) -> None:
        """Move the estimate into low..high; raise it only if no EV can be the cause.

        could: by how much the EVs on this conductor could have risen unseen.
        """
        ma = self.house_ma[phase]
        if not self.known or ma > high:
            self.house_ma[phase] = high
        elif ma < low - _NOISE_MA:
            if not self._rise[phase] or low < self._rise_ma[phase] - _NOISE_MA:
                self._rise[phase] = 1  # it begins, or it shrinks because reports come in
                self._rise_ms[phase] = now_ms
                self._rise_ma[phase] = low
            elif low < self._rise_ma[phase]:
                self._rise_ma[phase] = low
            if low - ma > could:
                self.house_ma[phase] = low
            elif diff(now_ms, self._rise_ms[phase]) >= _CONFIRM_MS:
                self.house_ma[phase] = self._rise_ma[phase]
                self._rise_ms[phase] = now_ms
                self._rise_ma[phase] = low
            return
        elif ma < low:
            self.house_ma[phase] = low
        self._rise[phase] = 0

    def _note(self, phase: int, free: int) -> None:
        """Note what is free now; change the budget when less is left, or clearly more."""
        at = _BUCKETS * phase
        if free < self._least[at + self._at]:
            self._least[at + self._at] = free
        for i in range(at, at + _BUCKETS):
            if self._least[i] < free:
                free = self._least[i]
        if not self.known or free < self.ma[phase] or free > self.ma[phase] + _MORE_MA:
            self.ma[phase] = free - _REST_MA if free > _REST_MA else 0

    def _turn(self, now_ms: int) -> None:
        """A new bucket of time begins."""
        self._turn_ms = now_ms
        if not self.known:
            for i in range(3 * _BUCKETS):
                self._least[i] = _FAR_MA
        self._at = (self._at + 1) % _BUCKETS
        for phase in range(3):
            self._least[_BUCKETS * phase + self._at] = _FAR_MA
        for seat in range(self._seats):
            if not self._heard[seat]:
                continue
            quiet = diff(now_ms, self._heard_ms[seat])
            if quiet > _GONE_MS:
                self._heard[seat] = 0
            for i in range(3 * seat, 3 * seat + 3):
                self._old_low[i] = self._low[i]
                self._old_high[i] = self._high[i]
                self._low[i] = self._last[i] if quiet <= _QUIET_MS else 0
                self._high[i] = self._last[i]
