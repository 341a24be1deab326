"""control/group/peers.py: which frames are new, who is alive, and who should lead."""

from ballast.control.group.peers import Peers
from group_kit import after, config


class Ear:
    """Seat 1 of `seats`, and what it hears."""

    def __init__(self, seats=4, seat=1):
        self.peers = Peers(config(seats), seat)

    def hears(self, t, seat, boot, seq, back=0, beacon=False):
        self.peers.step(after(t))
        latest = self.peers.beacon_seq if beacon else self.peers.report_seq
        return self.peers.take(after(t), seat, boot, seq, latest, back)

    def alive(self, t):
        self.peers.step(after(t))
        return [i for i in range(4) if self.peers.alive.on[i]]


def test_each_frame_is_newer_than_the_one_before():
    ear = Ear()
    for boot, seq, new in ((3, 5, 1), (3, 5, 0), (3, 4, 0), (3, 6, 1), (4, 1, 1), (3, 7, 0), (4, 2, 1)):
        assert ear.hears(0, 2, boot, seq) == (new == 1), (boot, seq)


def test_reports_and_beacons_are_counted_apart_but_start_anew_together():
    ear = Ear()
    assert ear.hears(0, 2, 1, 10) and ear.hears(0, 2, 1, 7, beacon=True)
    assert not ear.hears(0, 2, 1, 7, beacon=True)
    assert ear.hears(0, 2, 2, 1)
    assert ear.hears(0, 2, 2, 1, beacon=True)


def test_each_seat_is_counted_for_itself():
    ear = Ear()
    for seat in (0, 2, 3):
        assert ear.hears(0, seat, 1, 10)
    assert ear.hears(0, 2, 1, 11) and not ear.hears(0, 3, 1, 10)


def test_a_part_of_a_beacon_may_be_overtaken_by_the_next_ones():
    for back, oldest in ((0, 101), (8, 93)):
        ear = Ear()
        ear.hears(0, 2, 1, 100, back)
        assert not ear.hears(0, 2, 1, oldest - 1, back)
        assert ear.hears(0, 2, 1, oldest, back)
        assert ear.peers.report_seq[2] == max(100, oldest), "the latest stays the latest"


def test_an_older_start_is_refused_while_its_seat_is_heard():
    """A charger whose memory was wiped counts its starts anew; it is taken after 5 s of silence."""
    for t, taken in ((5000, False), (5001, True)):
        ear = Ear()
        ear.hears(0, 2, 9, 100)
        assert ear.hears(t, 2, 1, 1) is taken
    assert ear.hears(5002, 2, 1, 2) and not ear.hears(5003, 2, 1, 1)


def test_who_was_heard_within_five_seconds_is_alive():
    ear = Ear()
    ear.hears(0, 0, 1, 1)
    ear.hears(2000, 3, 1, 1)
    ear.hears(2500, 3, 1, 1)  # refused: no sign of life
    assert ear.alive(5000) == [0, 3]
    assert ear.alive(5001) == [3]
    assert ear.alive(7000) == [3] and ear.alive(7001) == []


def test_a_group_of_fewer_than_sixteen_sends_twice_as_often():
    for others, rate in ((0, 2), (15, 2), (16, 1), (63, 1)):
        ear = Ear(64, 63)
        for seat in range(others):
            ear.hears(0, seat, 1, 1)
        assert ear.peers.rate() == rate


def test_the_lower_seat_leads_but_one_that_hears_the_meter_before_it():
    """One line: by (hears no meter, seat)."""
    for metered in range(16):
        peers = Ear().peers
        for seat in range(4):
            peers.metered[seat] = metered >> seat & 1
        for one in range(4):
            for other in range(4):
                if one != other:
                    first = (not metered >> one & 1, one) < (not metered >> other & 1, other)
                    assert peers.better(one, other) == first, (metered, one, other)


def test_a_place_is_the_number_of_better_ones_that_are_alive():
    ear = Ear(64, 20)
    assert ear.peers.place() == 0
    ear.hears(0, 30, 1, 1)
    assert ear.peers.place() == 0, "a higher seat is no better one"
    for n in range(12):
        ear.hears(0, n, 1, 1)
        assert ear.peers.place() == min(n + 1, 8)
    ear.hears(5001, 0, 1, 2)
    assert ear.peers.place() == 1
    ear.peers.metered[20] = 1
    assert ear.peers.place() == 0
    ear.hears(5001, 30, 1, 2)
    ear.peers.metered[30] = 1
    assert ear.peers.place() == 0
    ear.peers.metered[20] = 0
    assert ear.peers.place() == 2
