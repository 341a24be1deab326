"""Recordings: the values of a run in every format, and a run that does not feel them."""

import csv
import datetime
import json
from types import SimpleNamespace

import pytest

from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import semi
from ballast_bench.plant.plant import Config
from ballast_bench.record import RecordError, Recording, check, files
from ballast_bench.record.columns import FLAG, TEXT, TIME
from ballast_bench.record.packed import Packed
from ballast_bench.setup import Setup

EVENING_S = 17.5 * 3600


def started(chargers=1, phases=1, **more):
    """A charging world; `with` closes it."""
    house = semi(seed=7, start_of_day_s=EVENING_S)
    config = Config(house=house, limit_a=25.0, chargers=chargers)
    setup = Setup(config=config, limit_a=25.0, ev=EV(max_a=32.0), seed=7, **more)
    return setup, setup.start()


@pytest.fixture(scope="module")
def minute():
    """A Recording of each step of 70 s, with an overload of the pilot in it."""
    setup, world = started()
    recording = Recording(world)
    world.actors.append(recording)
    world.run(70.0)
    setup.stop()
    return recording


def names(recording):
    return [column.name for column in recording.columns]


def test_every_column_has_a_name_of_its_own_a_unit_and_a_sentence(minute):
    found = names(minute)
    assert len(set(found)) == len(found)
    for column in minute.columns:
        assert column.about and "\n" not in column.about
        if column.unit and column.kind != TIME:
            ending = {"%": "pct"}.get(column.unit, column.unit.lower())
            assert column.name.endswith("_" + ending), column


def test_the_values_are_those_of_the_run(minute):
    rows = list(minute.rows())
    times = minute.column("time_s")
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert len(rows) == len(times) and min(gaps) > 0.0 and max(gaps) < 0.06  # a boot takes a while
    assert times[0] < 0.06 and len(rows) > 3490
    last = dict(zip(names(minute), rows[-1], strict=True))
    assert last["time_s"] == pytest.approx(70.0, abs=0.06) and last["charger"] == 1
    assert last["time_of_day"] == pytest.approx(EVENING_S + last["time_s"])
    assert last["state"] == "C2" and last["level"] == "C" and last["why"] == "none"
    assert last["closed"] is True and last["coil"] is True and last["chip_runs"] is True
    assert last["mains_l1_a"] == pytest.approx(last["house_l1_a"] + last["ev_l1_a"], abs=1e-3)
    assert 5.9 < last["ev_l1_a"] <= last["offered_a"] + 1e-3
    assert last["limited"] == "site" and last["limit_a"] == pytest.approx(last["limit_site_a"])
    assert last["limit_api_a"] is None, "no limit is an empty cell"
    assert last["duty_pct"] == pytest.approx(last["offered_a"] / 0.6, abs=0.1)
    assert last["pilot_high_v"] == pytest.approx(6.0, abs=0.3)
    assert last["pilot_low_v"] == pytest.approx(-12.0, abs=0.6)
    assert last["meter"] == "good" and last["meter_reason"] == "ok"
    assert 0.0 <= last["meter_age_s"] < 2.5
    assert last["plug_read_degc"] == pytest.approx(last["plug_degc"], abs=3.0)
    assert 0.0 < last["breaker_heat_pct"] < 100.0 and last["faults"] == ""
    states = minute.column("state")
    assert states[0] == "F" and "B2" in states, "from the first step after power-on"


def test_a_recording_does_not_change_the_run():
    """The same seed with and without a recording of each step: equal to the last bit."""
    ends = []
    for recorded in (False, True):
        setup, world = started(loss=0.1)
        if recorded:
            world.actors.append(Recording(world))
        seen = []
        world.actors.append(lambda now, w=world, s=seen: s.append((now, *w.plant.mains_a)))
        world.run(90.0)
        world.plant.flush()
        plant, cycle = world.plant, world.nodes[0].cycle
        ends.append((
            seen, plant.breaker.thermal_state(90.0), plant.breaker.peak_state,
            plant.house_breaker.peak_state, plant.account.energy_ws, cycle.offered_ma,
            cycle.limits.slot_ma, cycle.session.wh, [p.degc for p in plant.chargers[0].places],
        ))  # fmt: skip
        setup.stop()
    assert ends[0] == ends[1]


