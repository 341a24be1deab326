"""The leader's books: how much each seat may draw, until when, and what can be granted.

README.md beside this file draws the life of a lease; the names are taken from there.
What is booked for a seat, at every instant and on every conductor, is the largest of
- its guaranteed share, unless the seat has lent it to the others,
- every grant under way to it: all since the one that it last acknowledged,
- what its last report says that it still holds.
For the leader a grant ends 2 % later than for the member (each clock is within 1 % of
true time), counted from when the request came in, which is after the request was sent.
And a grant ends before the leader's authority does: the votes that make it the leader
run out later than all that it granted, so a successor finds no lease of it left.
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.allocate import IDLE_S, Allocator
from ballast.control.group.grants import Grants
from ballast.control.group.panels import Panels
from ballast.control.group.timers import SeatTimers, Timer
from ballast.control.group.usage import Usage
from ballast.control.ticks import add, diff

_GONE_MS = const(8000)  # a seat that is silent for longer gets no grants any more
_LENT_MS = const(8000)  # a share that is lent for less than this is not given to others any more
_ALL = const(7)
_FINE_MS = const(16)  # how exactly the end of the authority is searched


def shorter(ms: int) -> int:
    """How long a promise of `ms` can be relied on, whatever both clocks do."""
    return ms - ms // 50 - 1


def longer(ms: int) -> int:
    """How long a grant of `ms` must be counted, whatever both clocks do."""
    return ms + ms // 48 + 1


class Leader:
    """Keeps all that is booked, and all that is granted, within the panels' limits.

    All lists are indexed by seat. Of what a seat says:
    heard: 1 = its reports come in. boot, asked_seq: the report that the next grant answers;
    asked_ms: when that came. wired: conductors that it could load, once wiring_known is 1.
    votes: running while it votes for this leader. lent: running while it does not fall back
    to its guaranteed share. held: running while held_ma on held_mask, of its last report, counts.

    What follows for it: may_ma: the most that it may draw as things are. booked_ma on
    booked_mask: the current reserved for the seat, the largest of may_ma, of a lent share that
    returns within 8 s, and of the grant that is being made. share_given: 1 = others are given
    its lent share. grant_ma on grant_mask: what the next beacon grants to it.

    authority: running while this charger leads. horizon_ms: how long from now a grant may
    last at most. unobeyed: a seat may still draw more than it was last granted.
    """

    def __init__(self, config: g.Config, panels: Panels) -> None:
        n = config.seats
        self.config = config
        self.panels = panels
        self.allocator = Allocator(n, panels)
        self.usage = Usage(n)
        self.authority = Timer()
        self.horizon_ms = 0
        self.unobeyed = False
        self.heard = bytearray(n)
        self.boot = [0] * n
        self.asked_seq = [0] * n
        self.asked_ms = [0] * n
        self.wiring_known = bytearray(n)
        self.wired = bytearray(n)
        self.votes = SeatTimers(n)
        self.lent = SeatTimers(n)
        self.held = SeatTimers(n)
        self.held_ma = [0] * n
        self.held_mask = bytearray(n)
        self.grants = Grants(n)
        self.share_given = bytearray(n)
        self.may_ma = [0] * n
        self.booked_ma = [0] * n
        self.booked_mask = bytearray(n)
        self.grant_ma = [0] * n
        self.grant_mask = bytearray(n)

    # ---- time ----

    def step(self, now_ms: int) -> None:
        """Let end what is over; sets may_ma, booked_ma and booked_mask of every seat."""
        share = self.config.guaranteed_ma
        horizon = self.authority.left(now_ms)
        self.unobeyed = False
        for i in range(self.config.seats):
            if self.heard[i] and diff(now_ms, self.asked_ms[i]) > _GONE_MS:
                self.heard[i] = 0
                self.grant_ma[i] = 0  # it may be heard again between two parts of a beacon
                self.usage.forget(i)
            if self.votes.on[i]:
                self.votes.left(i, now_ms)
            lent_ms = self.lent.left(i, now_ms)  # at its end no grant rests on it any more
            if share and _LENT_MS <= lent_ms < horizon:
                horizon = lent_ms
            self._book(i, now_ms, lent_ms)
            may = self.may_ma[i]
            if may > share and may > self.grant_ma[i] and self.heard[i]:
                self.unobeyed = True
        self.horizon_ms = horizon

    def _book(self, i: int, now_ms: int, lent_ms: int) -> None:
        """Set what seat `i` may draw, and what is booked for it.

        lent_ms: for how long its share is still lent. A share that comes back soon is booked
        already, so that no new grant rests on it.
        """
        share = self.config.guaranteed_ma
        ma = 0
        mask = 0
        soon_ma = 0
        if share:
            given = lent_ms >= _LENT_MS
            self.share_given[i] = 1 if given else 0
            if not given:
                mask = self.wired[i] if self.wiring_known[i] else _ALL
                if lent_ms:
                    soon_ma = share
                else:
                    ma = share
        if self.held.left(i, now_ms) and self.held_ma[i]:
            mask |= self.held_mask[i]
            if self.held_ma[i] > ma:
                ma = self.held_ma[i]
        grants = self.grants
        if grants.count[i]:
            grants.find_largest(i, now_ms)
            mask |= grants.found_mask
            if grants.found_ma > ma:
                ma = grants.found_ma
        self.may_ma[i] = ma
        self.booked_ma[i] = ma if ma > soon_ma else soon_ma
        self.booked_mask[i] = mask

    # ---- what comes in ----

    def hear(self, now_ms: int, report: g.Report, ours: bool, fresh: bool, sent_ms: int) -> None:
        """A member's report. ours: it follows us. fresh: it answers a beacon sent at `sent_ms`.

        Only a fresh report is believed. Any other one is answered, so that the next can be fresh.
        """
        i = report.seat
        if self.boot[i] != report.boot:
            self._restarted(i, report.boot)
        self.asked_seq[i] = report.seq
        self.asked_ms[i] = now_ms
        self.heard[i] = 1
        if not fresh:
            if not ours:
                self.allocator.want[i] = 0  # it asks somebody else
            return
        self.wired[i] = report.wired | (self.wired[i] if self.wiring_known[i] else 0)
        self.wiring_known[i] = 1
        if report.vote_ms:
            self.votes.extend(i, sent_ms, shorter(report.vote_ms))
        if report.lend_ms:
            self.lent.extend(i, sent_ms, shorter(report.lend_ms))
        self.held_ma[i] = report.held_ma
        self.held_mask[i] = report.held_mask
        self.held.set(i, now_ms, longer(g.SETTLE_MS))
        if report.grant_seq:
            self.grants.acknowledge(i, report.grant_seq)
        self._ask(i, now_ms, report)

    def _restarted(self, i: int, boot: int) -> None:
        """Nothing counts that the seat said before its start, but its promises, which bind it."""
        self.boot[i] = boot
        self.votes.on[i] = 0
        self.wiring_known[i] = 0
        self.allocator.want[i] = 0
        self.usage.forget(i)

    def _ask(self, i: int, now_ms: int, report: g.Report) -> None:
        """Hand the seat's request to the allocator, cut to what its EV really uses."""
        a = self.allocator
        a.want[i] = report.want
        a.mask[i] = report.mask
        a.line[i] = report.line
        a.panel[i] = self.config.panel_of[i]
        a.rank[i] = report.rank
        a.left_s[i] = report.left_s
        a.need_mah[i] = report.need_mah
        a.min_ma[i] = report.min_ma
        most = min(report.max_ma, g.PILOT_MAX_MA)
        drawn = max(report.drawn_ma[0], report.drawn_ma[1], report.drawn_ma[2])
        a.max_ma[i] = self.usage.cap(i, now_ms, report.held_ma, drawn, report.min_ma, most)
        a.turn_s[i] = IDLE_S if self.usage.idle(i) else report.turn_s
        if a.min_ma[i] < self.config.guaranteed_ma <= a.max_ma[i]:
            a.min_ma[i] = self.config.guaranteed_ma

    # ---- authority ----

    def renew(self, now_ms: int, own_seat: int, own_vote_ms: int) -> int:
        """Prolong `authority` for as long as more than half of all votes last; ms left of it."""
        self.votes.on[own_seat] = 0
        if own_vote_ms > 0:
            self.votes.set(own_seat, now_ms, own_vote_ms)
        low = 0
        high = g.VOTE_MS
        while high - low > _FINE_MS:
            middle = (low + high) // 2
            if self._weight(now_ms, middle) >= self.config.majority():
                low = middle
            else:
                high = middle
        if low > 0:
            self.authority.extend(now_ms, low)
        return self.authority.left(now_ms)

    def _weight(self, now_ms: int, ms: int) -> int:
        """Weight of the votes that last for at least `ms` from now."""
        weight = 0
        for i in range(self.config.seats):
            if self.votes.left(i, now_ms) >= ms:
                weight += self.config.votes(i)
        return weight

    # ---- what goes out ----

    def plan(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int) -> None:
        """Set grant_ma, grant_mask of every heard seat within the budget of the three conductors.

        First the allocator divides fairly what the silent seats leave. Then each seat gets as
        much of its fair share as can be granted now: a fall at once, a rise out of what is free.
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

    def _keep_guarantees(self) -> None:
        """Where one seat gets less than its guaranteed share, no seat gets more than that.

        A seat takes less than its share as long as it hears the leader. When it hears it no
        more it falls back to the share; what others had been given beyond theirs would be too
        much by then.
        """
        a = self.allocator
        share = self.config.guaranteed_ma
        less = False
        for i in range(self.config.seats):
            if a.want[i] and a.ma[i] < share and not self.share_given[i]:
                less = True
        if less:
            for i in range(self.config.seats):
                if a.ma[i] > share:
                    a.ma[i] = share

    def _load(self, i: int, sign: int) -> None:
        """Put what is booked for seat `i` onto the panels (sign 1), or take it off (-1)."""
        if self.booked_ma[i]:
            line = self.allocator.line[i]
            if line and self.booked_mask[i] not in (3, 5, 6):
                line = 0  # several pairs: add them plainly
            self.panels.take(
                self.config.panel_of[i], self.booked_mask[i], line, sign * self.booked_ma[i]
            )

    def _grant(self, i: int) -> None:
        """Grant as much of the fair share as can be granted now; only a rise books more."""
        a = self.allocator
        target = a.ma[i]
        mask = a.mask[i]
        may = self.may_ma[i] if not mask & ~self.booked_mask[i] else 0
        if target > may:
            self._load(i, -1)
            if not self.panels.fits(a.panel[i], mask, a.line[i], target):
                room = self.panels.room(a.panel[i], mask)
                if may > room:
                    room = may  # it may draw that anyway
                target = min(target, room) if room >= a.min_ma[i] else 0
            if target > self.booked_ma[i]:
                self.booked_ma[i] = target
            if target:
                self.booked_mask[i] |= mask
            self._load(i, 1)
        self.grant_ma[i] = target
        self.grant_mask[i] = mask

    def lease_ms(self, i: int, now_ms: int) -> int:
        """How long a grant to seat `i` may last from when it asked; 0 = none can be given.

        Valid for the `now_ms` of the last step().
        """
        left = self.horizon_ms
        if left <= 0:
            return 0
        ms = shorter(shorter(left + diff(now_ms, self.asked_ms[i])))
        return 0 if ms < 0 else g.VOTE_MS if ms > g.VOTE_MS else ms

    def granted(self, i: int, seq: int, lease_ms: int) -> None:
        """Beacon `seq` with grant_ma[i] goes out: from now on that grant is under way."""
        until_ms = add(self.asked_ms[i], longer(lease_ms))
        self.grants.enter(i, seq, self.grant_ma[i], self.grant_mask[i], until_ms)
