"""`ballast test`: what pytest is told; and what a lacking part of the machine means."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ballast_tools.check import test
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError


def words(*rest, serial=False, no_cov=False):
    return test.command(serial, no_cov, list(rest), cores=2)[3:]


def test_the_whole_suite_runs_on_all_cores_and_demands_all_branches():
    line = words()
    assert line[:4] == ["-n", "2", "--dist", "worksteal"]
    assert "--cov=firmware/ballast/control" in line
    assert "--cov=firmware/ballast/protocol" in line
    assert {"--cov-branch", "--cov-fail-under=100"} <= set(line)
    assert "--cov-fail-under=100" in words("-q")


def test_a_part_of_the_suite_demands_no_coverage():
    for line in (words("-k", "pilot"), words("host_tests/vm"), words(no_cov=True)):
        assert not [w for w in line if "cov-" in w]
        assert "no:pytest_cov" in line


def test_the_fast_part_is_the_house_and_the_core_without_what_is_slow(monkeypatch):
    seen = []
    monkeypatch.setattr(
        subprocess, "run", lambda words, **_: seen.append(words) or SimpleNamespace(returncode=7)
    )
    args = SimpleNamespace(fast=True, serial=False, no_cov=False, rest=["-q"])
    assert test.main(args) == 7
    line = seen[0]
    folders = ["host_tests/house", "host_tests/control", "host_tests/protocol"]
    assert line[-6:] == [*folders, "-m", "not slow", "-q"]
    assert all((paths.ROOT / folder).is_dir() for folder in folders)
    assert "no:pytest_cov" in line
    args.fast = False
    test.main(args)
    assert not set(folders) & set(seen[1])


def test_what_looks_at_one_test_runs_in_one_process():
    for line in (words("--pdb"), words("-s"), words(serial=True)):
        assert "-n" not in line
    assert words("-n", "4").count("-n") == 1


def test_files_are_found_from_where_the_user_stands(tmp_path, monkeypatch):
    (tmp_path / "test_x.py").touch()
    monkeypatch.chdir(tmp_path)
    assert test.absolute("test_x.py::test_a") == f"{tmp_path}/test_x.py::test_a"
    assert test.absolute("-k") == "-k"
    with pytest.raises(UserError, match=r"no such test file: test_y\.py"):
        test.absolute("test_y.py")
    with pytest.raises(UserError, match="no such test folder: host_tests/balence"):
        test.absolute("host_tests/balence")
    assert test.absolute("out/junit.xml") == "out/junit.xml"  # what another option of pytest takes


SAMPLE = """
import conftest

def test_needs_it():
    conftest.lacking("Chromium", "apt install chromium")
"""


@pytest.mark.parametrize(("strict", "status", "shown"), [("", 0, "SKIPPED"), ("1", 1, "FAILED")])
def test_what_is_lacking_is_skipped_with_the_line_to_install_it(tmp_path, strict, status, shown):
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    env = {**os.environ, "BALLAST_NO_SKIP": strict, "PYTHONPATH": str(paths.HOST_TESTS)}
    command = [sys.executable, "-m", "pytest", "-ra", "-q", "-p", "no:cacheprovider",
               "-c", str(paths.ROOT / "pyproject.toml"), "--rootdir", str(tmp_path),
               str(tmp_path)]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    assert shown in done.stdout
    assert "Chromium is missing: apt install chromium" in done.stdout


@pytest.mark.browser
def test_the_browser_renders_a_page_and_takes_a_click(chromium):
    page = chromium(width=390, height=844, is_mobile=True, has_touch=True)
    page.set_content("<meta name=viewport content='width=device-width'>"
                     "<button onclick='this.textContent = innerWidth'>press</button>")  # fmt: skip
    page.get_by_text("press").tap()
    assert page.get_by_role("button").text_content() == "390"
    assert chromium().evaluate("innerWidth") == 1280