def test_the_heat_that_is_read_beside_the_run_is_the_same(minute):
    from ballast_bench.plant.breaker import Breaker

    breaker = Breaker(16.0, opens=False)
    breaker.set_current([20.0, 0.0, 3.0], 1.0)
    before = breaker.heat_at(31.0), breaker.heat_at(61.0)
    assert before == (breaker.thermal_state(31.0), pytest.approx(breaker.thermal_state(61.0)))


def values_of_csv(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_csv(minute, tmp_path):
    path = minute.write(tmp_path / "minute.csv")
    rows = values_of_csv(path)
    assert list(rows[0]) == names(minute) and len(rows) == len(list(minute.rows()))
    for column in minute.columns:
        for row, value in list(zip(rows, minute.column(column.name), strict=True))[::97]:
            text = row[column.name]
            if value is None:
                assert text == ""
            elif column.kind == TEXT:
                assert text == value
            elif column.kind == TIME:
                assert text == files.clock(value)
            elif column.kind == FLAG:
                assert text == str(int(value))
            else:
                assert float(text) == pytest.approx(value, rel=1e-5)


def test_json(minute, tmp_path):
    path = minute.write(tmp_path / "minute.json")
    whole = json.loads(path.read_text(), parse_constant=pytest.fail)
    assert [c["name"] for c in whole["columns"]] == names(minute)
    assert whole["format"] == "ballast recording 1" and whole["limit_a"] == 25.0
    at = names(minute).index("offered_a")
    assert [row[at] for row in whole["rows"]] == pytest.approx(minute.column("offered_a"), rel=1e-5)
    units = {c["name"]: c["unit"] for c in whole["columns"]}
    assert units["mains_l2_v"] == "V" and units["breaker_heat_pct"] == "%"
    flags = {row[names(minute).index("coil")] for row in whole["rows"]}
    assert flags == {True, False}


def test_parquet(minute, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = minute.write(tmp_path / "minute.parquet")
    table = parquet.read_table(path)
    assert table.column_names == names(minute)
    assert table.schema.field("mains_l1_a").metadata[b"unit"] == b"A"
    assert json.loads(table.schema.metadata[b"ballast"])["seed"] == 7
    for column in minute.columns:
        if column.kind != TIME:
            assert table[column.name].to_pylist() == minute.column(column.name)
    second = round(minute.column("time_s")[0] * 1000)
    assert table["time_of_day"][0].as_py() == datetime.time(17, 30, 0, second * 1000)


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_file_written_as_the_run_goes_is_the_same(suffix, tmp_path):
    setup, world = started()
    kept = Recording(world, every_s=0.5)
    streamed = Recording(world, every_s=0.5, path=tmp_path / f"streamed{suffix}")
    world.actors += [kept, streamed]
    world.run(30.0)
    setup.stop()
    assert [p.name for p in tmp_path.iterdir()] == [f"streamed{suffix}.part"]
    streamed.close()
    assert streamed.close() == tmp_path / f"streamed{suffix}"
    kept.write(tmp_path / f"kept{suffix}")
    assert len(list(tmp_path.iterdir())) == 2
    one, two = ((tmp_path / f"{name}{suffix}") for name in ("streamed", "kept"))
    if suffix == ".parquet":
        from pyarrow import parquet

        assert parquet.read_table(one).equals(parquet.read_table(two))
    else:
        assert one.read_text() == two.read_text()


def test_every_so_often_on_whole_multiples():
    setup, world = started(meter="none")
    world.run(0.3)
    slow = Recording(world, every_s=0.5)
    world.actors.append(slow)
    world.run(2.0)
    setup.stop()
    assert slow.column("time_s") == pytest.approx([0.5, 1.0, 1.5, 2.0])


def test_only_the_last_seconds():
    setup, world = started(meter="none")
    ring = Recording(world, keep_s=5.0)
    world.actors.append(ring)
    world.run(61.0)
    setup.stop()
    times = ring.column("time_s")
    assert len(times) == len(list(ring.rows())) and 246 <= len(times) <= 250
    assert times[-1] == pytest.approx(61.0, abs=0.06)
    assert times[-1] - times[0] == pytest.approx(5.0, abs=0.021)


def test_a_long_ring_is_packed_and_the_same():
    setup, world = started(meter="none")
    long, whole = Recording(world, keep_s=301.0), Recording(world)
    world.actors += [long, whole]
    world.run(45.0)
    setup.stop()
    assert list(long.rows()) == list(whole.rows())
    assert long.column("pilot_high_v") == whole.column("pilot_high_v")


def test_several_chargers_have_a_row_each():
    setup, world = started(chargers=2, evs=[None, EV(max_a=16.0)], meter="none")
    both, second = Recording(world, index=None, every_s=1.0), Recording(world, index=1, every_s=1.0)
    world.actors += [both, second]
    world.run(3.0)
    setup.stop()
    assert both.column("charger") == [1, 2] * 3
    assert second.column("charger") == [2] * 3
    assert [row for row in both.rows() if row[0] == 2] == list(second.rows())


def test_a_chip_without_supply_has_no_state():
    setup, world = started(meter="none")
    world.reboots = True
    recording = Recording(world, every_s=0.5)
    world.actors.append(recording)
    world.run(3.0)
    world.power_cut(world.nodes[0], 2.0)
    world.run(6.0)
    setup.stop()
    runs, states = recording.column("chip_runs"), recording.column("state")
    assert runs[5] and not runs[7] and runs[-1]
    assert all((state is None) != on for state, on in zip(states, runs, strict=True))


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_picture(minute, suffix, tmp_path):
    path = minute.picture(tmp_path / f"minute{suffix}")
    head = path.read_bytes()[:300]
    assert head.startswith(b"\x89PNG") if suffix == ".png" else b"<svg" in path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_rows_take_little_memory(minute):
    packed = Packed(minute.columns, 1)
    rows = list(minute.rows())[-2048:]
    packed.add(rows[:1024])
    packed.add(rows[1024:])
    assert [tuple(r) for r in packed.rows()] == [tuple(r) for r in rows]
    parts = [part for _, _, block in packed._blocks for part in block if isinstance(part, bytes)]
    per_row = sum(map(len, parts)) / 2048
    assert 0 < per_row < 40, f"{per_row:.0f} bytes a row; 40 are 170 MB for a day of all steps"


def one_line(message):
    assert "\n" not in message
    return message


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for path, words in (
        (tmp_path / "x.xlsx", r"must end in \.csv, \.json or \.parquet"),
        (tmp_path / "gone" / "x.csv", "choose a folder that can be written"),
        (tmp_path / "file" / "x.csv", "choose a folder that can be written"),
        (tmp_path, "must end in"),
    ):
        with pytest.raises(RecordError, match=words) as caught:
            check(path)
        one_line(str(caught.value))
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(RecordError, match="is a folder"):
        check(folder)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RecordError, match="needs the package pyarrow"):
        check(tmp_path / "x.parquet")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.csv"]


def test_a_full_disk_is_one_line(minute, tmp_path, monkeypatch):
    def full(self, rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files._Csv, "_add", full)
    with pytest.raises(RecordError, match=r"x\.csv: No space left on device; is the disk full\?"):
        minute.write(tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"every_s": 0}, {"every_s": -1.0}, {"keep_s": float("inf")}])
def test_impossible_intervals(wrong):
    world = SimpleNamespace(nodes=[])
    with pytest.raises(ValueError, match="must be above 0 s"):
        Recording(world, **wrong)
