"""Group frames: there and back, the tag, every refusal, and rounding that never lends current."""

from ballast.control.group import records as g
from ballast.control.group.panels import Panels
from ballast.protocol import group_frame
from ballast.protocol.group_frame import BEACON, REPORT, GroupCodec
from portable import raises

KEY = bytes(range(32))


def _codec(key=KEY, group_id=77, crc=0x12345678):
    return GroupCodec(key, group_id, crc, g.Report(), g.Beacon())


def _report():
    r = g.Report()
    r.seat, r.boot, r.seq = 5, 0x123456, 0x3FFFFFFF
    r.vote_seat, r.vote_boot, r.echo_seq = 2, 0xABCDEF, 99
    r.vote_ms, r.lend_ms, r.grant_seq = 17000, 16999, 12345
    r.held_ma, r.held_mask, r.want, r.line, r.mask, r.wired = 16000, 5, 1, 1, 3, 7
    r.min_ma, r.max_ma, r.rank = 6000, 32000, 200
    r.left_s, r.need_mah, r.turn_s = 86400, 90000, -600
    r.drawn_ma = [10000, -1, 20]
    r.budget_ma = [25000, 0, -1]
    return r


def _beacon(n):
    b = g.Beacon()
    b.seat, b.boot, b.seq, b.lead, b.n = 2, 7, 8, 1, n
    for i in range(n):
        b.row_seat[i] = 3 * i
        b.row_boot[i] = 0x10000 + i
        b.row_seq[i] = 1000 + i
        b.row_ma[i] = 6000 + 10 * i
        b.row_mask[i] = 1 + i % 7
        b.row_lease_ms[i] = 17000 - i
    return b


REPORT_FIELDS = (
    "seat boot seq vote_seat vote_boot echo_seq vote_ms lend_ms grant_seq held_ma held_mask want"
    " line mask wired min_ma max_ma rank left_s need_mah turn_s drawn_ma budget_ma"
).split()


def test_a_report_there_and_back():
    r = _report()
    frame = _codec().encode_report(r)
    assert len(frame) == 80
    codec = _codec()
    assert codec.decode(frame) == REPORT
    for name in REPORT_FIELDS:
        assert getattr(codec.report, name) == getattr(r, name), name
    assert sum(codec.refused) == 0


def test_beacons_of_every_size():
    for n in (0, 1, 17, 18):
        b = _beacon(n)
        frame = _codec().encode_beacon(b)
        assert len(frame) == 32 + 12 * n <= group_frame.MAX_FRAME
        codec = _codec()
        assert codec.decode(frame) == BEACON
        got = codec.beacon
        assert (got.seat, got.boot, got.seq, got.lead, got.n) == (2, 7, 8, 1, n)
        for i in range(n):
            for name in ("row_seat", "row_boot", "row_seq", "row_ma", "row_mask", "row_lease_ms"):
                assert getattr(got, name)[i] == getattr(b, name)[i]


def test_rounding_never_lets_anybody_draw_more():
    r = _report()
    for ma in (15991, 15999, 16000, 16001):
        r.held_ma = r.min_ma = r.drawn_ma[0] = ma
        r.max_ma = r.budget_ma[0] = ma
        codec = _codec()
        assert codec.decode(_codec().encode_report(r)) == REPORT
        got = codec.report
        assert got.held_ma >= ma and got.min_ma >= ma and got.drawn_ma[0] >= ma
        assert got.max_ma <= ma and got.budget_ma[0] <= ma
    b = _beacon(1)
    b.row_ma[0] = 15999
    codec = _codec()
    assert codec.decode(_codec().encode_beacon(b)) == BEACON and codec.beacon.row_ma[0] == 15990


def test_saturation():
    r = _report()
    r.drawn_ma = [500000, 0, 0]
    r.budget_ma = [900000, 0, 0]
    codec = _codec()
    assert codec.decode(_codec().encode_report(r)) == REPORT
    assert codec.report.drawn_ma[0] == 327670 and codec.report.budget_ma[0] == 655340


def _refusal(codec, frame):
    before = list(codec.refused)
    assert codec.decode(frame) == 0
    changed = [i for i in range(len(before)) if codec.refused[i] != before[i]]
    assert len(changed) == 1
    return group_frame.REASONS[changed[0]]


