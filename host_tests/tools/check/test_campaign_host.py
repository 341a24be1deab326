"""`ballast campaign`: clean on the charger as it is, finds planted bugs, gives the same rows everywhere."""

import json
import os
import signal
from pathlib import Path

import pytest

from ballast_bench.campaign import bugs as campaign_bugs
from ballast_bench.campaign import run as campaign_run
from ballast_bench.campaign import store as campaign_store
from ballast_bench.campaign import work
from ballast_bench.campaign.store import Store
from ballast_tools.check import campaign, campaign_report, workers
from ballast_tools.check.campaign_progress import Progress
from ballast_tools.shell.errors import UserError

TINY = {"minutes": 4, "evenings": 2, "groups": 1}
"""Runs of the whole bench that are played for 3 s each."""


class Args:
    runs, kinds, whole, short, seconds, seed, jobs = 40, "faults", None, False, None, 3, 1
    dask, record, resume, out, worst, list, replay, bug = None, None, False, None, None, False, None, None
    chip = None

    def __init__(self, **values):
        for name, value in values.items():
            assert hasattr(self, name), name
            setattr(self, name, value)


def tiny_jobs(done=()):
    return work.jobs(TINY, 3, 3.0, None, done)


@pytest.fixture(scope="module")
def tiny_rows():
    """The rows of the tiny campaign, one after the other in this process."""
    return sorted_rows(pair for job in tiny_jobs() for pair in work.work(job))


def sorted_rows(pairs):
    return sorted((row for row, _ in pairs), key=lambda row: (row["kind"], row["number"]))


class Quiet:
    """A bar that nobody sees."""

    lines = ()

    def show(self, done, total, text):
        self.lines = (*self.lines, text)

    def end(self):
        pass


def progress(store):
    return Progress(TINY, 3.0, store, Quiet())


# -- rules and planted bugs --------------------------------------------------------------------------


def test_no_rule_is_broken_on_thin_hardware():
    """No pool: what CI can afford."""
    rows = [campaign_run.row(3, number) for number in range(200)]
    assert [row for row in rows if row["broken"] or row["error"]] == []


@pytest.mark.parametrize("bug", list(campaign_bugs.BUGS))
def test_a_planted_bug_is_found_and_made_small(bug):
    undo = campaign_bugs.BUGS[bug]()
    campaign_run.forget()
    try:
        for number in range(820):
            run = campaign_run.nth(1, number)
            if campaign_run.play(run):
                break
        else:
            raise AssertionError(f"{bug}: not found, seed 1")
        small, text = campaign_run.shrink(run, budget=30)
        assert text and len(small["events"]) <= len(run["events"])
    finally:
        undo()
        campaign_run.forget()
    assert campaign_run.play(small) is None, "without the bug the same run breaks nothing"


def test_the_command_with_a_bug_says_what_it_found_and_how_to_see_it_again(capsys, tmp_path):
    worst = tmp_path / "worst"
    assert campaign.main(Args(runs=200, bug="deaf_to_rcd", jobs=2, worst=("2", str(worst)))) == 1
    out = capsys.readouterr().out
    assert "BROKEN  faults/3/" in out and "campaign --bug deaf_to_rcd --replay '{" in out
    made = json.loads(next(worst.glob("faults-3-*.json")).read_text())
    assert campaign.main(Args(replay=str(next(worst.glob("*.json"))))) == 0, "without the bug"
    assert len(made["events"]) and "as JSON" in out
    assert campaign_run.play(json.loads(out.split("--replay '")[1].split("'\n")[0])) is None


# -- the same rows everywhere --------------------------------------------------------------------------


def test_a_run_may_be_done_on_any_number_of_processes_in_any_order(tiny_rows):
    assert [row["error"] + row["broken"] for row in tiny_rows] == [""] * sum(TINY.values())
    for processes in (1, 2):
        found = workers.unordered(tiny_jobs()[::-1], work.work, processes)
        assert sorted_rows(pair for _, pairs in found for pair in pairs) == tiny_rows


