"""One charger of a group as a member: the lease that it holds, its vote, its promises.

With a lease it may draw what the lease says. The time of a lease counts from when the
member sent the request that the lease answers; so it never ends later than in the leader's
books, however late the answer comes. Without a lease it may draw its guaranteed share.
`allowed_ma` falls SETTLE_MS before the lease ends, because the EV may take that long to
follow.
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.timers import Timer
from ballast.control.ticks import add, diff

_KEPT = const(64)  # how many sent frames are remembered with their times
_ECHO_MS = const(3000)  # for how long a report repeats the latest answer that was heard
_FALLS = const(8)  # reductions within SETTLE_MS that are told apart
_STEP_MS = const(200)  # step() is called more often than this
_USED_MA = const(1000)  # an EV that draws more than this on a conductor uses it
_SETTLED_MA = const(500)  # an EV that draws at most this above what is allowed has followed


class SentTimes:
    """When the latest frames were sent, by seq. find() sets found_ms."""

    def __init__(self) -> None:
        self._seq = [-1] * _KEPT
        self._ms = [0] * _KEPT
        self.found_ms = 0

    def note(self, seq: int, now_ms: int) -> None:
        """Frame `seq` is sent now."""
        self._seq[seq % _KEPT] = seq
        self._ms[seq % _KEPT] = now_ms

    def find(self, seq: int, now_ms: int, within_ms: int) -> bool:
        """Whether frame `seq` was sent at most `within_ms` ago; then found_ms is the time."""
        at = seq % _KEPT
        if self._seq[at] != seq:
            return False
        if not 0 <= diff(now_ms, self._ms[at]) <= within_ms:
            self._seq[at] = -1  # forgotten before the clock wraps and its time seems new
            return False
        self.found_ms = self._ms[at]
        return True


class Falls:
    """Reductions that the EV may not have followed yet: the currents before them, by age.

    Each entry ends at its own time; a later, smaller current does not prolong an earlier,
    larger one.
    """

    def __init__(self) -> None:
        self.count = 0
        self.ma = [0] * _FALLS
        self.mask = bytearray(_FALLS)
        self.until_ms = [0] * _FALLS

    def add(self, now_ms: int, ma: int, mask: int, ms: int) -> None:
        """`ma` on `mask` may still flow for `ms`.

        If the ring is full, the newest entry is merged with this one.
        """
        at = self.count
        if at == _FALLS:
            at -= 1
            ma = ma if ma > self.ma[at] else self.ma[at]
            mask |= self.mask[at]
        else:
            self.count = at + 1
        self.ma[at] = ma
        self.mask[at] = mask
        self.until_ms[at] = add(now_ms, ms)

    def step(self, now_ms: int) -> None:
        """Forget what is over: the earliest comes first."""
        gone = 0
        while gone < self.count and diff(self.until_ms[gone], now_ms) <= 0:
            gone += 1
        if gone:
            self.count -= gone
            for at in range(self.count):
                self.ma[at] = self.ma[at + gone]
                self.mask[at] = self.mask[at + gone]
                self.until_ms[at] = self.until_ms[at + gone]

    def most_ma(self, now_ms: int) -> int:
        """The largest current that is not over at `now_ms`."""
        most = 0
        for at in range(self.count):
            if self.ma[at] > most and diff(self.until_ms[at], now_ms) > 0:
                most = self.ma[at]
        return most


class Member:
    """One charger of a group: keeps to its lease, promises and reports.

    allowed_ma on allowed_mask: what the pilot may offer.
    held_ma on held_mask: the most that may flow, as the EV may not have followed yet.
    slot_ms: how long allowed_ma stands when step() is not called again. After that the limit
    slot has to fall to 0, because nobody looks after leases and promises any more.
    grants, refused: how many grants were taken, and how many were not.
    """

    def __init__(self, config: g.Config, seat: int, boot: int, now_ms: int) -> None:
        self.config = config
        self.seat = seat
        self.boot = boot
        self.seq = 0
        self.sent = SentTimes()
        self.lease = Timer()
        self.lease_ma = 0
        self.lease_mask = 0
        self.lease_seat = g.NOBODY  # the leader that gave it
        self.lease_boot = 0
        self.lease_seq = 0
        self.vote = Timer()
        self.vote_seat = g.NOBODY
        self.vote_boot = 0
        self.lent = Timer()  # running: the guaranteed share is not drawn
        self.mute = Timer()  # after a start: no vote and no share, promises before it are unknown
        self.mute.set(now_ms, g.LEASE_MS)
        self.falls = Falls()
        self._row_seat = g.NOBODY  # the latest beacon that answered, whoever sent it
        self._row_boot = 0
        self._row_seq = 0
        self._risen = Timer()  # running: the EV may still be on its way up
        self._stepped_ms = now_ms
        self.follow_seat = g.NOBODY  # the leader or candidate that it follows
        self.follow_boot = 0
        self.follow_lead = 0  # 1 = that one leads
        self._echo_seq = 0  # the beacon that the next report answers
        self._echo = Timer()
        self.conflict = Timer()  # running: another charger has the same seat
        self.allowed_ma = 0
        self.allowed_mask = 0
        self.slot_ms = g.SLOT_MS
        self.held_ma = 0
        self.held_mask = 0
        self.grants = 0
        self.refused = 0

    def step(self, now_ms: int, request: g.Report) -> None:
        """Let time pass: leases, votes and promises end. `request`: the own Report with
        `drawn_ma`, `mask` and `wired` up to date."""
        gap = diff(now_ms, self._stepped_ms)
        self._stepped_ms = now_ms
        if gap > self.slot_ms:
            self._slept(now_ms, gap - self.slot_ms)
        self.slot_ms = g.SLOT_MS
        self.vote.left(now_ms)
        self.lent.left(now_ms)
        self.mute.left(now_ms)
        self._echo.left(now_ms)
        self._risen.left(now_ms)
        lease = self.lease.left(now_ms)
        ma = 0
        mask = request.wired
        if self.conflict.left(now_ms):
            pass  # two chargers have this seat: only one of them may draw its share
        elif lease > g.SETTLE_MS + _STEP_MS and self._on_leased(request):
            ma = self.lease_ma
            mask = self.lease_mask
            self.slot_ms = min(g.SLOT_MS, lease - g.SETTLE_MS)
        elif not self.mute.on and not self.lent.on:
            ma = self.config.guaranteed_ma
        self._allow(now_ms, ma, mask, request)

    def _slept(self, now_ms: int, ms: int) -> None:
        """step() was not called for so long that the limit slot fell to 0, `ms` ago."""
        if self.allowed_ma and ms < g.SETTLE_MS:
            self.falls.add(now_ms, self.allowed_ma, self.allowed_mask, g.SETTLE_MS - ms)
        self.allowed_ma = 0

    def _on_leased(self, request: g.Report) -> bool:
        """False when the EV draws on a conductor that the lease does not cover."""
        for phase in range(3):
            if request.drawn_ma[phase] > _USED_MA and not (self.lease_mask >> phase) & 1:
                return False
        return True

    def _allow(self, now_ms: int, ma: int, mask: int, request: g.Report) -> None:
        """Allow `ma` on `mask`. After a reduction the current before it counts as held until
        the EV has followed or SETTLE_MS have passed."""
        if ma < self.allowed_ma or (self.allowed_mask & ~mask and self.allowed_ma):
            self.falls.add(now_ms, self.allowed_ma, self.allowed_mask, g.SETTLE_MS)
        elif ma > self.allowed_ma:
            self._risen.set(now_ms, g.SETTLE_MS)
        self.allowed_ma = ma
        self.allowed_mask = mask
        falls = self.falls
        falls.step(now_ms)
        if falls.count and self._followed(now_ms, request):
            falls.count = 0
        for at in range(falls.count):
            mask |= falls.mask[at]
        most = falls.most_ma(now_ms)
        self.held_ma = ma if ma > most else most
        self.held_mask = mask

    def _followed(self, now_ms: int, request: g.Report) -> bool:
        """Whether the own meter shows that the EV has followed; never without a meter (-1).

        Within SETTLE_MS after a rise a small reading proves nothing: the EV may still be on its
        way up.
        """
        if self._risen.left(now_ms):
            return False
        for phase in range(3):
            ma = request.drawn_ma[phase]
            most = self.allowed_ma if (self.allowed_mask >> phase) & 1 else 0
            if ma < 0 or ma > most + _SETTLED_MA:
                return False
        return True

    # ---- what it sends ----

    def next_seq(self, now_ms: int) -> int:
        """The number of the next frame of this charger; its time is remembered."""
        self.seq += 1
        self.sent.note(self.seq, now_ms)
        return self.seq

    def fill(self, now_ms: int, report: g.Report) -> None:
        """Complete the own `report`. From now on its vote and its promise bind this charger."""
        report.seat = self.seat
        report.boot = self.boot
        report.seq = self.next_seq(now_ms)
        report.vote_seat = g.NOBODY
        report.vote_boot = 0
        report.echo_seq = 0
        report.vote_ms = 0
        report.grant_seq = 0
        report.lend_ms = 0
        if self._echo.left(now_ms):
            self._answer(now_ms, report)
        report.held_ma = self.held_ma
        report.held_mask = self.held_mask

    def _answer(self, now_ms: int, report: g.Report) -> None:
        """Vote for the charger that it follows; lend the guaranteed share while no EV wants it."""
        report.vote_seat = self.follow_seat
        report.vote_boot = self.follow_boot
        report.echo_seq = self._echo_seq
        age = _ECHO_MS - self._echo.left(now_ms)  # a vote counts from the answer, not from now
        most = g.VOTE_MS if self.follow_lead else g.CLAIM_VOTE_MS
        if not self.mute.on and most > age:
            report.vote_ms = most - age
            self.vote_seat = self.follow_seat
            self.vote_boot = self.follow_boot
            self.vote.extend(now_ms, report.vote_ms)
        if not report.want:
            report.lend_ms = g.VOTE_MS - age
            self.lent.extend(now_ms, report.lend_ms)
        if self.lease_seat == self.follow_seat and self.lease_boot == self.follow_boot:
            report.grant_seq = self.lease_seq

    # ---- what it hears ----

    def hear(self, now_ms: int, beacon: g.Beacon, row: int) -> bool:
        """A beacon whose `row` answers this member (-1: no row). Returns whether it is followed."""
        if row < 0 or beacon.row_boot[row] != self.boot:
            return False
        if beacon.seat == self._row_seat and beacon.boot == self._row_boot:
            if beacon.seq <= self._row_seq:
                return False  # a newer one came before it, or it came twice
        self._row_seat = beacon.seat
        self._row_boot = beacon.boot
        self._row_seq = beacon.seq
        if not self.sent.find(beacon.row_seq[row], now_ms, g.LEASE_MS):
            self.refused += 1
            return False
        asked_ms = self.sent.found_ms
        self._accept(now_ms, beacon, row, asked_ms)
        return self._follow(now_ms, beacon, asked_ms)

    def _accept(self, now_ms: int, beacon: g.Beacon, row: int, asked_ms: int) -> None:
        """Take the grant, unless it is over already or the sender may not grant."""
        lease_ms = beacon.row_lease_ms[row]
        if not beacon.lead or lease_ms <= 0:
            return
        if beacon.seat == self.lease_seat and beacon.boot == self.lease_boot:
            if beacon.seq < self.lease_seq:
                self.refused += 1  # late: the leader has struck it off for the newer one
                return
        left = lease_ms - diff(now_ms, asked_ms)
        if left <= 0 or lease_ms > g.LEASE_MS:
            self.refused += 1
            return
        self.lease.set(now_ms, left)
        self.lease_ma = beacon.row_ma[row]
        self.lease_mask = beacon.row_mask[row]
        self.lease_seat = beacon.seat
        self.lease_boot = beacon.boot
        self.lease_seq = beacon.seq
        self.grants += 1

    def _follow(self, now_ms: int, beacon: g.Beacon, asked_ms: int) -> bool:
        """Follow the sender, unless the vote is another's or another leader answered just now."""
        if diff(now_ms, asked_ms) > g.FRESH_MS:
            return False
        if self.vote.left(now_ms) and not self.votes_for(beacon.seat, beacon.boot):
            return False
        if beacon.seat != self.follow_seat or beacon.boot != self.follow_boot:
            if self._echo.left(now_ms) and (self.follow_lead or not beacon.lead):
                return False
        self.follow_seat = beacon.seat
        self.follow_boot = beacon.boot
        self.follow_lead = beacon.lead
        self._echo_seq = beacon.seq
        self._echo.set(now_ms, _ECHO_MS)
        return True

    def following(self, now_ms: int) -> bool:
        """Whether a leader or candidate answered within the last 3 s."""
        return self._echo.left(now_ms) > 0

    def follow_self(self, now_ms: int, lead: bool) -> None:
        """A candidate or leader follows itself, if its vote is free or its own."""
        if self.vote.left(now_ms) and not self.votes_for(self.seat, self.boot):
            return
        self.follow_seat = self.seat
        self.follow_boot = self.boot
        self.follow_lead = 1 if lead else 0
        self._echo_seq = self.seq
        self._echo.set(now_ms, _ECHO_MS)

    def votes_for(self, seat: int, boot: int) -> bool:
        """Whether the last vote, running or over, is for this start of this seat."""
        return seat == self.vote_seat and boot == self.vote_boot
