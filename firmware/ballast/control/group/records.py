"""The two messages of a group as records, and the values on which all its members agree.

Currents in mA, times in ms. `boot` counts the starts of a device (kept in flash, 24 bits);
`seq` counts its frames since the last start (30 bits). Both together never repeat.
"""

from micropython import const

from ballast.control.group.panels import Panels

SEATS = const(64)  # the most chargers in one group
NOBODY = const(255)  # no seat
PILOT_MIN_MA = const(6000)  # IEC 61851-1 Annex A: the least and the most that a pilot can say
PILOT_MAX_MA = const(80000)
ROWS = const(18)  # members in one beacon: as many as fit into 250 bytes

LEASE_MS = const(20000)  # the lease time: no grant and no promise lasts longer
VOTE_MS = const(17000)  # a vote, and so every lease; the rest of LEASE_MS is left for an election
CLAIM_VOTE_MS = const(2500)  # a vote for a charger that does not lead yet
SETTLE_MS = const(5000)  # IEC 61851-1: the EV follows a lower duty within 5 s
BEACON_MS = const(1000)
REPORT_MS = const(1000)
SLOT_MS = const(2000)  # how long the limit slot GROUP stands when it is not renewed
FRESH_MS = const(5000)  # an answer to a message older than this does not count


class Config:
    """What all members of a group have in common; a checksum of it, `crc`, is in each frame.

    seats: how many chargers at most. budget_ma [3]: the supply's limit for the group.
    metered: 1 = the budget follows the house, and is `fallback_ma` when nobody hears the
    meter. guaranteed_ma: what each seat may draw when it hears no leader; 0 = pause.
    panel_of: [seat] panel number; mode: allocate.EQUAL ...
    """

    def __init__(self) -> None:
        self.seats = 1
        self.budget_ma = [0, 0, 0]
        self.metered = 0
        self.fallback_ma = 0
        self.guaranteed_ma = 0
        self.panel_of = bytearray(SEATS)
        self.mode = 0
        self.crc = 0

    def set_supply(self, limit_ma: int, fallback_ma: int, metered: int) -> None:
        """Set the supply's limit, and what the group may draw while nobody hears the meter.

        limit_ma: the fuse less its margin. fallback_ma: the setting; all guaranteed shares
        together are its least and the limit its most. Set `seats` and `guaranteed_ma` before.
        """
        shares_ma = self.seats * self.guaranteed_ma
        self.metered = 1 if metered else 0
        self.fallback_ma = min(limit_ma, max(fallback_ma, shares_ma))
        for phase in range(3):
            self.budget_ma[phase] = limit_ma

    def check(self, panels: Panels) -> None:
        """ValueError with one line if the group could draw too much or cannot work."""
        if not 1 <= self.seats <= SEATS:
            raise ValueError("seats: %d is not 1..%d" % (self.seats, SEATS))
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

    def _check_panels(self, panels: Panels) -> None:
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

    def votes(self, seat: int) -> int:
        """The weight of a seat's vote: with an even number of seats the vote of seat 0 counts
        double. It breaks a tie; of two chargers it may lead alone."""
        return 2 if seat == 0 and self.seats & 1 == 0 else 1

    def majority(self) -> int:
        """The smallest weight that is more than half of all votes."""
        return (self.seats + (1 if self.seats & 1 == 0 else 0)) // 2 + 1


class Report:
    """A member's message to all, once a second: its vote, what it may draw, what it asks for.

    vote_seat, vote_boot: the leader or candidate that it follows, NOBODY = none. echo_seq: the
    latest beacon of that charger that answered this member. vote_ms: for how long from now it
    votes for no other. lend_ms: for how long from now it will not fall back to its guaranteed
    share. grant_seq: the beacon whose grant it obeys, 0 = none. held_ma on held_mask: the most
    that may flow at this moment; the EV may not have followed the last reduction yet.
    want ... turn_s: the request, see request.Wish and allocate.Allocator. mask: the conductors
    that the EV uses as far as known; wired: all that it could use.
    drawn_ma [3]: what it draws. budget_ma [3]: what its reading of the mains leaves for the
    group. Both -1 without a meter.
    """

    def __init__(self) -> None:
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
    """A leader's or candidate's message to all, once a second, and at once after a change.

    lead: 1 = it has the majority and may grant. n rows, each for one member: its seat, boot and
    seq of its report that is answered, and the grant: ma on mask, for lease_ms counted from
    when that report was sent.
    """

    def __init__(self) -> None:
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
