"""The firmware's types fit MicroPython's own stubs for the ESP32 (arguments, names, results)."""

import os
import subprocess
import sys

import pytest

from ballast_tools.shell import paths

pytest.importorskip("mypy", reason="mypy is missing: tools/ballast test has it")


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Run mypy with the stubs on files or folders; the lines that concern these files."""
    from house.typings import lay_out

    stubs = lay_out(tmp_path_factory.mktemp("stubs") / "typings")
    cache = tmp_path_factory.mktemp("cache")

    def check(*files, root=paths.FIRMWARE):
        config = paths.ROOT / "pyproject.toml"
        command = [sys.executable, "-m", "mypy", "--config-file", str(config),
                   "--custom-typeshed-dir", str(stubs), "--no-site-packages",
                   "--cache-dir", str(cache), *map(str, files)]  # fmt: skip
        env = {**os.environ, "MYPYPATH": os.pathsep.join([str(stubs), str(root)])}
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        # the stubs have errors of their own; they carry absolute paths
        return [line for line in done.stdout.splitlines() if ": error:" in line and line[0] != "/"]

    return check


def test_firmware(check):
    files = [p for p in ("boot.py", "main.py", "ballast", "clamp") if (paths.FIRMWARE / p).exists()]
    assert "ballast" in files
    errors = check(*files)
    assert not errors, "\n".join(["", *errors])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import machine\nmachine.Pin(1).toggel()", "no attribute"),
        ("import time\ntime.perf_counter()", "no attribute"),
        ("from machine import Pin\nPin(1, Pin.OUT, vlaue=0)", "call-overload|call-arg"),
    ],
)
def test_mistakes_are_found(check, tmp_path, code, expected):
    (tmp_path / "sample.py").write_text(code)
    errors = check("sample.py", root=tmp_path)
    assert any(word in line for word in expected.split("|") for line in errors), errors
