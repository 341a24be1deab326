"""The group on the MicroPython VM: allocation and a whole leading charger without the heap."""

from ballast.control.group import records as g
from ballast.control.group.allocate import DEPARTURE, EQUAL, PRIORITY, Allocator
from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import GroupMachine
from ballast.control.group.own_meter import OwnMeter
from ballast.control.group.panels import Panels
from ballast.control.group.request import OwnState, Wish
from ballast.control.meter.meter import GOOD
from ballast.control.ticks import add
from ballast_bench.rigs.control import Rig
from heap import steps_without_heap


class Allocation:
    """64 members, three panels, every mode, changing wishes."""

    def __init__(self):
        p = self.panels = Panels()
        p.define(0, -1, 250000, 240000, 230000)
        p.define(1, 0, 125000, 125000, 125000)
        p.define(2, 0, 160000, 160000, 160000)
        self.a = a = Allocator(64, p)
        for i in range(64):
            a.mask[i] = (7, 1, 2, 4)[i % 4]
            a.panel[i] = i % 3
            a.min_ma[i] = 6000
            a.max_ma[i] = 16000 + 250 * i
            a.rank[i] = i % 3
            a.left_s[i] = 600 * i
            a.need_mah[i] = 1000 * (64 - i)

    def step(self, i):
        a = self.a
        a.mode = i % 3
        for k in range(64):
            a.want[k] = 1 if (k + i) % 5 else 0
            a.turn_s[k] = (k * 37 + i) % 2000 - 1000
        self.panels.set_limit(0, 250000 - 1000 * (i % 200), 240000, 230000)
        self.panels.clear()
        a.run()


def test_allocation_needs_no_heap():
    assert (EQUAL, PRIORITY, DEPARTURE) == (0, 1, 2)
    steps_without_heap(Allocation().step, 12)


def config(seats):
    c = g.Config()
    c.seats = seats
    for phase in range(3):
        c.budget_ma[phase] = 32000
    return c


class Leading:
    """Two chargers, frames handed on at once; 50 ms a step; the clock wraps on the way."""

    def __init__(self):
        self.now = 0x40000000 - 26000
        self.groups = []
        for seat in range(2):
            p = Panels()
            p.define(0, -1, 32000, 32000, 32000)
            self.groups.append(GroupMachine(config(2), p, seat, 1, self.now))
            self.groups[seat].request.want = 1
            self.groups[seat].request.max_ma = 32000
            for phase in range(3):
                self.groups[seat].request.drawn_ma[phase] = -1

    def step(self, i):
        self.now = (self.now + 50) & 0x3FFFFFFF
        one = self.groups[0]
        two = self.groups[1]
        self.talk(one, two)
        self.talk(two, one)

    def talk(self, one, two):
        one.step(self.now)
        if one.report_due:
            two.hear_report(self.now, one.fill_report(self.now))
        while one.beacon_due:
            two.hear_beacon(self.now, one.fill_beacon(self.now))


def test_a_leading_charger_needs_no_heap():
    pair = Leading()
    for i in range(600):
        pair.step(i)
    assert pair.groups[0].member.allowed_ma == 16000, pair.groups[0].member.allowed_ma
    assert pair.groups[1].member.allowed_ma == 16000
    steps_without_heap(pair.step, 400)
    assert pair.groups[0].member.allowed_ma == 16000


class Asking:
    """A charger reads its own state, states its wish, and makes a budget of its meter."""

    def __init__(self, pair):
        self.charger = Rig().charger
        self.state = OwnState()
        self.wish = Wish(pair, 3)
        self.own = OwnMeter()
        self.budget = GroupBudget(2, 3)
        self.now = 0x40000000 - 300
        p = Panels()
        p.define(0, -1, 32000, 32000, 32000)
        self.group = GroupMachine(config(2), p, 1, 1, self.now)

    def step(self, i):
        self.now = add(self.now, 50)
        self.charger.own_state(self.state)
        self.state.metered = True
        self.state.meter_state = GOOD
        self.state.ev_fitted = i & 1
        self.state.meter_seq = i // 3
        self.wish.step(self.state, 128, 255)
        self.own.step(self.now, self.state, self.group, self.budget)


def test_a_wish_and_a_budget_need_no_heap():
    for pair in (0, 6):
        asking = Asking(pair)
        asking.step(0)
        steps_without_heap(asking.step, 100)
