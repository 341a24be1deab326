"""Who of a group gets how much: requests and panel limits in, mA per member out.

A pure function on arrays that are made once. EQUAL: as many members as fit get
their minimum, the rest is shared equally and what one cannot use moves on to the
others. PRIORITY: the same, but a better rank is filled before the next one.
DEPARTURE: least laxity first (time left less time needed at full current), see
urgency.py; whoever has said no departure shares equally what is left.

Shortage: who is served keeps its place for `rotate_s`, then whoever has waited
that long takes it. Ranks go first in every mode but DEPARTURE, where time does.
"""

from micropython import const

from ballast.control.group import urgency

EQUAL = const(0)
PRIORITY = const(1)
DEPARTURE = const(2)

RANKS = const(256)  # 0 = best
MAX_S = const(0x7FFFF)  # 6 days: the longest turn or wait that is told apart
IDLE_S = const(0x7FFFFFF)  # a turn that is not used: over as soon as anybody else waits

_LINE_STEP_MA = const(250)


class Allocator:
    """Requests and results of `size` members; all lists are indexed by member.

    want: 1 = asks for current. mask, line, panel: see panels.Panels. min_ma, max_ma:
    least and most it can use (0 < min). rank: 0..255. left_s: seconds to departure or
    urgency.NO_DEPARTURE; need_mah: mAh per conductor still wanted by then, <= 2**20.
    turn_s: >= 0 seconds served so far in this turn, < 0 seconds waited, IDLE_S: served for
    nothing.
    Result: ma[i], 0 or min_ma..max_ma. `short`: members that want and got nothing.
    """

    def __init__(self, size, panels):
        self.size = size
        self.panels = panels
        self.mode = EQUAL
        self.rotate_s = 900
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

    def run(self):
        """Fill `ma` from the requests and from what `panels` still has room for.

        What others already take is to be in `panels` before; the result is added to it.
        A request that cannot be met at all (no conductor, most < least, least 0) is none.
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

    def add(self, i, ma):
        """Give member `i` `ma` more (negative: take back) if that fits; whether it did."""
        if not self.panels.fits(self.panel[i], self.mask[i], self.line[i], ma):
            return False
        self.panels.take(self.panel[i], self.mask[i], self.line[i], ma)
        self.ma[i] += ma
        return True

    # ---- order ----

    def _sort(self):
        """Insertion sort: the order hardly changes from one run to the next, and who is
        equal keeps its place, which makes the turns of a shortage go round fairly."""
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

    def sort_key(self, i):
        """What member `i` is ordered by, smallest first."""
        if self.mode != DEPARTURE:
            return (self.rank[i] << 22) | self._turn_key(i)
        if self.left_s[i] < 0:
            return 0x400000 + self._turn_key(i)  # after all that have a departure
        return urgency.laxity_s(self.left_s[i], self.need_mah[i], self.max_ma[i])

    def _turn_key(self, i):
        """In its turn; waited long enough; turn is over; waits, but not long enough yet; idle."""
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
            turn = MAX_S - turn  # the longest served keeps its place surest
        if turn > MAX_S:
            turn = MAX_S
        return (place << 19) | turn

    # ---- equal, and by rank ----

    def _unhurried(self):
        """Beside members with a departure, those without: as in EQUAL, of what is left."""
        some = False
        for i in self.order:
            if self.want[i] and self.left_s[i] < 0:
                some = True
                self.add(i, self.min_ma[i])
        if some:
            self._raise(0, RANKS - 1)

    def _minimums(self):
        """As many at their minimum as fit, in order; whoever does not fit lets the next try."""
        for i in self.order:
            if self.want[i]:
                self.add(i, self.min_ma[i])

    def _raise_tiers(self):
        """All together, or one rank after the other."""
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

    def _raise(self, low, high):
        """Max-min fair above the minimum: all that can take more rise together."""
        lines = 0
        for i in range(self.size):
            can = self.ma[i] > 0 and low <= self.rank[i] <= high and self.ma[i] < self.max_ma[i]
            self._open[i] = 1 if can else 0
            if can and self.line[i]:
                lines += 1
        step = self._common_step()
        while step >= 0:  # every round closes a member or fills a conductor
            if step == 0:
                self._close_full()
            else:
                self._rise(step)
            step = self._common_step()
        if lines:
            self._raise_lines(low, high)

    def _common_step(self):
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
        step = 0x40000  # 262 A; more than one step is no harm
        for at in range(3 * panels.count):
            if count[at] and not panels.star[at // 3]:
                share = self._left(at) // count[at]
                if share < step:
                    step = share
        return step if step > 0 else 0

    def _left(self, at):
        """mA left on a conductor, currents simply added. Where phasors are compared, less their
        rounding (panels.within: four units at most): the last to be asked would not fit."""
        panels = self.panels
        limit = panels.limit_ma[at]
        left = limit - panels.plain(at // 3, at % 3)
        return left - (limit >> 10) - 4 if panels.phasors(at // 3) else left

    def _close_full(self):
        """Close whoever is on a conductor that cannot give every open member 1 mA more."""
        panels = self.panels
        for at in range(3 * panels.count):
            n = self._count[at]
            if n and not panels.star[at // 3]:
                if self._left(at) < n:
                    for i in range(self.size):
                        if self._open[i] and (self.mask[i] >> (at % 3)) & 1:
                            if panels.above(self.panel[i], at // 3):
                                self._open[i] = 0

    def _rise(self, step):
        for i in range(self.size):
            if self._open[i]:
                more = self.max_ma[i] - self.ma[i]
                if more > step:
                    more = step
                if not self.add(i, more) or self.ma[i] >= self.max_ma[i]:
                    self._open[i] = 0

    def _raise_lines(self, low, high):
        """Between conductors the plain sum closed too early: what the phasors leave, in turns."""
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


def best_rank(charger, user, vehicle):
    """The best (smallest) rank that the charger, its user or the vehicle has; 0..255."""
    rank = charger if charger < user else user
    return rank if rank < vehicle else vehicle
