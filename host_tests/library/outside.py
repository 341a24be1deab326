"""A place outside the repository in which the bench is installed, as a test engineer has it."""

import os
import subprocess
import sys

import pytest

from ballast_tools.shell import paths

NETWORK = (
    "Could not find a version",
    "Retrying (",
    "Temporary failure",
    "No matching distribution",
)


def clean_environment(**more):
    """The variables of this process without what leads back into the checkout.

    PIP_COMPILE=0: what a test imports is compiled then; the whole of pandas would cost half a minute.
    """
    away = ("PYTHON", "PYTEST", "BALLAST", "COV_", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(away)}
    return {**kept, "MPLCONFIGDIR": kept.get("MPLCONFIGDIR", "/tmp"), "PIP_COMPILE": "0", **more}


def run(*words, cwd, timeout_s=600, **environment):
    """(exit status, all output as text) of a program."""
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env=clean_environment(**environment), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_s,
    )  # fmt: skip
    return done.returncode, done.stdout


def lacks_index(output):
    """Skip where the package index cannot be reached; where nothing may be lacking (CI) fail."""
    if any(sign in output for sign in NETWORK):
        line = "the package index cannot be reached; this test installs from it"
        if os.environ.get("BALLAST_NO_SKIP"):
            pytest.fail(f"{line}\n{output[-2000:]}", pytrace=False)
        pytest.skip(line)


def install(folder, *packages):
    """A fresh environment in `folder` with the checkout and `packages`; its bin folder."""
    status, output = run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    assert status == 0, output
    python = folder / "bin" / "python"
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    status, output = run(
        python, "-m", "pip", "install", *options, paths.ROOT, *packages, cwd=folder
    )
    if status:
        lacks_index(output)
    assert status == 0, output
    return folder / "bin"


def plugged(folder, *words):
    """(exit status, output) of pytest in `folder` with the plug-in of the checkout, not installed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "ballast_bench.plugin",
        "-p",
        "no:cacheprovider",
    ]
    return run(*command, "--basetemp", folder / "tmp", *words, cwd=folder,
               PYTHONPATH=str(paths.TOOLS), PYTHONDONTWRITEBYTECODE="1")  # fmt: skip
