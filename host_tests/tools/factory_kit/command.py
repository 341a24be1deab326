"""The tools' commands as a user gives them, and a base image beside."""

import subprocess
import sys

from ballast_tools.shell import cli, paths
from ballast_tools.shell.errors import UserError
from tools.factory_kit import synthetic_base

PAIRS = [(board, name) for board in ("esp32s3_ref", "esp32s3_lite") for name in ("acme", "ballast")]
CLASSIC = str(paths.ROOT / "host_tests/library/oem/boards/box13")
"""A board with the classic ESP32: no shipped one has that chip, an OEM's may."""


def base_file(tmp_path, board, name=None, **over):
    path = tmp_path / "firmware.bin"
    name = name or next(iter(board.bases))
    path.write_bytes(synthetic_base.firmware_bin(board, name, **over))
    return path


def run(*words):
    """The command as a user gives it -> (exit status, message of a UserError)."""
    try:
        return cli.run([str(word) for word in words]), ""
    except UserError as error:
        return error.status, str(error)


def run_elsewhere(home, *words):
    """The same in a process of its own, with another hash seed and an empty home."""
    code = ("import sys; sys.path[:0] = %r; from ballast_tools.shell import cli;"
            "sys.exit(cli.run(sys.argv[1:]))" % paths.import_roots())  # fmt: skip
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "123", "LANG": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
