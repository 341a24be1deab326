"""One charger's part in a group: always a member; a candidate or the leader when it must.

Frames come in and go out as records, and time is an argument: there is no clock and no radio
here. These laws keep the sum of what all chargers may draw within the budget:

- A member draws what its lease says; the time of a lease counts from when it asked.
- Only a charger with more than half of all votes grants, and never for longer than these
  votes last.
- A vote is for one start of one charger, and for no other until it has run out. For one lease
  time after a start a charger neither votes nor draws its guaranteed share.
- A message is believed only if it answers a message of one's own: recorded frames that are
  sent again change nothing.

Each clock may be 1 % off true time (a crystal is 0.002 % off).
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.leader import Leader
from ballast.control.group.member import Member
from ballast.control.group.panels import Panels
from ballast.control.group.peers import Peers
from ballast.control.group.smallest_budget import SmallestBudget
from ballast.control.group.timers import Timer
from ballast.control.ticks import add, diff

FOLLOW = const(0)
CLAIM = const(1)
LEAD = const(2)

_CLAIM_MS = const(4000)
_TURN_MS = const(700)  # between the claims of two chargers that could lead
_GAP_MS = const(150)  # the least time between two reports, or two beacons, of one charger
_AGAIN_MS = const(300)  # a beacon is repeated after this while a seat does not obey it
_PARTS = const(8)  # a part of a beacon may be this many frames older: parts overtake each other
_NEWS_MA = const(500)  # a budget that is smaller by more than this is told at once
_USED_MA = const(1000)  # an EV that draws more than this on a conductor uses it
_TURN_MOST_S = const(400000)  # turns are measured no further: far below what diff() can tell
_CONFLICT_MS = const(60000)


class GroupMachine:
    """The machine of seat `seat`: member, leader, and the frames between them and the others.

    request: the own Report. The caller sets its want, mask, wired, line, min_ma, max_ma, rank,
    left_s, need_mah and drawn_ma. member.allowed_ma: what the pilot may offer for the next
    member.slot_ms. report_due, beacon_due: a frame is to be sent. leader_seat: the charger that
    leads, as far as this one knows. refused_*: how many frames were not believed, by reason.
    """

    def __init__(  # noqa: PLR0915 - the list of its parts
        self, config: g.Config, panels: Panels, seat: int, boot: int, now_ms: int
    ) -> None:
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
        self.leader_seat = g.NOBODY
        self.refused_seat = 0
        self.refused_old = 0
        self.refused_same_seat = 0
        self.refused_value = 0
        self.peers = Peers(config, seat)
        self._budget = SmallestBudget(config)
        self.budget_ma = self._budget.ma
        self._planned = [0, 0, 0]  # the budget of the last beacon
        self._reported = [0, 0, 0]  # the budget in the last own report
        self._wait = Timer()  # running: other chargers may claim first
        self._waiting = False
        self._claim = Timer()
        self._report = Timer()  # running: the next report is not due
        self._beacon = Timer()
        self._gap_report = Timer()
        self._gap_beacon = Timer()
        self._again = Timer()
        self._urgent_report = False
        self._urgent_beacon = False
        self._part = 0  # the seat with which the next part of the beacon begins
        self._turn_ms = now_ms
        self._turn_on = False
        self._heard_want = 0
        self._heard_grant = -1

    def step(self, now_ms: int) -> None:
        """Let time pass; call at least every 100 ms. Sets report_due, beacon_due."""
        r = self.request
        for phase in range(3):
            if r.drawn_ma[phase] > _USED_MA and not (r.mask >> phase) & 1:
                r.mask = r.wired  # it uses more conductors than was thought
        self.member.step(now_ms, r)
        self.leader.step(now_ms)
        self._turn(now_ms)
        self.peers.step(now_ms)
        self._let_budgets_end(now_ms)
        self._elect(now_ms)
        self._notice()
        self.report_due = self._due(now_ms, self._report, self._gap_report, self._urgent_report)
        again = self.role == LEAD and self.leader.unobeyed and not self._again.left(now_ms)
        due = self._due(now_ms, self._beacon, self._gap_beacon, self._urgent_beacon or again)
        self.beacon_due = due and self.role != FOLLOW

    def _due(self, now_ms: int, period: Timer, gap: Timer, urgent: bool) -> bool:
        over = not period.left(now_ms)
        return not gap.left(now_ms) and (urgent or over)

    def _turn(self, now_ms: int) -> None:
        """Set request.turn_s: the seconds served in this turn, or minus the seconds waited."""
        r = self.request
        on = r.want == 1 and self.member.allowed_ma >= r.min_ma
        if on != self._turn_on or not r.want:
            self._turn_on = on
            self._turn_ms = now_ms
        seconds = diff(now_ms, self._turn_ms) // 1000
        if seconds > _TURN_MOST_S:
            seconds = _TURN_MOST_S
            self._turn_ms = add(now_ms, -1000 * _TURN_MOST_S)
        r.turn_s = seconds if on else -seconds - 1 if r.want else 0

    def _notice(self) -> None:
        """Send at once what the others have to know: a new wish, an obeyed grant, less budget."""
        r = self.request
        if r.want != self._heard_want or self.member.held_ma != self._heard_grant:
            self._heard_want = r.want
            self._heard_grant = self.member.held_ma
            self._urgent_report = True
        for phase in range(3):
            if r.budget_ma[phase] < self._reported[phase] - _NEWS_MA:
                self._urgent_report = True
            if self.budget_ma[phase] < self._planned[phase] - _NEWS_MA:
                self._urgent_beacon = True

    def set_budget(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int) -> None:
        """Set the budget that this charger's own meter leaves for the group. It ends after 3 s."""
        self.request.budget_ma[0] = l1_ma if l1_ma > 0 else 0
        self.request.budget_ma[1] = l2_ma if l2_ma > 0 else 0
        self.request.budget_ma[2] = l3_ma if l3_ma > 0 else 0
        self.peers.metered[self.seat] = 1
        self._budget.tell(now_ms, self.seat, self.request.budget_ma)

    def _let_budgets_end(self, now_ms: int) -> None:
        """Set budget_ma anew. When the own budget ends, the own report tells none any more."""
        told = self._budget.told.on
        had_own = told[self.seat]
        self._budget.step(now_ms)
        if had_own and not told[self.seat]:
            self.peers.metered[self.seat] = 0
            for phase in range(3):
                self.request.budget_ma[phase] = -1

    def _elect(self, now_ms: int) -> None:
        """Set role and leader_seat: by votes a candidate becomes leader, and stays it."""
        m = self.member
        if self.role == FOLLOW:
            self._perhaps_claim(now_ms)
        elif self.leader.authority.left(now_ms):
            self.role = LEAD
        elif self.role == LEAD:
            self._start_claim(now_ms)
        elif not self._claim.left(now_ms):
            self.role = FOLLOW
            self._wait.set(now_ms, g.CLAIM_VOTE_MS + self.peers.place() * _TURN_MS)
            self._waiting = True
        if self.role == LEAD:
            self.leader_seat = self.seat
        elif m.following(now_ms) and m.follow_lead:
            self.leader_seat = m.follow_seat
        else:
            self.leader_seat = g.NOBODY

    def _perhaps_claim(self, now_ms: int) -> None:
        """Become a candidate when no leader answers, the vote is free and no better one claims."""
        m = self.member
        free = not m.vote.left(now_ms) or m.votes_for(self.seat, self.boot)
        if m.mute.on or not free or m.following(now_ms) or m.conflict.on:
            self._waiting = False
            return
        if not self._waiting:
            self._wait.set(now_ms, self.peers.place() * _TURN_MS)
            self._waiting = True
        if not self._wait.left(now_ms):
            self._start_claim(now_ms)

    def _start_claim(self, now_ms: int) -> None:
        self.role = CLAIM
        self._waiting = False
        self._claim.set(now_ms, _CLAIM_MS)
        self._beacon.on = False

    def _until_turn(self, now_ms: int, period_ms: int) -> int:
        """ms until the turn of the own report. Each seat has its own turn in the period: chargers
        that got power together would otherwise all send at the same time."""
        return period_ms - (now_ms - self.seat * period_ms // self.config.seats) % period_ms

    def fill_report(self, now_ms: int) -> g.Report:
        """The own report to send now."""
        r = self.request
        if self.role != FOLLOW:
            self.member.follow_self(now_ms, self.role == LEAD)
        self.member.fill(now_ms, r)
        if self.role != FOLLOW:
            self.leader.hear(now_ms, r, True, True, now_ms)
        self._report.set(now_ms, self._until_turn(now_ms, g.REPORT_MS // self.peers.rate()))
        self._gap_report.set(now_ms, _GAP_MS)
        self._urgent_report = False
        for phase in range(3):
            self._reported[phase] = r.budget_ma[phase]
        return r

    def fill_beacon(self, now_ms: int) -> g.Beacon:
        """The next part of the beacon to send now; the last part clears beacon_due.

        The first part plans all grants, and fills the own report for that.
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
            self._beacon.set(now_ms, g.BEACON_MS // self.peers.rate())
            self._gap_beacon.set(now_ms, _GAP_MS)
            self._again.set(now_ms, _AGAIN_MS)
        return b

    def _plan(self, now_ms: int) -> None:
        """Renew the authority and plan the grants of the beacon that begins."""
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
        leader.plan(now_ms, self.budget_ma[0], self.budget_ma[1], self.budget_ma[2])

    def _row(self, now_ms: int, i: int, b: g.Beacon) -> None:
        """Add the row of seat `i` to the beacon; its grant is under way from now on."""
        n = b.n
        leader = self.leader
        lease_ms = leader.lease_ms(i, now_ms) if b.lead else 0
        b.row_seat[n] = i
        b.row_boot[n] = leader.boot[i]
        b.row_seq[n] = leader.asked_seq[i]
        b.row_ma[n] = leader.grant_ma[i] if lease_ms else 0
        b.row_mask[n] = leader.grant_mask[i]
        b.row_lease_ms[n] = lease_ms
        if lease_ms:
            leader.granted(i, b.seq, lease_ms)
        b.n = n + 1

    # ---- in ----

    def hear_report(self, now_ms: int, r: g.Report) -> bool:
        """A report came in. False = refused and counted."""
        if not self._newer(now_ms, r.seat, r.boot, r.seq, self.peers.report_seq, 0):
            return False
        ours = r.vote_seat == self.seat and r.vote_boot == self.boot
        fresh = (
            ours and self.role != FOLLOW and self.member.sent.find(r.echo_seq, now_ms, g.FRESH_MS)
        )
        if not sane(r):
            self.refused_value += 1
            return False
        self.peers.metered[r.seat] = 1 if r.budget_ma[0] >= 0 else 0
        was = self.leader.allocator.want[r.seat]
        self.leader.hear(
            now_ms, r, ours or r.vote_seat == g.NOBODY, fresh, self.member.sent.found_ms
        )
        if fresh:
            self._budget.tell(now_ms, r.seat, r.budget_ma)
            if was != r.want:
                self._urgent_beacon = True
        return True

    def hear_beacon(self, now_ms: int, b: g.Beacon) -> bool:
        """A beacon came in. False = refused and counted."""
        if not self._newer(now_ms, b.seat, b.boot, b.seq, self.peers.beacon_seq, _PARTS):
            return False
        row = -1
        for n in range(b.n):
            if b.row_seat[n] == self.seat:
                row = n
        if self.role != FOLLOW and (b.lead or self.peers.better(b.seat, self.seat)):
            if not self.leader.authority.left(now_ms):
                self.role = FOLLOW  # the better one should lead
                self._wait.set(now_ms, g.CLAIM_VOTE_MS + self.peers.place() * _TURN_MS)
                self._waiting = True
        self.member.hear(now_ms, b, row)
        return True

    def _newer(
        self, now_ms: int, seat: int, boot: int, seq: int, latest: list[int], back: int
    ) -> bool:
        """Whether a frame is of another seat of this group, and newer than the latest known one.

        See Peers.take(). A frame of one's own seat comes from another charger with the same seat,
        unless it is a recorded one.
        """
        if seat == self.seat:
            if boot > self.boot or (boot == self.boot and seq > self.member.seq):
                self.member.conflict.set(now_ms, _CONFLICT_MS)
                self.refused_same_seat += 1
            return False
        if not 0 <= seat < self.config.seats:
            self.refused_seat += 1
            return False
        if not self.peers.take(now_ms, seat, boot, seq, latest, back):
            self.refused_old += 1
            return False
        return True


def sane(r: g.Report) -> bool:
    """Whether a report is within the ranges of all that a charger can ask for."""
    if r.mask & ~r.wired or not 1 <= r.wired <= 7 or r.held_ma < 0:
        return False
    if r.line and r.mask not in (3, 5, 6):
        return False
    if not g.PILOT_MIN_MA <= r.min_ma <= g.PILOT_MAX_MA:
        return False
    return r.want in (0, 1) and 0 <= r.max_ma <= g.PILOT_MAX_MA
