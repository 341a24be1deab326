"""The measuring scripts ask MicroPython for what its ESP32 port has: checked against the port's stubs."""

import os
import shutil
import subprocess
import sys

import pytest

from ballast_tools.bringup import run, script
from ballast_tools.shell import paths

pytest.importorskip("mypy", reason="mypy is missing: tools/ballast test has it")


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Run mypy on a copy of on_board/, with `more` as a file beside; its lines about these files."""
    from house.typings import lay_out

    folder = tmp_path_factory.mktemp("on_board")
    stubs = lay_out(folder / "typings")
    own = folder / "own"
    shutil.copytree(script.ON_BOARD, own, ignore=shutil.ignore_patterns("__pycache__"))
    for name, source in run.STEP_COST.items():
        shutil.copy(source, own / name)

    def check(more=""):
        (own / "more.py").write_text(more)
        names = sorted(path.name for path in own.glob("*.py") if path.name not in run.STEP_COST)
        command = [sys.executable, "-m", "mypy", "--config-file", str(paths.ROOT / "pyproject.toml"),
                   "--custom-typeshed-dir", str(stubs), "--no-site-packages",
                   "--cache-dir", str(folder / "cache"), *names]  # fmt: skip
        search = os.pathsep.join(map(str, (stubs, own, paths.FIRMWARE)))
        done = subprocess.run(command, cwd=own, env={**os.environ, "MYPYPATH": search},
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode in (0, 1), done.stdout + done.stderr
        errors = [line for line in done.stdout.splitlines() if ": error:" in line and line[0] != "/"]
        return [line for line in errors if line.split(":")[0] in names]

    return check


def test_what_they_call_is_there(check):
    assert check() == []


def test_what_is_not_there_is_found(check):
    assert any('no attribute "freqq"' in line for line in check("import machine\nmachine.freqq()\n"))
