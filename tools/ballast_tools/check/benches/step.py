"""`ballast bench step`: microseconds and bytes of one scan step, on a board, the VM and here.

The measurement is step_cost.py, one file that needs nothing but the firmware. On a board
that carries the firmware: --port auto (mpremote run). No pin is touched by it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from ballast_tools.shell import figures, node, paths
from ballast_tools.shell.errors import UserError

KINDS = paths.TOOLS / "ballast_tools" / "check" / "step_kinds.py"
FILE = paths.TOOLS / "ballast_tools" / "check" / "step_cost.py"
TIMEOUT_S = 120
STEP_US = 20000
ALLOWED_US = 8000  # what bench safety allows one step to take
MOST_OF_MEDIAN = 2.5  # bar: a step with a part of the work on a sample, in medians of all steps
FIRST_MORE = 1.1  # bar: the first samples take no more than later ones; 0.1 is the clock's own scatter
MEDIAN_LOOPS = 0.6  # bar: the median step in reference loops; 0.57 before the work was shared out
SLOWER = 27  # ESP32 against the VM of a desktop computer: estimate, as in bench links


def add_arguments(parser):
    parser.add_argument("--port", help="a board with the firmware on it: auto, or its serial port")
    parser.add_argument("--no-vm", "--short", action="store_true",
                        help="without the MicroPython VM")  # fmt: skip


def parse(printed):
    """{load: {"steps", "min", "median", "max", "closed", "bytes"}} of what step_cost printed."""
    out = {}
    for line in printed.splitlines():
        word = line.split()
        if line.startswith("step ") and len(word) == 8:
            numbers = dict(zip(("steps", "min", "median", "max"), map(int, word[2:6]), strict=True))
            out[word[1]] = {**numbers, "closed": int(word[7]), "bytes": None}
        elif line.startswith("bytes ") and word[2].lstrip("-").isdigit():
            out[word[1]]["bytes"] = int(word[2])
    if not out:
        last = printed.strip().splitlines()[-1:] or ["nothing"]
        raise UserError(f"step_cost.py printed no figures; its last line: {last[0]}")
    return out


def on_cpython():
    import contextlib
    import io

    from ballast_bench import upy

    before = upy.clock()
    upy.install(upy.RealClock())
    try:
        from ballast_tools.check import step_cost

        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            step_cost.main()
    finally:
        upy.install(before)
    return parse(text.getvalue())


def on_vm():
    """None where the VM is not installed."""
    if not Path(node.VM).exists():
        return None
    from ballast_tools.check.vm import runner

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "step_cost_vm.py"
        file.write_text(FILE.read_text() + "\n\ndef test_step():\n    main()\n")
        (Path(folder) / "scratch").mkdir()
        results, printed = runner.run(file, Path(folder) / "scratch")
    for name, error in results:
        if error:
            raise UserError(f"on the VM {name} failed: {error.strip().splitlines()[-1]}")
    return parse(printed)


def kinds_on_vm():
    """{"reference": us, kind: {"steps", "median", "p99"}} of step_kinds.py."""
    from ballast_tools.check.vm import runner

    with tempfile.TemporaryDirectory() as folder:
        results, printed = runner.run(KINDS, Path(folder))
    for name, error in results:
        if error:
            raise UserError(f"on the VM {name} failed: {error.strip().splitlines()[-1]}")
    found = {}
    for word in map(str.split, printed.splitlines()):
        if word[:1] == ["reference"]:
            found["reference"] = int(word[1])
        elif word[:1] == ["kind"]:
            found[word[1]] = dict(zip(("steps", "median", "p99"), map(int, word[2:]), strict=True))
    return found


def kinds_missed(found):
    """[(what, figure, bar, missed)] of kinds_on_vm()."""
    median = found["all"]["median"]
    sample, first = found["sample"]["p99"], found["first_sample"]["p99"]
    rows = (
        ("a sample's part, in median steps", sample / median, MOST_OF_MEDIAN),
        ("one of the first samples', in median steps", first / median, MOST_OF_MEDIAN),
        ("the first samples' parts, in later ones", first / sample, FIRST_MORE),
        ("the median step, in reference loops", median / found["reference"], MEDIAN_LOOPS),
    )
    return [(what, figure, bar, figure > bar) for what, figure, bar in rows]


def show_kinds(found):
    """Print the bars of the kinds of steps; True when one is missed."""
    bad = False
    for what, figure, bar, missed in kinds_missed(found):
        print(f"{what:46}{figure:8.2f}   at most {bar:g}" + ("   MISSED" if missed else ""))
        bad |= missed
    return bad


def on_board(port):
    """mpremote run; the board needs the firmware (ballast deploy)."""
    words = [sys.executable, "-m", "mpremote", "connect", port, "run", str(FILE)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise UserError(f"--port {port}: no answer within {TIMEOUT_S} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["mpremote failed"]
        raise UserError(f"--port {port}: {lines[-1]}")
    return parse(done.stdout)


def show(where, loads):
    """Print; True when a bar is missed: bytes on MicroPython, a load that did not charge."""
    bad = False
    for load, f in loads.items():
        told = "-" if f["bytes"] is None else str(f["bytes"])
        print(f"{where:22}{load:12}{f['steps']:6}{f['min']:8}{f['median']:8}{f['max']:8}{told:>8}")
        bad |= bool(f["bytes"]) or not f["closed"]
    return bad


def main(args):
    print(f"{'on':22}{'load':12}{'times':>6}{'min':>8}{'median':>8}{'max':>8}{'bytes':>8}   (us a step)")
    if args.port:
        found = {"board": on_board(args.port)}
        figures.write(args.json, found)
        return 1 if show("board " + args.port, found["board"]) else 0
    found = {"cpython": on_cpython(), "vm": None}
    bad = show("CPython, this machine", found["cpython"])
    vm = found["vm"] = None if args.no_vm else on_vm()
    if vm is None:
        print("MicroPython VM: skipped" + ("" if args.no_vm else ", it is not installed"))
    else:
        bad |= show("MicroPython VM", vm)
        worst = max(f["min"] for f in vm.values()) * SLOWER
        print(f"an ESP32 is some {SLOWER} times slower: about {worst / 1000:.1f} ms of the")
        print(f"{STEP_US // 1000} ms step (estimate, never measured; bench safety allows"
              f" {ALLOWED_US // 1000} ms)")  # fmt: skip
        found["kinds"] = kinds_on_vm()
        bad |= show_kinds(found["kinds"])
    figures.write(args.json, found)
    return 1 if bad else 0
