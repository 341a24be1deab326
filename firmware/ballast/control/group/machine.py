"""One charger's part in a group: member always, candidate or leader when it must.

Frames come in as records, go out as records, and time is an argument: no clock and
no radio here. The laws that keep the sum of what all may draw within the budget:

- A member draws what it holds a lease for; a lease counts from when it asked.
- Only the holder of more than half of all votes grants, and never beyond those votes.
- A vote is given to one start of one charger and to no other until it has run out; after a
  start a charger neither votes nor draws its guaranteed share for one lease time.
- Nothing is believed that does not answer a message of one's own (no replay).

Drift: each clock may be 1 % off true time (a crystal is 0.002 % off).
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.leader import Leader
from ballast.control.group.member import Member, Timer
from ballast.control.ticks import add, diff

FOLLOW = const(0)
CLAIM = const(1)
LEAD = const(2)

_CLAIM_MS = const(4000)
_TURN_MS = const(700)  # between the claims of two that could lead
_GAP_MS = const(150)  # between two frames of one kind of one charger
_AGAIN_MS = const(300)  # a beacon that somebody has to obey and does not is said again after this
_BUDGET_MS = const(3000)  # a budget heard longer ago is none
_PARTS = const(8)  # frames that one beacon can come in, reports between them
_FEW = const(16)  # so few chargers may speak twice as often


class Group:
    """The state machines of seat `seat` and how they talk.

    request: the own Report; its want, mask, wired, line, min_ma, max_ma, rank, left_s,
    need_mah and drawn_ma are the caller's. member.allowed_ma: what the pilot may offer
    for the next member.slot_ms. refused: frames that were not believed, by reason.
    """

    def __init__(self, config, panels, seat, boot, now_ms):  # noqa: PLR0915 - the list of its parts
        config.check(panels)
        if not 0 <= seat < config.seats:
            raise ValueError("seat: %d is not one of %d" % (seat, config.seats))
        self.config = config
        self.panels = panels
        self.seat = seat
        self.boot = boot
        self.member = Member(config, seat, boot, now_ms)
        self.leader = Leader(config, panels)
        self.request = g.Report()
        self.beacon = g.Beacon()
        self.role = FOLLOW
        self.report_due = True
        self.beacon_due = False
        self.leader_seat = g.NOBODY  # who leads, as far as this one knows
        self.refused_seat = 0
        self.refused_old = 0
        self.refused_same_seat = 0
        self.refused_value = 0
        n = g.SEATS
        self._last_boot = [-1] * n
        self._report_seq = [0] * n
        self._beacon_seq = [0] * n
        self._alive = bytearray(n)
        self._alive_ms = [0] * n
        self._metered = bytearray(n)  # says that it hears the meter: a preference, not believed
        self._budget_on = bytearray(n)
        self._budget_at = [0] * n
        self._budgets = [0] * (3 * n)
        self.budget_ma = [0, 0, 0]
        self._planned = [0, 0, 0]
        self._reported = [0, 0, 0]
        self._wait = Timer()
        self._waiting = False
        self._claim = Timer()
        self._report = Timer()
        self._beacon = Timer()
        self._gap_report = Timer()
        self._gap_beacon = Timer()
        self._again = Timer()
        self._urgent_report = False
        self._urgent_beacon = False
        self._part = 0
        self._turn_ms = now_ms
        self._turn_on = False
        self._heard_want = 0
        self._heard_grant = -1

    def step(self, now_ms):
        """Let time pass; call at least every 100 ms. Sets report_due, beacon_due."""
        r = self.request
        for phase in range(3):
            if r.drawn_ma[phase] > 1000 and not (r.mask >> phase) & 1:
                r.mask = r.wired  # it uses more conductors than was thought
        self.member.step(now_ms, r)
        self.leader.step(now_ms)
        self._turn(now_ms)
        for i in range(self.config.seats):
            if self._alive[i] and diff(now_ms, self._alive_ms[i]) > g.FRESH_MS:
                self._alive[i] = 0
        self._budget(now_ms)
        self._elect(now_ms)
        self._notice()
        self.report_due = self._due(now_ms, self._report, self._gap_report, self._urgent_report)
        again = self.role == LEAD and self.leader.unheard and not self._again.left(now_ms)
        due = self._due(now_ms, self._beacon, self._gap_beacon, self._urgent_beacon or again)
        self.beacon_due = due and self.role != FOLLOW

    def _due(self, now_ms, period, gap, urgent):
        over = not period.left(now_ms)
        return not gap.left(now_ms) and (urgent or over)

    def _turn(self, now_ms):
        """request.turn_s: seconds served in this turn, or minus the seconds waited."""
        r = self.request
        on = r.want == 1 and self.member.allowed_ma >= r.min_ma
        if on != self._turn_on or not r.want:
            self._turn_on = on
            self._turn_ms = now_ms
        seconds = diff(now_ms, self._turn_ms) // 1000
        if seconds > 400000:
            seconds = 400000  # far below what diff() can tell
            self._turn_ms = add(now_ms, -400000000)
        r.turn_s = seconds if on else -seconds - 1 if r.want else 0

    def _notice(self):
        """What the others should know at once: a wish, an obeyed grant, a smaller budget."""
        r = self.request
        if r.want != self._heard_want or self.member.held_ma != self._heard_grant:
            self._heard_want = r.want
            self._heard_grant = self.member.held_ma
            self._urgent_report = True
        for phase in range(3):
            if r.budget_ma[phase] < self._reported[phase] - 500:
                self._urgent_report = True
            if self.budget_ma[phase] < self._planned[phase] - 500:
                self._urgent_beacon = True

    def set_budget(self, now_ms, l1_ma, l2_ma, l3_ma):
        """What the own meter leaves for the group now; renew it within 3 s."""
        self.request.budget_ma[0] = l1_ma if l1_ma > 0 else 0
        self.request.budget_ma[1] = l2_ma if l2_ma > 0 else 0
        self.request.budget_ma[2] = l3_ma if l3_ma > 0 else 0
        self._metered[self.seat] = 1
        self._note_budget(now_ms, self.seat, self.request)

    def _note_budget(self, now_ms, i, report):
        if report.budget_ma[0] < 0 or report.budget_ma[1] < 0 or report.budget_ma[2] < 0:
            return
        self._budget_on[i] = 1
        self._budget_at[i] = now_ms
        for phase in range(3):
            self._budgets[3 * i + phase] = report.budget_ma[phase]

    def _budget(self, now_ms):
        """budget_ma: the supply limit, and where it is metered the smallest that was heard."""
        c = self.config
        heard = False
        for phase in range(3):
            self.budget_ma[phase] = c.budget_ma[phase]
        for i in range(c.seats):
            if self._budget_on[i]:
                if diff(now_ms, self._budget_at[i]) > _BUDGET_MS:
                    self._budget_on[i] = 0
                    if i == self.seat:
                        self._metered[i] = 0
                        for phase in range(3):
                            self.request.budget_ma[phase] = -1
                else:
                    heard = True
                    for phase in range(3):
                        if self._budgets[3 * i + phase] < self.budget_ma[phase]:
                            self.budget_ma[phase] = self._budgets[3 * i + phase]
        if c.metered and not heard:
            for phase in range(3):
                if c.fallback_ma < self.budget_ma[phase]:
                    self.budget_ma[phase] = c.fallback_ma

    def _elect(self, now_ms):
        m = self.member
        if self.role == FOLLOW:
            self._perhaps_claim(now_ms)
        elif self.leader.authority.left(now_ms):
            self.role = LEAD
        elif self.role == LEAD:
            self._start_claim(now_ms)
        elif not self._claim.left(now_ms):
            self.role = FOLLOW
            self._wait.set(now_ms, g.CLAIM_VOTE_MS + self._place() * _TURN_MS)
            self._waiting = True
        if self.role == LEAD:
            self.leader_seat = self.seat
        elif m.following(now_ms) and m.follow_lead:
            self.leader_seat = m.follow_seat
        else:
            self.leader_seat = g.NOBODY

    def _perhaps_claim(self, now_ms):
        m = self.member
        free = not m.vote.left(now_ms) or m.votes_for(self.seat, self.boot)
        if m.mute.on or not free or m.following(now_ms) or m.conflict.on:
            self._waiting = False
            return
        if not self._waiting:
            self._wait.set(now_ms, self._place() * _TURN_MS)
            self._waiting = True
        if not self._wait.left(now_ms):
            self._start_claim(now_ms)

    def _start_claim(self, now_ms):
        self.role = CLAIM
        self._waiting = False
        self._claim.set(now_ms, _CLAIM_MS)
        self._beacon.on = False

    def _place(self):
        """How many that are alive should claim before this one; at most 8."""
        place = 0
        for i in range(self.config.seats):
            if i != self.seat and self._alive[i] and self._better(i, self.seat):
                place += 1
        return place if place < 8 else 8

    def _better(self, one, other):
        """Whoever hears the meter, then the anchor, then the lower seat."""
        if self._metered[one] != self._metered[other]:
            return self._metered[one] == 1
        if one == self.config.anchor or other == self.config.anchor:
            return one == self.config.anchor
        return one < other

    def _period(self):
        alive = 0
        for i in range(self.config.seats):
            alive += self._alive[i]
        return 2 if alive < _FEW else 1

    def _until_turn(self, now_ms, period_ms):
        """Until the own report's turn: each seat has its own, as clocks may start together."""
        return period_ms - (now_ms - self.seat * period_ms // self.config.seats) % period_ms

    def fill_report(self, now_ms):
        """The own report to send now."""
        r = self.request
        if self.role != FOLLOW:
            self.member.follow_self(now_ms, self.role == LEAD)
        self.member.fill(now_ms, r)
        if self.role != FOLLOW:
            self.leader.hear(now_ms, r, True, True, now_ms)
        self._report.set(now_ms, self._until_turn(now_ms, g.REPORT_MS // self._period()))
        self._gap_report.set(now_ms, _GAP_MS)
        self._urgent_report = False
        for phase in range(3):
            self._reported[phase] = r.budget_ma[phase]
        return r

    def fill_beacon(self, now_ms):
        """The next part of the beacon to send now; the last one clears beacon_due.

        Only after a fill_report() at the same time when `_part` is 0, so that the leader
        knows its own wish.
        """
        b = self.beacon
        leader = self.leader
        if self._part == 0:
            self._plan(now_ms)
        b.seat = self.seat
        b.boot = self.boot
        b.seq = self.member.next_seq(now_ms)
        b.lead = 1 if leader.authority.left(now_ms) else 0
        b.n = 0
        i = self._part
        own = -1
        while i < self.config.seats and b.n < g.ROWS:
            if leader.heard[i]:
                if i == self.seat:
                    own = b.n
                self._row(now_ms, i, b)
            i += 1
        if own >= 0:
            self.member.hear(now_ms, b, own)
        self._part = 0 if i >= self.config.seats else i
        if self._part == 0:
            self.beacon_due = False
            self._beacon.set(now_ms, g.BEACON_MS // self._period())
            self._gap_beacon.set(now_ms, _GAP_MS)
            self._again.set(now_ms, _AGAIN_MS)
        return b

    def _plan(self, now_ms):
        leader = self.leader
        self.fill_report(now_ms)  # the leader is a member too
        m = self.member
        own_ms = m.vote.left(now_ms) if m.votes_for(self.seat, self.boot) else 0
        leader.renew(now_ms, self.seat, own_ms)
        self._elect(now_ms)
        for phase in range(3):
            self._planned[phase] = self.budget_ma[phase]
        self._urgent_beacon = False
        leader.allocator.mode = self.config.mode
        leader.allocator.rotate_s = self.config.rotate_s
        leader.plan(now_ms, self.budget_ma[0], self.budget_ma[1], self.budget_ma[2])

    def _row(self, now_ms, i, b):
        n = b.n
        leader = self.leader
        lease_ms = leader.lease_ms(i, now_ms) if b.lead else 0
        b.row_seat[n] = i
        b.row_boot[n] = leader.boot[i]
        b.row_seq[n] = leader.seq[i]
        b.row_ma[n] = leader.grant_ma[i] if lease_ms else 0
        b.row_mask[n] = leader.grant_mask[i]
        b.row_lease_ms[n] = lease_ms
        if lease_ms:
            leader.granted(i, now_ms, b.seq, lease_ms)
        b.n = n + 1

    # ---- in ----

    def hear_report(self, now_ms, r):
        """A report came in. False = refused and counted."""
        if not self._newer(now_ms, r.seat, r.boot, r.seq, self._report_seq, 0):
            return False
        ours = r.vote_seat == self.seat and r.vote_boot == self.boot
        fresh = (
            ours and self.role != FOLLOW and self.member.sent.find(r.echo_seq, now_ms, g.FRESH_MS)
        )
        if not sane(r):
            self.refused_value += 1
            return False
        self._metered[r.seat] = 1 if r.budget_ma[0] >= 0 else 0
        was = self.leader.allocator.want[r.seat]
        self.leader.hear(
            now_ms, r, ours or r.vote_seat == g.NOBODY, fresh, self.member.sent.found_ms
        )
        if fresh:
            self._note_budget(now_ms, r.seat, r)
            if was != r.want:
                self._urgent_beacon = True
        return True

    def hear_beacon(self, now_ms, b):
        """A beacon came in. False = refused and counted."""
        if not self._newer(now_ms, b.seat, b.boot, b.seq, self._beacon_seq, _PARTS):
            return False
        row = -1
        for n in range(b.n):
            if b.row_seat[n] == self.seat:
                row = n
        if self.role != FOLLOW and (b.lead or self._better(b.seat, self.seat)):
            if not self.leader.authority.left(now_ms):
                self.role = FOLLOW  # the better one should have it
                self._wait.set(now_ms, g.CLAIM_VOTE_MS + self._place() * _TURN_MS)
                self._waiting = True
        self.member.hear(now_ms, b, row)
        return True

    def _newer(self, now_ms, seat, boot, seq, last, back):
        """Whether a frame is of another seat of this group and not older than what is known.

        last: [seat] the latest seq of its kind; `back`: parts of one beacon may overtake
        each other (the member itself takes no grant that is older than its own).
        """
        if seat == self.seat:
            if boot > self.boot or (boot == self.boot and seq > self.member.seq):
                self.member.conflict.set(now_ms, 60000)
                self.refused_same_seat += 1
            return False
        if not 0 <= seat < self.config.seats:
            self.refused_seat += 1
            return False
        known = self._last_boot[seat]
        # an older start is a replay, unless that seat is silent: a wiped one starts anew
        if (boot < known and self._alive[seat]) or (boot == known and seq + back <= last[seat]):
            self.refused_old += 1
            return False
        if boot != known:
            self._last_boot[seat] = boot
            self._report_seq[seat] = 0
            self._beacon_seq[seat] = 0
        if seq > last[seat]:
            last[seat] = seq
        self._alive[seat] = 1
        self._alive_ms[seat] = now_ms
        return True


def sane(r):
    """Whether a report asks for something that can be: refuses what is out of all ranges."""
    if r.mask & ~r.wired or not 1 <= r.wired <= 7 or r.held_ma < 0:
        return False
    if r.line and r.mask not in (3, 5, 6):
        return False
    return r.want in (0, 1) and 6000 <= r.min_ma <= 80000 and 0 <= r.max_ma <= 80000
