"""The formats that people have: hand-made files as their sources describe them, and their mistakes."""

import pytest

from ballast_bench.plant.trace import TraceError, join, load_trace


def written(tmp_path, text, name="house.csv", **how):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_trace(path, **how)


def amps(trace, phase=0):
    return [round(row[phase], 6) for row in trace.rows]


HISTORY = """\
entity_id,state,last_changed
sensor.grid_current_l1,unavailable,2026-01-15T17:00:00.000Z
sensor.grid_current_l1,4.0,2026-01-15T17:00:05.000Z
sensor.grid_current_l1,9.5,2026-01-15T17:01:00.250Z
sensor.grid_current_l1,unknown,2026-01-15T17:10:00.000Z
sensor.grid_current_l1,-2.5,2026-01-15T17:10:30.000Z
"""


def test_home_assistant_writes_changes_only(tmp_path):
    trace = written(tmp_path, HISTORY)
    assert amps(trace) == [4.0, 9.5, -2.5]
    assert trace.times_s == [0.0, pytest.approx(55.25), 625.0]
    assert trace.start_of_day_s == 17 * 3600 + 5, "the first row that is known"
    assert trace.gaps == 1, "half a minute of unknown"
    assert trace.found.dropped == {"no number: unavailable": [1, 2], "no number: unknown": [1, 5]}
    notes = " ".join(trace.notes)
    assert "a row only where the value changes" in notes and "times are UTC" in notes
    assert "1 times no value, the one before was held" in notes and "taken as export" in notes


def test_home_assistant_in_the_zone_of_the_house(tmp_path):
    trace = written(tmp_path, HISTORY, zone="Europe/Berlin")
    assert trace.start_of_day_s == 18 * 3600 + 5
    assert "UTC" not in " ".join(trace.notes)


def test_a_long_time_unavailable_is_refused(tmp_path):
    text = HISTORY.replace("17:10:30", "17:13:30")
    with pytest.raises(TraceError, match=r"line 6: nothing is known for 210 s before this line"):
        written(tmp_path, text)
    assert written(tmp_path, text, max_gap_s=300).gaps == 1


def three(names):
    return "entity_id,state,last_changed\n" + "".join(
        f"{name},{index + second},2026-01-15T17:00:{second:02}.000Z\n"
        for index, name in enumerate(names)
        for second in range(0, 30, 10)
    )


@pytest.mark.parametrize(
    "names",
    [
        ("sensor.grid_current_l1", "sensor.grid_current_l2", "sensor.grid_current_l3"),
        ("sensor.em_phase_a_current", "sensor.em_phase_b_current", "sensor.em_phase_c_current"),
        ("sensor.channel_1_current", "sensor.channel_2_current", "sensor.channel_3_current"),
    ],
)
def test_three_entities_are_three_phases(tmp_path, names):
    trace = written(tmp_path, three(names) + "sensor.outdoor,3,2026-01-15T17:00:00.000Z\n")
    assert trace.phases == 3 and trace.found.columns == names
    assert trace.rows == [(0.0, 1.0, 2.0), (10.0, 11.0, 12.0), (20.0, 21.0, 22.0)]


def test_several_entities_want_to_be_named(tmp_path):
    names = ("sensor.oven_power", "sensor.house_power")
    with pytest.raises(TraceError, match=r"several series; name one.*sensor\.house_power, sensor\.oven"):
        written(tmp_path, three(names))
    trace = written(tmp_path, three(names), columns="sensor.house_power", volts=100.0)
    assert amps(trace) == [0.01, 0.11, 0.21]
    with pytest.raises(TraceError, match=r"no series 'sensor\.x' with numbers; there are: sensor"):
        written(tmp_path, three(names), columns="sensor.x")
    two = tuple(f"sensor.{kind}_current_l{n}" for kind in ("car", "grid") for n in (1, 2, 3))
    with pytest.raises(TraceError, match="several series"):
        written(tmp_path, three(two))


INFLUX = """\
#group,false,false,true,true,false,false,true,true
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string
#default,mean,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement
,,0,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:10Z,5.5,l1,gridCurrents
,,0,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:20Z,6.5,l1,gridCurrents

#group,false,false,true,true,false,false,true,true
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string
#default,mean,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement
,,1,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:10Z,-1,l2,gridCurrents
,,1,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:20Z,-2,l2,gridCurrents
,,2,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:10Z,0,l3,gridCurrents
,,2,2026-01-15T17:00:00Z,2026-01-15T18:00:00Z,2026-01-15T17:00:20Z,0.25,l3,gridCurrents
"""


def test_influxdb_with_the_currents_of_evcc(tmp_path):
    trace = written(tmp_path, INFLUX)
    assert trace.found.kind == "InfluxDB, annotated CSV"
    assert trace.rows == [(5.5, -1.0, 0.0), (6.5, -2.0, 0.25)]
    assert trace.times_s == [0.0, 10.0] and trace.start_of_day_s == 17 * 3600 + 10
    assert "has the car of that time in it" in " ".join(trace.notes)


