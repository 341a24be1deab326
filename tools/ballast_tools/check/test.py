"""Runs every test: CPython and MicroPython VM, import law, compilers, lint, types.

All of them are pytest items, so pytest's closing line counts everything. Options
that are not listed here go to pytest; with any of them (a file, -k, -x ...) and with
--fast the branch coverage of control/ and protocol/ is not demanded.
"""

import os
import subprocess
import sys

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError

PASS_THROUGH = True

COVERED = ("firmware/ballast/control", "firmware/ballast/protocol")

FAST = ("host_tests/house", "host_tests/control", "host_tests/protocol", "-m", "not slow")
"""What a developer runs before each commit; .pre-commit-config.yaml does."""


def add_arguments(parser):
    parser.add_argument("--fast", action="store_true",
                        help="what a commit needs, in under a minute: lint, import law, types, compilers, "
                             "and the tests of control/ and protocol/ on CPython")  # fmt: skip
    parser.add_argument("--serial", action="store_true", help="one process, not one per core")
    parser.add_argument("--no-cov", action="store_true", help="without branch coverage")


def command(serial, no_cov, rest, cores):
    """The pytest command line; `rest` is what the user gave for pytest."""
    words = [sys.executable, "-m", "pytest"]
    if not serial and not {"-n", "--pdb", "-s"} & set(rest):
        words += ["-n", str(cores), "--dist", "worksteal"]
    if no_cov or set(rest) - {"-q", "-v", "-vv"}:
        words += ["-p", "no:pytest_cov"]
    else:
        words += [f"--cov={folder}" for folder in COVERED]
        words += ["--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
        words += ["--durations=10", "--durations-min=5"]
    return words + rest


def absolute(word):
    """A test file or folder as an absolute path (pytest runs in the repository's top)."""
    file, colons, name = word.partition("::")
    if os.path.exists(file):
        return os.path.abspath(file) + colons + name
    if file.endswith(".py"):
        raise UserError(f"no such test file: {file}")
    if file.startswith("host_tests"):
        raise UserError(f"no such test folder: {file}")
    return word


def main(args):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    rest = [*(FAST if args.fast else ()), *(absolute(word) for word in args.rest)]
    words = command(args.serial, args.no_cov, rest, cores or 2)
    return subprocess.run(words, cwd=paths.ROOT, check=False).returncode