def test_a_process_that_is_killed_loses_no_run(tiny_rows, tmp_path):
    pairs, killed = [], 0
    jobs = tiny_jobs()
    results = workers.unordered(jobs, report_pid, 2)
    for _, (pid, found) in results:
        pairs += found
        if not killed:
            killed = pid
            os.kill(pid, signal.SIGKILL)
    assert sorted_rows(pairs) == tiny_rows


def report_pid(job):
    return os.getpid(), work.work(job)


def test_a_job_that_kills_its_process_is_given_up_and_the_others_are_done():
    found = dict(workers.unordered([1, 2, 3, 4], deadly, 2))
    assert found == {1: 10, 2: None, 3: 30, 4: 40}


def deadly(number):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * number


@pytest.mark.slow
def test_a_cluster_whose_workers_are_killed_gives_the_same_rows(tiny_rows):
    pytest.importorskip("distributed")
    from ballast_tools.check import cluster

    pairs, killed = [], []
    with cluster.connected("local:2") as client:
        cluster.same_version(client)
        for _, (pid, found) in cluster.unordered(tiny_jobs(), report_pid, client):
            pairs += found
            if len(killed) < 2 and pid not in killed:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
    assert len(killed) == 2
    assert sorted_rows(pairs) == tiny_rows


def test_without_dask_the_command_says_so_in_one_line(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UserError, match="--dask needs the package distributed: pip install distributed"):
        campaign.main(Args(dask="local"))


# -- interrupted and resumed ---------------------------------------------------------------------------


@pytest.mark.parametrize("after", [1, 3])
def test_an_interrupted_campaign_goes_on_to_the_same_file(after, tmp_path, monkeypatch, capsys):
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    given = {"kinds": "evenings,groups", "runs": 5, "seconds": 3.0}
    assert campaign.main(Args(record=whole, **given)) == 0
    play, done = work.work, []

    def interrupted(job):
        if len(done) >= after:
            raise KeyboardInterrupt
        done.append(job)
        return play(job)

    monkeypatch.setattr(campaign, "_results", lambda args, jobs, do: ((j, interrupted(j)) for j in jobs))
    assert campaign.main(Args(record=parts, **given)) == campaign.INTERRUPTED
    assert f"{len([n for job in done for n in job[2]])} runs are kept in" in capsys.readouterr().out
    with pytest.raises(UserError, match="holds a campaign; --resume goes on with it"):
        campaign.main(Args(record=parts, **given))
    with pytest.raises(UserError, match="with seed 3, not 4"):
        campaign.main(Args(record=parts, resume=True, **given, seed=4))
    monkeypatch.undo()
    again = []
    monkeypatch.setattr(
        campaign, "_results", lambda args, jobs, do: ((j, again.append(j) or do(j)) for j in jobs)
    )
    assert campaign.main(Args(record=parts, resume=True, **given)) == 0
    assert not set(again) & set(done), "only what was missing"
    assert parts.read_bytes() == whole.read_bytes()
    assert (tmp_path / "whole.cost.csv").read_text().startswith("kind,number,cpu_s,wall_s,simulated_s\n")


def test_another_firmware_is_refused_and_another_kind_is_added(tmp_path, monkeypatch, capsys):
    file = tmp_path / "rows.csv"
    assert campaign.main(Args(record=file, runs=30, seconds=3.0)) == 0
    assert campaign.main(Args(record=file, resume=True, kinds="evenings", runs=1, seconds=3.0)) == 0
    kinds = [line.split(",")[0] for line in file.read_text().splitlines()[1:]]
    assert kinds == ["evenings"] + ["faults"] * 30
    assert "31 runs, seed 3" in capsys.readouterr().out
    monkeypatch.setattr(work, "version", lambda: "another")
    with pytest.raises(UserError, match=r"with version .*, not another: its rows do not go together"):
        campaign.main(Args(record=file, resume=True, runs=40, seconds=3.0))


