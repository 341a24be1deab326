"""The hooks of .pre-commit-config.yaml run our own command in our own environment, and nothing else."""

import shlex

import pytest

from ballast_tools.check import test as fast
from ballast_tools.shell import commands, paths

yaml = pytest.importorskip("yaml", reason="PyYAML is missing: tools/ballast test has it")

KNOWN = {"id", "name", "entry", "language", "pass_filenames", "always_run"}
"""Keys that pre-commit 4 knows, as far as they are used here; it only warns of others."""


@pytest.fixture(scope="module")
def repos():
    return yaml.safe_load((paths.ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def test_nothing_is_fetched_from_elsewhere(repos):
    assert [repo["repo"] for repo in repos] == ["local"]
    for hook in repos[0]["hooks"]:
        assert set(hook) == KNOWN
        assert hook["language"] == "system"


def test_the_whole_tree_is_checked_at_each_commit(repos):
    for hook in repos[0]["hooks"]:
        assert hook["always_run"] is True
        assert hook["pass_filenames"] is False


def test_every_hook_is_a_command_that_there_is(repos):
    for hook in repos[0]["hooks"]:
        program, command, *options = shlex.split(hook["entry"])
        assert program == "tools/ballast"
        assert commands.COMMANDS[command][0] == "check"
        assert options == ["--fast", "-q"]
    assert "host_tests/house" in fast.FAST
