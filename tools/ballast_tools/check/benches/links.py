"""`ballast bench links`: from a step of the house to the new duty on the pin, by way of measuring.

Everything between is real: clamp firmware or Modbus meter, radio or line, link service, trust,
balancer, pilot. The world moves in steps of 20 ms, which is added to each figure at worst.
"""

import logging
import tempfile
from pathlib import Path

from ballast_tools.shell import figures, paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

# text, link_latency.make() arguments
ROWS = (
    ("clamp, no loss", {"kind": "clamp"}),
    ("clamp, 10 % loss", {"kind": "clamp", "loss": 0.1}),
    ("clamp, 30 % loss", {"kind": "clamp", "loss": 0.3}),
    ("RTU 9600, every 1 s", {"kind": "rtu", "baud": 9600}),
    ("RTU 9600, every 0.25 s", {"kind": "rtu", "baud": 9600, "interval_s": 0.25}),
    ("RTU 19200, every 1 s", {"kind": "rtu", "baud": 19200}),
    ("RTU 19200, every 0.25 s", {"kind": "rtu", "baud": 19200, "interval_s": 0.25}),
    ("TCP, every 1 s", {"kind": "tcp"}),
    ("TCP, every 0.25 s", {"kind": "tcp", "interval_s": 0.25}),
)
WANTED_S = 0.6  # p99 of the clamp at 10 % loss


def add_arguments(parser):
    parser.add_argument("--steps", type=int, default=100, help="house steps per row (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", metavar="TEXT", default="", help="only rows that contain TEXT")
    parser.add_argument("--no-vm", action="store_true", help="without the codecs on MicroPython")
    parser.add_argument("--short", action="store_true", help="10 steps per row, without the codecs")


def main(args):
    if args.short:
        args.steps, args.no_vm = 10, True
    if args.steps < 1:
        raise UserError(f"--steps {args.steps}: at least 1")
    rows = [r for r in ROWS if args.rows.lower() in r[0].lower()]
    if not rows:
        raise UserError(f"--rows {args.rows}: no row contains that; see the table without it")
    logging.disable(logging.CRITICAL)  # pymodbus tells of every closed connection
    from ballast_bench import upy

    upy.install()
    from ballast_bench.sims import link_latency

    print(f"{'measured by':26}{'p50':>8}{'p99':>8}{'max':>8}   (seconds, {args.steps} steps)")
    bar = Bar("Stepping")
    missed = False
    found = {"steps": args.steps, "seed": args.seed, "rows": {}, "codecs_us": {}}
    for n, (text, how) in enumerate(rows):

        def show(done, n=n, text=text):
            bar.show(n * args.steps + done, len(rows) * args.steps, text)

        setup = link_latency.make(seed=args.seed, **how)
        got = link_latency.latencies(setup, args.steps, args.seed, show)
        bar.end()
        p50, p99 = (link_latency.percentile(got, share) for share in (0.5, 0.99))
        print(f"{text:26}{p50:8.2f}{p99:8.2f}{got[-1]:8.2f}", flush=True)
        found["rows"][text] = {"p50_s": p50, "p99_s": p99, "max_s": got[-1]}
        if "10 % loss" in text:
            missed = p99 > WANTED_S
    print(f"clamp at 10 % loss: p99 of {WANTED_S} s or less is asked: ", end="")
    asked = any("10 % loss" in text for text, _ in rows)
    print("not measured" if not asked else "MISSED" if missed else "kept")
    if not args.no_vm:
        found["codecs_us"] = codecs()
    print(f"seed {args.seed}; radio loss: share of the frames that do not arrive, half of it in bursts;"
          " Modbus: a meter that averages over 1 s")  # fmt: skip
    figures.write(args.json, found)
    return 1 if missed else 0


def codecs():
    """The cost of the codecs on the MicroPython VM in us, by name; empty where there is none."""
    from ballast_tools.check.vm import runner
    from ballast_tools.shell import node

    if not Path(node.VM).exists():
        print("codecs: skipped, the MicroPython VM is not installed (tools/ballast test does that)")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        file = paths.BENCH / "sims" / "codec_cost.py"
        results, printed = runner.run(file, Path(folder))
    for name, error in results:
        if error:
            print(f"codecs: {name} failed: {error.strip().splitlines()[-1]}")
    print("on the MicroPython VM of this machine (an ESP32 is some 27 times slower: estimate):")
    micros = {}
    for line in printed.splitlines():
        word, _, rest = line.partition(" ")
        if word == "cost":
            name, us = rest.split()
            micros[name] = int(us)
            print(f"  {name:24}{micros[name]:8} us")
    return micros