def test_what_cannot_be_written_in_the_end_is_said_after_the_verdict(tmp_path, monkeypatch, capsys):
    """The disk is full: rows and report are not written, the runs are in their parts, the rest is said."""
    full = OSError(28, "No space left on device")
    fail = lambda *args: (_ for _ in ()).throw(full)  # noqa: E731
    monkeypatch.setattr(campaign_report.rows, "write", fail)
    monkeypatch.setattr(campaign_report, "write", fail)
    file, out = tmp_path / "a.csv", tmp_path / "out"
    with pytest.raises(UserError) as told:
        campaign.main(Args(record=file, out=out))
    assert str(told.value) == (
        f"--record {file}: No space left on device; the runs are kept in {file}.parts: make room, then use "
        f"--resume; --out {out}: No space left on device"
    )
    assert "40 runs, seed 3: 0 broke a rule" in capsys.readouterr().out
    monkeypatch.undo()
    monkeypatch.setattr(campaign, "_results", lambda *args: pytest.fail("nothing is missing"))
    monkeypatch.setattr(campaign, "collect", lambda args, jobs, *rest: len(jobs))
    assert campaign.main(Args(record=file, resume=True)) == 0
    assert file.read_text().count("faults") == 40


def test_a_disk_that_fills_up_ends_the_campaign_in_one_line(tmp_path, monkeypatch):
    def full(path, text):
        if path.name.startswith("part-"):
            raise OSError(28, "No space left on device")
        path.write_text(text)

    monkeypatch.setattr(campaign_store, "_replace", full)
    with pytest.raises(UserError, match=r"--record .*a.csv.parts: No space left on device; 0 runs are kept"):
        campaign.main(Args(record=tmp_path / "a.csv"))


def test_rows_are_kept_part_by_part(tmp_path, tiny_rows):
    store = Store(tmp_path, {"seed": 3})
    lost = campaign.collect(Args(), tiny_jobs(), store, progress(store), part_s=0.0)
    assert lost == 0 and len(list(tmp_path.glob("part-*.jsonl"))) == len(tiny_jobs())
    assert sorted_rows(Store(tmp_path, {"seed": 3}, resume=True).pairs.values()) == tiny_rows


def test_lost_runs_are_missing_and_said(monkeypatch, capsys):
    monkeypatch.setattr(campaign, "_results", lambda args, jobs, do: ((job, None) for job in jobs))
    assert campaign.main(Args(runs=7)) == 1
    assert "7 runs are missing: their workers died each time; --resume" in capsys.readouterr().out


def test_the_line_of_progress():
    store = Store(None, {})
    line = Progress({"minutes": 4}, 3.0, store, Quiet())
    line.add([({"kind": "minutes", "broken": "x", "simulated_s": 1800.0}, None)])
    assert line.text(10.0) == "20% 1 of 4 runs, 0.5 simulated h, 180 s per s, 1 broken, 0:00:00 left"
    assert line.text(0.0).startswith("20% 1 of 4 runs")


# -- the report ----------------------------------------------------------------------------------------


