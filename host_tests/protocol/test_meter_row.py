"""The language of the meter lines: types, word order, scale, sign, NaN, and clear refusals."""

import struct

from ballast.protocol.meter_row import Field, MeterRow, RowError
from portable import raises

F32 = "x | X | fc=4 I=6,8,10:f32 P=12,14,16:f32"


def regs(fmt, *values):
    return struct.pack(">" + fmt, *values)


def swap(data):
    return b"".join([data[i : i + 2] for i in range(len(data) - 2, -1, -2)])


def test_types():
    for kind, data, want in (
        ("u16", regs("H", 65535), 65535000),
        ("i16", regs("h", -2), -2000),
        ("u32", regs("I", 70000), 70000000),
        ("i32", regs("i", -70000), -70000000),
        ("f32", regs("f", 12.5), 12500),
        ("f32", regs("f", -0.25), -250),
        ("u64", regs("Q", 5), 5000),
        ("i64", regs("q", -5), -5000),
        ("f64", regs("d", 230.125), 230125),
    ):
        assert Field("0:" + kind, "I").milli(data, 0) == want, kind
        assert Field("0:" + kind + "l", "I").milli(swap(data), 0) == want, kind


def test_offset():
    assert Field("0:u16", "I").milli(regs("HHH", 1, 2, 3), 4) == 3000


def test_scale():
    assert Field("0:u16/100", "I").milli(regs("H", 1234), 0) == 12340
    assert Field("0:u16*10", "I").milli(regs("H", 12), 0) == 120000
    assert Field("0:f32/1000", "I").milli(regs("f", 12345.0), 0) == 12345
    assert Field("0:f32*1000", "W").milli(regs("f", 1.5), 0) == 1500000
    # thirds of mA round to the nearest, away from zero at the half
    assert Field("0:i32/10000", "I").milli(regs("i", 15), 0) == 2
    assert Field("0:i32/10000", "I").milli(regs("i", -15), 0) == -2
    assert Field("0:i32/10000", "I").milli(regs("i", 14), 0) == 1


def test_not_available():
    nan = float("nan")
    inf = float("inf")
    for x in (nan, inf, -inf):
        assert Field("0:f32", "I").milli(regs("f", x), 0) is None
        assert Field("0:f64", "I").milli(regs("d", x), 0) is None
    assert Field("0:i16!0x8000", "I").milli(regs("H", 0x8000), 0) is None
    assert Field("0:u32/10!0xFFFFFFFF", "I").milli(regs("I", 0xFFFFFFFF), 0) is None
    assert Field("0:u32!0xFFFFFFFF", "E").milli(regs("I", 0xFFFFFFFE), 0) == 0xFFFFFFFE * 1000


def test_what_no_meter_can_mean_is_not_available():
    assert Field("0:f32", "I").milli(regs("f", 1e6), 0) is None
    assert Field("0:i32", "W").milli(regs("i", -1000000), 0) is None
    assert Field("0:f32*1000", "E").milli(regs("f", 1e6), 0) == 10**12


def test_currents_with_the_sign_of_the_power():
    row = MeterRow(F32)
    assert (row.phases, row.sign, row.live()) == (3, "P", "IP")
    blocks = row.blocks("IP")
    assert blocks == [(6, 12)]
    out = [0, 0, 0]
    data = [regs("ffffff", 5.0, -6.0, 7.0, 100.0, -100.0, 0.0)]
    assert row.currents(blocks, data, out) and out == [5000, -6000, 7000]
    data = [regs("ffffff", 5.0, 6.0, 7.0, -1.0, 100.0, float("nan"))]
    assert not row.currents(blocks, data, out)
    data = [regs("ffffff", float("nan"), 6.0, 7.0, -1.0, 100.0, 1.0)]
    assert not row.currents(blocks, data, out)


def test_one_phase_takes_the_sign_from_the_total():
    row = MeterRow("x | X | fc=3 I=0:u16/100 W=2:i16")
    out = [9, 9, 9]
    assert row.live() == "IW" and row.blocks("IW") == [(0, 3)]
    assert row.currents([(0, 3)], [regs("HHh", 1234, 0, -5)], out) and out == [-12340, 0, 0]


def test_signed_and_unsigned_currents():
    out = [0, 0, 0]
    for sign, want in (("I", -700), ("-", 700)):
        row = MeterRow("x | X | fc=3 I=0:i16/10 sign=" + sign)
        assert row.live() == "I"
        assert row.currents([(0, 1)], [regs("h", -7)], out) and out == [want, 0, 0]


