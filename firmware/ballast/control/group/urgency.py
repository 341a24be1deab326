"""Departure times: the most urgent EV first, and no conductor left unused.

"Least laxity first" is the known rule for deadlines: first comes the EV with the least
time to spare. Alone it wastes current. The most urgent EVs may all be on one phase or on
one pair of conductors; when that is full, the other conductors are still empty.
So the current is given out in steps. Each step goes to that kind of connection (L1, L1-L2,
L1+L2+L3 ...) which has received the smallest part of its need, and there to its most urgent
member. The need of a connection is the sum of the even currents that would just fill its
EVs by their departure, but at most 5/4 of its even share of the supply. In a shortage all
connections then count alike, and the supply is used best. When there is enough for all, the
connection with more energy to deliver gets more.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.control.group.allocate import Allocator

NO_DEPARTURE = const(-1)

_KINDS = const(16)  # line * 8 + mask
_STEP_MA = const(2000)  # a member is raised in steps that start with this
_LAST_STEP_MA = const(60)  # and are halved, where they do not fit, down to about this
_YIELD_STEP_MA = const(500)  # steps in which an earlier member gives up current for a later one
_MAX_SHARE_MA = const(0x40000)  # 262 A: search range of the even share


class Urgency:
    """The departure mode of Allocator `a`, whose lists it reads and fills.

    Own lists are indexed by the kind of connection: 8 * line + mask.
    """

    def __init__(self, a: "Allocator") -> None:
        self._a = a
        self._members = bytearray(_KINDS)  # how many members are connected that way
        self._given_ma = [0] * _KINDS
        self._need_ma = [0] * _KINDS
        self._at = [0] * _KINDS  # position in a.order of the kind's next member
        self._step_ma = [0] * _KINDS

    def run(self) -> None:
        """Serve a.order, most urgent first, balanced over the connections."""
        self._start()
        while True:
            kind = self._least_served()
            if kind < 0:
                return
            self._serve(kind, self._a.order[self._at[kind]])

    def _start(self) -> None:
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

    def _even_share_ma(self) -> int:
        """The largest current that every kind of connection can draw at once at the supply."""
        share = 0
        bit = _MAX_SHARE_MA
        while bit >= 64:
            bit >>= 1
            if self._all_fit(share + bit):
                share += bit
        return share

    def _all_fit(self, ma: int) -> bool:
        """Whether the supply carries `ma` more on every kind of connection at once."""
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

    def _advance(self, kind: int) -> None:
        """Go to the next member of `kind` that wants current and has a departure time.

        With none left, its place is the size of the group.
        """
        a = self._a
        at = self._at[kind] + 1
        while at < a.size:
            i = a.order[at]
            if a.want[i] and a.left_s[i] >= 0 and a.line[i] * 8 + (a.mask[i] & 7) == kind:
                break
            at += 1
        self._at[kind] = at
        self._step_ma[kind] = _STEP_MA

    def _least_served(self) -> int:
        """The kind with the smallest given / need that still has a member to serve; -1 = none."""
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

    def _serve(self, kind: int, i: int) -> None:
        """One step for member `i`: its minimum first, then more until it has its maximum."""
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

    def _make_room(self, kind: int, i: int) -> None:
        """Less than the minimum is left: a member that was served before gives up the rest."""
        a = self._a
        if not a.panels.fits(a.panel[i], a.mask[i], a.line[i], _YIELD_STEP_MA):
            return  # there is not even one step left
        for at in range(self._at[kind] - 1, -1, -1):
            j = a.order[at]
            if a.ma[j] > a.min_ma[j] and a.line[j] * 8 + (a.mask[j] & 7) == kind:
                left = a.ma[j] - a.min_ma[j]
                less = _YIELD_STEP_MA
                while less <= left and less < a.min_ma[i]:
                    if a.add(j, -less):
                        if a.add(i, a.min_ma[i]):
                            self._given_ma[kind] += a.min_ma[i] - less
                            return
                        a.add(j, less)
                    less += _YIELD_STEP_MA


def per_hour(mah: int, divisor: int) -> int:
    """About mah * 3600 // divisor, never beyond 30 bits (mah <= 2**20, divisor > 0)."""
    while mah > 0x3FFFF:
        mah >>= 1
        divisor = (divisor + 1) >> 1
    return mah * 3600 // divisor


def laxity_s(left_s: int, need_mah: int, max_ma: int) -> int:
    """Seconds to spare until it must charge at `max_ma` without a break; < 0 = too late."""
    return left_s - per_hour(need_mah, max_ma)


def need_ma(left_s: int, need_mah: int, max_ma: int) -> int:
    """The even current that just fills the need by departure, at most max_ma."""
    if left_s == 0:
        return max_ma
    need = per_hour(need_mah, left_s)
    return need if need < max_ma else max_ma
