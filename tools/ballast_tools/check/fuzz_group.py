"""Fuzzing of the group's frames: what a stranger can send, and what a member gone mad could.

`Group` feeds damaged frames as they are; the tag stops nearly all. `GroupSigned` signs
them again after the damage, so that every field behind the tag is reached, and hands
what the parser takes to a charger's state machine.
"""

from ballast.control.group import records as g
from ballast.control.group.machine import GroupMachine
from ballast.control.group.panels import Panels
from ballast.protocol import group_frame

KEY = bytes(range(32))
_TAG = 12


def _config():
    c = g.Config()
    c.seats = 8
    for phase in range(3):
        c.budget_ma[phase] = 63000
    return c


class Group:
    """The parser alone."""

    name = "group"

    def __init__(self):
        self.codec = group_frame.GroupCodec(KEY, 77, 99, g.Report(), g.Beacon())
        self.taken = 0

    def seeds(self):
        r, b = g.Report(), g.Beacon()
        r.seat, r.boot, r.seq, r.want, r.max_ma = 3, 5, 7, 1, 32000
        b.seat, b.boot, b.seq, b.lead, b.n = 1, 5, 9, 1, 3
        for n in range(b.n):
            b.row_seat[n], b.row_boot[n], b.row_seq[n] = n, 5, 7
            b.row_ma[n], b.row_mask[n], b.row_lease_ms[n] = 16000, 7, 9000
        return [self.codec.encode_report(r), self.codec.encode_beacon(b)]

    def state(self):
        return self.taken

    def eat(self, data):
        before = sum(self.codec.refused)
        kind = self.codec.decode(data)
        if kind not in (0, group_frame.REPORT, group_frame.BEACON):
            raise ValueError("decode says %s" % kind)
        if sum(self.codec.refused) - before != (1 if kind == 0 else 0):
            raise ValueError("a refusal that is not counted")
        self.taken += 1 if kind else 0
        return bool(kind)


class GroupSigned(Group):
    """The parser with good tags, and a charger behind it that keeps its own counsel."""

    name = "group signed"

    def __init__(self):
        super().__init__()
        panels = Panels()
        panels.define(0, -1, 63000, 63000, 63000)
        self.now = 0x3FFF0000
        self.charger = GroupMachine(_config(), panels, 0, 5, self.now)
        self.charger.request.want = 1
        self.charger.request.max_ma = 32000

    def state(self):
        m = self.charger.member
        return (self.charger.role, m.allowed_ma, m.lease_ma, m.vote_seat, m.grants)

    def eat(self, data):
        body = bytes(data[:-_TAG])
        if not super().eat(body + self.codec._key.tag(body, _TAG)):
            return False
        self.now = (self.now + 40) & 0x3FFFFFFF
        c = self.charger
        if data[1] & 15 == group_frame.REPORT:
            c.hear_report(self.now, self.codec.report)
        else:
            c.hear_beacon(self.now, self.codec.beacon)
        c.step(self.now)
        if c.report_due:
            c.fill_report(self.now)
        while c.beacon_due:
            c.fill_beacon(self.now)
        if not 0 <= c.member.allowed_ma <= 80000:
            raise ValueError("allowed %d mA" % c.member.allowed_ma)
        return True  # believed or not, it was a frame: time went on meanwhile
