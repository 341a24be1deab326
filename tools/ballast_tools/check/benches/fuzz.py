"""`ballast bench fuzz`: random and mutated inputs into every parser that a stranger can reach."""

import time

from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar


def add_arguments(parser):
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs in all (1 000 000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="20 000 inputs")
    parser.add_argument("--only", metavar="NAME", help="one parser (see the table's first column)")


def targets(only=None):
    """The target classes; UserError for an unknown name."""
    from ballast_bench import upy

    upy.install()
    from ballast_tools.check import fuzz

    chosen = [t for t in fuzz.TARGETS if only in (None, t.name)]
    if not chosen:
        names = ", ".join(t.name for t in fuzz.TARGETS)
        raise UserError(f"--only {only}: there is no such parser; there are {names}")
    return chosen


def main(args):
    if args.short:
        args.count = 20_000
    if args.count < 1:
        raise UserError(f"--count {args.count}: at least 1 input")
    chosen = targets(args.only)
    from ballast_tools.check import fuzz

    each = -(-args.count // len(chosen))
    bar = Bar("Fuzzing")
    rows = []
    start = time.perf_counter()
    for n, target in enumerate(chosen):

        def show(done, n=n, name=target.name):
            bar.show(n * each + done, len(chosen) * each, f"{name} {done} of {each}")

        try:
            taken, rate = fuzz.fuzz(target, each, args.seed, show)
        except fuzz.Finding as finding:
            bar.end()
            print(f"FOUND  {finding}")
            figures.write(args.json, {"seed": args.seed, "found": str(finding)})
            return 1
        rows.append((target.name, each, taken, rate))
    bar.end()
    print(f"{'parser':12}{'inputs':>10}{'taken':>10}{'a second':>10}")
    for name, count, taken, rate in rows:
        print(f"{name:12}{count:10}{taken:10}{rate:10}")
    total = sum(r[1] for r in rows)
    spent = time.perf_counter() - start
    print(f"{total} inputs in {spent:.0f} s, seed {args.seed}: nothing escaped, nothing hung,")
    print("no refused input changed any state")
    names = ("parser", "inputs", "taken", "per_s")
    rows = [dict(zip(names, row, strict=True)) for row in rows]
    figures.write(args.json, {"seed": args.seed, "found": None, "rows": rows})
    return 0
