"""The leader's books: who may draw how much until when, and what can be granted.

What a seat counts with, at every instant, on every conductor, is the most of
- its guaranteed share, unless it has promised not to fall back to it,
- every grant that it may still obey: all since the one that it last acknowledged,
- what it said it still holds.
A grant ends for the leader 2 % after it ends for the member (clocks within 1 % of
true time), counted from when the request that it answers came in, which is after it
was sent. And it ends before the leader's authority does: the votes that make it the
leader run out later than anything it granted, so a successor finds nothing left.
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.allocate import IDLE_S, Allocator
from ballast.control.group.member import Timer
from ballast.control.group.usage import Demand
from ballast.control.ticks import add, diff

_KEEP = const(4)  # grants per seat that may be under way
_GONE_MS = const(8000)  # silent for longer: it is not asked for any more
_LENT_MS = const(8000)  # a promise that ends sooner is not relied on any more
_MOST_MA = const(80000)  # IEC 61851-1 Annex A: the most that a pilot can say


def shorter(ms):
    """The span by which a promise of `ms` can be relied on, whatever both clocks do."""
    return ms - ms // 50 - 1


def longer(ms):
    """The span for which a grant of `ms` must be counted, whatever both clocks do."""
    return ms + ms // 48 + 1


class Leader:
    """`used_ma()` of all seats plus what is granted stays within the panels' limits."""

    def __init__(self, config, panels):
        self.config = config
        self.panels = panels
        self.allocator = Allocator(g.SEATS, panels)
        self.demand = Demand(g.SEATS)
        self.authority = Timer()
        self.horizon_ms = 0  # from now: the end of any grant that is given now
        n = g.SEATS
        self.boot = [0] * n
        self.seq = [0] * n  # the report to answer
        self._came_ms = [0] * n
        self.heard = bytearray(n)  # 1 = its reports come in
        self.known = bytearray(n)  # 1 = its wiring is known
        self.wired = bytearray(n)
        self._vote_until = [0] * n
        self._votes = bytearray(n)
        self._lent_until = [0] * n
        self._lent = bytearray(n)
        self._relied = bytearray(n)  # what is granted now rests on its not falling back
        self._held_until = [0] * n
        self._held = bytearray(n)
        self._held_ma = [0] * n
        self._held_mask = bytearray(n)
        self._grants = bytearray(n)  # how many are kept
        self._seq = [0] * (_KEEP * n)  # first beacon that said so
        self._ma = [0] * (_KEEP * n)
        self._mask = bytearray(_KEEP * n)
        self._until = [0] * (_KEEP * n)
        self.unheard = False  # somebody may draw more than it was last granted
        self.sure_ma = [0] * n
        self.count_ma = [0] * n
        self.count_mask = bytearray(n)
        self.grant_ma = [0] * n
        self.grant_mask = bytearray(n)

    # ---- time ----

    def step(self, now_ms):
        """Let what has run out end; sets count_ma, count_mask of every seat."""
        horizon = self.authority.left(now_ms)
        self.unheard = False
        for i in range(self.config.seats):
            if self.heard[i] and diff(now_ms, self._came_ms[i]) > _GONE_MS:
                self.heard[i] = 0
                self.grant_ma[i] = 0  # it may be heard again between two parts of a beacon
                self.demand.forget(i)
            if self._votes[i] and diff(self._vote_until[i], now_ms) <= 0:
                self._votes[i] = 0
            if self._lent[i]:
                left = diff(self._lent_until[i], now_ms)
                if left <= 0:
                    self._lent[i] = 0  # what was granted on the strength of it has ended by now
                elif left >= _LENT_MS and self.config.guaranteed_ma and left < horizon:
                    horizon = left
            if self._held[i] and diff(self._held_until[i], now_ms) <= 0:
                self._held[i] = 0
            self._count(i, now_ms)
            if self.heard[i] and self.sure_ma[i] > max(self.grant_ma[i], self.config.guaranteed_ma):
                self.unheard = True
        self.horizon_ms = horizon

    def _count(self, i, now_ms):
        """sure_ma: what it may draw as things are; count_ma: with what is soon not lent any more."""
        ma = 0
        mask = 0
        later = 0
        if self.config.guaranteed_ma:
            mask = self.wired[i] if self.known[i] else 7
            self._relied[i] = 0
            if not self._lent[i]:
                ma = self.config.guaranteed_ma
            elif diff(self._lent_until[i], now_ms) < _LENT_MS:
                later = self.config.guaranteed_ma
            else:
                mask = 0
                self._relied[i] = 1
        if self._held[i] and self._held_ma[i]:
            mask |= self._held_mask[i]
            if self._held_ma[i] > ma:
                ma = self._held_ma[i]
        at = _KEEP * i
        end = at + self._grants[i]
        while at < end:
            if diff(self._until[at], now_ms) <= 0:
                end -= 1
                self._move(end, at)
                self._grants[i] -= 1
                continue
            if self._ma[at]:
                mask |= self._mask[at]
                if self._ma[at] > ma:
                    ma = self._ma[at]
            at += 1
        self.sure_ma[i] = ma
        self.count_ma[i] = ma if ma > later else later
        self.count_mask[i] = mask

    def _move(self, source, to):
        self._seq[to] = self._seq[source]
        self._ma[to] = self._ma[source]
        self._mask[to] = self._mask[source]
        self._until[to] = self._until[source]

    # ---- what comes in ----

    def hear(self, now_ms, report, ours, fresh, sent_ms):
        """A member's report. ours: it follows us. fresh: it answers a beacon sent at `sent_ms`.

        Only a fresh one is believed; one that is not is answered, so that it can become so.
        """
        i = report.seat
        if self.boot[i] != report.boot:
            self._restarted(i, report.boot)
        self.seq[i] = report.seq
        self._came_ms[i] = now_ms
        self.heard[i] = 1
        if not fresh:
            if not ours:
                self.allocator.want[i] = 0  # it asks somebody else
            return
        self.wired[i] = report.wired | (self.wired[i] if self.known[i] else 0)
        self.known[i] = 1
        self._promise(i, now_ms, report, sent_ms)
        self._held_ma[i] = report.held_ma
        self._held_mask[i] = report.held_mask
        self._held[i] = 1
        self._held_until[i] = add(now_ms, longer(g.SETTLE_MS))
        if report.grant_seq:
            self._acknowledged(i, report.grant_seq)
        self._ask(i, now_ms, report)

    def _restarted(self, i, boot):
        """Nothing that its former life said counts, except that its promises bind it."""
        self.boot[i] = boot
        self._votes[i] = 0
        self.known[i] = 0
        self.allocator.want[i] = 0
        self.demand.forget(i)

    def _promise(self, i, now_ms, report, sent_ms):
        vote = add(sent_ms, shorter(report.vote_ms))
        if report.vote_ms and (not self._votes[i] or diff(vote, self._vote_until[i]) > 0):
            self._vote_until[i] = vote
            self._votes[i] = 1
        lent = add(sent_ms, shorter(report.lend_ms))
        if report.lend_ms and (not self._lent[i] or diff(lent, self._lent_until[i]) > 0):
            self._lent_until[i] = lent
            self._lent[i] = 1

    def _acknowledged(self, i, seq):
        """It obeys the grant of beacon `seq`: what was said before cannot come back."""
        first = _KEEP * i
        obeyed = -1
        for at in range(first, first + self._grants[i]):
            if self._seq[at] <= seq and (obeyed < 0 or self._seq[at] > self._seq[obeyed]):
                obeyed = at
        if obeyed < 0:
            return
        seq = self._seq[obeyed]
        end = first + self._grants[i]
        at = first
        while at < end:
            if self._seq[at] < seq:
                end -= 1
                self._move(end, at)
            else:
                at += 1
        self._grants[i] = end - first

    def _ask(self, i, now_ms, report):
        a = self.allocator
        a.want[i] = report.want
        a.mask[i] = report.mask
        a.line[i] = report.line
        a.panel[i] = self.config.panel_of[i]
        a.rank[i] = report.rank
        a.left_s[i] = report.left_s
        a.need_mah[i] = report.need_mah
        a.min_ma[i] = report.min_ma
        most = report.max_ma if report.max_ma < _MOST_MA else _MOST_MA
        drawn = max(report.drawn_ma[0], report.drawn_ma[1], report.drawn_ma[2])
        a.max_ma[i] = self.demand.cap(i, now_ms, report.held_ma, drawn, report.min_ma, most)
        a.turn_s[i] = IDLE_S if self.demand.idle(i) else report.turn_s
        if self.config.guaranteed_ma > a.min_ma[i] and self.config.guaranteed_ma <= a.max_ma[i]:
            a.min_ma[i] = self.config.guaranteed_ma

    # ---- authority ----

    def renew(self, now_ms, own_seat, own_vote_ms):
        """Set `authority`: as long as votes of more than half, its own included, last."""
        self._vote_until[own_seat] = add(now_ms, own_vote_ms)
        self._votes[own_seat] = 1 if own_vote_ms > 0 else 0
        low = 0
        high = g.VOTE_MS
        while high - low > 16:
            middle = (low + high) // 2
            if self._weight(now_ms, middle) >= self.config.majority():
                low = middle
            else:
                high = middle
        if low > 0:
            self.authority.extend(now_ms, low)
        return self.authority.left(now_ms)

    def _weight(self, now_ms, ms):
        """Votes that last at least `ms` from now."""
        weight = 0
        for i in range(self.config.seats):
            if self._votes[i] and diff(self._vote_until[i], now_ms) >= ms:
                weight += self.config.votes(i)
        return weight

    # ---- what goes out ----

    def plan(self, now_ms, l1_ma, l2_ma, l3_ma):
        """Set grant_ma, grant_mask of every heard seat within the budget of the three conductors.

        First what would be fair (allocator), with silent seats counted as they are; then how
        much of it can be granted now: a fall at once, a rise only out of what is free.
        """
        self.step(now_ms)
        p = self.panels
        a = self.allocator
        p.set_limit(0, l1_ma, l2_ma, l3_ma)
        p.clear()
        for i in range(self.config.seats):
            if not (self.heard[i] and a.want[i]):
                a.want[i] = 0
                self._load(i, 1)
        a.run()
        self._keep_guarantees()
        p.clear()
        for i in range(self.config.seats):
            self._load(i, 1)
        for i in a.order:
            if i < self.config.seats and self.heard[i]:
                self._grant(i)

    def _keep_guarantees(self):
        """Where one gets less than its guaranteed share, nobody gets more than that.

        It obeys as long as it hears, but falls back to its share when it does not: what
        would be given to others on top of it would then be too much.
        """
        a = self.allocator
        share = self.config.guaranteed_ma
        less = False
        for i in range(self.config.seats):
            if a.want[i] and a.ma[i] < share and not self._relied[i]:
                less = True
        if less:
            for i in range(self.config.seats):
                if a.ma[i] > share:
                    a.ma[i] = share

    def _load(self, i, sign):
        if self.count_ma[i]:
            line = self.allocator.line[i]
            if line and self.count_mask[i] not in (3, 5, 6):
                line = 0  # several pairs: add them plainly
            self.panels.take(
                self.config.panel_of[i], self.count_mask[i], line, sign * self.count_ma[i]
            )

    def _grant(self, i):
        """As much of its fair share as can be granted now; only that much more is counted."""
        a = self.allocator
        target = a.ma[i]
        mask = a.mask[i]
        sure = self.sure_ma[i] if not mask & ~self.count_mask[i] else 0
        if target > sure:
            self._load(i, -1)
            if not self.panels.fits(a.panel[i], mask, a.line[i], target):
                room = self.panels.room(a.panel[i], mask)
                if sure > room:
                    room = sure  # it may draw that anyway
                target = min(target, room) if room >= a.min_ma[i] else 0
            if target > self.count_ma[i]:
                self.count_ma[i] = target
            if target:
                self.count_mask[i] |= mask
            self._load(i, 1)
        self.grant_ma[i] = target
        self.grant_mask[i] = mask

    def lease_ms(self, i, now_ms):
        """How long a grant to seat `i` may last from when it asked; 0 = none can be given.

        Valid for the `now_ms` of the last step().
        """
        left = self.horizon_ms
        if left <= 0:
            return 0
        ms = shorter(shorter(left + diff(now_ms, self._came_ms[i])))
        return 0 if ms < 0 else g.VOTE_MS if ms > g.VOTE_MS else ms

    def granted(self, i, now_ms, seq, lease_ms):
        """Beacon `seq` with grant_ma[i] goes out: from now on it counts."""
        until = add(self._came_ms[i], longer(lease_ms))
        ma = self.grant_ma[i]
        mask = self.grant_mask[i]
        first = _KEEP * i
        n = self._grants[i]
        last = self._newest(i)
        if last >= 0 and self._ma[last] == ma and self._mask[last] == mask:
            if diff(until, self._until[last]) > 0:
                self._until[last] = until
            return
        if n == _KEEP:  # too many under way: the newest takes the place of the last, at the most
            self._ma[last] = ma if ma > self._ma[last] else self._ma[last]
            self._mask[last] |= mask
            if diff(until, self._until[last]) > 0:
                self._until[last] = until
            return
        at = first + n
        self._seq[at] = seq
        self._ma[at] = ma
        self._mask[at] = mask
        self._until[at] = until
        self._grants[i] = n + 1

    def _newest(self, i):
        newest = -1
        first = _KEEP * i
        for at in range(first, first + self._grants[i]):
            if newest < 0 or self._seq[at] > self._seq[newest]:
                newest = at
        return newest
