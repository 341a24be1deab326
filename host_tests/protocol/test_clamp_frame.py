"""The clamp's frames: layout against the documented offsets, tags, and what is refused."""

import struct

from ballast.protocol import clamp_frame as cf
from ballast.protocol.hmac_sha256 import HmacKey
from portable import raises

KEY = HmacKey(bytes(range(32)))
OTHER = HmacKey(bytes(32))


def sample():
    s = cf.Sample()
    s.clamp = 0xC1A20001
    s.epoch = 7
    s.count = 0x12345678
    s.session = 0xDEADBEEF
    s.seq = 515
    s.age = 480
    s.expect = 1000
    s.flags = cf.FLAG_SIGNED | cf.FLAG_EVENT
    s.battery = 3712
    s.rssi = -61
    s.phases = 7
    s.ma[0], s.ma[1], s.ma[2] = 25000, -1234, 100000
    s.frequency = 4998
    s.lost = 3
    return s


def test_every_field_lies_where_the_table_says():
    buf = bytearray(64)
    assert cf.encode_sample(buf, sample(), KEY) == 60
    for offset, fmt, want in (
        (0, "2s", b"BC"),
        (2, "B", 1),
        (3, "B", 1),
        (4, "<I", 0xC1A20001),
        (8, "<I", 7),
        (12, "<I", 0x12345678),
        (16, "<I", 0xDEADBEEF),
        (20, "<H", 515),
        (22, "<H", 480),
        (24, "<H", 1000),
        (26, "<H", 3),
        (28, "<H", 3712),
        (30, "b", -61),
        (31, "B", 7),
        (32, "<i", 25000),
        (36, "<i", -1234),
        (40, "<i", 100000),
        (44, "<H", 4998),
        (46, "<H", 3),
    ):
        assert struct.unpack_from(fmt, buf, offset)[0] == want, offset
    assert bytes(buf[48:60]) == KEY.digest(bytes(buf[:48]))[:12]
    assert bytes(buf[60:]) == bytes(4)


def test_sample_round_trip():
    buf = bytearray(60)
    size = cf.encode_sample(buf, sample(), KEY)
    assert cf.check(buf, size) == cf.OK and cf.kind(buf) == cf.SAMPLE
    assert cf.clamp_id(buf) == 0xC1A20001
    assert cf.signed(buf, size, KEY) and not cf.signed(buf, size, OTHER)
    got = cf.Sample()
    assert cf.decode_sample(buf, got)
    want = sample()
    for name in (
        "clamp epoch count session seq age expect flags battery rssi phases ma frequency lost"
    ).split():
        assert getattr(got, name) == getattr(want, name), name


def test_fields_saturate_and_never_wrap():
    s = sample()
    s.age = 70000
    s.expect = 0
    s.battery = -1
    s.rssi = 20
    s.ma[0], s.ma[1] = 1 << 40, -(1 << 40)
    s.frequency = 1 << 20
    s.lost = 1 << 20
    s.seq = 0x10002
    buf = bytearray(60)
    cf.encode_sample(buf, s, KEY)
    got = cf.Sample()
    assert cf.decode_sample(buf, got)
    assert (got.age, got.expect, got.battery, got.rssi, got.seq) == (65535, 1, 0, 0, 2)
    assert got.ma[0] == 0x3FFFFFFF and got.ma[1] == -0x3FFFFFFF
    assert got.frequency == got.lost == 65535
    s.rssi = -200
    cf.encode_sample(buf, s, KEY)
    cf.decode_sample(buf, got)
    assert got.rssi == -127


def test_fields_that_cannot_be_meant():
    for phases, expect in ((0, 1000), (8, 1000), (1, 0)):
        buf = bytearray(60)
        cf.encode_sample(buf, sample(), KEY)
        buf[31] = phases
        struct.pack_into("<H", buf, 24, expect)
        assert not cf.decode_sample(buf, cf.Sample())


def test_what_is_no_frame():
    buf = bytearray(65)
    size = cf.encode_sample(buf, sample(), KEY)
    assert cf.check(buf, size - 1) == cf.DAMAGED
    assert cf.check(buf, 7) == cf.DAMAGED
    assert cf.check(buf, 65) == cf.DAMAGED
    for at, value, want in (
        (0, 0x41, cf.DAMAGED),
        (1, 0x41, cf.DAMAGED),
        (2, 2, cf.OTHER_VERSION),
        (3, 9, cf.DAMAGED),
        (3, cf.ACK, cf.DAMAGED),
    ):
        bad = bytearray(buf)
        bad[at] = value
        assert cf.check(bad, size) == want


def test_one_wrong_bit_anywhere_is_found():
    buf = bytearray(60)
    size = cf.encode_sample(buf, sample(), KEY)
    for at in range(60):
        for bit in range(8):
            buf[at] ^= 1 << bit
            assert cf.check(buf, size) != cf.OK or not cf.signed(buf, size, KEY)
            buf[at] ^= 1 << bit
    assert cf.signed(buf, size, KEY)


def test_ack_and_unpair():
    buf = bytearray(64)
    size = cf.encode_ack(buf, 5, 6, 7, 8, -70, KEY)
    assert size == 33 and cf.check(buf, size) == cf.OK and cf.signed(buf, size, KEY)
    assert cf.decode_ack(buf) == (6, 7, 8, -70) and cf.clamp_id(buf) == 5
    size = cf.encode_unpair(buf, 5, 6, 9, KEY)
    assert size == 28 and cf.check(buf, size) == cf.OK and cf.signed(buf, size, KEY)
    assert cf.decode_unpair(buf) == (6, 9)


def test_pairing_frames():
    buf = bytearray(64)
    public = bytes(range(100, 132))
    size = cf.encode_hello(buf, 5, public, 3, True)
    assert size == 42 and cf.check(buf, size) == cf.OK
    assert cf.decode_hello(buf) == (public, 3, True)
    assert cf.encode_hello(buf, 5, public, 3, False) == 42 and not cf.decode_hello(buf)[2]
    size = cf.encode_offer(buf, 5, 0xABCDEF01, public, cf.MODE_CODE, KEY)
    assert size == 57 and cf.check(buf, size) == cf.OK and cf.signed(buf, size, KEY)
    assert cf.decode_offer(buf) == (0xABCDEF01, public, cf.MODE_CODE)
    size = cf.encode_confirm(buf, 5, 0xABCDEF01, KEY)
    assert size == 24 and cf.check(buf, size) == cf.OK and cf.signed(buf, size, KEY)
    assert cf.decode_confirm(buf) == 0xABCDEF01


def test_no_frame_is_longer_than_64_bytes():
    assert max(cf.SIZES.values()) <= cf.MAX_FRAME == 64


def test_a_tag_of_one_kind_does_not_pass_for_another():
    a = bytearray(64)
    size = cf.encode_confirm(a, 5, 6, KEY)
    a[3] = cf.UNPAIR
    assert not cf.signed(a, size, KEY)


def test_encode_needs_room():
    raises(Exception, cf.encode_sample, bytearray(20), sample(), KEY)
