"""Which member of a group gets how much: requests and panel limits in, mA per member out.

A pure function on lists that are made once. There are three modes:
EQUAL: as many members as fit get their minimum. The rest is shared equally; what one
member cannot use goes to the others.
PRIORITY: the same, but the members of a better rank are filled before those of the next.
DEPARTURE: first the members with the least time to spare, see urgency.py. Members without
a departure time share equally what is left.

In a shortage not all members get their minimum. A member that is served keeps its place for
`rotate_s`; then a member that has waited for as long takes it. A better rank goes before
that, except in the mode DEPARTURE, where the time to spare does.
"""

from micropython import const

from ballast.control.group import urgency
from ballast.control.group.panels import Panels

EQUAL = const(0)
PRIORITY = const(1)
DEPARTURE = const(2)

RANKS = const(256)  # 0 = best
ROTATE_S = const(900)  # chosen: a turn of 15 min; shorter ones wear the contactor
MAX_S = const(0x7FFFF)  # 6 days: longer turns and waits all count alike
IDLE_S = const(0x7FFFFFF)  # a turn that is not used: it ends as soon as another member waits

_LINE_STEP_MA = const(250)  # chosen: fine enough, and 80 A are reached in 320 rounds


class Allocator:
    """Requests and results of `size` members; all lists are indexed by member.

    want: 1 = asks for current. mask, line, panel: see panels.Panels. min_ma, max_ma: the
    least and the most that it can use (0 < min). rank: 0..255. left_s: seconds to departure
    or urgency.NO_DEPARTURE; need_mah: mAh per conductor still wanted by then, <= 2**20.
    turn_s: >= 0: seconds that it has been served in this turn; < 0: seconds that it has
    waited; IDLE_S: it is served and takes nothing.
    Result: ma[i], 0 or min_ma..max_ma. order: best first. short: how many members want
    current and got none.
    """

    def __init__(self, size: int, panels: Panels) -> None:
        self.size = size
        self.panels = panels
        self.mode = EQUAL
        self.rotate_s = ROTATE_S
        self.want = bytearray(size)
        self.mask = bytearray(size)
        self.line = bytearray(size)
        self.panel = bytearray(size)
        self.rank = bytearray(size)
        self.min_ma = [6000] * size
        self.max_ma = [0] * size
        self.left_s = [urgency.NO_DEPARTURE] * size
        self.need_mah = [0] * size
        self.turn_s = [0] * size
        self.ma = [0] * size
        self.short = 0
        self.order = [0] * size
        for i in range(size):
            self.order[i] = i
        self._key = [0] * size
        self._open = bytearray(size)
        self._count = [0] * len(panels.limit_ma)
        self._urgency = urgency.Urgency(self)

    def run(self) -> None:
        """Fill `ma` from the requests and from the room that is left in `panels`.

        The caller loads what other chargers draw onto `panels` first; the result is added to it.
        A request that makes no sense (no conductor, max_ma < min_ma, min_ma 0) is left out.
        """
        for i in range(self.size):
            self.ma[i] = 0
            if not 0 < self.min_ma[i] <= self.max_ma[i] or self.mask[i] & 7 == 0:
                self.want[i] = 0
        self._sort()
        if self.mode == DEPARTURE:
            self._urgency.run()
            self._unhurried()
        else:
            self._minimums()
            self._raise_tiers()
        self.short = 0
        for i in range(self.size):
            if self.want[i] and self.ma[i] == 0:
                self.short += 1

    def add(self, i: int, ma: int) -> bool:
        """Give member `i` `ma` more (negative: less) if that fits. Returns whether it fitted."""
        if not self.panels.fits(self.panel[i], self.mask[i], self.line[i], ma):
            return False
        self.panels.take(self.panel[i], self.mask[i], self.line[i], ma)
        self.ma[i] += ma
        return True

    # ---- order ----

    def _sort(self) -> None:
        """Insertion sort: the order hardly changes from one run to the next. Members with equal
        keys keep their places, so that in a shortage every member has its turn."""
        key = self._key
        order = self.order
        for i in range(self.size):
            key[i] = self.sort_key(i)
        for at in range(1, self.size):
            i = order[at]
            k = key[i]
            while at > 0:
                j = order[at - 1]
                if key[j] <= k:
                    break
                order[at] = j
                at -= 1
            order[at] = i

    def sort_key(self, i: int) -> int:
        """The number by which member `i` is ordered, smallest first."""
        if self.mode != DEPARTURE:
            return (self.rank[i] << 22) | self._turn_key(i)
        if self.left_s[i] < 0:
            return 0x400000 + self._turn_key(i)  # after all that have a departure
        return urgency.laxity_s(self.left_s[i], self.need_mah[i], self.max_ma[i])

    def _turn_key(self, i: int) -> int:
        """First the members in their turn (place 0), then those that have waited long enough (1),
        whose turn is over (2), that have not waited long enough yet (3), and the idle ones (4)."""
        turn = self.turn_s[i]
        place = 0
        if turn == IDLE_S:
            place = 4
        elif turn < 0:
            place = 1 if -turn >= self.rotate_s else 3
            turn = MAX_S + turn if -turn < MAX_S else 0  # the longest wait first
        elif turn >= self.rotate_s:
            place = 2
        else:
            turn = MAX_S - turn  # the longest turn first
        if turn > MAX_S:
            turn = MAX_S
        return (place << 19) | turn

    # ---- equal, and by rank ----

    def _unhurried(self) -> None:
        """The members without a departure time share what is left, as in EQUAL."""
        some = False
        for i in self.order:
            if self.want[i] and self.left_s[i] < 0:
                some = True
                self.add(i, self.min_ma[i])
        if some:
            self._raise(0, RANKS - 1)

    def _minimums(self) -> None:
        """In order, each member whose minimum fits gets it."""
        for i in self.order:
            if self.want[i]:
                self.add(i, self.min_ma[i])

    def _raise_tiers(self) -> None:
        """Raise all members together, or one rank after the other."""
        if self.mode == EQUAL:
            self._raise(0, RANKS - 1)
            return
        rank = -1
        while True:
            following = RANKS
            for i in range(self.size):
                if self.ma[i] and rank < self.rank[i] < following:
                    following = self.rank[i]
            if following == RANKS:
                return
            self._raise(following, following)
            rank = following

    def _raise(self, low: int, high: int) -> None:
        """Raise all members of the ranks low..high together, each until it can take no more.

        This is max-min fairness above the minimum. A member is open while it can still rise.
        """
        lines = 0
        for i in range(self.size):
            can = self.ma[i] > 0 and low <= self.rank[i] <= high and self.ma[i] < self.max_ma[i]
            self._open[i] = 1 if can else 0
            if can and self.line[i]:
                lines += 1
        step = self._common_step()
        while step >= 0:  # each round closes a member or fills a conductor
            if step == 0:
                self._close_full()
            else:
                self._rise(step)
            step = self._common_step()
        if lines:
            self._raise_lines(low, high)

    def _common_step(self) -> int:
        """mA by which all open members can rise before a conductor is full; -1 = none is open."""
        panels = self.panels
        count = self._count
        for at in range(3 * panels.count):
            count[at] = 0
        some = False
        for i in range(self.size):
            if self._open[i]:
                some = True
                mask = self.mask[i]
                panel = self.panel[i]
                while panel >= 0:
                    at = 3 * panel
                    count[at] += mask & 1
                    count[at + 1] += (mask >> 1) & 1
                    count[at + 2] += (mask >> 2) & 1
                    panel = panels.parent[panel]
        if not some:
            return -1
        step = 0x40000  # 262 A; where that is not enough, a second step follows
        for at in range(3 * panels.count):
            if count[at] and not panels.star[at // 3]:
                share = self._left(at) // count[at]
                if share < step:
                    step = share
        return step if step > 0 else 0

    def _left(self, at: int) -> int:
        """mA left on a conductor, currents simply added.

        Where phasors are compared, their rounding is taken off (panels.within: at most four
        units); otherwise the last member of a round would not fit.
        """
        panels = self.panels
        limit = panels.limit_ma[at]
        left = limit - panels.plain(at // 3, at % 3)
        return left - (limit >> 10) - 4 if panels.phasors(at // 3) else left

    def _close_full(self) -> None:
        """Close the members on each conductor that cannot give every open member 1 mA more."""
        panels = self.panels
        for at in range(3 * panels.count):
            n = self._count[at]
            if n and not panels.star[at // 3]:
                if self._left(at) < n:
                    for i in range(self.size):
                        if self._open[i] and (self.mask[i] >> (at % 3)) & 1:
                            if panels.above(self.panel[i], at // 3):
                                self._open[i] = 0

    def _rise(self, step: int) -> None:
        """Raise each open member by `step`, or to its maximum."""
        for i in range(self.size):
            if self._open[i]:
                more = self.max_ma[i] - self.ma[i]
                if more > step:
                    more = step
                if not self.add(i, more) or self.ma[i] >= self.max_ma[i]:
                    self._open[i] = 0

    def _raise_lines(self, low: int, high: int) -> None:
        """Raise the members between two conductors by turns, a step each, until none fits.

        _raise() added their currents plainly and stopped too early: phasors add up to less.
        """
        some = True
        while some:
            some = False
            for i in range(self.size):
                if self.ma[i] and self.line[i] and low <= self.rank[i] <= high:
                    more = self.max_ma[i] - self.ma[i]
                    if more > _LINE_STEP_MA:
                        more = _LINE_STEP_MA
                    if more > 0 and self.add(i, more):
                        some = True


def best_rank(charger: int, user: int, ev: int) -> int:
    """The best (smallest) of the ranks of the charger, its user and the EV; 0..255."""
    rank = charger if charger < user else user
    return rank if rank < ev else ev
