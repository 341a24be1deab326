"""The dispatcher: what it says about mistakes, and that it hands over."""

import os
import subprocess
import sys

import pytest

from ballast_tools.shell import cli, commands, environment, paths
from ballast_tools.shell.errors import UserError

BALLAST = paths.TOOLS / "ballast"


@pytest.fixture(autouse=True)
def nothing_is_installed_or_started(monkeypatch):
    """These tests stay in this process and this environment."""
    monkeypatch.setattr(environment, "ensure", lambda groups: False)
    monkeypatch.setattr(environment, "is_ours", lambda: True)


def ballast(*words, **options):
    return subprocess.run([sys.executable, BALLAST, *words], capture_output=True, text=True, **options)


def test_help_lists_every_command_and_needs_nothing():
    done = ballast("--help", env={"PATH": ""})
    assert done.returncode == 0
    for name in commands.COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_without_a_command_the_help_is_an_error():
    assert ballast().returncode == 2


def test_an_unknown_command_is_one_line(capsys):
    assert cli.main(["chrage"]) == 2
    assert capsys.readouterr().err == "ballast chrage: no such command; tools/ballast --help lists them\n"


def test_a_command_without_its_module_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr(commands, "is_present", lambda module: False)
    assert cli.main(["sim"]) == 2
    assert capsys.readouterr().err == "ballast sim: not part of this version\n"


def test_an_unknown_bench_names_the_known(capsys, monkeypatch):
    monkeypatch.setattr(commands, "benches", lambda: ["balance", "group"])
    assert cli.main(["bench", "blance"]) == 2
    assert "no bench of the name 'blance'; there are: balance, group" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "module"),
    [
        (["sim"], "play.sim"),
        (["flash"], "factory.flash"),
        (["bench"], "check.bench"),
        (["bench", "--list"], "check.bench"),
        (["bench", "acn"], "check.benches.acn"),
        (["bench", "two-words", "--x"], "check.benches.two_words"),
    ],
)
def test_which_module_runs(argv, module):
    assert commands.module_of(argv) == module


@pytest.mark.parametrize("name", commands.benches())
def test_the_list_of_benches_says_what_each_measures(name):
    from ballast_tools.check import bench

    assert len(bench.about(name)) > 20


def test_a_bench_may_need_more():
    assert "acn" in commands.groups_of(["bench", "group"])
    assert "acn" not in commands.groups_of(["bench", "balance"])
    assert "data" in commands.groups_of(["run", "house.csv", "--record", "run.parquet"])
    assert not {"data", "p1"} & set(commands.groups_of(["sim", "--record", "sim.csv"]))
    assert "p1" in commands.groups_of(["sim", "--trace", "meter.log"])


@pytest.mark.parametrize("name", commands.benches())
def test_every_bench_writes_its_figures_and_has_a_short_form(name):
    """Asked for before the work begins: a bench may run for hours."""
    with pytest.raises(UserError, match="--json: there is no folder /nowhere"):
        cli.run(["bench", name, "--short", "--json", "/nowhere/x.json"])
    with pytest.raises(UserError, match="is a folder; name a file in it"):
        cli.run(["bench", name, "--short", "--json", "/tmp"])


def test_a_wrong_option_is_one_line(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["lock", "--kep"])
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "unrecognized arguments: --kep (see: tools/ballast lock --help)" in err


class Command:
    """A sub-command as a module; what it was called with is kept."""

    def __init__(self, act, pass_through=False):
        self.__doc__ = "What it does."
        self.PASS_THROUGH = pass_through
        self.act = act
        self.args = None

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1)

    def main(self, args):
        self.args = args
        return self.act()


def install(monkeypatch, command):
    monkeypatch.setitem(sys.modules, "ballast_tools.play.sim", command)
    monkeypatch.setattr(commands, "is_present", lambda module: True)


def test_options_and_status_are_handed_through(monkeypatch):
    command = Command(lambda: 7)
    install(monkeypatch, command)
    assert cli.main(["sim", "--seed", "3"]) == 7
    assert command.args.seed == 3


def test_a_command_may_take_words_for_another_program(monkeypatch):
    command = Command(lambda: 0, pass_through=True)
    install(monkeypatch, command)
    assert cli.main(["sim", "-k", "pilot", "--seed", "3", "-x", "some/file.py"]) == 0
    assert command.args.rest == ["-k", "pilot", "-x", "some/file.py"]
    assert command.args.seed == 3


def test_a_users_mistake_is_one_line_and_status_2(monkeypatch, capsys):
    def act():
        raise cli.UserError("house.csv, line 7: 'x' is not a number; use ampere")

    install(monkeypatch, Command(act))
    assert cli.main(["sim"]) == 2
    assert capsys.readouterr().err == "ballast sim: house.csv, line 7: 'x' is not a number; use ampere\n"


def test_ctrl_c_ends_without_a_traceback(monkeypatch, capsys):
    def act():
        raise KeyboardInterrupt

    install(monkeypatch, Command(act))
    assert cli.main(["sim"]) == 130
    assert capsys.readouterr().err == "\n"


def test_a_bug_is_not_hidden(monkeypatch):
    install(monkeypatch, Command(lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        cli.main(["sim"])


def test_what_was_installed_restarts_the_command(monkeypatch):
    started = []
    monkeypatch.setattr(environment, "ensure", lambda groups: started.append(groups) or True)
    monkeypatch.setattr(environment, "restart", started.append)
    install(monkeypatch, Command(lambda: 0))
    cli.main(["sim", "--seed", "4"])
    assert started == [("core",), ["sim", "--seed", "4"]]


def test_an_older_python_is_told(tmp_path):
    text = BALLAST.read_text().replace("NEEDED = (3, 11)", "NEEDED = (3, 99)")
    assert "(3, 99)" in text
    (tmp_path / "ballast").write_text(text)
    done = subprocess.run([sys.executable, tmp_path / "ballast", "sim"], capture_output=True,
                          text=True, env={**os.environ, "PATH": str(tmp_path)})  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("ballast: Python 3.11 or newer is needed, this is 3.")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [("--help",), ("sim", "--help")])
def test_a_reader_that_goes_away_is_no_mistake(words, unbuffered):
    """`tools/ballast --help | head -1`, with the pipe's end closed before the first byte is written."""
    readable, writable = os.pipe()
    os.close(readable)
    try:
        done = subprocess.run(
            [sys.executable, BALLAST, *words], stdout=writable, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered}, check=False,
        )  # fmt: skip
    finally:
        os.close(writable)
    assert done.returncode == 0
    assert done.stderr == ""
