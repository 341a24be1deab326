"""`ballast bench speed`: CPU time of a simulated day, in pairs against an older state of this tree.

The older state comes from the repository's history (git archive). Old and new run in turns, each
in a process of its own, so that a busy machine slows both down. First table: the same parts on
both (ideal clamp, board bench, one car). Where the firmware is the same too, every step's figures
must be the same to the last bit; another firmware does something else, and --prove shows that the
bench's short ways change nothing. Second table: what a user gets who chooses nothing, then and now.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from statistics import median

from ballast_tools.play import chip_option
from ballast_tools.shell import figures, paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

RUN = paths.TOOLS / "ballast_tools" / "check" / "speed_run.py"
BASE = "d0a5189"
METERS = ("clamp", "modbus", "none")
WANTED = 0.4  # of the CPU time of BASE, on the same parts
WANTED_DEFAULT = 1.0  # the same, for the bench as it is without options
DAY_S = 86400
KINDS = ("minutes", "evenings", "groups")  # of a campaign's runs: for --prove
PROVE_EACH = 53  # chosen: a prime, so that each turn of the ports has its share
TIMEOUT_S = 1800


def add_arguments(parser):
    add = parser.add_argument
    add("--seconds", type=float, default=300.0, help="virtual, of each run (300)")
    add("--pairs", type=int, default=4, help="runs of each state (4)")
    add("--seed", type=int, default=1)
    add("--base", default=BASE, metavar="COMMIT", help=f"the state to compare with ({BASE})")
    add("--short", action="store_true", help="2 pairs of one minute: for every change")
    add("--prove", type=int, default=0, metavar="N", help="no times: N random stories on any board, "
        "each with and without the short way through steps at rest; every step must be the same")  # fmt: skip
    chip_option.add_arguments(parser)


def main(args):
    if args.short:
        args.seconds, args.pairs = 60.0, 2
    if not 10 <= args.seconds <= DAY_S:
        raise UserError(f"--seconds {args.seconds:g}: from 10 to {DAY_S}")
    if not 1 <= args.pairs <= 100:
        raise UserError(f"--pairs {args.pairs}: from 1 to 100")
    if not 0 <= args.prove <= 100000:
        raise UserError(f"--prove {args.prove}: from 1 to 100000")
    if args.prove:
        return prove(args)
    if args.chip is not None:
        raise UserError("--chip: it is for --prove; the older state has no chip to compare with")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        unpack(args.base, base)
        return _compare(args, base)


def prove(args):
    """N drawn stories both ways; each 50th short step is compared with a whole one besides."""
    from ballast_bench.world import World

    before = World.CHIP
    World.CHIP = chip_option.of(args) or before
    try:
        return _prove(args)
    finally:
        World.CHIP = before


def _prove(args):
    from ballast_bench.calm.prove import CalmError
    from ballast_bench.campaign import both_ways, draw

    bar, wrong, short, steps = Bar("Proving"), [], 0, 0
    for n in range(args.prove):
        kind = KINDS[n % len(KINDS)]
        bar.show(n, args.prove, f"{kind} {n}")
        try:
            told, taken, all_steps = both_ways.parted(
                draw.draw(args.seed, kind, n, args.seconds).text(), prove=PROVE_EACH
            )
        except CalmError as error:
            told, taken, all_steps = str(error), 0, 0
        short, steps = short + taken, steps + all_steps
        if told is not None:
            wrong.append(f"{kind}/{args.seed}/{n}: {told}")
    bar.end()
    print(f"{args.prove} stories of at most {args.seconds:g} s, seed {args.seed}: {short} of the steps of "
          f"their chargers went the short way; {len(wrong)} stories part from the whole way")  # fmt: skip
    for line in wrong:
        print(f"  {line}")
    figures.write(args.json, {"stories": args.prove, "seconds": args.seconds, "seed": args.seed,
                              "short_steps": short, "steps": steps, "wrong": wrong})  # fmt: skip
    return 1 if wrong else 0


def unpack(commit, folder):
    """The tree of `commit` into `folder`; UserError where the history does not hold it."""
    words = ["git", "-C", str(paths.ROOT), "archive", "--format=tar", commit]
    file = folder / "base.tar"
    try:
        with file.open("wb") as out:
            done = subprocess.run(words, stdout=out, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise UserError("bench speed: git is not installed; it brings the older state") from None
    if done.returncode:
        raise UserError(
            f"bench speed: the history here does not hold {commit}; fetch it whole "
            "(git fetch --unshallow) or name another state with --base"
        )
    with tarfile.open(file) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.0 to 3.11.3 have none
        tar.extractall(folder)
    file.unlink()


def same_firmware(base):
    """Whether the older state's firmware is this tree's, file by file."""
    def files(tree):
        top = tree / "firmware"
        return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*.py")}

    return files(base) == files(paths.ROOT)


def one(tree, args, **task):
    """What speed_run.py prints of one run."""
    task = {"parts": "same", "meter": "clamp", "seconds": args.seconds, "seed": args.seed,
            "rows": False, **task}  # fmt: skip
    words = [sys.executable, str(RUN), str(tree), json.dumps(task)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise UserError(f"bench speed: a run took more than {TIMEOUT_S} s; lower --seconds") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        raise UserError(f"bench speed: the run in {tree} failed: {last[0]}")
    return json.loads(done.stdout.splitlines()[-1])


def first_difference(old, new):
    """None where all steps are the same, else the virtual second in which they part."""
    if old["steps"] != new["steps"]:
        return 0
    pairs = zip(old["marks"], new["marks"], strict=True)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), None)


def paired(args, base, show, **task):
    """CPU seconds of `args.pairs` runs of both states, in turns: {"old", "new", "ratios"}."""
    old = new = 0.0
    ratios = []
    for n in range(args.pairs):
        a, b = one(base, args, **task)["cpu_s"], one(paths.ROOT, args, **task)["cpu_s"]
        old, new = old + a, new + b
        ratios.append(round(b / a, 3))
        show(n + 1)
    return {"old": old, "new": new, "ratios": ratios}


def _compare(args, base):
    bar = Bar("Running")
    total = (len(METERS) + 1) * (args.pairs + 1)
    found, missed, at = {}, [], 0
    print(f"CPU seconds of a simulated day, {args.base} and this tree; "
          f"{args.pairs} pairs of {args.seconds:g} s, seed {args.seed}")  # fmt: skip
    same = same_firmware(base)
    _head("the same parts")
    for meter in METERS:
        bar.show(at, total, meter)
        what = {"meter": meter, "rows": True}
        apart = first_difference(one(base, args, **what), one(paths.ROOT, args, **what))
        got = paired(args, base, lambda n, at=at: bar.show(at + n, total, meter), meter=meter)  # noqa: B023
        at += args.pairs + 1
        bar.end()
        told = "same" if apart is None else f"differ from second {apart}"
        told += "" if same or apart is None else " (another firmware)"
        found[meter] = _row(args, meter, got, told) | {"differ_from_s": apart}
        if same and apart is not None:
            missed.append(f"{meter}: the results differ from second {apart} on")
        if found[meter]["ratio"] > WANTED:
            missed.append(f"{meter}: {found[meter]['ratio']:.2f} of the CPU time, {WANTED:g} is wanted")
    _head("without options")
    got = paired(args, base, lambda n: bar.show(at + n, total, "default"), parts="default")
    bar.end()
    found["default"] = _row(args, "default", got, "not compared")
    if found["default"]["ratio"] > WANTED_DEFAULT:
        missed.append(f"without options: {found['default']['ratio']:.2f} of the CPU time, "
                      f"{WANTED_DEFAULT:g} is wanted")  # fmt: skip
    print(f"bars: {WANTED:g} on the same parts, {WANTED_DEFAULT:g} without options: "
          + ("MISSED" if missed else "kept"))  # fmt: skip
    for line in missed:
        print(f"  missed: {line}")
    figures.write(args.json, {
        "base": args.base, "seconds": args.seconds, "pairs": args.pairs, "seed": args.seed,
        "wanted": WANTED, "wanted_default": WANTED_DEFAULT, "rows": found, "missed": missed,
    })  # fmt: skip
    return 1 if missed else 0


def _head(title):
    print(f"{title:18}{'then':>8}{'now':>8}{'ratio':>8}   {'of the pairs':14}"
          f"{'simulated s per s':>18}   every step's figures")  # fmt: skip


def _row(args, name, got, told):
    simulated = args.pairs * args.seconds
    ratio = median(got["ratios"])  # one pair that another process disturbed does not count
    pairs = f"{min(got['ratios']):.2f} to {max(got['ratios']):.2f}"
    speed = simulated / got["new"]
    print(f"{name:18}{got['old'] / simulated * DAY_S:8.0f}{got['new'] / simulated * DAY_S:8.0f}"
          f"{ratio:8.3f}   {pairs:14}{speed:18.0f}   {told}", flush=True)  # fmt: skip
    return {
        "then_s_per_day": round(got["old"] / simulated * DAY_S, 1),
        "now_s_per_day": round(got["new"] / simulated * DAY_S, 1),
        "ratio": round(ratio, 3), "ratios": got["ratios"], "simulated_s_per_s": round(speed, 1),
    }  # fmt: skip
