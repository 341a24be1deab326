"""What the house leaves for a whole group: fuse less (mains less what the members draw).

The mains reading and the members' reports are not of one instant: a car on its way up
shows in the one before it shows in the other. So of each member a range is kept, from
the least to the most that it drew of late, and the house is only known to lie between
(mains - most) and (mains - least). An estimate that lies in there stays as it is; one
that does not moves to the nearer end. When all is steady both ends meet and the estimate
is exact; a step of the house moves it at once, the ramp of a car does not. A rise that
could be that of a car with more lease than it drew is given a second to be told by it,
while the mains are below their limit.

Down at once, up slowly: the budget is the least of the last seconds, less a little, so
that a house that only breathes moves no pilot of the group.
"""

from micropython import const

from ballast.control.group.records import SEATS
from ballast.control.ticks import diff

_BUCKET_MS = const(500)
_BUCKETS = const(10)  # a budget rises after 5 s
_QUIET_MS = const(2500)  # a member not heard for this long may have stopped
_GONE_MS = const(25000)  # and is not thought of any more after a lease
_FAR_MA = const(200000)
_CONFIRM_MS = const(900)  # a car's report of its rise is at most so much behind the mains' meter
_NOISE_MA = const(200)
_REST_MA = const(150)  # always free
_MORE_MA = const(400)  # a smaller gain is not worth new leases for all


class GroupBudget:
    """house_ma [3]: the estimate. ma [3]: what the group may draw. known: both are set."""

    def __init__(self, seats, phases):
        n = 3 * SEATS
        self._seats = seats
        self._phases = phases  # of the supply; on what it does not have, ma is the limit
        self._last = [0] * n
        self._spare = [0] * n  # what it could draw more
        self._low = [0] * n
        self._high = [0] * n
        self._old_low = [0] * n
        self._old_high = [0] * n
        self._heard = bytearray(SEATS)
        self._heard_ms = [0] * SEATS
        self.house_ma = [0, 0, 0]
        self.ma = [0, 0, 0]
        self.known = False
        self._least = [_FAR_MA] * (3 * _BUCKETS)
        self._at = 0
        self._turn_ms = 0
        self._rise = bytearray(3)
        self._rise_ms = [0, 0, 0]
        self._rise_ma = [0, 0, 0]

    def draw(self, now_ms, seat, drawn_ma, held_ma):
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

    def forget(self):
        """The meter is not trusted any more."""
        self.known = False

    def step(self, now_ms, mains_ma, limit_ma, exact):
        """Judge a trusted mains_ma [3] against limit_ma.

        exact: of the range take the estimate; else its lower end: one that does not lead
        warns the leader only of what is certain.
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
                could = 0  # whoever it is, it is too much
            self._judge(now_ms, phase, low, high, could)
            house = self.house_ma[phase]
            self._note(phase, limit_ma - (house if exact or house < low else low))
        self.known = True

    def _judge(self, now_ms, phase, low, high, could):
        """Move the estimate into low..high; up only when no car can be the reason."""
        ma = self.house_ma[phase]
        if not self.known or ma > high:
            self.house_ma[phase] = high
        elif ma < low - _NOISE_MA:
            if not self._rise[phase] or low < self._rise_ma[phase] - _NOISE_MA:
                self._rise[phase] = 1  # or it shrinks: the reports are catching up
                self._rise_ms[phase] = now_ms
            self._rise_ma[phase] = low
            if low - ma > could or diff(now_ms, self._rise_ms[phase]) >= _CONFIRM_MS:
                self.house_ma[phase] = low
            return
        elif ma < low:
            self.house_ma[phase] = low
        self._rise[phase] = 0

    def _note(self, phase, free):
        """Keep the least of the last seconds; a new budget where it is exceeded or worth it."""
        at = _BUCKETS * phase
        if free < self._least[at + self._at]:
            self._least[at + self._at] = free
        for i in range(at, at + _BUCKETS):
            if self._least[i] < free:
                free = self._least[i]
        if not self.known or free < self.ma[phase] or free > self.ma[phase] + _MORE_MA:
            self.ma[phase] = free - _REST_MA if free > _REST_MA else 0

    def _turn(self, now_ms):
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
