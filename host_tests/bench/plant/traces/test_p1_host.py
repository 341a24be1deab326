"""P1 telegrams of smart meters: checksum, line ends, signs, whole amperes, cut-off ends."""

import pytest

from ballast_bench.plant.trace import TraceError, load_trace

pytest.importorskip("dsmr_parser", reason="dsmr-parser: `tools/ballast test` installs it")


def crc16(text):
    """CRC-16/ARC, bit by bit: P1 companion standard 5.0.2, chapter 5.2."""
    crc = 0
    for byte in text.encode("ascii"):
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def telegram(stamp, *objects, crc=None):
    lines = ["/ISK5\\2M550T-1012", "", "1-3:0.2.8(50)"]
    lines += [f"0-0:1.0.0({stamp})"] if stamp else []
    body = "\r\n".join([*lines, *objects, "!"])
    return body + (f"{crc16(body):04X}" if crc is None else crc) + "\r\n"


def power(*kw):
    """Objects of signed powers by phase, kW."""
    found = []
    for code, value in zip((21, 41, 61), kw, strict=False):
        found.append(f"1-0:{code}.7.0({max(value, 0):06.3f}*kW)")
        found.append(f"1-0:{code + 1}.7.0({max(-value, 0):06.3f}*kW)")
    return found


DUTCH = [
    telegram("260115180000W", "1-0:32.7.0(230.0*V)", "1-0:31.7.0(005*A)", *power(1.15)),
    telegram("260115180001W", "1-0:32.7.0(230.0*V)", "1-0:31.7.0(002*A)", *power(-0.46)),
]


def read(tmp_path, text, **how):
    path = tmp_path / "p1.log"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_trace(path, **how)


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_whole_amperes_are_replaced_by_the_power(tmp_path, ends):
    trace = read(tmp_path, "".join(DUTCH).replace("\r\n", ends))
    assert [row[0] for row in trace.rows] == pytest.approx([5.0, -2.0])
    assert trace.times_s == [0.0, 1.0] and trace.start.isoformat() == "2026-01-15T18:00:00"
    assert "power through the measured voltage, power factor 1" in " ".join(trace.notes)
    assert trace.found.dropped == {}


def test_amperes_with_decimals_and_the_sign_of_the_power(tmp_path):
    rows = [
        telegram(
            f"26011518000{s}W", "1-0:31.7.0(3.51*A)", "1-0:51.7.0(1.20*A)", "1-0:71.7.0(0.00*A)",
            *power(0.8, -0.27, 0.0),
        )
        for s in range(3)
    ]  # fmt: skip
    trace = read(tmp_path, "".join(rows))
    assert trace.phases == 3 and trace.rows[0] == (3.51, -1.2, 0.0)
    assert "power factor" not in " ".join(trace.notes)


def test_a_meter_without_phases_and_without_checksums(tmp_path):
    rows = [telegram(None, "1-0:1.7.0(02.300*kW)", "1-0:2.7.0(00.000*kW)", crc="") for _ in range(3)]
    with pytest.raises(TraceError, match="fewer than two telegrams"):
        read(tmp_path, "".join(rows))
    trace = read(tmp_path, "".join(rows), interval_s=10.0)
    assert [row[0] for row in trace.rows] == [10.0] * 3 and trace.duration_s == 30.0
    notes = " ".join(trace.notes)
    assert "3 telegrams have no checksum" in notes and "the total counts as L1" in notes


def test_what_is_dropped_is_counted(tmp_path):
    good = [
        telegram(f"2601151800{s:02}W", "1-0:32.7.0(230.0*V)", *power(0.23 * (s + 1))) for s in range(6)
    ]  # fmt: skip
    wrong = good[2].replace("(00.690*kW)", "(99.690*kW)")
    begun = "1-0:1.7.0(01.1*kW)\r\n!ABCD\r\n"
    text = begun + good[0] + good[1] + wrong + good[3] + good[3] + good[4] + good[5][:60]
    trace = read(tmp_path, text, max_gap_s=5)
    assert [row[0] for row in trace.rows] == pytest.approx([1.0, 2.0, 4.0, 5.0])
    assert {reason: n for reason, (n, _) in trace.found.dropped.items()} == {
        "telegram that was cut off": 2,
        "telegram with a wrong checksum or value": 1,
        "second telegram of the same second; the first one counts": 1,
    }


def test_the_hour_that_is_there_twice(tmp_path):
    stamps = ("261025025959S", "261025020000W")
    trace = read(tmp_path, "".join(telegram(s, "1-0:32.7.0(230.0*V)", *power(1.0)) for s in stamps))
    assert trace.times_s == [0.0, 1.0]


def test_without_the_package_one_line(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "dsmr_parser.exceptions", None)
    with pytest.raises(TraceError, match=r"p1\.log: P1 telegrams need the package dsmr-parser"):
        read(tmp_path, "".join(DUTCH))