def test_power_only_is_counted_on_each_phase():
    row = MeterRow("x | X | fc=4 W=52:f32")
    out = [0, 0, 0]
    assert row.live() == "W"
    assert row.currents([(52, 2)], [regs("f", 2300.0)], out) and out == [10000, 10000, 10000]
    assert not row.currents([(52, 2)], [regs("f", float("nan"))], out)


def test_blocks_join_what_is_near_and_no_more():
    row = MeterRow("x | X | fc=3 I=0,2,4:u32 P=10,12,14:i32 W=300:u32 gap=4")
    assert row.blocks("IP") == [(0, 16)]
    assert row.blocks("IPW") == [(0, 16), (300, 2)]
    assert row.blocks("E") == []
    row = MeterRow("x | X | fc=3 I=0,2,4:u32 P=10,12,14:i32 gap=3")
    assert row.blocks("IP") == [(0, 6), (10, 6)]
    wide = MeterRow("x | X | fc=3 I=0,60,124:u32 sign=- gap=100")
    assert wide.blocks("I") == [(0, 62), (124, 2)]


def test_a_value_that_no_block_holds():
    row = MeterRow(F32)
    assert row.value("P", 0, [(6, 6)], [bytes(12)]) is None


def test_overlapping_fields_share_registers():
    row = MeterRow("x | X | fc=3 I=0:u32 W=1:u16 sign=-")
    assert row.blocks("IW") == [(0, 2)]


def test_bus_settings():
    row = MeterRow("x | X | fc=3 I=0:u16 unit=7 baud=19200 parity=E bus=rtu sign=- | mind this")
    assert (row.unit, row.baud, row.parity, row.buses) == (7, 19200, "E", ("rtu",))
    assert (row.key, row.name, row.note) == ("x", "X", "mind this")
    assert MeterRow(F32).buses == ("rtu", "tcp")
    assert (MeterRow(F32).unit, MeterRow(F32).baud, MeterRow(F32).gap) == (1, 9600, 8)


def test_a_total_gives_three_phases_no_sign():
    row = MeterRow("x | X | fc=3 I=0,1,2:u16 W=9:i16")
    assert row.sign == "-" and row.live() == "I"
    assert MeterRow("x | X | fc=3 I=0,1,2:u16 P=5:i16").sign == "-"


def test_a_bad_line_says_what_is_wrong():
    for text, words in (
        ("x", "key | name"),
        ("x | X | fc=3\nI=0:u16", "one line"),
        ("x | X | fc=3\tI=0:u16", "one line"),
        ("| X | fc=3 I=0:u16", "key | name"),
        ("x | X | ", "key | name"),
        ("a|b|c|d|e", "key | name"),
        ("x | X | fc=3 I", "name=value"),
        ("x | X | fc=3 Q=0:u16", "not understood"),
        ("x | X | fc=3 I=0:u16 parity=O", "not understood"),
        ("x | X | fc=3 I=0:u16 bus=can", "not understood"),
        ("x | X | fc=3 I=0:u16 sign=?", "not understood"),
        ("x | X | fc=5 I=0:u16", "fc"),
        ("x | X | fc=three I=0:u16", "no number"),
        ("x | X | fc=3 I=0:u16 unit=0", "unit"),
        ("x | X | fc=3 I=0:u16 unit=248", "unit"),
        ("x | X | fc=3 V=0:u16", "nothing to balance"),
        ("x | X | fc=3 I=0,1:u16", "one address or three"),
        ("x | X | fc=3 I=0,1,2:u16 P=0,1:u16", "P"),
        ("x | X | fc=3 I=0,1,2:u16 W=0,1,2:u16", "W"),
        ("x | X | fc=3 I=0,1,2:u16 sign=P", "sign=P"),
        ("x | X | fc=3 I=0", "address"),
        ("x | X | fc=3 I=a:u16", "address"),
        ("x | X | fc=3 I=0:f16", "no type"),
        ("x | X | fc=3 I=0:u16/0", "scale"),
        ("x | X | fc=3 I=0:u16*0", "scale"),
        ("x | X | fc=3 I=65535:u32", "no register"),
        ("x | X | fc=3 I=-1:u16", "no register"),
    ):
        assert words in str(raises(RowError, MeterRow, text)), text
