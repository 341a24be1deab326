"""A group of chargers on virtual time, with a radio that loses, delays, repeats and splits.

Only the group's state machines run here (one `GroupMachine` each), so that thousands of
histories can be tried; the whole firmware runs on ballast_bench/world.py. A history is data:
`History` with a seed and a list of events (ms, kind, argument ...). The same history
always runs the same way, and a shorter list of events is a history too: `shrink()`.

What is checked at every event: the sum of what all chargers may draw, with what their
cars have not let go of yet, is within every panel's limit on every conductor, and at the
supply within the largest budget of the last lease time.
"""

import copy
import heapq
import random
from collections import deque

from ballast.control.group import records as g
from ballast.control.group.machine import GroupMachine
from ballast.control.group.panels import Panels

WRAP = 1 << 30
WINDOW_MS = g.LEASE_MS + 5000  # a smaller budget is obeyed within this at the latest


class Violation(AssertionError):
    """The sum was above a limit; `history` says how it came about."""


class History:
    """seats, supply_ma, guaranteed_ma, metered, panels [(parent, ma)], wiring [mask per seat]."""

    def __init__(
        self, seed, seats, supply_ma, guaranteed_ma, metered, panels, wiring, events, end_ms
    ):
        self.seed = seed
        self.seats = seats
        self.supply_ma = supply_ma
        self.guaranteed_ma = guaranteed_ma
        self.metered = metered
        self.panels = panels
        self.wiring = wiring
        self.events = events
        self.end_ms = end_ms

    def text(self):
        lines = [
            f"seed {self.seed}: {self.seats} seats, supply {self.supply_ma} mA, guaranteed "
            f"{self.guaranteed_ma} mA, metered {self.metered}, panels {self.panels}, "
            f"wiring {self.wiring}"
        ]
        lines += [
            "%9.3f s  %s" % (e[0] / 1000, " ".join(str(x) for x in e[1:])) for e in self.events
        ]
        return "\n".join(lines)


class Node:
    """A charger: its GroupMachine while it has power, its clock, its car."""

    def __init__(self, seat):
        self.seat = seat
        self.group = None
        self.boot = 0
        self.on = False
        self.frozen_until = -1
        self.slot_t = 0
        self.rate = 1.0
        self.origin = 0
        self.base = 0
        self.want = 0
        self.ev_ma = 32000
        self.ev_mask = 7
        self.drawn = 0
        self.may_ma = 0
        self.may_mask = 0

    def clock(self, t):
        return (self.base + int((t - self.origin) * self.rate)) % WRAP


