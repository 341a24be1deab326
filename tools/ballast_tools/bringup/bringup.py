"""The first board: flashes it, measures it, and writes what the bench takes for its chip.

    tools/ballast bringup /dev/ttyUSB0 --board esp32s3_ref --image build/esp32s3_ref-acme
    tools/ballast bringup /dev/ttyUSB0 --board esp32s3_ref --second /dev/ttyUSB1 --wifi NAME

No mains, no vehicle. The contactor's pin is driven only where a jumper says so. Stop with Ctrl-C
whenever you like: the same command goes on where it stopped. --again STEP does one anew.
Writes state.json, report.txt and profile.toml to build/bringup-BOARD (--out). The page with the
wiring: tools/ballast_tools/bringup/README.md.
"""

import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from ballast_bench.chip import profile
from ballast_tools.bringup import (
    chip_profile,
    figures,
    plan,
    portable,
    report,
    run,
    script,
    state,
    wiring,
)
from ballast_tools.bringup.prompt import Prompt
from ballast_tools.factory import flash
from ballast_tools.factory.flash import LinkError
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import boards

INTERRUPTED = 130  # Ctrl-C, as with the other commands
JUMPERS = ("counter", "coil", "bus", "second")
PASSWORD = "BALLAST_WIFI_PASSWORD"


def add_arguments(parser):
    parser.add_argument("port", metavar="PORT")
    parser.add_argument("--board", required=True, metavar="NAME")
    parser.add_argument("--image", type=Path, help="what `image` wrote; without it nothing is flashed")
    parser.add_argument("--second", metavar="PORT",
                        help="a second ESP32 with MicroPython: radio, pads in a reset")  # fmt: skip
    parser.add_argument("--wifi", metavar="NAME",
                        help=f"network to join; its password is asked for, or in {PASSWORD}")  # fmt: skip
    parser.add_argument("--jumpers", metavar="NAME,...",
                        help=f"those that are set, of {', '.join(JUMPERS)}; else it asks")  # fmt: skip
    parser.add_argument("--only", metavar="STEP,...", help=f"of {', '.join(plan.keys())}")
    parser.add_argument("--again", metavar="STEP,...", default="", help="measure these anew")
    parser.add_argument("--out", type=Path, help="folder for state, report and profile")
    flash.add_link_arguments(parser)


def main(args):
    job = Job(args)
    try:
        job.run()
    except KeyboardInterrupt:
        print("\n  stopped; the same command goes on where it stopped")
        job.status = INTERRUPTED
    except LinkError as error:
        raise UserError(f"{args.port}: {error}") from error
    finally:
        job.write()
    return job.status


