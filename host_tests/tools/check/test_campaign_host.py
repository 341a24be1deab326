"""The fault campaign: clean on the charger as it is, and it finds every bug planted on purpose."""

import json

import pytest

from ballast_bench.campaign import bugs as campaign_bugs
from ballast_bench.campaign import run as campaign_run
from ballast_bench.campaign import world as campaign_world
from ballast_bench.campaign.faults import FAULTS, STATES
from ballast_tools.check import campaign
from ballast_tools.shell.errors import UserError


class Args:
    runs, whole, short, seed, jobs, replay, bug = 400, 0, False, 3, 1, None, None

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


def test_every_fault_meets_every_state():
    met = {(run["events"][0][1], run["state"]) for run in campaign_run.singles(1, 1)}
    assert met == {(fault, state) for fault in FAULTS for state in STATES}


def test_no_rule_is_broken(capsys):
    """400 runs on thin hardware, one job, no pool: what CI can afford."""
    runs = campaign.thin_runs(400, seed=3)
    broken = [(json.dumps(run), text) for run in runs if (text := campaign_run.play(run))]
    assert len(runs) >= 400 and broken == []


def test_a_sample_on_the_whole_bench():
    for run in campaign_world.runs(seed=3, count=4):
        assert campaign_world.play(run) is None, json.dumps(run)


@pytest.mark.parametrize("bug", list(campaign_bugs.BUGS))
def test_a_planted_bug_is_found_and_made_small(bug):
    undo = campaign_bugs.BUGS[bug]()
    campaign_run.forget()
    try:
        for run in campaign.thin_runs(800, seed=1):
            if campaign_run.play(run):
                break
        else:
            raise AssertionError(f"{bug}: not found, seed 1")
        small, text = campaign_run.shrink(run, budget=30)
        assert text and len(small["events"]) <= len(run["events"])
    finally:
        undo()
        campaign_run.forget()
    assert campaign_run.play(small) is None, "without the bug the same story breaks nothing"


def test_the_whole_bench_finds_a_bug_too():
    undo = campaign_bugs.BUGS["state_b_keeps_closed"]()
    run = {"seed": 1, "story": ["0 plug max_a=16", "3 pe_lost", "3.5 pe_lost on=false",
                                "12 plug max_a=10", "14 want on=false"]}  # fmt: skip
    run["story"] = ["0 plug max_a=16", "12 button", "14 want on=false"]
    try:
        small, text = campaign_world.shrink(run)
    finally:
        undo()
    assert "though the vehicle does not ask" in text or "after the vehicle's end" in text
    assert small["story"] == ["0 plug max_a=16", "14 want on=false"]
    assert campaign_world.play(small) is None


def test_replay(capsys):
    run = '{"state": "charging", "offset": 0, "phases": 1, "retries": 0, "events": [[0, "pe", 60]]}'
    assert campaign.main(Args(replay=run)) == 0
    assert campaign.main(Args(replay=run, bug="latched_close")) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "no rule is broken" and out[1].startswith("closed with a STOP fault at")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"bug": "x"}, "--bug x: there are slow_pilot"),
        ({"runs": 0}, "--runs and --jobs: at least 1"),
        ({"replay": "{"}, "--replay: not JSON"),
        ({"replay": "[]"}, "an object with events"),
        ({"replay": '{"events": []}'}, "--replay: no run of this campaign: KeyError 'state'"),
    ],
)
def test_bad_arguments(values, line):
    with pytest.raises(UserError, match=line):
        campaign.main(Args(**values))


def test_the_command_in_parallel(capsys):
    assert campaign.main(Args(runs=30, jobs=2)) == 0
    assert "seed 3: 0 broke a rule" in capsys.readouterr().out
