"""The two messages of a group as records, and what all its members agree on.

Currents in mA, times in ms. `boot` counts a device's starts (persistent, 24 bits),
`seq` its frames since then (30 bits): together they never repeat.
"""

from micropython import const

SEATS = const(64)  # the most chargers in one group
NOBODY = const(255)
ROWS = const(18)  # members in one beacon: what fits into 250 bytes

LEASE_MS = const(20000)  # the lease time: nothing granted or promised lasts longer
VOTE_MS = const(17000)  # a vote, and with it every lease; the rest of LEASE_MS is for the election
CLAIM_VOTE_MS = const(2500)  # a vote for one that does not lead yet
SETTLE_MS = const(5000)  # IEC 61851-1: the EV follows a lower duty within 5 s
BEACON_MS = const(1000)
REPORT_MS = const(1000)
SLOT_MS = const(2000)  # how long the charger obeys what is not said again
FRESH_MS = const(5000)  # an answer to a message older than this is no answer


class Config:
    """What a group agrees on; every member carries the same, `crc` of it is in each frame.

    seats: members at most; budget_ma: [3] supply limit for the group. metered: 1 = the
    budget follows the house and is `fallback_ma` when nobody hears the meter.
    guaranteed_ma: what each seat may draw when it hears no leader; 0 = pause.
    anchor: the seat whose vote breaks a tie (of two chargers, the one that may lead alone).
    panel_of: [seat] panel number; mode: allocate.EQUAL ...
    """

    def __init__(self):
        self.seats = 1
        self.anchor = 0
        self.budget_ma = [0, 0, 0]
        self.metered = 0
        self.fallback_ma = 0
        self.guaranteed_ma = 0
        self.panel_of = bytearray(SEATS)
        self.mode = 0
        self.rotate_s = 900
        self.crc = 0

    def check(self, panels):
        """ValueError with one line if the group could overcommit or cannot work."""
        if not 1 <= self.seats <= SEATS:
            raise ValueError("seats: %d is not 1..%d" % (self.seats, SEATS))
        if not 0 <= self.anchor < self.seats:
            raise ValueError("anchor: seat %d is not one of %d" % (self.anchor, self.seats))
        if self.guaranteed_ma < 0:
            raise ValueError("guaranteed_ma: %d is negative" % self.guaranteed_ma)
        if 0 < self.guaranteed_ma < 6000:
            raise ValueError("guaranteed_ma: %d is below 6000, use 0" % self.guaranteed_ma)
        least = min(self.budget_ma[0], self.budget_ma[1], self.budget_ma[2])
        if self.metered and self.fallback_ma < least:
            least = self.fallback_ma
        if self.guaranteed_ma * self.seats > least:
            raise ValueError(
                "guaranteed_ma: %d x %d seats is more than %d mA"
                % (self.guaranteed_ma, self.seats, least)
            )
        self._check_panels(panels)

    def _check_panels(self, panels):
        for seat in range(self.seats):
            if self.panel_of[seat] >= panels.count:
                raise ValueError("seat %d: no panel %d" % (seat, self.panel_of[seat]))
        for panel in range(panels.count):
            if panels.star[panel]:
                raise ValueError("panel %d: leases cannot be counted behind a star" % panel)
            ma = 0
            for seat in range(self.seats):
                if panels.above(self.panel_of[seat], panel):
                    ma += self.guaranteed_ma
            for phase in range(3):
                if ma > panels.limit_ma[3 * panel + phase]:
                    raise ValueError("panel %d: %d mA are guaranteed behind it" % (panel, ma))

    def votes(self, seat):
        """The weight of a seat's vote: with an even number the anchor's counts double."""
        return 2 if seat == self.anchor and self.seats & 1 == 0 else 1

    def majority(self):
        """Weight that is more than half of all votes."""
        return (self.seats + (1 if self.seats & 1 == 0 else 0)) // 2 + 1


class Report:
    """Member to all, once a second: vote, what it may draw, what it asks for.

    vote_seat, vote_boot: whom it follows, NOBODY = none. echo_seq: that one's latest
    beacon that answered this member. vote_ms: how long from now it votes for no other.
    lend_ms: how long from now it will not fall back to its guaranteed share.
    grant_seq: the beacon whose grant it obeys, 0 = none. held_ma, held_mask: the most
    that it may draw at this moment, with what the EV has not let go of yet.
    mask: conductors the EV uses as far as known; wired: all it could use.
    drawn_ma: [3], budget_ma: [3] what its meter leaves for the group, -1 = no meter.
    """

    def __init__(self):
        self.seat = 0
        self.boot = 0
        self.seq = 0
        self.vote_seat = NOBODY
        self.vote_boot = 0
        self.echo_seq = 0
        self.vote_ms = 0
        self.lend_ms = 0
        self.grant_seq = 0
        self.held_ma = 0
        self.held_mask = 0
        self.want = 0
        self.mask = 7
        self.wired = 7
        self.line = 0
        self.min_ma = 6000
        self.max_ma = 0
        self.rank = 128
        self.left_s = -1
        self.need_mah = 0
        self.turn_s = 0
        self.drawn_ma = [0, 0, 0]
        self.budget_ma = [-1, -1, -1]


class Beacon:
    """Leader (or candidate) to all, once a second and at once on a change.

    lead: 1 = it has the majority and may grant. n rows: seat, nonce = boot and seq of the
    report that is answered, ma on mask, for lease_ms counted from when that was sent.
    """

    def __init__(self):
        self.seat = 0
        self.boot = 0
        self.seq = 0
        self.lead = 0
        self.n = 0
        self.row_seat = bytearray(ROWS)
        self.row_boot = [0] * ROWS
        self.row_seq = [0] * ROWS
        self.row_ma = [0] * ROWS
        self.row_mask = bytearray(ROWS)
        self.row_lease_ms = [0] * ROWS