class Job:
    """One call of the command."""

    def __init__(self, args):
        self.args = args
        self.status = 0
        self.steps = _steps(args.only, "--only") or plan.keys()
        again = _steps(args.again, "--again")
        self.jumpers = None if args.jumpers is None else _named(args.jumpers, "--jumpers", JUMPERS)
        self.folder, self.board = load_board(args.board)
        self.profile = profile.of_board("board", SimpleNamespace(**self.board, FOLDER=self.folder))
        if self.profile is None:
            raise UserError(f"board {args.board}: CHIP_PROFILE ideal; expected a real chip's")
        self.image = flash.load(args.image) if args.image else None
        if self.image and self.image["board"] != self.board["NAME"]:
            raise UserError(f"{shown(args.image)}: this image is for {self.image['board']}")
        self.out = args.out or paths.BUILD / f"bringup-{self.board['NAME']}"
        if self.out.exists() and not self.out.is_dir():
            raise UserError(f"--out {shown(self.out)}: expected a folder")
        self.state = state.State(self.out, self.board["NAME"])
        for key in again:
            self.state.results.pop(key, None)
        _check_ports(args.port, args.second)

    def run(self):
        self._flash()
        prompt = Prompt(self.args.port)
        self._identify(prompt)
        second = Prompt(self.args.second) if self.args.second else None
        self.runner = run.Run(prompt, second, self.board, self.state, self._network(), self._ready, _say)
        for step in plan.STEPS:
            if step.key in self.steps and step.key not in self.state.results:
                print(f"[{step.key}] {step.title}", flush=True)
                self.runner.step(step)
        if plan.TESTS in self.steps:
            self._tests()

    def _tests(self):
        left = len(portable.files()) - len(self.state.results.get(plan.TESTS, []))
        if left > 0:
            print(f"[{plan.TESTS}] portable tests of control/ and protocol/: {left} files", flush=True)
            self.runner.tests()

    def _flash(self):
        """Write the image, once; the board then stays at its prompt, as for the jig."""
        plan_, args = self.image, self.args
        if plan_ is None or self.state.flashed == plan_["image"]["sha256"]:
            return
        link = flash.Link(args.port, plan_["chip"], args.baud, args.reset)
        print(f"[flash] {plan_['board']} {plan_['brand']} {plan_['version']}, "
              f"{plan_['image']['size'] >> 10} KiB", flush=True)  # fmt: skip
        link.mac()
        flash.write(link, args.image / plan_["image"]["file"], plan_, wait_for_jig=True)
        Prompt(args.port).wait_for_prompt()  # it starts anew
        self.state.flashed = plan_["image"]["sha256"]
        self.state.save()

    def _identify(self, prompt):
        """The chip is the board's, and the one that the state is about."""
        rows, error = prompt.run(script.code("chip", {}))
        values = figures.collect({"chip": rows}).values
        if "machine" not in values or "uid" not in values:
            raise LinkError(f"it did not say which chip it is ({error or 'no answer'})")
        if not report.is_chip(values["machine"], self.board["CHIP"]):
            raise UserError(f"{self.args.port}: {values['machine']}; board {self.board['NAME']} is for "
                            f"{boards.FAMILY[self.board['CHIP']]}")  # fmt: skip
        self.state.belongs_to(values["uid"])

    def _network(self):
        if not self.args.wifi:
            return None
        password = os.environ.get(PASSWORD)
        if password is None:
            password = getpass.getpass(f"  password of {self.args.wifi}: ")
        return self.args.wifi, password

    def _ready(self, step, key):
        """Whether the jumper is set. The person is asked unless --jumpers has answered."""
        jumper = wiring.jumpers(self.board).get(key)
        if jumper is None:
            return False
        if self.jumpers is not None:
            return key in self.jumpers
        print(f"  wire: {jumper.text}")
        if not sys.stdin.isatty():
            return False
        try:
            return input("  Enter when it is done, s to leave it out: ").strip().lower() != "s"
        except EOFError:  # Ctrl-D
            return False

    def write(self):
        """report.txt and profile.toml of what there is."""
        if not self.state.results:
            return
        found = figures.collect(self.state.results)
        has_layout = (self.folder / "image.toml").exists()
        flash_bytes = boards.FLASH[boards.read(self.folder).flash] if has_layout else None
        text = report.lines(found, self.profile, self.board, flash_bytes, self.state)
        print("\n".join(text))
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "report.txt").write_text("\n".join(text) + "\n")
        self._write_profile(found)
        print(f"\n  {shown(self.out)}: state.json, report.txt, profile.toml")
        print("  Take all jumpers off before mains, a vehicle or the coil's supply is connected.")

    def _write_profile(self, found):
        source = f"measured, board {self.board['NAME']}, chip {self.state.uid}, {datetime.now(UTC):%Y-%m-%d}"
        made = chip_profile.measured(self.profile, found, source)
        head = [f"Chip profile of one board: {source}.", "Costs that it did not measure are those of "
                f"{self.board.get('CHIP_PROFILE') or 'no profile'}."]  # fmt: skip
        (self.out / "profile.toml").write_text(chip_profile.text(made, head))


def _check_ports(port, second):
    """UserError before anything is flashed: a second port is needed late."""
    if not os.path.exists(port):
        raise UserError(f"{port}: no such port; is the board plugged in?")
    if second is None:
        return
    if not os.path.exists(second):
        raise UserError(f"--second {second}: no such port; is the second board plugged in?")
    if os.path.realpath(port) == os.path.realpath(second):
        raise UserError(f"--second {second}: that is the board under test; name the second board's port")


def load_board(name):
    """(folder, constants) of a board of this project or of a folder outside. UserError with the choices."""
    known = sorted(path.parent.name for path in paths.BOARDS.glob("*/board.py"))
    known.remove("bench")
    folder = paths.BOARDS / name if name in known else Path(name).expanduser()
    if not (folder / "board.py").is_file():
        raise UserError(f"no board {name!r}; there are {', '.join(known)}, or a folder with a board.py")
    return folder, boards.constants(folder / "board.py")


def _steps(text, option):
    return _named(text, option, plan.keys()) if text else []


def _named(text, option, choices):
    found = [word for word in text.split(",") if word]
    for word in found:
        if word not in choices:
            raise UserError(f"{option} {word!r}: expected {', '.join(choices)}")
    return found


def _say(line):
    """Lines of the board that a person can read; results come in the report."""
    if not line.startswith("BRINGUP") and set(line) != {"."}:
        print(f"    {line}", flush=True)
