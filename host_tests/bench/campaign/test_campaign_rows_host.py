"""Rows on disk, sums of many rows, and what "0 in N" allows."""

import contextlib
import csv
import json
import random
import resource
from math import comb, exp, factorial

import pytest

from ballast_bench.campaign import rows, totals, work
from ballast_bench.campaign.store import Store, StoreError

PLAN = {"format": 1, "seed": 1, "seconds": None, "bug": None, "version": "x"}


def row(number, kind="evenings", **values):
    given = {"kind": kind, "seed": 1, "number": number, "simulated_s": 3600.0, "trips": 0,
             "nuisance_stops": 0, "resets_unasked": 0, "exceptions": 0, **values}  # fmt: skip
    return rows.complete(given)


def pair(number, **values):
    return [row(number, **values), {"kind": "evenings", "number": number, "cpu_s": 1.5, "wall_s": 2.0,
                                    "simulated_s": 3600.0}]  # fmt: skip


# -- the schema and its files ----------------------------------------------------------------------


def test_a_row_has_every_column_and_no_other():
    assert list(row(1)) == list(rows.COLUMNS)
    with pytest.raises(KeyError, match="no column kwh"):
        rows.complete({"kind": "days", "kwh": 1})
    assert not any(word in name for name in rows.COLUMNS for word in ("wall", "cpu", "host"))


@pytest.mark.parametrize("suffix", rows.SUFFIXES)
def test_the_same_rows_are_the_same_file_in_whatever_order_they_came(suffix, tmp_path):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    some = [row(n, energy_kwh=n / 3, car="a+b", fuse=25) for n in range(20)]
    shuffled = some[:]
    random.Random(4).shuffle(shuffled)
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    rows.write(one, some)
    rows.write(two, shuffled)
    assert one.read_bytes() == two.read_bytes()
    assert _read(one) == some
    assert sorted(path.name for path in tmp_path.iterdir()) == [one.name, two.name]


def _read(path):
    if path.suffix == ".parquet":
        from pyarrow import parquet

        table = parquet.read_table(path)
        unit = table.schema.field("energy_kwh").metadata[b"unit"]
        assert unit == b"kWh"
        return table.to_pylist()
    if path.suffix == ".json":
        document = json.loads(path.read_text())
        names = [column["name"] for column in document["columns"]]
        return [dict(zip(names, values, strict=True)) for values in document["rows"]]
    with path.open(newline="") as file:
        return [{name: _value(name, text) for name, text in one.items()} for one in csv.DictReader(file)]


def _value(name, text):
    kind = rows.COLUMNS[name][0]
    if kind == rows.TEXT:
        return text
    return None if text == "" else int(text) if kind == rows.WHOLE else float(text)


# -- parts ---------------------------------------------------------------------------------------------


def test_parts_come_back_and_a_row_is_kept_once(tmp_path):
    store = Store(tmp_path, PLAN)
    store.add([pair(1), pair(2)])
    store.add([pair(2, trips=9), pair(3)])
    again = Store(tmp_path, PLAN, resume=True)
    assert sorted(again.pairs) == [("evenings", n) for n in (1, 2, 3)]
    assert all(one["trips"] == 0 for one in again.rows())
    assert [cost["cpu_s"] for cost in again.costs()] == [1.5] * 3


def test_what_was_not_written_whole_is_not_there(tmp_path):
    store = Store(tmp_path, PLAN)
    store.add([pair(1)])
    (tmp_path / "part-000001.jsonl.new").write_text('[{"kind": "eve')
    assert sorted(Store(tmp_path, PLAN, resume=True).pairs) == [("evenings", 1)]


def test_many_parts_become_one(tmp_path, monkeypatch):
    from ballast_bench.campaign import store as module

    monkeypatch.setattr(module, "_MANY", 3)
    store = Store(tmp_path, PLAN)
    for number in range(7):
        store.add([pair(number)])
    assert len(list(tmp_path.glob("part-*.jsonl"))) <= 3
    assert len(Store(tmp_path, PLAN, resume=True).pairs) == 7


def test_two_processes_that_write_to_one_folder_take_nothing_from_each_other(tmp_path, monkeypatch):
    from ballast_bench.campaign import store as module

    monkeypatch.setattr(module, "_MANY", 3)
    one = Store(tmp_path, PLAN)
    two = Store(tmp_path, PLAN)
    for number in range(5):
        one.add([pair(number)])
        two.add([pair(100 + number)])
    numbers = [number for _, number in sorted(Store(tmp_path, PLAN, resume=True).pairs)]
    assert numbers == [*range(5), *range(100, 105)]


def test_a_full_disk_is_said_and_what_was_kept_stays(tmp_path, monkeypatch):
    from ballast_bench.campaign import store as module

    store = Store(tmp_path, PLAN)
    store.add([pair(1)])
    with file_limit(300):
        with pytest.raises(StoreError, match="File too large; 1 runs are kept there, 2 are not: make room"):
            store.add([pair(2), pair(3)])
        monkeypatch.setattr(module, "_MANY", 1)
        store._merge()  # no room for both: the parts stay as they are
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["campaign.json", "part-000000.jsonl"]
    assert sorted(Store(tmp_path, PLAN, resume=True).pairs) == [("evenings", 1)]
    store.add([pair(2), pair(3)])
    assert len(Store(tmp_path, PLAN, resume=True).pairs) == 3


