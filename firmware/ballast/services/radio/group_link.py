"""Carries a group's frames between control/group/machine.py and the radio, and keeps the GROUP limit.

The radio's owner calls `on_frame(mac, frame, rssi)` for each payload whose first byte is
0xB5; `run()` does it for a radio that carries nothing else. Radio: send(mac, frame) ->
bool and drain(handle), as ports/espnow_radio.py and services/radio/udp.py. Frames are
broadcast: every member hears every other, and no acknowledgement is waited for.

The GROUP slot is renewed for at most two seconds at a time and falls to 0: when
nobody steps the group, nobody keeps its promises either.
"""

import asyncio
import time

from micropython import const

from ballast.control.group.machine import FOLLOW, LEAD
from ballast.control.group.records import NOBODY, SETTLE_MS
from ballast.control.limits import limits
from ballast.protocol import group_frame

_STEP_MS = const(50)
_BROADCAST = b"\xff\xff\xff\xff\xff\xff"
_MOST_RANK = const(255)
_MOST_S = const(0xFFFFF)
_MOST_MAH = const(0x100000)
_MOST_MA = const(80000)
_MOVED_MA = const(250)  # the EV draws so much more or less than was last told: tell it now
_MOVED_MS = const(200)
_MOVED_EACH_MS = const(12)  # a seat: however many move at once, they say so 83 times a second
_TAG = const(4)  # in group_frame.REASONS
_CONFIG = const(5)
_STRANGE_MS = const(10000)


def moved_ms(seats):
    """How often one of `seats` may say that its EV draws more or less, ms.

    64 share the air: all of them on the move fill a fifth of it. Less than the second
    for which control/group/budget.py waits for a car's word.
    """
    return max(_MOVED_MS, _MOVED_EACH_MS * seats)