def test_a_campaign_into_a_folder(tmp_path, capsys):
    folder, stories = tmp_path / "all", tmp_path / "stories"
    args = Args(kinds=None, runs=None, short=True, seconds=3.0, record=folder, worst=("1", str(stories)))
    args.whole, campaign_short = 3, dict(campaign.SHORT)
    campaign.SHORT.update(faults=5, evenings=1, days=1, groups=1)
    try:
        assert campaign.main(args) == 0
    finally:
        campaign.SHORT.update(campaign_short)
    out = capsys.readouterr().out
    assert "0 in 11 runs: at most 23.8 %" in out and "core hours" in out and "cores of this machine" in out
    report = json.loads((folder / "report.json").read_text())
    assert report["runs"]["done"] == {"faults": 5, "minutes": 3, "evenings": 1, "days": 1, "groups": 1}
    assert report["events"]["all kinds"]["trips"]["runs"] == 6 and "upper_share" in str(report)
    page = (folder / "report.html").read_text()
    assert "rule of three" in page and "color-scheme: light dark" in page and "width=device-width" in page
    assert {path.name for path in folder.iterdir()} == {
        "report.json", "report.html", "cost.csv", "parts", campaign.places(folder)[0].name,
    }  # fmt: skip
    for path in stories.glob("*.story"):
        text = path.read_text()
        assert "number 1 of this campaign" in text and f"campaign --replay {path.name}" in text
        assert campaign.main(Args(replay=str(path))) == 0


def test_the_cost_of_a_million():
    costs = [{"kind": "days", "cpu_s": 2.0, "simulated_s": 100.0}] * 3
    report = {"cost": campaign_report.costs(costs), "about": {"measured_on": "measured here"}}
    (line,) = campaign_report.cost_lines(report)
    assert line == ("days: 2 s of processor time for a run of 100 s (3 runs, measured here); "
                    "a million of 86400 s would take 480,000 core hours")  # fmt: skip


def test_the_list_names_kinds_axes_and_disturbances(capsys):
    assert campaign.main(Args(list=True)) == 0
    out = capsys.readouterr().out
    for word in ("evenings", "axis market: au (1)", "axis car:", "disturbance leak", "verb plug: "):
        assert word in out


# -- one run again -------------------------------------------------------------------------------------


def test_replay(capsys, tmp_path):
    run = '{"state": "charging", "offset": 0, "phases": 1, "retries": 0, "events": [[0, "pe", 60]]}'
    assert campaign.main(Args(replay=run)) == 0
    assert campaign.main(Args(replay=run, bug="latched_close")) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "no rule is broken" and out[1].startswith("closed with a STOP fault at")
    assert campaign.main(Args(replay="minutes/3/1", seconds=3.0)) == 0
    assert campaign.main(Args(replay="faults/3/1")) == 0
    assert "simulated_s          3.0" in capsys.readouterr().out
    story = tmp_path / "mine.story"
    story.write_text("setup meter=none\n0 unplug\n1 end\n")
    assert campaign.main(Args(replay=str(story))) == 1
    assert "mine.story:2: unplug: no car is plugged in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"bug": "x"}, "--bug x: there are slow_pilot"),
        ({"runs": 0}, "--runs: at least 1"),
        ({"jobs": 0}, "--jobs: at least 1"),
        ({"seconds": 0.5}, "--seconds: from 1 to"),
        ({"kinds": "nights"}, "--kinds nights: there are faults, minutes"),
        ({"resume": True}, "--resume: say with --record"),
        ({"worst": ("x", "y")}, "--worst x: a number of runs is needed first"),
        ({"worst": ("1", "/dev/null/w")}, "--worst /dev/null/w: .*; choose a folder that can be written"),
        ({"out": Path("/dev/null/w")}, "--out /dev/null/w: .*; choose a folder that can be written"),
        ({"record": Path("a.xls")}, "--record a.xls: end it in .parquet, .csv, .json"),
        ({"record": Path("no/a.csv")}, "there is no folder no"),
        ({"dask": "local:0"}, "--dask local:0: write local, or local:4"),
        ({"replay": "{"}, "not JSON, no FILE.story or FILE.json and no KIND/SEED/NUMBER"),
        ({"replay": "[]"}, "an object with events"),
        ({"replay": '{"events": []}'}, "--replay: no run of this campaign: KeyError 'state'"),
        ({"replay": "no.story"}, "--replay no.story: cannot be read"),
    ],
)
def test_bad_arguments(values, line):
    with pytest.raises(UserError, match=line):
        campaign.main(Args(**values))
