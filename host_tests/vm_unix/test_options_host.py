"""--vm and --heap of `play` and `sim`: what they refuse, and what they play."""

import pytest

from ballast_bench.vm import package
from ballast_tools.play import vm_option
from ballast_tools.shell import cli, paths

STORY = str(paths.HOST_TESTS / "scenarios" / "pe_lost.story")


def said(argv, capsys):
    """(exit status, the one line on stderr)."""
    status = cli.run_for_test(argv) if hasattr(cli, "run_for_test") else _run(argv)
    return status, capsys.readouterr().err.strip()


def _run(argv):
    from ballast_tools.shell.errors import UserError

    try:
        return cli.run(argv)
    except UserError as error:
        import sys

        print(error, file=sys.stderr)
        return error.status


@pytest.mark.parametrize(("argv", "word"), [
    (["play", STORY, "--vm", "--heap", "3x"], "650k"),
    (["play", STORY, "--heap", "3M"], "--vm"),
    (["play", STORY, "--vm", "--heap", "50k"], "100k"),
    (["sim", "--own-clock"], "--vm"),
    (["sim", "--vm", "--own-clock", "--speed", "3"], "real time"),
])  # fmt: skip
def test_what_cannot_be_is_one_line_and_status_2(argv, word, capsys, monkeypatch):
    monkeypatch.setattr(package, "missing", lambda: "")
    status, line = said(argv, capsys)
    assert status == 2
    assert word in line
    assert "\n" not in line


@pytest.mark.parametrize("command", [["play", STORY, "--vm"], ["sim", "--vm"]])
def test_without_a_vm_one_line_says_why(command, capsys, monkeypatch):
    monkeypatch.setattr(package, "missing", lambda: "no MicroPython VM here: because")
    assert said(command, capsys) == (2, "no MicroPython VM here: because")


def test_play_vm_plays_a_story_and_a_heap_too_small_is_one_line(unix_vm, capsys):
    assert said(["play", STORY, "--vm", "--jobs", "1"], capsys)[0] == 0
    status, text = said(["play", STORY, "--vm", "--jobs", "1", "--heap", "300k"], capsys)
    assert status == 2
    line = text.splitlines()[-1]  # after the progress
    assert "pe_lost.story: charger 1 does not start on the VM: MemoryError" in line
    assert line.endswith("; it needs more --heap")


@pytest.mark.parametrize(("text", "kib"), [("650k", 650), ("8M", 8192)])
def test_a_heap_is_read(text, kib):
    assert vm_option.kib(text) == kib