class GroupLink:
    """charger: the facade. group: control.group.Group. codec: group_frame.GroupCodec.

    watch(now_ms, report): called with each report that was taken, its own included.
    unsent: frames that the radio did not take. corrected: wishes that were out of range.
    """

    def __init__(self, charger, radio, group, codec, watch=None):
        self._charger = charger
        self._radio = radio
        self.group = group
        self.codec = codec
        self.unsent = 0
        self.corrected = 0
        self._watch = watch
        self._told_ma = [0, 0, 0]
        self._told_ms = time.ticks_ms()
        self._moved_ms = moved_ms(group.config.seats)
        self._strangers = 0  # frames of this group's number with another key or other settings
        self._strange = False  # one came of late
        self._strange_ms = 0
        charger.fall_to(limits.GROUP, 0)

    async def run(self):
        """Step for ever."""
        while True:
            self._radio.drain(self.on_frame)
            self.step()
            await asyncio.sleep_ms(_STEP_MS)

    def on_frame(self, mac, frame, rssi):
        """One payload from the air; whatever is not this group's is counted by the codec."""
        kind = self.codec.decode(frame)
        now = time.ticks_ms()
        if kind == group_frame.REPORT:
            report = self.codec.report
            if self.group.hear_report(now, report) and self._watch is not None:
                self._watch(now, report)
        elif kind == group_frame.BEACON:
            self.group.hear_beacon(now, self.codec.beacon)
        else:
            strangers = self.codec.refused[_TAG] + self.codec.refused[_CONFIG]
            if strangers != self._strangers:
                self._strangers = strangers
                self._strange = True
                self._strange_ms = now

    def step(self):
        """Let time pass, send what is due, renew the limit."""
        now = time.ticks_ms()
        if self._strange and time.ticks_diff(now, self._strange_ms) > _STRANGE_MS:
            self._strange = False
        group = self.group
        group.step(now)
        if group.beacon_due:
            self._beacons(now)
        elif group.report_due or self._moved(now):
            self._tell(now, group.fill_report(now))
        member = group.member
        member.step(now, group.request)
        ms = member.slot_ms
        self._charger.put_limit(limits.GROUP, member.allowed_ma, ms)
        if group.config.metered and member.lease.left(now) > SETTLE_MS:
            self._charger.share_supply(ms)

    def _moved(self, now):
        """Whether what the EV draws is news: the leader's view of the house hangs on it."""
        if time.ticks_diff(now, self._told_ms) < self._moved_ms:
            return False
        for phase in range(3):
            ma = self.group.request.drawn_ma[phase] - self._told_ma[phase]
            if ma > _MOVED_MA or ma < -_MOVED_MA:
                return True
        return False

    def _tell(self, now, report):
        self._told_ms = now
        for phase in range(3):
            self._told_ma[phase] = report.drawn_ma[phase]
        self._send(self.codec.encode_report(report))

    def _beacons(self, now):
        group = self.group
        first = True
        while group.beacon_due:
            frame = self.codec.encode_beacon(group.fill_beacon(now))
            if first:  # the leader is a member too: the others need its wish and its current
                self._tell(now, group.request)
                first = False
            self._send(frame)

    def _send(self, frame):
        if not self._radio.send(_BROADCAST, frame):
            self.unsent += 1

    # ---- what this charger wants ----

    def ask(self, want, min_ma, max_ma, rank, left_s, need_mah):
        """The own wish: 1 = a car is there and may charge. Out of range: taken in, counted.

        left_s: to departure, -1 = not known. need_mah: per conductor until then.
        """
        r = self.group.request
        r.want = 1 if want else 0
        r.min_ma = self._within(min_ma, 6000, _MOST_MA)
        r.max_ma = self._within(max_ma, 0, _MOST_MA)
        r.rank = self._within(rank, 0, _MOST_RANK)
        r.left_s = self._within(left_s, -1, _MOST_S)
        r.need_mah = self._within(need_mah, 0, _MOST_MAH)

    def _within(self, value, low, high):
        if value < low or value > high:
            self.corrected += 1
            return low if value < low else high
        return value

    def wiring(self, wired, mask, line):
        """Conductors (bits L1, L2, L3 of the house) that the EV could use and that it does use."""
        r = self.group.request
        r.wired = wired & 7 or 7
        r.mask = mask & r.wired or r.wired
        r.line = 1 if line and r.wired in (3, 5, 6) else 0

    def drawn(self, l1_ma, l2_ma, l3_ma):
        """What the EV draws by house conductor, mA; -1 = no meter of its own."""
        d = self.group.request.drawn_ma
        d[0] = l1_ma
        d[1] = l2_ma
        d[2] = l3_ma

    def budget(self, l1_ma, l2_ma, l3_ma):
        """What the mains meter leaves for the whole group; renew it within 3 s."""
        self.group.set_budget(time.ticks_ms(), l1_ma, l2_ma, l3_ma)

    # ---- what the page shows ----

    def problem(self):
        """What a person should put right, one line; "" = nothing."""
        if self.group.member.conflict.on:
            return "group: another charger has seat %d too" % self.group.seat
        if self._strange:
            return "group: another charger has another key or other settings; make them the same"
        return ""

    def role(self):
        """The own part in words."""
        role = self.group.role
        return "leader" if role == LEAD else "member" if role == FOLLOW else "candidate"

    def shown(self):
        """What the status document says of it. leader: seat, None = nobody. short: see Allocator,
        None = this one does not lead."""
        group = self.group
        member = group.member
        r = group.request
        return {
            "role": self.role(),
            "leader": None if group.leader_seat == NOBODY else group.leader_seat,
            "share_ma": member.allowed_ma,
            "lease_s": member.lease.left(time.ticks_ms()) // 1000,
            "waiting": r.want == 1 and member.allowed_ma < r.min_ma,
            "short": group.leader.allocator.short if group.role == LEAD else None,
            "problem": self.problem() or None,
        }

    def status(self):
        """All of it, for the bench and the log: dict of plain values, no secrets."""
        group = self.group
        member = group.member
        refused = dict(zip(group_frame.REASONS, self.codec.refused))
        refused["seat"] = group.refused_seat
        refused["old"] = group.refused_old
        refused["same seat"] = group.refused_same_seat
        refused["wish"] = group.refused_value
        refused["grant"] = member.refused
        return {
            "seat": group.seat,
            "role": self.role(),
            "leader": group.leader_seat,
            "allowed_ma": member.allowed_ma,
            "held_ma": member.held_ma,
            "lease_ms": member.lease.left(time.ticks_ms()),
            "budget_ma": list(group.budget_ma),
            "short": group.leader.allocator.short if group.role == LEAD else 0,
            "conflict": bool(member.conflict.on),
            "corrected": self.corrected,
            "unsent": self.unsent,
            "refused": refused,
        }
