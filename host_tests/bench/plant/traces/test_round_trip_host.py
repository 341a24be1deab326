"""What is written in each format is read back to the same amperes (Hypothesis)."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ballast_bench.plant.trace import load_trace
from ballast_bench.plant.traces.write import write

START = datetime(2026, 1, 15, 17, 0)
TENTHS = st.integers(-1200, 1200).map(lambda n: n / 10)  # A with one decimal, import and export


@st.composite
def houses(draw, phases=None):
    """([(L1, L2, L3) or (L1,)], interval s)"""
    count = phases or draw(st.sampled_from((1, 3)))
    rows = draw(st.lists(st.tuples(*[TENTHS] * count), min_size=2, max_size=12))
    return rows, draw(st.sampled_from((1, 2, 10, 60)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round")


def back(folder, text, **how):
    path = folder / "trace.csv"
    path.write_text(text)
    return load_trace(path, **how)


def same(trace, rows, interval_s):
    """The amperes in force in the middle of each interval, as far as they are printed."""
    for index, row in enumerate(rows):
        got = trace.at((index + 0.5) * interval_s)[: len(row)]
        assert got == pytest.approx(row, abs=1e-9)


def moment(index, interval_s):
    return START + timedelta(seconds=index * interval_s)


def wide(rows, interval_s, kind):
    names = ("l1_a", "l2_a", "l3_a") if len(rows[0]) == 3 else ("house_a",)
    separator, comma = (";", True) if kind == "german" else (",", False)
    out = io.StringIO()
    table = csv.writer(out, delimiter=separator)
    table.writerow(["timestamp", *names])
    for index, row in enumerate(rows):
        at = moment(index, interval_s)
        time = {
            "iso": at.isoformat() + "+01:00", "german": at.strftime("%d.%m.%Y %H:%M:%S"),
            "seconds": index * interval_s, "epoch": int(at.timestamp()), "ms": int(at.timestamp()) * 1000,
        }[kind]  # fmt: skip
        table.writerow([time, *(str(v).replace(".", ",") if comma else v for v in row)])
    return out.getvalue()


@settings(max_examples=40)
@given(houses(), st.sampled_from(("iso", "german", "seconds", "epoch", "ms")))
def test_wide(folder, house, kind):
    rows, interval_s = house
    same(back(folder, wide(rows, interval_s, kind)), rows, interval_s)


@settings(max_examples=40)
@given(houses(), st.integers(1, 5))
def test_home_assistant(folder, house, gone):
    """Only changes are written, and now and then a sensor was not there for a moment."""
    rows, interval_s = house
    assume(len(set(rows)) > 1)  # a house without a change has one row there: no trace
    lines = ["entity_id,state,last_changed"]
    for phase in range(len(rows[0])):
        name, last = f"sensor.grid_current_l{phase + 1}", None
        for index, row in enumerate(rows):
            at = moment(index, interval_s)
            if index and index % gone == 0:
                before = (at - timedelta(seconds=0.1)).isoformat(timespec="milliseconds")
                lines.append(f"{name},unavailable,{before}Z")
                last = None
            if row[phase] != last:
                lines.append(f"{name},{row[phase]},{at.isoformat(timespec='milliseconds')}Z")
                last = row[phase]
    same(back(folder, "\n".join(lines) + "\n"), rows, interval_s)


@settings(max_examples=40)
@given(houses(phases=3))
def test_influx(folder, house):
    rows, interval_s = house
    lines = []
    for phase in range(3):
        lines += ["#datatype,string,long,dateTime:RFC3339,double,string,string", "#default,_result,,,,,",
                  ",result,table,_time,_value,_field,_measurement"]  # fmt: skip
        for index, row in enumerate(rows):
            at = moment(index, interval_s).isoformat()
            lines.append(f",,{phase},{at}Z,{row[phase]},l{phase + 1},gridCurrents")
        lines.append("")
    same(back(folder, "\r\n".join(lines)), rows, interval_s)


@settings(max_examples=40)
@given(houses(phases=3))
def test_shelly_pro(folder, house):
    rows, interval_s = house
    head = [f"{p}_{name}" for p in "abc" for name in
            ("total_act_energy", "total_act_ret_energy", "avg_voltage", "avg_current")]  # fmt: skip
    lines = [",".join(["timestamp", *head])]
    for index, row in enumerate(rows):
        fields = [str(1768496400 + index * interval_s)]
        for value in row:
            fields += [str(max(value, 0.0)), str(max(-value, 0.0)), "230.0", str(abs(value))]
        lines.append(",".join(fields))
    same(back(folder, "\n".join(lines) + "\n"), rows, interval_s)


@settings(max_examples=40)
@given(houses(phases=1), st.floats(200.0, 250.0))
def test_shelly_em(folder, house, volts):
    rows, _ = house
    lines = ["Date/time UTC,Active energy Wh (1),Returned energy Wh (1),Min V,Max V"]
    for index, (value,) in enumerate(rows):
        wh = value * volts / 6.0
        at = moment(index, 600).strftime("%Y-%m-%d %H:%M")
        lines.append(f"{at},{max(wh, 0.0)!r},{max(-wh, 0.0)!r},{volts!r},{volts!r}")
    same(back(folder, "\n".join(lines) + "\n"), rows, 600)


@settings(max_examples=40)
@given(houses(phases=3), st.sampled_from((",", ";")))
def test_name_and_value(folder, house, separator):
    rows, interval_s = house
    lines = [separator.join(("timestamp", "phase", "value"))]
    for index, row in enumerate(rows):
        for phase, value in enumerate(row):
            written = str(value).replace(".", ",") if separator == ";" else str(value)
            at = moment(index, interval_s).isoformat()
            lines.append(separator.join((at, f"current_l{phase + 1}", written)))
    same(back(folder, "\n".join(lines) + "\n"), rows, interval_s)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 320), min_size=1, max_size=8), st.integers(1, 120))
def test_evcc_sessions(folder, tenths, minutes):
    """Sessions with pauses of the same length between them."""
    lines, rows = ["Created,Finished,Charging point,Energy (kWh)"], []
    for index, tenth in enumerate(tenths):
        start, end = moment(2 * index, 60 * minutes), moment(2 * index + 1, 60 * minutes)
        lines.append(f"{start},{end},Garage,{tenth / 10 * 230 * minutes / 60 / 1000!r}")
        rows += [(tenth / 10,), (0.0,)]
    same(back(folder, "\n".join(lines) + "\n"), rows, 60 * minutes)


@settings(max_examples=40)
@given(houses(), st.sampled_from(("\r\n", "\n")))
def test_p1(folder, house, ends):
    pytest.importorskip("dsmr_parser", reason="dsmr-parser: `tools/ballast test` installs it")
    from dsmr_parser.parsers import TelegramParser

    rows, interval_s = house
    text = ""
    for index, row in enumerate(rows):
        lines = ["/ISK5\\2M550T-1012", "", f"0-0:1.0.0({moment(index, interval_s):%y%m%d%H%M%S}W)"]
        for phase, value in enumerate(row):
            plus, minus = max(value, 0.0) * 0.23, max(-value, 0.0) * 0.23
            lines += [f"1-0:{31 + 20 * phase}.7.0({abs(value):06.2f}*A)",
                      f"1-0:{21 + 20 * phase}.7.0({plus:06.3f}*kW)",
                      f"1-0:{22 + 20 * phase}.7.0({minus:06.3f}*kW)"]  # fmt: skip
        body = "\r\n".join([*lines, "!"])
        text += f"{body}{TelegramParser.crc16(body):04X}\r\n"
    same(back(folder, text.replace("\r\n", ends)), rows, interval_s)


@settings(max_examples=40)
@given(houses(), st.booleans(), st.floats(0.02, 900.0))
def test_what_convert_writes(folder, house, dated, stretch):
    """Irregular steps too: the written file holds each value until the next one."""
    rows, interval_s = house
    times, at = [], 0.0
    for index in range(len(rows)):
        times.append(at)
        at += interval_s if index % 3 else interval_s + round(stretch, 3)
    stamps = [(START + timedelta(seconds=t)).isoformat() if dated else repr(t) for t in times]
    names = ("l1_a", "l2_a", "l3_a") if len(rows[0]) == 3 else ("house_a",)
    text = "\n".join([",".join(["timestamp", *names])] + [
        ",".join([t, *map(repr, row)]) for t, row in zip(stamps, rows, strict=True)
    ])  # fmt: skip
    first = back(folder, text + "\n", max_gap_s=1e6)
    write(first, folder / "out.csv")
    second = load_trace(folder / "out.csv")
    for index in range(len(rows)):
        until = times[index + 1] if index + 1 < len(times) else times[index] + interval_s / 2
        for t in (times[index] + 0.001, (times[index] + until) / 2, until - 0.001):
            assert second.at(t) == first.at(t)
    assert second.start == first.start and second.phases == first.phases
    assert list(folder.glob("*.part")) == []
