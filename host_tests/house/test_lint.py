"""ruff finds nothing; its rules and the reasons for them are in pyproject.toml."""

import subprocess
import sys

import pytest

from ballast_tools.shell import paths

pytest.importorskip("ruff", reason="ruff is missing: tools/ballast test has it")


def ruff(*words):
    command = [sys.executable, "-m", "ruff", *map(str, words)]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)


def test_the_repository_is_clean():
    done = ruff("check", "--output-format=concise", ".")
    assert done.returncode == 0, "\n" + done.stdout + done.stderr


def test_a_mistake_is_found(tmp_path):
    config = paths.ROOT / "pyproject.toml"
    (tmp_path / "sample.py").write_text("import os\n\n\ndef f():\n    try:\n        g()\n"
                                        "    except Exception:\n        pass\n")  # fmt: skip
    done = ruff("check", "--config", config, "--output-format=concise", tmp_path)
    assert done.returncode == 1
    for rule in ("F401", "F821", "BLE001", "S110"):
        assert rule in done.stdout
