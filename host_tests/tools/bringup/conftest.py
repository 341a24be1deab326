"""Boards on fake ports, and the command: `desk`."""

import json

import pytest

from ballast_tools.bringup import portable
from ballast_tools.bringup.prompt import Prompt
from ballast_tools.shell import cli, paths
from tools.bringup_kit import vm_unit

TESTS = ("control/test_ticks.py", "protocol/test_hmac_sha256.py")


class Desk:
    """Boards on ports, and the command."""

    def __init__(self, folder):
        self.folder = folder
        self.out = folder / "out"
        self.plugged = []

    def plug(self, number=1, board="esp32s3_ref", **how):
        mac = bytes.fromhex(f"7cdfa1{number:06x}")
        unit = vm_unit.VmUnit(board, mac, self.folder, **how)
        unit.plug(str(self.port(number)))
        self.plugged.append(unit)
        return unit

    def port(self, number=1):
        return self.folder / f"tty{number}"

    def run(self, *words, port=1, board="esp32s3_ref"):
        """Exit status of the command as the user gives it."""
        return cli.main(["bringup", str(self.port(port)), "--board", board, "--out", str(self.out),
                         "--reset", "no-reset", *map(str, words)])  # fmt: skip

    def results(self):
        return json.loads((self.out / "state.json").read_text())["results"]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(Prompt, "pause", staticmethod(lambda seconds: None))
    files = [paths.HOST_TESTS / name for name in TESTS]
    monkeypatch.setattr(portable, "files", lambda: files)
    monkeypatch.setattr(cli, "prepare", lambda argv: None)
    made = Desk(tmp_path)
    yield made
    for unit in made.plugged:
        unit.close()