def test_influxdb_power_and_pivoted(tmp_path):
    power = INFLUX.split("\n\n")[0].replace("l1,gridCurrents", "value,homePower")
    trace = written(tmp_path, power.replace(",5.5,", ",1150,").replace(",6.5,", ",2300,") + "\n")
    assert trace.found.columns == ("homePower",) and amps(trace) == [5.0, 10.0]
    pivoted = (
        "#datatype,string,long,dateTime:RFC3339,double,double,double,string\n"
        ",result,table,_time,l1_a,l2_a,l3_a,_measurement\n"
        ",_result,0,2026-01-15T17:00:10.5Z,1,2,3,grid\n"
        ",_result,0,2026-01-15T17:00:11.5Z,4,5,6,grid\n"
    )
    assert written(tmp_path, pivoted).rows == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]


def test_influxdb_tags_keep_series_apart(tmp_path):
    text = INFLUX.split("\n\n")[0].replace("_measurement\n", "_measurement,host\n")
    text = text.replace("gridCurrents\n", "current,a\n").replace("gridCurrents", "current,b")
    with pytest.raises(TraceError, match=r"several series.*current l1 \(host=a\), current l1 \(host=b\)"):
        written(tmp_path, text + "\n")


def test_name_and_value(tmp_path):
    text = "time;name;value\n" + "".join(
        f"15.01.2026 18:00:{second:02};L{phase}_A;{phase + 2},5\n"
        for second in (0, 1)
        for phase in (1, 2, 3)
    )
    trace = written(tmp_path, text)
    assert trace.rows == [(3.5, 4.5, 5.5)] * 2 and trace.start_of_day_s == 18 * 3600


PRO = (
    "timestamp,a_total_act_energy,a_total_act_ret_energy,a_avg_voltage,a_avg_current,"
    "b_total_act_energy,b_total_act_ret_energy,b_avg_voltage,b_avg_current,"
    "c_total_act_energy,c_total_act_ret_energy,c_avg_voltage,c_avg_current,n_avg_current\n"
    "1768496400,19.2,0.0,230.0,5.01,0.0,7.7,231.0,2.0,1.0,0.5,229.0,0.4,0.1\n"
    "1768496460,23.0,0.0,230.0,6.02,0.0,0.0,231.0,0.0,0.5,1.0,229.0,0.4,0.1\n"
)


def test_shelly_pro_3em(tmp_path):
    trace = written(tmp_path, PRO + "1768496520,1,2\n")
    assert trace.rows == [(5.01, -2.0, 0.4), (6.02, 0.0, -0.4)]
    assert trace.interval_s == 60.0 and trace.found.dropped == {"a row that was cut off": [1, 4]}
    assert trace.start.isoformat() == "2026-01-15T17:00:00"
    without = "\n".join(
        ",".join(f for i, f in enumerate(line.split(",")) if i not in (4, 8, 12))
        for line in PRO.splitlines()
    )
    trace = written(tmp_path, without)
    assert amps(trace) == [pytest.approx(19.2 * 60 / 230), pytest.approx(6.0)]
    assert "mean power of each interval, power factor 1" in " ".join(trace.notes)


EM = (
    "Date/time UTC,Active energy Wh (1),Returned energy Wh (1),Min V,Max V\n"
    "2026-01-15 17:00,383.33333333333,0.00,229.0,231.0\n"
    "2026-01-15 17:10,0.00,191.666666666665,228.0,232.0\n"
    "2026-01-15 17:20,10.00,0.00,0.0,0.0\n"
    "2026-01-15 17:3"
)


def test_shelly_em(tmp_path):
    trace = written(tmp_path, EM)
    assert amps(trace) == [10.0, -5.0, pytest.approx(60 / 230, abs=1e-6)]
    assert trace.interval_s == 600.0 and trace.start_of_day_s == 17 * 3600
    assert trace.found.dropped == {"a row that was cut off": [1, 5]}
    assert "shorter peaks are not in the file" in " ".join(trace.notes)


def test_a_shelly_that_was_busy(tmp_path):
    with pytest.raises(TraceError, match="line 1: is no data: the Shelly was sending another file"):
        written(tmp_path, "Another file transfer is in progress!")


def test_three_files_of_one_phase(tmp_path):
    parts = [
        written(tmp_path, EM.replace("17:00,3", f"17:00,{n}"), name=f"{n}.csv") for n in (1, 2, 3)
    ]
    whole = join(parts)
    assert whole.phases == 3 and whole.rows[1] == pytest.approx((-5.0, -5.0, -5.0))
    assert whole.rows[0] == pytest.approx([n * 100 * 6 / 230 + 83.33333333333 * 6 / 230 for n in (1, 2, 3)])
    with pytest.raises(TraceError, match="three files of one phase each"):
        join(parts[:2])


