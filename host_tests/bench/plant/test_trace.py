"""Traces: what is read, and that every mistake gets one clear line."""

import pytest

from ballast_bench.plant.trace import TraceError, load_trace


def written(tmp_path, text, **kwargs):
    path = tmp_path / "house.csv"
    path.write_text(text)
    return load_trace(path, **kwargs)


def seconds(rows, header="time_s,house_a"):
    return "\n".join([header, *rows]) + "\n"


def test_zero_order_hold(tmp_path):
    trace = written(tmp_path, seconds(["10,1.5", "11,2.5", "12,3.5"]))
    assert trace.times_s == [0.0, 1.0, 2.0]
    assert [trace.at(t)[0] for t in (-1.0, 0.0, 0.99, 1.0, 2.5, 99.0)] == [
        1.5,
        1.5,
        1.5,
        2.5,
        3.5,
        3.5,
    ]
    assert (trace.duration_s, trace.interval_s, trace.phases) == (3.0, 1.0, 1)
    assert trace.next_change_s(0) == 1.0
    assert trace.per_second() == [(1.5, 0.0, 0.0), (2.5, 0.0, 0.0), (3.5, 0.0, 0.0)]


def test_watts_units_and_fixed_interval(tmp_path):
    rows = seconds(["2300", "4600"], "house_w")
    assert written(tmp_path, rows, interval_s=60.0).rows[1][0] == pytest.approx(20.0)
    rows = seconds(["2.3", "4.6"], "load_kw")
    trace = written(tmp_path, rows, interval_s=60.0, columns="load_kw", unit="kW")
    assert trace.rows[0][0] == pytest.approx(10.0)
    rows = seconds(["9000", "8000"], "i_ma")
    trace = written(tmp_path, rows, interval_s=1.0, columns="i_ma", unit="mA")
    assert trace.rows[0][0] == pytest.approx(9.0)


def test_three_phases_and_a_phase_of_choice(tmp_path):
    rows = seconds(["0,1,2,3", "1,4,5,6"], "t_s,l1_a,l2_a,l3_a")
    trace = written(tmp_path, rows)
    assert (trace.phases, trace.rows[1]) == (3, (4.0, 5.0, 6.0))
    rows = seconds(["0,230,460,690", "1,0,0,-230"], "t_s,l1_w,l2_w,l3_w")
    assert written(tmp_path, rows).rows == [(1.0, 2.0, 3.0), (0.0, 0.0, -1.0)]
    trace = written(tmp_path, seconds(["0,1", "1,2"]), phase=2)
    assert (trace.phases, trace.rows[1]) == (3, (0.0, 0.0, 2.0))


def test_iso_dates_and_time_of_day(tmp_path):
    rows = seconds(
        ["2024-10-27T02:59:00+02:00,5", "2024-10-27T03:00:00+01:00,6"], "timestamp,current_a"
    )
    trace = written(tmp_path, rows)
    assert trace.times_s == [0.0, 60.0]
    assert trace.start_of_day_s == 2 * 3600 + 59 * 60


def test_series(tmp_path):
    text = seconds(["a,0,1", "a,1,2", "b,0,3", "b,1,4"], "series,time_s,house_a")
    assert written(tmp_path, text, series="b").rows[0][0] == 3.0
    with pytest.raises(TraceError, match=r"several series \(a, b"):
        written(tmp_path, text)


def test_export_and_short_gaps_are_noted(tmp_path):
    trace = written(tmp_path, seconds(["0,1", "1,-2.5", "2,1", "4,1", "5,1"]))
    assert len(trace.notes) == 2
    assert "1 short gaps" in trace.notes[0]
    assert "-2.5 A, taken as export" in trace.notes[1]
    assert written(tmp_path, seconds(["0,1", "1,1", "2,1"])).notes == []


