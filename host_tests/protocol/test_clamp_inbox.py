"""Who is believed: strangers, replays, forgeries, restarts; each refusal changes nothing."""

from ballast.protocol import clamp_frame as cf
from ballast.protocol import clamp_inbox as ci
from ballast.protocol.hmac_sha256 import HmacKey

SECRET = bytes(range(32))
KEY = HmacKey(SECRET)


class Clamp:
    def __init__(self, number=11, key=KEY):
        self.s = cf.Sample()
        self.s.clamp = number
        self.s.epoch = 1
        self.s.session = 99
        self.key = key

    def frame(self, ma=5000, repeat=False):
        self.s.count += 1
        if not repeat:
            self.s.seq += 1
        self.s.ma[0] = ma
        buf = bytearray(64)
        return buf, cf.encode_sample(buf, self.s, self.key)


def inbox():
    box = ci.Inbox()
    box.add(ci.PairedClamp(11, SECRET, 0, b"\x02" * 6, 99))
    return box


def state(box):
    return [(p.epoch, p.count, p.seq, p.rssi, p.battery, p.session) for p in box.pairs()]


def test_a_genuine_sample_is_accepted_once():
    box, clamp = inbox(), Clamp()
    clamp.s.battery = 3600
    buf, n = clamp.frame(7000)
    assert box.take(buf, n, -55) == ci.ACCEPTED
    assert box.sample.ma[0] == 7000 and box.pair.source == 0
    assert (box.pair.rssi, box.pair.battery) == (-55, 3600)
    before = state(box)
    assert box.take(buf, n, -30) == ci.REPLAY
    assert state(box) == before
    assert box.counts[ci.ACCEPTED] == box.counts[ci.REPLAY] == 1


def test_repeats_of_a_measurement_are_told_apart():
    box, clamp = inbox(), Clamp()
    assert box.take(*clamp.frame(), -50) == ci.ACCEPTED
    assert box.take(*clamp.frame(repeat=True), -50) == ci.REPEAT
    assert box.take(*clamp.frame(), -50) == ci.ACCEPTED


def test_when_the_first_is_lost_the_repeat_counts():
    box, clamp = inbox(), Clamp()
    clamp.frame()
    assert box.take(*clamp.frame(repeat=True), -50) == ci.ACCEPTED


def test_an_overtaken_frame_is_a_replay():
    box, clamp = inbox(), Clamp()
    old, n = clamp.frame()
    assert box.take(*clamp.frame(), -50) == ci.ACCEPTED
    assert box.take(old, n, -50) == ci.REPLAY


def test_a_restart_of_the_clamp_raises_the_epoch():
    box, clamp = inbox(), Clamp()
    for _ in range(5):
        box.take(*clamp.frame(), -50)
    old, n = clamp.frame()
    clamp.s.epoch, clamp.s.count, clamp.s.seq = 2, 0, 0
    assert box.take(*clamp.frame(), -50) == ci.ACCEPTED
    assert box.take(old, n, -50) == ci.REPLAY
    clamp.s.seq = box.find(11).seq
    clamp.s.epoch = 3
    assert box.take(*clamp.frame(repeat=True), -50) == ci.ACCEPTED  # same seq, other epoch


def test_a_recording_from_before_our_restart_is_challenged_not_used():
    box, clamp = inbox(), Clamp()
    recording, n = clamp.frame()
    fresh = ci.Inbox()
    fresh.add(ci.PairedClamp(11, SECRET, 0, b"\x02" * 6, 100))
    assert fresh.take(recording, n, -50) == ci.CHALLENGED
    assert (fresh.find(11).epoch, fresh.find(11).count) == (0, 0)
    clamp.s.session = 100
    assert fresh.take(*clamp.frame(), -50) == ci.ACCEPTED
    assert fresh.take(recording, n, -50) == ci.CHALLENGED
    assert box.counts == [0] * len(ci.RESULTS)


def test_what_is_dropped_is_counted_and_changes_nothing():
    box, clamp = inbox(), Clamp()
    box.take(*clamp.frame(), -50)
    before = state(box)
    good, n = clamp.frame()
    version = bytearray(good)
    version[2] = 9
    forged = bytearray(good)
    forged[33] ^= 1
    odd = Clamp()
    odd.s.count = 1000
    odd.s.phases = 0
    hello = bytearray(64)
    cf.encode_hello(hello, 11, bytes(32), 1, False)
    stranger = Clamp(number=12).frame()
    wrong_key = Clamp(key=HmacKey(b"x")).frame()
    for buf, size, want in (
        (b"", 0, ci.DAMAGED),
        (good, n - 1, ci.DAMAGED),
        (version, n, ci.OTHER_VERSION),
        (forged, n, ci.FORGED),
        (stranger[0], stranger[1], ci.STRANGER),
        (wrong_key[0], wrong_key[1], ci.FORGED),
        (hello, 42, ci.OTHER),
    ):
        count = box.counts[want]
        assert box.take(buf, size, -10) == want
        assert box.counts[want] == count + 1 and state(box) == before
    assert box.take(*odd.frame(), -10) == ci.DAMAGED
    assert state(box) == before
    assert box.take(good, n, -10) == ci.ACCEPTED


def test_a_clamp_that_cannot_measure_says_so():
    box, clamp = inbox(), Clamp()
    clamp.s.flags = cf.FLAG_SENSOR_FAULT
    clamp.s.lost, clamp.s.rssi = 9, -70
    assert box.take(*clamp.frame(), -51) == ci.FAULTY
    assert (box.pair.flags, box.pair.lost) == (cf.FLAG_SENSOR_FAULT, 9)
    assert (box.pair.rssi, box.pair.clamp_rssi, box.pair.phases) == (-51, -70, 1)


def test_every_result_has_its_name():
    for name in ci.RESULTS:
        code = {"version": "OTHER_VERSION"}.get(name, name.upper())
        assert ci.RESULTS[getattr(ci, code)] == name


def test_two_clamps_and_unpairing():
    box = inbox()
    box.add(ci.PairedClamp(12, b"other", 1, b"\x03" * 6, 5))
    second = Clamp(number=12, key=HmacKey(b"other"))
    second.s.session = 5
    assert box.take(*second.frame(), -50) == ci.ACCEPTED and box.pair.source == 1
    assert [p.clamp for p in box.pairs()] == [11, 12]
    assert box.remove(12).clamp == 12 and box.remove(12) is None
    assert box.take(*second.frame(), -50) == ci.STRANGER
    assert box.find(12) is None
