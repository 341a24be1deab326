"""The carrier between the group's state machines and the radio: what it sends, when, and what it keeps."""

import hashlib

import pytest

from ballast.control.group import records as g
from ballast.control.group.machine import LEAD, GroupMachine
from ballast.control.group.panels import Panels
from ballast.control.limits import limits
from ballast.protocol.group_frame import MAX_FRAME, GroupCodec
from ballast.services.radio.group_link import GroupLink, moved_ms
from ballast_bench import upy

KEY = b"a key for the group"


class Charger:
    """The facade's part that a link uses."""

    def __init__(self):
        self.limit = None
        self.fall = {}
        self.shared = 0

    def fall_to(self, slot, ma):
        self.fall[slot] = ma

    def put_limit(self, slot, ma, ttl_ms):
        assert slot == limits.GROUP and 0 < ttl_ms <= g.SLOT_MS
        self.limit = ma

    def share_supply(self, ttl_ms):
        self.shared += 1


class Radio:
    """Takes broadcasts until it is told not to."""

    def __init__(self):
        self.sent = []
        self.takes = True

    def send(self, mac, frame):
        assert mac == b"\xff" * 6 and len(frame) <= MAX_FRAME
        if self.takes:
            self.sent.append(frame)
        return self.takes


class Air:
    """`seats` links on one clock; what one sends all others hear."""

    def __init__(self, seats, metered=0, keys=None):
        self.clock = upy.ManualClock((1 << 30) - 9000)
        upy.install(self.clock)
        self.links = []
        for seat in range(seats):
            config = g.Config()
            config.seats, config.budget_ma, config.metered = seats, [32000] * 3, metered
            config.fallback_ma = 32000
            panels = Panels()
            panels.define(0, -1, 32000, 32000, 32000)
            key = hashlib.sha256((keys or {}).get(seat, KEY)).digest()
            codec = GroupCodec(key, 7, 1, g.Report(), g.Beacon())
            group = GroupMachine(config, panels, seat, 1, self.clock.ms() & 0x3FFFFFFF)
            self.links.append(GroupLink(Charger(), Radio(), group, codec))

    def run(self, ms):
        for _ in range(ms // 50):
            self.clock.advance_us(50_000)
            for link in self.links:
                link.step()
            for link in self.links:
                frames, link._radio.sent = link._radio.sent, []
                for frame in frames:
                    for other in self.links:
                        if other is not link:
                            other.on_frame(b"", frame, -50)
        return self


@pytest.fixture(autouse=True)
def clock_back():
    yield
    upy.install()


def ask_all(air, most=32000):
    for link in air.links:
        link.ask(1, 6000, most, 128, -1, 0)
        link.wiring(7, 7, 0)
        link.drawn(-1, -1, -1)


def settled(ma):
    """Two that both want 32 A, half a minute after the meter began to leave `ma` [3] for both."""
    air = Air(2, metered=1)
    ask_all(air)
    for _ in range(60):
        air.links[0].budget(*ma)
        air.run(500)
    return air


def test_two_share_what_there_is_and_say_who_leads():
    air = settled((20000, 32000, 32000))
    assert [link._charger.limit for link in air.links] == [10000, 10000]
    assert sorted(link.role() for link in air.links) == ["leader", "member"]
    assert all(link._charger.shared for link in air.links)  # the leader balances for both
    assert all(link._charger.fall[limits.GROUP] == 0 for link in air.links)
    shown = [link.shown() for link in air.links]
    assert shown[0]["leader"] == shown[1]["leader"] is not None
    assert all(s["share_ma"] == 10000 and not s["waiting"] and s["problem"] is None for s in shown)
    assert all(link.status()["lease_ms"] > 9000 for link in air.links)


def test_who_gets_nothing_is_waiting():
    air = settled((9000, 9000, 9000))
    shares = sorted(link._charger.limit for link in air.links)
    assert shares == [0, 9000]
    assert sorted(link.shown()["waiting"] for link in air.links) == [False, True]
    leader = next(link for link in air.links if link.group.role == LEAD)
    assert leader.shown()["short"] == 1


def test_a_wish_out_of_range_is_taken_in_and_counted():
    link = Air(2).links[0]
    link.ask(1, 5999, 99999, 999, -2, -1)
    r = link.group.request
    assert (r.min_ma, r.max_ma, r.rank, r.left_s, r.need_mah) == (6000, 80000, 255, -1, 0)
    assert link.corrected == 5
    link.wiring(8, 5, 1)  # no conductor that there is: all
    assert (r.wired, r.mask, r.line) == (7, 5, 0)
    link.wiring(6, 1, 1)
    assert (r.wired, r.mask, r.line) == (6, 6, 1)


def test_frames_that_the_radio_does_not_take_are_counted_and_end_nothing():
    air = Air(2)
    ask_all(air)
    air.links[0]._radio.takes = False
    air.run(10000)
    assert air.links[0].unsent > 10 and air.links[0].status()["unsent"] == air.links[0].unsent
    assert air.links[0]._charger.limit == 0


def test_another_key_is_told_while_it_is_heard():
    air = Air(2, keys={1: b"another key, just as long"})
    air.run(3000)
    assert "another key" in air.links[0].problem() and air.links[0].shown()["problem"]
    air.links.pop()
    air.run(11000)
    assert air.links[0].problem() == ""


@pytest.mark.parametrize("seats", [2, 64])
def test_what_a_car_draws_is_told_at_once_but_the_more_seats_the_less_often(seats):
    air = Air(seats)
    link = air.links[0]
    sent = []
    link._radio.send = lambda mac, frame: sent.append(frame) or True
    for n in range(200):  # 10 s of a car that never rests
        air.clock.advance_us(50_000)
        link.drawn(1000 * (n % 2), 0, 0)
        link.step()
    most = 10_000 // moved_ms(seats) + 10_000 // (g.REPORT_MS // 2) + 2
    assert 10_000 // moved_ms(seats) // 2 <= len(sent) <= most, len(sent)


def test_all_cars_of_a_full_group_on_the_move_leave_the_air_to_others():
    for seats in range(1, g.SEATS + 1):
        assert seats * 1000 / moved_ms(seats) <= 84
        assert 200 <= moved_ms(seats) < 1000