def test_blank_cells_only_when_allowed(tmp_path):
    text = seconds(["0,1", "1,", "2,3", "3,3"])
    assert len(written(tmp_path, text, skip_blank=True).rows) == 3
    with pytest.raises(TraceError, match=r"line 3: ''"):
        written(tmp_path, text)


BAD = [
    ("gap", seconds(["0,1", "1,1", "2,1", "9,1"]), {}, r"line 5: gap of 7 s .*every 1 s"),
    ("nan", seconds(["0,1", "1,nan"]), {}, r"line 3: 'nan' in column 'house_a' is no number"),
    ("inf", seconds(["0,1", "1,inf"]), {}, r"line 3: 'inf'"),
    ("word", seconds(["0,1", "1,off"]), {}, r"line 3: 'off'"),
    (
        "columns",
        seconds(["0,1", "1,1"], "time_s,voltage"),
        {},
        r"name one; columns are: time_s, vo",
    ),
    ("named", seconds(["0,1", "1,1"]), {"columns": "hose_a"}, r"no column 'hose_a'; columns are"),
    ("kW name", seconds(["0,1", "1,1"], "time_s,load_kw"), {"columns": "load_kw"}, r"is in kw"),
    ("mA name", seconds(["0,1", "1,1"], "time_s,i_ma"), {"columns": "i_ma"}, r"is in ma"),
    ("no unit", seconds(["0,1", "1,1"], "time_s,load"), {"columns": "load"}, r"unit of column"),
    ("bad unit", seconds(["0,1", "1,1"]), {"unit": "hp"}, r"unit 'hp' is not one of A, mA, W, kW"),
    ("mA values", seconds(["0,6200", "1,1"]), {}, r"line 2: 6200 A on one phase .*not mA"),
    ("kW values", seconds(["0,2.1", "1,3.3"], "time_s,house_w"), {}, r"never above 3.3 W.*kW"),
    ("W too big", seconds(["0,2e6", "1,1"], "time_s,house_w"), {}, r"line 2: 2e\+06 W"),
    ("backwards", seconds(["0,1", "2,1", "1,1"]), {}, r"line 4: time does not rise \(-1 s"),
    ("double", seconds(["0,1", "1,1", "1,1"]), {}, r"line 4: time does not rise \(\+0 s"),
    ("time", seconds(["0,1", "noon,1"]), {}, r"line 3: time 'noon'"),
    ("time nan", seconds(["0,1", "nan,1"]), {}, r"line 3: time 'nan'"),
    ("no time", seconds(["1", "2"], "house_a"), {}, r"no time column found; name it or give"),
    ("time name", seconds(["0,1", "1,1"]), {"time_column": "clock"}, r"no time column 'clock'"),
    ("ragged", seconds(["0,1", "1"]), {}, r"line 3: 1 fields, the header has 2"),
    ("empty", "", {}, r"is empty; a header line"),
    ("header only", "time_s,house_a\n", {}, r"fewer than two rows"),
    ("one row", seconds(["0,1"]), {}, r"fewer than two rows"),
    ("no series", seconds(["0,1", "1,1"]), {"series": "x"}, r"has no column 'series'"),
    ("two columns", seconds(["0,1", "1,1"]), {"columns": ("a", "b")}, r"one column, or three"),
]


@pytest.mark.parametrize(
    ("text", "kwargs", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_mistakes_get_one_clear_line(tmp_path, text, kwargs, message):
    with pytest.raises(TraceError, match=message) as caught:
        written(tmp_path, text, **kwargs)
    assert str(caught.value).startswith("house.csv")
    assert "\n" not in str(caught.value)


def test_files_that_are_no_files(tmp_path):
    with pytest.raises(TraceError, match=r"nothing\.csv: no such file"):
        load_trace(tmp_path / "nothing.csv")
    with pytest.raises(TraceError, match="cannot be read"):
        load_trace(tmp_path)
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\x01" * 9)
    with pytest.raises(TraceError, match="cannot be read"):
        load_trace(tmp_path / "x.csv")
