"""Departure times: the most urgent first, and no phase left idle.

Least laxity first is the known rule for deadlines. On its own it crowds: the most
urgent cars may all hang on one phase or one pair of conductors, and with them the
supply is full at half of what it could give. So the next ampere goes to that
connection (L1, L1-L2, L1+L2+L3 ...) which has got least of what it needs, and there
to its most urgent member. What a connection needs is the sum of the even currents
that would just fill its members by departure, counted up to 5/4 of its even share
of the supply: in a shortage all connections weigh alike and the supply is used
best, with enough for all the one with more cars to fill gets more.
"""

from micropython import const

NO_DEPARTURE = const(-1)

_KINDS = const(16)  # line * 8 + mask
_STEP_MA = const(2000)  # first and last step when raising one member
_LAST_STEP_MA = const(60)
_YIELD_STEP_MA = const(500)  # what an earlier member gives up so that a next one gets its minimum
_MAX_SHARE_MA = const(0x40000)  # 262 A: search range of the even share


class Urgency:
    """The departure mode of allocate.Allocator `a`, whose arrays it reads and fills."""

    def __init__(self, a):
        self._a = a
        self._members = bytearray(_KINDS)  # how many members are wired that way
        self._given_ma = [0] * _KINDS
        self._need_ma = [0] * _KINDS
        self._at = [0] * _KINDS  # position in a.order of the kind's next member
        self._step_ma = [0] * _KINDS

    def run(self):
        """Serve a.order, most urgent first, balanced over the connections."""
        self._start()
        while True:
            kind = self._least_served()
            if kind < 0:
                return
            self._serve(kind, self._a.order[self._at[kind]])

    def _start(self):
        a = self._a
        for kind in range(_KINDS):
            self._members[kind] = 0
            self._given_ma[kind] = 0
            self._need_ma[kind] = 0
            self._at[kind] = -1
            self._step_ma[kind] = _STEP_MA
        for i in range(a.size):
            kind = a.line[i] * 8 + (a.mask[i] & 7)
            if kind & 7:
                self._members[kind] += 1
                if a.want[i] and a.left_s[i] >= 0:
                    self._need_ma[kind] += need_ma(a.left_s[i], a.need_mah[i], a.max_ma[i])
        most = self._even_share_ma() // 4 * 5
        for kind in range(_KINDS):
            if self._members[kind]:
                self._advance(kind)
                if self._need_ma[kind] > most:
                    self._need_ma[kind] = most

    def _even_share_ma(self):
        """The most that every connection of the group can have at once at the supply."""
        share = 0
        bit = _MAX_SHARE_MA
        while bit >= 64:
            bit >>= 1
            if self._all_fit(share + bit):
                share += bit
        return share

    def _all_fit(self, ma):
        panels = self._a.panels
        fit = True
        for kind in range(1, _KINDS):
            if self._members[kind]:
                panels.take(0, kind & 7, kind >> 3, ma)
        for kind in range(1, _KINDS):
            if self._members[kind] and not panels.fits(0, kind & 7, kind >> 3, 0):
                fit = False
        for kind in range(1, _KINDS):
            if self._members[kind]:
                panels.take(0, kind & 7, kind >> 3, -ma)
        return fit

    def _advance(self, kind):
        """Move on to the kind's next member that wants and has a departure; past the end = done."""
        a = self._a
        at = self._at[kind] + 1
        while at < a.size:
            i = a.order[at]
            if a.want[i] and a.left_s[i] >= 0 and a.line[i] * 8 + (a.mask[i] & 7) == kind:
                break
            at += 1
        self._at[kind] = at
        self._step_ma[kind] = _STEP_MA

    def _least_served(self):
        """The kind with the smallest given / need that still has a member to serve, or -1."""
        best = -1
        size = self._a.size
        for kind in range(1, _KINDS):
            if self._members[kind] and self._at[kind] < size:
                # in units of 32 mA, so that the products stay small
                if best < 0 or (self._given_ma[kind] >> 5) * (self._need_ma[best] >> 5) < (
                    self._given_ma[best] >> 5
                ) * (self._need_ma[kind] >> 5):
                    best = kind
        return best

    def _serve(self, kind, i):
        """One step for member `i`: its minimum first, then up to its maximum in steps."""
        a = self._a
        if a.ma[i] == 0:
            step = a.min_ma[i]
            if a.add(i, step):
                self._given_ma[kind] += step
            else:
                self._make_room(kind, i)
                self._advance(kind)
            return
        step = self._step_ma[kind]
        if step > a.max_ma[i] - a.ma[i]:
            step = a.max_ma[i] - a.ma[i]
        if step <= 0:
            self._advance(kind)
        elif a.add(i, step):
            self._given_ma[kind] += step
        elif self._step_ma[kind] > _LAST_STEP_MA:
            self._step_ma[kind] >>= 1
        else:
            self._advance(kind)

    def _make_room(self, kind, i):
        """A rest below the minimum: let one that was served before yield what is missing."""
        a = self._a
        if not a.panels.fits(a.panel[i], a.mask[i], a.line[i], _YIELD_STEP_MA):
            return  # there is no rest
        for at in range(self._at[kind] - 1, -1, -1):
            j = a.order[at]
            if a.ma[j] > a.min_ma[j] and a.line[j] * 8 + (a.mask[j] & 7) == kind:
                spare = a.ma[j] - a.min_ma[j]
                less = _YIELD_STEP_MA
                while less <= spare and less < a.min_ma[i]:
                    if a.add(j, -less):
                        if a.add(i, a.min_ma[i]):
                            self._given_ma[kind] += a.min_ma[i] - less
                            return
                        a.add(j, less)
                    less += _YIELD_STEP_MA


def per_hour(mah, divisor):
    """mah * 3600 // divisor without leaving 30 bits (mah <= 2**20, divisor > 0)."""
    while mah > 0x3FFFF:
        mah >>= 1
        divisor = (divisor + 1) >> 1
    return mah * 3600 // divisor


def laxity_s(left_s, need_mah, max_ma):
    """Seconds to spare before it must charge at `max_ma` without a break; < 0 = too late."""
    return left_s - per_hour(need_mah, max_ma)


def need_ma(left_s, need_mah, max_ma):
    """The even current that just fills the need by departure, <= max_ma."""
    if left_s == 0:
        return max_ma
    need = per_hour(need_mah, left_s)
    return need if need < max_ma else max_ma
