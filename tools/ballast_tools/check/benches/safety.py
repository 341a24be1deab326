"""`ballast bench safety`: reaction times at the pins, worst case over 1 000 phases, against the table.

Each row meets its event at every phase of the pilot's PWM and of the 20 ms step, with noise
at the ADC and steps as late as the overrun interlock lets pass. On the bench, never on
hardware. Then the error of the advertised current on every step of the PWM's resolution.
"""

import os

from ballast_tools.check import workers
from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

SHORT = 12
PORTABLE_MA = (8000, 32000)  # the currents of a portable charger
CHUNK = 50
_WHOLE = 65536  # duty_u16 of 100 %


def add_arguments(parser):
    parser.add_argument("--phases", type=int, default=1000, help="phases per row (1000)")
    parser.add_argument("--short", action="store_true", help=f"{SHORT} phases per row, for CI")
    parser.add_argument("--rows", metavar="TEXT", default="", help="only rows whose key has TEXT")
    parser.add_argument("--chip", metavar="NAME", help="chip profiles or their paths, with commas; `board`: "
                        "each that a board names; `ideal`: all that the overrun law lets pass")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))


def _rows():
    from ballast_bench import upy

    upy.install()
    from ballast_bench.safety.rows import ROWS

    return ROWS


def _work(job):
    """Worker: (key, [ms], text of the first failure)."""
    key, numbers, total, seed, chip = job
    rows = {row[0]: row for row in _rows()}
    from ballast_bench.safety.rows import measure

    bench = _bench(f"{seed}/{key}/{numbers[0]}", chip)
    got = []
    for n in numbers:
        try:
            got.append(measure(bench, rows[key], (n + 0.5) / total))
        except AssertionError as error:
            return key, got, f"phase {n} of {total}: {error}"
    return key, got, ""


def _bench(seed, chip):
    from ballast_bench.chip import profile
    from ballast_bench.safety import on_chip, timing

    made = profile.load(chip)
    return timing.Bench(seed) if made is None else on_chip.ChipBench(seed, made)


def chips(wanted):
    """Names of the profiles that --chip means; None: as the bench has it."""
    from ballast_bench import boards
    from ballast_bench.chip import profile
    from ballast_bench.world import World

    found = []
    for one in (World.CHIP if wanted is None else wanted).split(","):
        if one == profile.OF_BOARD:
            named = (getattr(boards.load(name), "CHIP_PROFILE", None) for name in boards.names())
            found += [name for name in named if name not in (None, profile.IDEAL)]
        else:
            profile.load(one)
            found.append(one)
    return list(dict.fromkeys(found))


def run(rows, phases, seed, jobs, bar=None, chip="ideal"):
    """[{key, text, limit_ms, source, best_ms, worst_ms, phases, failure}] by row."""
    todo = [
        (row[0], list(range(start, min(start + CHUNK, phases))), phases, seed, chip)
        for row in rows
        for start in range(0, phases, CHUNK)
    ]
    got = {row[0]: ([], []) for row in rows}
    with workers.pool(jobs) as pool:
        for n, (key, times, failure) in enumerate(pool.imap(_work, todo), 1):
            got[key][0].extend(times)
            if failure:
                got[key][1].append(failure)
            if bar is not None:
                bar.show(n, len(todo), f"{key} {n} of {len(todo)}")
    return [_result(row, *got[row[0]]) for row in rows]


def _result(row, times, failures):
    return {
        "key": row[0], "text": row[1], "limit_ms": row[2], "source": row[3],
        "phases": len(times), "failure": failures[0] if failures else "",
        "best_ms": round(min(times), 1) if times else None,
        "worst_ms": round(max(times), 1) if times else None,
    }  # fmt: skip


def missed(result):
    return bool(result["failure"]) or result["worst_ms"] > result["limit_ms"]


def worst_of(tables):
    """The rows of several chips as of one: the worst of each."""
    out = []
    for rows in zip(*tables, strict=True):
        row = max(rows, key=lambda r: (bool(r["failure"]), r["worst_ms"] or 0))
        best = [r["best_ms"] for r in rows if r["best_ms"] is not None]
        out.append({**row, "best_ms": min(best, default=None)})
    return out


def duty_errors(bits=13, least_ma=6000, most_ma=80000):
    """The pilot on every step of the timer: (steps, worst shortfall mA, worst excess mA).

    Each duty that the timer has is reached from the smallest current that leads to it; the
    vehicle's reading (IEC 61851-1 Table A.7, by its own formula) less the current that was asked
    for. Exact: whole numbers of 1/65536 mA, as the duty is a whole number of 1/65536.
    """
    _rows()
    from ballast.control.pilot.pilot import duty_u16

    low, high, seen = 0, -(10**9) * _WHOLE, set()
    for ma in range(least_ma, most_ma + 1):
        duty = duty_u16(ma, bits)
        seen.add(duty)
        percents = 100 * duty
        said = 600 * percents if percents <= 85 * _WHOLE else 2500 * (percents - 64 * _WHOLE)
        if percents >= 8 * _WHOLE:
            said = max(said, 6000 * _WHOLE)
        error = said - ma * _WHOLE
        low, high = min(low, error), max(high, error)
    return len(seen), low / _WHOLE, high / _WHOLE


def print_table(results):
    print(f"{'what':58}{'worst':>9}{'limit':>8}{'margin':>9}   (ms, at the pin or the contacts)")
    for r in results:
        worst = "-" if r["worst_ms"] is None else f"{r['worst_ms']:.1f}"
        margin = "-" if r["worst_ms"] is None else f"{r['limit_ms'] - r['worst_ms']:.1f}"
        note = "  MISSED " + r["failure"] if missed(r) else ""
        print(f"{r['text'][:57]:58}{worst:>9}{r['limit_ms']:>8}{margin:>9}{note}")


def main(args):
    phases = SHORT if args.short else args.phases
    if phases < 1 or args.jobs < 1:
        raise UserError("--phases and --jobs: at least 1")
    rows = [row for row in _rows() if args.rows in row[0]]
    if not rows:
        raise UserError(f"--rows {args.rows}: there are {', '.join(r[0] for r in _rows())}")
    on_chips = {}
    for chip in chips(args.chip):
        bar = Bar(f"Measuring on {chip}")
        on_chips[chip] = run(rows, phases, args.seed, args.jobs, bar, chip)
        bar.end()
        print(f"chip: {chip}")
        print_table(on_chips[chip])
    results = worst_of(on_chips.values())
    duty = []
    for bits in (10, 12, 13, 14, 16):
        steps, low, high = duty_errors(bits)
        portable = -duty_errors(bits, *PORTABLE_MA)[1]
        duty.append({"bits": bits, "steps": steps, "short_ma": round(-low),
                     "portable_short_ma": round(portable), "excess_ma": round(high, 3)})
        print(f"advertised current, PWM of {bits} bits: {steps} duties, at most {-low:.0f} mA less"
              f" (8 to 32 A: {portable:.0f}) and {max(0.0, high):.3f} mA more than the limit")  # fmt: skip
    print(f"{phases} phases per row, seed {args.seed}, on the bench; nothing ran on hardware")
    figures.write(args.json, {"phases": phases, "seed": args.seed, "rows": results, "duty": duty,
                              "chips": on_chips})  # fmt: skip
    bad = [f"{r['key']} ({chip})" for chip in on_chips for r in on_chips[chip] if missed(r)]
    bad += [d["bits"] for d in duty if d["excess_ma"] > 0]
    if bad:
        print("MISSED: " + ", ".join(str(key) for key in bad))
    return 1 if bad else 0