def test_every_refusal_has_its_count():
    frame = _codec().encode_report(_report())
    codec = _codec()
    assert _refusal(codec, b"") == "foreign"
    assert _refusal(codec, b"\xb5") == "foreign"
    assert _refusal(codec, b"BC" + frame[2:]) == "foreign"
    assert _refusal(codec, frame[:1] + b"\x21" + frame[2:]) == "version"
    assert _refusal(codec, frame[:31]) == "length"
    assert _refusal(codec, frame + bytes(200)) == "length"
    assert _refusal(_codec(group_id=78), frame) == "group"
    assert _refusal(_codec(key=bytes(32)), frame) == "tag"
    assert _refusal(_codec(crc=1), frame) == "config"
    other = bytearray(frame[:-12])
    other[1] = 0x13  # a kind that there is not, well signed
    signed = bytes(other) + codec._key.tag(bytes(other), 12)
    assert _refusal(codec, signed) == "length"
    short = frame[:-13]
    assert _refusal(codec, short + codec._key.tag(short, 12)) == "length"


def test_every_single_bit_spoils_a_frame():
    for frame in (_codec().encode_report(_report()), _codec().encode_beacon(_beacon(2))):
        codec = _codec()
        for at in range(len(frame)):
            for bit in range(8):
                bad = bytearray(frame)
                bad[at] ^= 1 << bit
                assert codec.decode(bytes(bad)) == 0, (at, bit)


def test_signed_nonsense_in_a_report_is_refused():
    for name, value in (
        ("seat", 64), ("seq", 0), ("seq", 0x40000000), ("vote_seat", 64), ("echo_seq", 0x40000000),
        ("grant_seq", 0x40000000), ("vote_ms", 17001), ("lend_ms", 17001), ("held_ma", 80010),
        ("line", 2), ("mask", 4), ("min_ma", 80010), ("left_s", -2), ("left_s", 0x100000),
        ("need_mah", 0x100001), ("turn_s", 0x100000), ("turn_s", -0x100000),
    ):  # fmt: skip
        r = _report()
        r.wired = 3
        r.mask = 3
        setattr(r, name, value)
        assert _refusal(_codec(), _codec().encode_report(r)) == "value", (name, value)
    r = _report()
    r.wired = r.mask = 0
    assert _refusal(_codec(), _codec().encode_report(r)) == "value"
    r = _report()
    r.vote_seat = g.NOBODY
    assert _codec().decode(_codec().encode_report(r)) == REPORT


def test_held_on_no_conductor_of_this_world_is_refused():
    r = _report()
    r.held_mask = 8
    assert _refusal(_codec(), _codec().encode_report(r)) == "value"


def test_signed_nonsense_in_a_beacon_is_refused():
    def change(name, value, row=None):
        b = _beacon(3)
        if row is None:
            setattr(b, name, value)
        else:
            getattr(b, name)[row] = value
        return b

    for b in (
        change("seat", 64), change("seq", 0), change("lead", 2), change("row_seat", 3, 2),
        change("row_seat", 64, 2), change("row_seq", 0x40000000, 0), change("row_ma", 80010, 1),
        change("row_lease_ms", 20001, 0),
    ):  # fmt: skip
        assert _refusal(_codec(), _codec().encode_beacon(b)) == "value"


def test_a_thousand_members_claimed():
    codec = _codec()
    frame = _codec().encode_beacon(_beacon(18))
    for n in (19, 200, 255):
        bad = bytearray(frame[:-12])
        bad[19] = n
        assert _refusal(codec, bytes(bad) + codec._key.tag(bytes(bad), 12)) == "length"
        assert codec.beacon.n == 0


def test_short_keys_are_no_keys():
    error = raises(ValueError, _codec, bytes(15))
    assert str(error) == "group key: 15 bytes, 16 or more are needed"
    _codec(bytes(16))


def test_the_config_number_depends_on_all_that_must_agree():
    def panels(limit=40000, parent=0):
        p = Panels()
        p.define(0, -1, 63000, 63000, 63000)
        p.define(1, parent, limit, 40000, 40000)
        return p

    def config(**changes):
        c = g.Config()
        c.seats = 4
        c.budget_ma = [63000, 63000, 63000]
        for name in changes:
            setattr(c, name, changes[name])
        return c

    first = group_frame.config_crc(config(), panels())
    assert first == group_frame.config_crc(config(), panels())
    seen = [first, group_frame.config_crc(config(), panels(limit=39999))]
    for change in (
        {"seats": 5}, {"metered": 1}, {"fallback_ma": 1}, {"guaranteed_ma": 6000}, {"mode": 1},
        {"budget_ma": [63000, 62999, 63000]},
    ):  # fmt: skip
        seen.append(group_frame.config_crc(config(**change), panels()))
    other = config()
    other.panel_of[2] = 1
    seen.append(group_frame.config_crc(other, panels()))
    assert len(set(seen)) == len(seen)