@contextlib.contextmanager
def file_limit(size):
    """No file of this process grows beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("suffix", rows.SUFFIXES)
def test_rows_that_do_not_fit_leave_the_file_of_before(suffix, tmp_path):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"rows{suffix}"
    rows.write(path, [row(1)])
    before = path.read_bytes()
    with file_limit(1000), pytest.raises(OSError, match="File too large"):
        rows.write(path, [row(n, car=f"{n}" * 50) for n in range(200)])
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ['[{"kind": "eve', "[1, 2, 3]", '[{"kind": "days"}, {}]', "\udcff"])
def test_a_damaged_part_is_named(text, tmp_path):
    Store(tmp_path, PLAN).add([pair(1)])
    part = tmp_path / "part-000000.jsonl"
    part.write_bytes(part.read_bytes() + text.encode(errors="surrogateescape") + b"\n")
    with pytest.raises(StoreError, match=r"part-000000.jsonl:2: this is no row of a campaign; delete"):
        Store(tmp_path, PLAN, resume=True)
    part.unlink()
    (tmp_path / "part-000001.jsonl").write_text("")
    (tmp_path / "campaign.json").write_text('{"form')
    with pytest.raises(StoreError, match=r"campaign.json cannot be read, so nobody knows"):
        Store(tmp_path, PLAN, resume=True)


def test_two_campaigns_are_not_mixed(tmp_path):
    Store(tmp_path, PLAN).add([pair(1)])
    with pytest.raises(StoreError, match="holds a campaign; --resume goes on with it"):
        Store(tmp_path, PLAN)
    with pytest.raises(StoreError, match="with seed 1, not 2: its rows do not go together"):
        Store(tmp_path, {**PLAN, "seed": 2}, resume=True)


# -- jobs ----------------------------------------------------------------------------------------------


def test_the_jobs_are_the_missing_runs_and_each_kind_goes_on_beside_the_others():
    jobs = work.jobs({"faults": 250, "days": 4}, 7, done={("faults", 0), ("days", 2)})
    numbers = [(kind, n) for kind, seed, part, _, _ in jobs for n in part if seed == 7]
    assert sorted(numbers) == [("days", n) for n in (0, 1, 3)] + [("faults", n) for n in range(1, 250)]
    kinds = [job[0] for job in jobs]
    assert kinds.index("faults") < len(kinds) - 1 - kinds[::-1].index("days")
    assert work.jobs({"days": 2}, 7, done={("days", 0), ("days", 1)}) == []


@pytest.mark.parametrize("runs", [1, 2, 7, 100, 99999])
def test_runs_are_shared_out_whole(runs):
    counts = work.share_out(runs, ["evenings", "days", "groups"], {"evenings": 12, "days": 2, "groups": 4})
    assert sum(counts.values()) == runs
    assert counts["evenings"] == pytest.approx(runs * 12 / 18, abs=1)


# -- statistics ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("events", "runs"), [(0, 1), (0, 59), (0, 100000), (1, 30), (3, 40), (12, 25)])
def test_the_bound_of_a_share_leaves_5_percent_below(events, runs):
    """Clopper and Pearson: with that share so few events, or fewer, come in 5 % of campaigns."""
    pytest.importorskip("scipy")
    share = totals.upper_share(events, runs)
    tail = sum(comb(runs, k) * share**k * (1 - share) ** (runs - k) for k in range(events + 1))
    assert tail == pytest.approx(0.05, rel=1e-6)


def test_the_rule_of_three_and_the_ends():
    pytest.importorskip("scipy")
    assert totals.upper_share(0, 10000) * 10000 == pytest.approx(3.0, abs=0.01)
    assert totals.upper_share(5, 5) == totals.upper_share(0, 0) == 1.0
    assert totals.upper_rate(0, 0.0) is None


@pytest.mark.parametrize(("events", "hours"), [(0, 1000.0), (2, 40.0), (7, 3.5)])
def test_the_bound_of_a_rate_leaves_5_percent_below(events, hours):
    pytest.importorskip("scipy")
    mean = totals.upper_rate(events, hours) * hours / 1000.0
    assert sum(exp(-mean) * mean**k / factorial(k) for k in range(events + 1)) == pytest.approx(0.05)


def test_an_event_counts_only_in_runs_that_looked_for_it():
    thin = rows.complete({"kind": "faults", "seed": 1, "number": 0, "simulated_s": 10.0})
    total = totals.of([row(0, trips=2), row(1), thin])
    trips, broken = total.events["trips"], total.events["broken"]
    assert (trips.hit, trips.times, trips.runs, trips.hours) == (1, 2, 2, 2.0)
    assert (broken.hit, broken.runs) == (0, 3)


def test_strata_add_up_and_joined_values_count_in_each():
    some = [row(0, meter="clamp", disturbances="leak+hang", overload_s=4.0), row(1, meter="modbus"),
            row(2, meter="clamp", disturbances="leak", overload_s=1.5, broken="x at 1 s")]  # fmt: skip
    found = totals.strata(some)
    assert {k: v.runs for k, v in found["disturbances"].items()} == {"none": 1, "hang": 1, "leak": 2}
    assert found["meter"]["clamp"].sums["overload_s"] == 5.5
    assert found["meter"]["clamp"].events["broken"].hit == 1
    assert "house" not in found, "one value alone is no table"


def test_the_worst_runs_of_each_figure():
    some = [row(n, overload_s=float(n), lost_kwh=-1.0) for n in range(5)]
    found = totals.worst(some, 2)
    assert {name: why for name, (why, _) in found.items()} == {
        ("evenings", 4): ["overload_s 4.0 s, number 1 of this campaign"],
        ("evenings", 3): ["overload_s 3.0 s, number 2 of this campaign"],
    }
