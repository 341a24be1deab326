"""Puts the working tree on one board, for development, over its USB or serial port.

The board must run MicroPython already (tools/ballast image makes a whole flash
image). Modules go over as the image has them, bundled and compiled; boot.py, main.py
and board.py as source, the page compressed. main.py is taken away first and comes back last: a deployment
that breaks off leaves a box that starts with safe outputs and does nothing.
--dry-run prints every step and touches neither board nor disk.
"""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import application, boards, web_assets
from ballast_tools.ship.deploy_device import expected_files, prepare_script

ARCHITECTURES = {
    "esp32": "xtensawin",
    "esp32s2": "xtensawin",
    "esp32s3": "xtensawin",
    "esp32c3": "rv32imc",
    "esp32c6": "rv32imc",
}
AS_SOURCE = ("boot.py", "board.py", "main.py")
RESTART_S = 3  # after a hard reset, until the prompt answers
TIMEOUT_S = 300


def add_arguments(parser):
    known = ", ".join(known_boards())
    parser.add_argument("--board", default="esp32s3_devkit", metavar="NAME", help=f"one of {known}")
    parser.add_argument("--port", default="auto", help="serial port (default: the first board found)")
    parser.add_argument("--dry-run", action="store_true", help="print the steps, do nothing")


def main(args):
    chip = chip_of(args.board)
    plan = Plan(args.board, chip, args.port)
    if args.dry_run:
        print("\n".join(plan.lines()))
        return 0
    with tempfile.TemporaryDirectory(prefix="ballast-deploy-") as folder:
        stage = Path(folder)
        plan.build(stage)
        for words in plan.commands(stage):
            mpremote(words)
    print(f"{args.board}: {len(plan.modules)} modules and the page are on the board; it restarts")
    return 0


def known_boards():
    """Boards that exist as hardware; the bench is none."""
    return sorted(p.parent.name for p in paths.BOARDS.glob("*/board.py") if p.parent.name != "bench")


def chip_of(board):
    if board not in known_boards():
        raise UserError(f"no board {board!r} in boards/; there are {', '.join(known_boards())}")
    folder = paths.BOARDS / board
    chip = boards.constants(folder / "board.py").get("CHIP")
    if chip not in ARCHITECTURES:
        raise UserError(f"{shown(folder)}/board.py: CHIP: expected one of {', '.join(ARCHITECTURES)}")
    return chip


class Plan:
    """What goes where, and by which commands.

    modules: {module as .py: source file, or its text}; sources: the same of what stays source.
    """

    def __init__(self, board, chip, port):
        folder = paths.BOARDS / board
        found = application.built(folder)
        del found["start.py"]  # of an image in a slot; here main.py starts
        self.port = port
        self.chip = chip
        found["boot.py"] = paths.FIRMWARE / "boot.py"
        self.sources = {name: found.pop(name) for name in AS_SOURCE}
        self.modules = found
        self.flags = [f"-march={ARCHITECTURES[chip]}"]
        self.folders = sorted({name.split("/")[0] for name in self.modules} | {"web"})

    def build(self, stage):
        """Compile and collect everything in the empty folder `stage`."""
        application.compile_tree(self.modules, stage, self.flags)
        web_assets.build(stage / "web")
        for name, source in self.sources.items():
            text = source if isinstance(source, str) else source.read_text(encoding="utf-8")
            (stage / name).write_text(text, encoding="utf-8")

    def commands(self, stage):
        """mpremote's words, step by step."""
        connect = ["connect", self.port]
        files = expected_files(stage, self.folders)
        yield [*connect, "exec", prepare_script(self.chip, self.folders, files)]
        yield [*connect, "reset", "sleep", str(RESTART_S)]
        for folder in self.folders:
            yield [*connect, "fs", "cp", "-r", str(stage / folder), ":"]
        for name in AS_SOURCE:  # main.py last: now it may start
            yield [*connect, "fs", "cp", str(stage / name), f":{name}"]
        yield [*connect, "reset"]

    def lines(self):
        """The steps as text, for --dry-run."""
        stage = Path("STAGE")
        for name, source in self.modules.items():
            out = stage / Path(name).with_suffix(".mpy")
            words = application.compile_words(name, _said(name, source), out, self.flags)
            yield shlex.join(["mpy-cross", *words[1:]])
        yield "build the page of firmware/web in STAGE/web"
        for name, source in self.sources.items():
            yield f"copy {_said(name, source)} to STAGE/{name}"
        for words in self.commands(stage):
            if "exec" in words:
                words = [*words[:-1], "(check chip and bytecode; take main.py and stale files away)"]
            yield "mpremote " + " ".join(words)


def _said(name, source):
    """Where a source is; a text is what ship/bundle.py made."""
    return f"BUNDLED/{name}" if isinstance(source, str) else str(shown(source))


def mpremote(words, run=subprocess.run):
    """Run one step; UserError with the last line of what went wrong."""
    command = [sys.executable, "-m", "mpremote", *words]
    try:
        done = run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise UserError(f"the board did not answer within {TIMEOUT_S} s; unplug it, "
                        "plug it in and start again") from error  # fmt: skip
    if done.returncode:
        reason = _last(done.stderr + done.stdout).removeprefix("ValueError: ")
        raise UserError(f"{reason} (at mpremote {words[2]}; --port names another board)")
    return done.stdout


def _last(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "failed without a word"
