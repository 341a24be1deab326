"""Whatever a file holds, it is a trace or one clear line: never a traceback (Hypothesis)."""

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ballast_bench.plant.trace import TraceError, load_trace

GOOD = (
    "time_s,house_a\n0,1\n1,2\n2,3\n",
    "Zeit;l1_a\n15.01.2026 17:59:59;3,25\n15.01.2026 18:00:00;-4,5\n",
    "entity_id,state,last_changed\nsensor.a_current,1,2026-01-15T17:00:00.000Z\n"
    "sensor.a_current,2,2026-01-15T17:00:05.000Z\n",
    "#datatype,string,long,dateTime:RFC3339,double,string,string\n#default,_result,,,,,\n"
    ",result,table,_time,_value,_field,_measurement\n"
    ",,0,2026-01-15T17:00:00Z,1,l1,gridCurrents\n,,0,2026-01-15T17:00:05Z,2,l1,gridCurrents\n",
    "timestamp,a_total_act_energy,a_total_act_ret_energy,a_avg_voltage,a_avg_current\n"
    "1768496400,19.2,0.0,230.0,5.01\n1768496460,23.0,0.0,230.0,6.02\n",
    "Date/time UTC,Active energy Wh (1),Returned energy Wh (1),Min V,Max V\n"
    "2026-01-15 17:00,383.3,0.00,229.0,231.0\n2026-01-15 17:10,0.00,191.7,228.0,232.0\n",
    "Created,Finished,Energy (kWh)\n2026-01-15 18:00:00,2026-01-15 19:00:00,2.3\n",
    "time,name,value\n0,L1_A,1\n1,L1_A,2\n",
    "/ISK5\\2M550T-1012\n\n0-0:1.0.0(260115180000W)\n1-0:31.7.0(3.51*A)\n!\n"
    "/ISK5\\2M550T-1012\n\n0-0:1.0.0(260115180001W)\n1-0:31.7.0(3.52*A)\n!\n",
)
SNIPPETS = (
    "", "\n", ",", ";", '"', "#", "-", "9" * 30, "nan", "unavailable", "1e999", "1e15", "2026-13-01",
    "0001-01-01T00:00:00+14:00", "\x00", "!", "ä", "(", "0",
)  # fmt: skip
WOUNDS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), st.sampled_from(SNIPPETS)), max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


def tried(path):
    try:
        trace = load_trace(path)
    except TraceError as error:
        line = str(error)
        assert line.startswith(path.name) and "\n" not in line and len(line) < 2000
    else:
        assert trace.duration_s > 0 and len(trace.rows) == len(trace.times_s) >= 2


@settings(max_examples=400)
@example(GOOD[7], [(121, 1, "1e15")])
@example(GOOD[7], [(0, 15, "time,name,value\n1e25")])
@example(GOOD[0], [(0, 0, '"')])
@example("Created,Finished,Energy (kWh)\n2026-01-15 18:00:00,2026-01-15 19:00:00,2.3\n", [(0, 0, '"')])
@given(st.sampled_from(GOOD), WOUNDS)
def test_damaged_files(folder, text, wounds):
    for at, length, snippet in wounds:
        at %= len(text) + 1
        text = text[:at] + snippet + text[at + length :]
    path = folder / "house.csv"
    path.write_text(text, encoding="utf-8")
    tried(path)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes(folder, raw):
    path = folder / "house.bin"
    path.write_bytes(raw)
    tried(path)


@pytest.mark.parametrize("index", range(len(GOOD)))
def test_the_undamaged_ones_are_read(folder, index):
    if GOOD[index].startswith("/") and "dsmr_parser" not in sys.modules:
        pytest.importorskip("dsmr_parser", reason="dsmr-parser: `tools/ballast test` installs it")
    path = folder / "good.csv"
    path.write_text(GOOD[index])
    assert len(load_trace(path).rows) == 2 + (index == 0)
