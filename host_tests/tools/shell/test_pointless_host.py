"""Options that would do nothing are refused with one line, before any work."""

import pytest

from ballast_tools.shell import cli, commands, pointless
from ballast_tools.shell.errors import UserError

CASES = [
    ("run x.csv --limit 25A --meter none --meter-latency 2", "--meter-latency: there is no meter"),
    ("run x.csv --limit 25A --meter-latency 0 --meter none", "--meter-latency: there is no meter"),
    ("run x.csv --limit 25A --meter modbus --clamp firmware", "--clamp: it is for --meter clamp"),
    ("run x.csv --limit 25A --meter rtu --loss 0.01", "--loss: no radio frames"),
    ("run x.csv --limit 25A --meter-answer 1", "--meter-answer: it is for --meter modbus or rtu"),
    ("run x.csv --limit 25A --meter-interval 3", "--meter-interval: a clamp keeps its own"),
    ("sim --house flat --trace x.csv", "--house: --trace is the house"),
    ("sim --trace x.csv --hour 3", "--hour: a measured house"),
    ("sim --story x.story --ev-phases 1", "--ev-phases: with --story the cars"),
    ("play x.story --check --junit o.xml", "--junit: --check plays nothing"),
    ("campaign --list --runs 5", "--runs: --list shows"),
    ("campaign --replay faults/1/2 --seed 1", "--seed: --replay plays one run alone"),
    ("campaign --dask local --jobs 4", "--jobs: on a cluster"),
    ("campaign --short --runs 5 --seconds 60", "--short: --runs and --seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), CASES, ids=[line for line, _ in CASES])
def test_one_line(line, told):
    with pytest.raises(UserError) as caught:
        cli.run(line.split())
    assert str(caught.value).startswith(told) and "\n" not in str(caught.value)
    assert caught.value.status == 2


def test_each_rule_is_tried():
    for rule in pointless.RULES:
        mine = [told.split(": ", 1)[1] for line, told in CASES if line.startswith(rule.command)]
        assert any(rule.why.startswith(told) for told in mine), rule


@pytest.mark.parametrize("command", sorted({rule.command for rule in pointless.RULES}))
def test_the_table_names_options_that_there_are(command):
    import importlib

    parser = cli.Parser()
    importlib.import_module("ballast_tools." + commands.module_of([command])).add_arguments(parser)
    there = {action.dest for action in parser._actions}
    for rule in pointless.RULES:
        if rule.command == command:
            assert {*(rule.options or ()), *rule.beside} <= there


def test_what_was_given_is_known_at_its_default_value_too():
    parser = cli.Parser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--check", action="store_true")
    assert parser.given(["a", "--seed", "1", "--set", "x", "--set", "y"]) == {"files", "seed", "set"}