def test_evcc_sessions(tmp_path):
    german = (
        "\ufeffStartzeit;Endzeit;Ladepunkt;Energie (kWh)\n"
        "2026-01-15 18:00:00;2026-01-15 19:00:00;Garage;2,3\n"
        "2026-01-15 20:00:00;;Garage;\n"
        "2026-01-15 21:00:00;2026-01-15 21:30:00;Garage;4,6\n"
    )
    trace = written(tmp_path, german)
    assert [trace.at(h * 3600)[0] for h in (0, 0.9, 1.5, 3.2, 3.6)] == pytest.approx([10, 10, 0, 40, 0])
    assert trace.found.dropped == {"session without an end or without energy": [1, 3]}
    assert "the load of a charger, not of a house" in " ".join(trace.notes)


def test_import_and_export_columns(tmp_path):
    text = "time_s,l1_import_w,l2_import_w,l3_import_w,l1_export_w,l2_export_w,l3_export_w\n"
    trace = written(tmp_path, text + "0,230,0,460,0,690,0\n1,230,0,460,0,690,0\n")
    assert trace.rows[0] == (1.0, -3.0, 2.0)
    assert "import minus export" in " ".join(trace.notes)


def test_signs_and_a_sum_of_three_phases(tmp_path):
    text = "time_s,house_w\n0,-690\n1,1380\n"
    assert amps(written(tmp_path, text, negate=True)) == [3.0, -6.0]
    trace = written(tmp_path, text, spread=True)
    assert trace.rows == [(-1.0, -1.0, -1.0), (2.0, 2.0, 2.0)] and trace.phases == 3


def test_german_numbers_and_dates(tmp_path):
    trace = written(tmp_path, "Zeit;l1_a\n15.01.2026 17:59:59;3,25\n15.01.2026 18:00:00;-4,5\n")
    assert amps(trace) == [3.25, -4.5] and trace.start_of_day_s == 17 * 3600 + 59 * 60 + 59
    text = "time_s;house_w\n0;1.150,5\n1;2300\n"
    assert amps(written(tmp_path, text, volts=1000.0)) == [1.1505, 2.3]
    with pytest.raises(TraceError, match="line 3: decimal point and decimal comma in one file"):
        written(tmp_path, "time_s;house_a\n0;3,5\n1;4.5\n")
    with pytest.raises(TraceError, match=r"line 2: '3,5' in column 'house_a' is no number"):
        written(tmp_path, 'time_s,house_a\n0,"3,5"\n1,4\n')


@pytest.mark.parametrize("scale", [1, 10**3, 10**6, 10**9])
def test_seconds_since_1970_down_to_nanoseconds(tmp_path, scale):
    rows = "".join(f"{(1768496400 + s) * scale},{s}\n" for s in range(3))
    trace = written(tmp_path, "timestamp,house_a\n" + rows, zone="Europe/Amsterdam")
    assert trace.times_s == pytest.approx([0.0, 1.0, 2.0], abs=1e-5)
    assert trace.start_of_day_s == pytest.approx(18 * 3600, abs=1e-5)


def test_clock_changes_of_spring_and_autumn(tmp_path):
    spring = "timestamp,house_a\n2026-03-29T01:59:00+01:00,1\n2026-03-29T03:00:00+02:00,2\n"
    autumn = "timestamp,house_a\n2026-10-25T02:59:00+02:00,1\n2026-10-25T02:00:00+01:00,2\n"
    for text in (spring, autumn):
        assert written(tmp_path, text).times_s == [0.0, 60.0]


SESSIONS = "Created,Finished,Energy (kWh)\n"


@pytest.mark.parametrize(
    ("text", "how", "message"),
    [
        ("entity_id,state,last_changed\n", {}, "fewer than two rows"),
        ("entity_id,state,last_changed\nsensor.a_current,1\n", {}, "line 2: 2 fields, the header has 3"),
        ("entity_id,state,last_changed\nsensor.x,1,2026-01-01T00:00:00Z\n", {}, "unit of 'sensor.x'"),
        ("entity_id,state,last_changed\nsensor.a_current,1,noon\n", {}, "line 2: time 'noon'"),
        (HISTORY, {"zone": "Mars/Olympus"}, "no time zone 'Mars/Olympus'; write it like Europe/Berlin"),
        ("error,reference\nfailed,897\n", {}, "no column that is known"),
        ("#datatype,string\n,result\n,x\n", {}, "line 2: no column _time in this table"),
        (INFLUX.replace("5.5,l1,gridCurrents", "5.5,l1"), {}, "line 5: 8 fields, the header has 9"),
        ("Date/time UTC,Min V\n2026-01-01 00:00,230\n", {}, "no column 'Active energy Wh'"),
        (SESSIONS + "2026-01-01 01:00:00,2026-01-01 02:00:00,x\n", {}, "line 2: 'x' is no energy"),
        (SESSIONS, {}, "fewer than two rows"),
    ],
)
def test_mistakes_get_one_line(tmp_path, text, how, message):
    with pytest.raises(TraceError, match=message.replace("(", r"\(").replace(")", r"\)")) as caught:
        written(tmp_path, text, **how)
    assert str(caught.value).startswith("house.csv") and "\n" not in str(caught.value)