class Sim:
    """Runs one History. `make(config, panels, seat, boot, now)` builds a GroupMachine (or a broken one)."""

    STEP_MS = 150

    def __init__(self, history, make=GroupMachine):
        self.h = history
        self.make = make
        self.rnd = random.Random(history.seed)
        self.t = 0
        self.queue = []
        self.count = 0
        self.nodes = [Node(i) for i in range(history.seats)]
        self.loss = 0.0
        self.delay = (2, 20)
        self.dup = 0.0
        self.side = [0] * history.seats  # partition: frames pass within one side
        self.deaf = set()  # (from, to) that do not pass
        self.budget = [history.supply_ma] * 3
        self.meter_on = history.metered
        self.meters = {0, history.seats - 1} if history.metered else set()
        self.told = deque()
        self.frames = 0
        self.max_sum = 0
        self.trace = None
        for event in history.events:
            self.at(event[0], self.event, event)

    def at(self, t, what, *args):
        self.count += 1
        heapq.heappush(self.queue, (t, self.count, what, args))

    def config(self):
        c = g.Config()
        c.seats = self.h.seats
        c.budget_ma = [self.h.supply_ma] * 3
        c.metered = 1 if self.h.metered else 0
        c.fallback_ma = self.fallback()
        c.guaranteed_ma = self.h.guaranteed_ma
        for i in range(c.seats):
            c.panel_of[i] = i % (len(self.h.panels) + 1)
        return c

    def fallback(self):
        return max(self.h.guaranteed_ma * self.h.seats, self.h.supply_ma // 3)

    def tree(self):
        p = Panels()
        s = self.h.supply_ma
        p.define(0, -1, s, s, s)
        for n, (parent, ma) in enumerate(self.h.panels):
            p.define(n + 1, parent, ma, ma, ma)
        return p

    # ---- events of a history ----

    def event(self, e):
        getattr(self, "on_" + e[1])(*e[2:])

    def on_power(self, seat, on, ppm=0):
        n = self.nodes[seat]
        if on and not n.on:
            n.boot += 1
            n.rate = 1 + ppm / 1e6
            n.origin = self.t
            n.base = (WRAP - 15000 + 977 * seat) % WRAP  # wraps within the history
            n.group = self.make(self.config(), self.tree(), seat, n.boot, n.clock(self.t))
            n.on = True
            n.frozen_until = -1
            self.request(n)
            self.at(self.t, self.run, n, n.boot)
        elif not on and n.on:
            n.on = False
            n.may_ma = n.drawn = 0

    def on_reboot(self, seat, ppm=0):
        self.on_power(seat, 0)
        self.on_power(seat, 1, ppm)

    def on_car(self, seat, want, ma=32000, mask=7):
        n = self.nodes[seat]
        n.want, n.ev_ma, n.ev_mask = want, ma, mask & self.h.wiring[seat]
        if n.on:
            self.request(n)

    def on_radio(self, loss, slowest, dup):
        self.loss, self.delay, self.dup = loss, (2, slowest), dup

    def on_split(self, *side):
        self.side = list(side)

    def on_deaf(self, sender, receiver, on):
        (self.deaf.add if on else self.deaf.discard)((sender, receiver))

    def on_house(self, left_ma):
        self.budget = [min(left_ma, self.h.supply_ma)] * 3

    def on_meter(self, on):
        self.meter_on = on

    def on_freeze(self, seat, ms):
        n = self.nodes[seat]
        n.frozen_until = max(n.frozen_until, self.t + ms)

    # ---- the chargers ----

    def request(self, n):
        r = n.group.request
        r.want = n.want
        r.wired = self.h.wiring[n.seat]
        r.mask = r.wired  # which conductors a new car uses is not known yet
        r.max_ma = 32000
        if not n.want:
            n.drawn = 0

    def run(self, n, boot):
        """One step of a charger and what it sends."""
        if not n.on or n.boot != boot:
            return
        if self.t < n.frozen_until:
            self.at(n.frozen_until, self.run, n, boot)
            return
        now = n.clock(self.t)
        group = n.group
        if n.seat in self.meters and self.meter_on:
            group.set_budget(now, *self.budget)
            self.note_budget()
        member = group.member
        target = min(member.allowed_ma, n.ev_ma) if n.want and member.allowed_ma >= 6000 else 0
        n.drawn = target if target < n.drawn else min(target, n.drawn + 2000)
        mask = n.ev_mask & member.allowed_mask
        for phase in range(3):
            group.request.drawn_ma[phase] = n.drawn if (mask >> phase) & 1 else 0
        group.step(now)
        if group.report_due:
            self.send(n, copy_report(group.fill_report(now)), 0)
        parts = 0
        while group.beacon_due and parts < 8:
            self.send(n, copy_beacon(group.fill_beacon(now)), 1)
            parts += 1
        group.member.step(now, group.request)  # what an own grant changed
        self.note(n)
        self.at(self.t + self.STEP_MS - self.rnd.randrange(40), self.run, n, boot)

    def note(self, n):
        m = n.group.member
        n.may_ma, n.may_mask = m.held_ma, m.held_mask
        n.slot_t = self.t + m.slot_ms / n.rate
        self.check()

    # ---- the radio ----

    def send(self, n, record, kind):
        self.frames += 1
        for other in self.nodes:
            if other is n or not other.on:
                continue
            if self.side[other.seat] != self.side[n.seat] or (n.seat, other.seat) in self.deaf:
                continue
            if self.rnd.random() < self.loss:
                continue
            copies = 2 if self.dup and self.rnd.random() < self.dup else 1
            for _ in range(copies):
                slow = self.rnd.random()
                low, high = self.delay
                self.at(
                    self.t + low + int((high - low) * slow * slow), self.arrive, other, record, kind
                )

    def arrive(self, n, record, kind):
        if not n.on:
            return
        if self.t < n.frozen_until:
            if len(self.queue) < 20000:
                self.at(n.frozen_until + 1, self.arrive, n, record, kind)
            return
        now = n.clock(self.t)
        if kind:
            n.group.hear_beacon(now, record)
            n.group.member.step(now, n.group.request)
            self.note(n)
        else:
            n.group.hear_report(now, record)

    # ---- the law ----

    def note_budget(self):
        """A charger is told what is left for the group."""
        most = max(self.budget)
        if self.told and self.told[-1][1] == most:
            self.told[-1][0] = self.t
        else:
            self.told.append([self.t, most])

    def ceiling(self):
        """The largest budget that any charger could go by in the last lease time."""
        if not self.h.metered:
            return self.h.supply_ma
        while self.told and self.told[0][0] <= self.t - WINDOW_MS:
            self.told.popleft()
        most = max((ma for _, ma in self.told), default=0)
        return min(max(most, self.fallback()), self.h.supply_ma)

    def check(self):
        supply = [0, 0, 0]
        panel = [[0, 0, 0] for _ in self.h.panels]
        for n in self.nodes:
            if n.on and self.t < n.frozen_until:
                self.frozen(n)
            if not n.on or not n.may_ma:
                continue
            p = n.seat % (len(self.h.panels) + 1)
            for phase in range(3):
                if (n.may_mask >> phase) & 1:
                    supply[phase] += n.may_ma
                    at = p
                    while at > 0:
                        panel[at - 1][phase] += n.may_ma
                        at = self.h.panels[at - 1][0]
        self.max_sum = max(self.max_sum, *supply)
        if max(supply) > self.ceiling():
            self.violated(f"supply {supply} mA of {self.ceiling()}")
        for at, loads in enumerate(panel):
            if max(loads) > self.h.panels[at][1]:
                self.violated(f"panel {at + 1} {loads} mA of {self.h.panels[at][1]}")

    def frozen(self, n):
        """Nobody renews the limit slot: it falls to 0 when its time is up; the car follows."""
        m = n.group.member
        now = n.clock(self.t)
        allowed = m.allowed_ma if self.t < n.slot_t else 0
        lag = m.allowed_ma if self.t < n.slot_t + g.SETTLE_MS / n.rate else 0
        n.may_ma = max(allowed, lag, m.falls.most_ma(now))

    def violated(self, what):
        who = " ".join(f"{n.seat}:{n.may_ma}/{n.may_mask}" for n in self.nodes if n.on)
        raise Violation(f"t={self.t / 1000:.3f} s: {what} ({who})\n{self.h.text()}")

    def until(self, end):
        """Run up to `end` ms."""
        while self.queue and self.queue[0][0] <= end:
            self.t, _, what, args = heapq.heappop(self.queue)
            what(*args)
        self.t = end
        return self

    def go(self):
        return self.until(self.h.end_ms)


def copy_report(r):
    r = copy.copy(r)
    r.drawn_ma = list(r.drawn_ma)
    r.budget_ma = list(r.budget_ma)
    return r


def copy_beacon(b):
    new = copy.copy(b)
    n = b.n
    new.row_seat = b.row_seat[:n]
    new.row_boot = b.row_boot[:n]
    new.row_seq = b.row_seq[:n]
    new.row_ma = b.row_ma[:n]
    new.row_mask = b.row_mask[:n]
    new.row_lease_ms = b.row_lease_ms[:n]
    return new


def shrink(history, make=GroupMachine, tries=400):
    """The shortest history found that still violates: events are left out, then the end cut."""

    def fails(events):
        trial = copy.copy(history)
        trial.events = events
        try:
            Sim(trial, make).go()
        except Violation as error:
            return str(error)
        return None

    events = list(history.events)
    message = fails(events)
    size = max(1, len(events) // 2)
    while size and tries > 0:
        at = 0
        while at < len(events) and tries > 0:
            tries -= 1
            fewer = events[:at] + events[at + size :]
            shorter = fails(fewer)
            if shorter:
                events, message = fewer, shorter
            else:
                at += size
        size //= 2
    return events, message
