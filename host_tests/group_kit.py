"""What the tests of control/group/ agree on. Portable: runs on CPython and on MicroPython."""

from ballast.control.group import records as g
from ballast.control.group.leader import Leader
from ballast.control.group.machine import CLAIM, FOLLOW, LEAD, GroupMachine
from ballast.control.group.panels import Panels

T0 = 0x40000000 - 30000  # the clock wraps within each test


def config(seats=3, budget=32000, guaranteed=0):
    c = g.Config()
    c.seats = seats
    c.guaranteed_ma = guaranteed
    for phase in range(3):
        c.budget_ma[phase] = budget
    return c


def panels(ma=32000):
    p = Panels()
    p.define(0, -1, ma, ma, ma)
    return p


def after(ms):
    return (T0 + ms) & 0x3FFFFFFF


class Air:
    """Chargers that hear each other at once; `cut` holds (from, to) that do not."""

    def __init__(self, seats, **kw):
        self.now = T0
        self.cut = set()
        self.cars = True  # that draw what they may
        self.groups = []
        for seat in range(seats):
            group = GroupMachine(config(seats, **kw), panels(), seat, 1, T0)
            group.request.max_ma = 32000
            group.request.want = 1
            self.groups.append(group)

    def run(self, ms):
        for _ in range(ms // 50):
            self.now = (self.now + 50) & 0x3FFFFFFF
            for group in self.groups:
                if self.cars:
                    for phase in range(3):
                        group.request.drawn_ma[phase] = group.member.allowed_ma
                group.step(self.now)
                if group.report_due:
                    r = group.fill_report(self.now)
                    for other in self.hearing(group):
                        other.hear_report(self.now, r)
                while group.beacon_due:
                    b = group.fill_beacon(self.now)
                    for other in self.hearing(group):
                        other.hear_beacon(self.now, b)
        return self

    def hearing(self, group):
        return [o for o in self.groups if o is not group and (group.seat, o.seat) not in self.cut]

    def allowed(self):
        return [group.member.allowed_ma for group in self.groups]


class Books:
    """A leader with authority, and members that say what the test tells them to."""

    def __init__(self, seats=3, budget=32000, guaranteed=0):
        self.config = config(seats, budget, guaranteed)
        self.leader = Leader(self.config, panels(budget))
        self.seq = 0

    def says(self, t, seat, **kw):
        """A fresh report that came at once."""
        r = g.Report()
        self.seq += 1
        r.seat, r.boot, r.seq, r.want, r.max_ma = seat, 1, self.seq, 1, 32000
        r.vote_seat, r.vote_ms, r.drawn_ma[0] = 0, g.VOTE_MS, -1
        for name, value in kw.items():
            setattr(r, name, value)
        self.leader.hear(after(t), r, True, True, after(t))

    def grants(self, t, seq, ma=32000):
        """Plan and send; what each seat is granted."""
        a = self.leader
        a.step(after(t))
        a.renew(after(t), 0, g.VOTE_MS)
        a.plan(after(t), ma, ma, ma)
        for seat in range(self.config.seats):
            ms = a.lease_ms(seat, after(t))
            if a.heard[seat] and ms:
                a.granted(seat, seq, ms)
        return a.grant_ma[: self.config.seats]

    def counted(self, t):
        self.leader.step(after(t))
        return self.leader.booked_ma[: self.config.seats]


class One:
    """One charger of a group; of the others there is what the test lets it hear."""

    def __init__(self, seat=0, seats=2, guaranteed=0):
        self.config = config(seats, guaranteed=guaranteed)
        self.group = GroupMachine(self.config, panels(), seat, 1, T0)
        self.seq = 100

    def at(self, *times):
        for t in times:
            self.group.step(after(t))
        return self.group.role

    def hears(self, t, seat, **kw):
        """A report, newer than the last."""
        r = g.Report()
        self.seq += 1
        r.seat, r.boot, r.seq = seat, 1, self.seq
        for name, value in kw.items():
            setattr(r, name, value)
        return self.group.hear_report(after(t), r)

    def hears_answer(self, t, seat, **kw):
        """A report that votes for this charger and answers its last frame."""
        if "echo_seq" not in kw:
            kw["echo_seq"] = self.group.member.seq
        return self.hears(t, seat, vote_seat=self.group.seat, vote_boot=1, **kw)

    def hears_beacon(self, t, seat, rows=(), **kw):
        """A beacon, newer than the last; every row answers the last frame of this charger."""
        b = g.Beacon()
        self.seq += 1
        b.seat, b.boot, b.seq, b.n = seat, 1, self.seq, len(rows)
        for n, row in enumerate(rows):
            b.row_seat[n], b.row_boot[n], b.row_seq[n] = row, 1, self.group.member.seq
        for name, value in kw.items():
            setattr(b, name, value)
        return self.group.hear_beacon(after(t), b)

    def says(self, t):
        self.at(t)
        return self.group.fill_report(after(t))

    def beacon(self, t):
        self.at(t)
        return self.group.fill_beacon(after(t))

    def leads(self):
        """Seat 0 of two may lead alone, as soon as its silence of 20 s is over."""
        self.beacon(20000)
        self.beacon(20500)
        assert self.group.role == LEAD
        return self

    def measures(self, t, ma):
        """Its meter leaves `ma` [3] for the group."""
        self.group.set_budget(after(t), ma[0], ma[1], ma[2])
        self.at(t)
        return self.group.budget_ma

    def claims_at(self, start=20000):
        """When it claims; its turns are 700 ms apart."""
        for t in range(start, start + 7000, 700):
            assert self.at(t - 1) == FOLLOW
            if self.at(t) == CLAIM:
                return t
        return None


def changed(phase, ma, to):
    """`ma` on all three phases, `to` on one."""
    out = [ma, ma, ma]
    out[phase] = to
    return out
