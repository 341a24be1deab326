"""Writes an image that `image` made to a board.

    tools/ballast flash build/esp32s3_ref-acme --port /dev/ttyUSB0 [--jig]

For a batch with serial numbers, calibration, records and labels see `provision`. A board
that only `flash` has written has no label's code, and so serves no page.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ballast_tools.factory import jig, units
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import boards

DEVICE = Path(__file__).parent / "device"
"""Scripts that run on the unit."""

ERASE_AND_WRITE_S = 300  # 8 MiB at 115200 Bd, compressed, and a slow flash
SCRIPT_S = 60
_PREAMBLE = re.compile(r"^(ERROR: )?(A (fatal|serial exception) error occurred: )?")


class LinkError(Exception):
    """The unit did not answer, or stopped answering: cable, power, or a dead chip."""


@dataclass(frozen=True)
class Link:
    """One serial port and how to reset what hangs on it. baud: for writing."""

    port: str
    chip: str
    baud: int = 460800
    reset: str = "default-reset"  # or "no-reset": the jig holds the strapping pins itself

    def esptool(self, *words, after="no-reset", limit_s=ERASE_AND_WRITE_S):
        """Run esptool; its output. LinkError with its last line when it fails."""
        command = [sys.executable, "-m", "esptool", "--chip", self.chip, "--port", self.port,
                   "--baud", str(self.baud), "--before", self.reset, "--after", after,
                   "--connect-attempts", "3", *words]  # fmt: skip
        return _run(command, limit_s)

    def mac(self):
        """The chip's MAC, "aa:bb:cc:dd:ee:ff": what ties a serial to a chip."""
        text = self.esptool("read-mac", limit_s=60)
        found = re.search(r"\bMAC:\s*((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b", text, re.I)
        if not found:
            raise LinkError("the chip told no MAC")
        return found.group(1).lower()

    def write(self, path):
        """Write a file to 0x0 and have the chip compare its MD5."""
        after = "hard-reset" if self.reset == "default-reset" else self.reset
        text = self.esptool("write-flash", "0x0", str(path), after=after)
        if "Hash of data verified" not in text:
            raise LinkError("what was written was not verified")

    def script(self, path):
        """Run a script on the unit through mpremote; what it printed."""
        command = [sys.executable, "-m", "mpremote", "connect", self.port, "run", str(path)]
        return _run(command, SCRIPT_S)


def _run(command, limit_s):
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                              timeout=limit_s, stdin=subprocess.DEVNULL)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LinkError(f"no end after {limit_s} s") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        fatal = [line for line in lines if "error" in line.lower() and "Note:" not in line]
        line = (fatal or lines[-1:] or ["no answer"])[0]
        raise LinkError(_PREAMBLE.sub("", line).rstrip(".")[:120])
    return done.stdout


def add_arguments(parser):
    parser.add_argument("folder", type=Path, help="what `image` wrote, such as build/BOARD-BRAND")
    add_link_arguments(parser)
    parser.add_argument("--port", required=True)
    parser.add_argument("--jig", action="store_true", help="then run the self-test in the jig")


def add_link_arguments(parser):
    parser.add_argument("--baud", type=int, default=460800)
    parser.add_argument("--reset", choices=("default-reset", "no-reset"), default="default-reset",
                        help="no-reset: the jig pulls BOOT and EN itself")  # fmt: skip


def main(args):
    plan = load(args.folder)
    link = Link(args.port, plan["chip"], args.baud, args.reset)
    try:
        mac = link.mac()
        print(f"  {args.port}: {plan['chip']} {mac}; writing {plan['image']['size'] >> 10} KiB ...")
        write(link, args.folder / plan["image"]["file"], plan, args.jig)
        print(f"  {args.port}: written and verified: "
              f"{plan['board']} {plan['brand']} {plan['version']}")  # fmt: skip
        return self_test(link, plan) if args.jig else 0
    except LinkError as error:
        raise UserError(f"{args.port}: {error}") from error


def write(link, path, plan, wait_for_jig):
    """Write the image; with `wait_for_jig` the unit then stays at its prompt until it passed."""
    if not wait_for_jig:
        link.write(path)
        return
    data = bytearray(path.read_bytes())
    place = plan["partitions"]["nvs"]
    data[place["offset"] : place["offset"] + place["size"]] = units.nvs_image(None, place["size"])
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        unit = Path(folder) / "unit.bin"
        unit.write_bytes(data)
        link.write(unit)


def self_test(link, plan):
    """Run the jig's script on the unit, print the verdict; 0 = passed."""
    pins = boards.constants(paths.BOARDS / plan["board"] / "board.py")
    verdict = jig.judge(jig.parse(link.script(DEVICE / "jig.py")), pins)
    if verdict.ok and "JIG passed" not in link.script(DEVICE / "pass_unit.py"):
        raise LinkError("the unit did not take its pass")
    print(f"  {link.port}: jig: {verdict.text} · {'PASS' if verdict.ok else 'FAIL'}")
    return 0 if verdict.ok else 1


def load(folder):
    """flash.json of a folder, its image checked against the SHA-256 in it."""
    try:
        plan = json.loads((folder / "flash.json").read_text())
        image = (folder / plan["image"]["file"]).read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{shown(folder)}: no image here: run tools/ballast image") from error
    if hashlib.sha256(image).hexdigest() != plan["image"]["sha256"]:
        raise UserError(f"{shown(folder / plan['image']['file'])}: damaged, its SHA-256 differs "
                        "from flash.json; run tools/ballast image again")  # fmt: skip
    return plan
