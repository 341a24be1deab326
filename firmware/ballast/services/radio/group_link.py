"""Carries a group's frames between control/group/machine.py and the radio; sets the GROUP limit.

The radio's owner calls `on_frame(mac, frame, rssi)` for each payload whose first byte is
0xB5. For a radio that carries nothing else `run()` does it. Frames are broadcast: every
member receives those of every other, and none is acknowledged.

The GROUP slot is renewed for at most two seconds at a time and then falls to 0, because
without steps nothing keeps the leases and promises of this charger.
"""

import asyncio
import time

from micropython import const

from ballast.control.group.machine import FOLLOW, LEAD
from ballast.control.group.records import NOBODY, SETTLE_MS
from ballast.control.limits import limits
from ballast.protocol import group_frame

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.radio.shapes import Group, HearReport, Report
    from ballast.services.shapes import Charger, Radio

_STEP_MS = const(50)
_BROADCAST = b"\xff\xff\xff\xff\xff\xff"
_MOST_RANK = const(255)
_MOST_S = const(0xFFFFF)
_MOST_MAH = const(0x100000)
_MOST_MA = const(80000)
_MOVED_MA = const(250)  # an EV current that differs by more than this is reported at once
_MOVED_MS = const(200)
_MOVED_EACH_MS = const(12)  # per seat: all seats together send at most 83 such reports a second
_TAG = const(4)  # in group_frame.REASONS
_CONFIG = const(5)
_STRANGE_MS = const(10000)


def moved_ms(seats: int) -> int:
    """ms between two early reports of one of `seats`, sent because its EV's current changed.

    64 chargers share the air; if the current of all of them changes, the reports fill a fifth
    of it. Even then the time is shorter than the second for which control/group/budget.py
    waits for the report about an EV.
    """
    return max(_MOVED_MS, _MOVED_EACH_MS * seats)


class GroupLink:
    """watch(now_ms, report): called with each report that was accepted, the own ones included.

    unsent: frames that the radio did not take. corrected: wishes that were out of range.
    """

    def __init__(
        self,
        charger: "Charger",
        radio: "Radio",
        group: "Group",
        codec: group_frame.GroupCodec,
        watch: "HearReport | None" = None,
    ) -> None:
        self._charger = charger
        self._radio = radio
        self.group = group
        self.codec = codec
        self.unsent = 0
        self.corrected = 0
        self._watch = watch
        self._reported_ma = [0, 0, 0]
        self._reported_ms = time.ticks_ms()
        self._moved_ms = moved_ms(group.config.seats)
        self._strangers = 0  # frames of this group's number with another key or other settings
        self._strange = False  # one came within _STRANGE_MS
        self._strange_ms = 0
        charger.fall_to(limits.GROUP, 0)

    async def run(self) -> None:
        """Step for ever."""
        while True:
            self._radio.drain(self.on_frame)
            self.step()
            await asyncio.sleep_ms(_STEP_MS)

    def on_frame(self, mac: bytes, frame: bytes, rssi: int) -> None:
        """Take one payload from the air; the codec counts those that are not this group's."""
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

    def step(self) -> None:
        """Let time pass, send the frames that are due, renew the limit."""
        now = time.ticks_ms()
        if self._strange and time.ticks_diff(now, self._strange_ms) > _STRANGE_MS:
            self._strange = False
        group = self.group
        group.step(now)
        if group.beacon_due:
            self._beacons(now)
        elif group.report_due or self._moved(now):
            self._send_report(now, group.fill_report(now))
        member = group.member
        member.step(now, group.request)
        ms = member.slot_ms
        self._charger.put_limit(limits.GROUP, member.allowed_ma, ms)
        if group.config.metered and member.lease.left(now) > SETTLE_MS:
            self._charger.share_supply(ms)

    def _moved(self, now: int) -> bool:
        """Whether the EV's current has changed so much that the leader needs a report now: the
        leader subtracts this current from the meter's reading to know the house's load."""
        if time.ticks_diff(now, self._reported_ms) < self._moved_ms:
            return False
        for phase in range(3):
            ma = self.group.request.drawn_ma[phase] - self._reported_ma[phase]
            if ma > _MOVED_MA or ma < -_MOVED_MA:
                return True
        return False

    def _send_report(self, now: int, report: "Report") -> None:
        self._reported_ms = now
        for phase in range(3):
            self._reported_ma[phase] = report.drawn_ma[phase]
        self._send(self.codec.encode_report(report))

    def _beacons(self, now: int) -> None:
        group = self.group
        first = True
        while group.beacon_due:
            frame = self.codec.encode_beacon(group.fill_beacon(now))
            if first:  # the leader is a member too: the others need its wish and its current
                self._send_report(now, group.request)
                first = False
            self._send(frame)

    def _send(self, frame: bytes) -> None:
        if not self._radio.send(_BROADCAST, frame):
            self.unsent += 1

    # ---- the wish of this charger ----

    def ask(
        self, want: int, min_ma: int, max_ma: int, rank: int, left_s: int, need_mah: int
    ) -> None:
        """Set the own wish. want: 1 = an EV is there and may charge. rank: 0 = first.

        left_s: s to the departure, -1 = not known. need_mah: per conductor until then. A value
        out of range is replaced by the nearest one in range and counted in `corrected`.
        """
        r = self.group.request
        r.want = 1 if want else 0
        r.min_ma = self._within(min_ma, 6000, _MOST_MA)
        r.max_ma = self._within(max_ma, 0, _MOST_MA)
        r.rank = self._within(rank, 0, _MOST_RANK)
        r.left_s = self._within(left_s, -1, _MOST_S)
        r.need_mah = self._within(need_mah, 0, _MOST_MAH)

    def _within(self, value: int, low: int, high: int) -> int:
        if value < low or value > high:
            self.corrected += 1
            return low if value < low else high
        return value

    def wiring(self, wired: int, mask: int, line: int) -> None:
        """Set the conductors of the house that the EV could use (wired) and does use (mask).

        Bits 0, 1, 2 = L1, L2, L3. line: 1 = connected between two conductors, without neutral.
        """
        r = self.group.request
        r.wired = wired & 7 or 7
        r.mask = mask & r.wired or r.wired
        r.line = 1 if line and r.wired in (3, 5, 6) else 0

    def drawn(self, l1_ma: int, l2_ma: int, l3_ma: int) -> None:
        """Set the EV's current by conductor of the house, mA; -1 = the charger measures none."""
        d = self.group.request.drawn_ma
        d[0] = l1_ma
        d[1] = l2_ma
        d[2] = l3_ma

    def budget(self, l1_ma: int, l2_ma: int, l3_ma: int) -> None:
        """Set what the mains leave for the whole group, mA; to be renewed within 3 s."""
        self.group.set_budget(time.ticks_ms(), l1_ma, l2_ma, l3_ma)

    # ---- what the page shows ----

    def problem(self) -> str:
        """One line about a mistake that a person has to correct; "" = none."""
        if self.group.member.conflict.on:
            return "group: another charger has seat %d too" % self.group.seat
        if self._strange:
            return "group: another charger has another key or other settings; make them the same"
        return ""

    def role(self) -> str:
        """The own role in words."""
        role = self.group.role
        return "leader" if role == LEAD else "member" if role == FOLLOW else "candidate"

    def shown(self) -> "dict[str, object]":
        """The group's part of the status document. leader: its seat, None = no leader. short: how
        many chargers want current and get none, None = this charger is not the leader."""
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

    def status(self) -> "dict[str, object]":
        """More of the group for the bench and the log: plain values, no secrets."""
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
