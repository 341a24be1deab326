"""`ballast bench balance`: the balancer against other charging controllers, on one plant.

For each house, supply, EV delay and meter latency: energy as a share of what a
clairvoyant would have charged, seconds of overload, the longest of them, pauses,
changes of the offer. Ballast runs its firmware's own modules. Exit 1 when a bar
is missed.
"""

import argparse
import os
from pathlib import Path

from ballast_bench import upy
from ballast_tools.check import measured, workers
from ballast_tools.check.measured import SHAPER, SWITCHING, UCI
from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

upy.install()

from ballast_bench.sims.balance import frontier, scores, traces  # noqa: E402
from ballast_bench.sims.balance.rivals import RIVALS  # noqa: E402

LIMITS_A = (21.7, 34.8, 36.5, 43.5)
DELAYS_S = (0.5, 2.0, 5.0)
LATENCIES_S = (0.3, 3.0)
CONTROLLERS = (scores.STATIC, *RIVALS, scores.LAGGED, scores.BALLAST)
FRONTIER_BARS = ("longest <= EV delay + 1 s", "at most half of the best rival's overload")
HEAD = f"{'':14}{'energy':>8}{'overload':>10}{'longest':>9}{'pauses':>8}{'changes':>9}"


def add_arguments(parser):
    parser.description = __doc__.split("\n\n")[1].replace("\n", " ")
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.add_argument("--traces", nargs="+", type=Path, metavar="CSV", default=None,
                        help="measured houses, one row a second or slower, currents in A or "
                        "powers in W; without it: those in ../shared/data and seeded houses")
    parser.add_argument("--limits", nargs="+", type=float, metavar="A", default=None,
                        help="supply limits for --traces")
    parser.add_argument("--hours", type=float, default=24.0, help="at most so much of a trace")
    parser.add_argument("--short", action="store_true",
                        help="one EV delay (2 s), one latency (0.3 s), fewer houses")
    parser.add_argument("--frontier", action="store_true",
                        help="instead: what a controller that knows the house exactly, only "
                        "late, reaches with each margin")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="draw PNGs into this folder")


def main(args):
    _check(args)
    cases = _given(args) if args.traces else _usual(args.short)
    delays = (2.0,) if args.short else DELAYS_S
    latencies = (0.3,) if args.short else LATENCIES_S
    cells = [(c, limit, d, m) for c in cases for limit in c.limits_a for d in delays for m in latencies]
    if args.frontier:
        return _frontier(args, cells)
    rows = _run([(name, *cell) for cell in cells for name in CONTROLLERS], args.jobs)
    steps = {
        (d, m, n): scores.step_row(n, d, m) | scores.frozen_row(n, d, m)
        for d in delays
        for m in latencies
        for n in (*RIVALS, scores.BALLAST)
    }
    missed = _report(rows, steps)
    figures.write(args.json, {"cells": rows, "steps": list(steps.values()), "missed": missed})
    if args.plot:
        from ballast_tools.check import plot_balance

        for file in plot_balance.draw(args.plot, cases[0], rows):
            print(f"drew {file}")
    return 1 if missed else 0


def _check(args):
    measured.check_limits(args, 6, 125, "A", "supply of a house")
    if args.hours <= 0:
        raise UserError(f"--hours: {args.hours:g} is not a time")
    if args.jobs is not None and args.jobs < 1:
        raise UserError(f"--jobs: {args.jobs} processes cannot run anything")
    if args.plot:
        args.plot.mkdir(parents=True, exist_ok=True)


def _given(args):
    limits = args.limits or LIMITS_A
    return measured.houses(args.traces, lambda file: traces.from_file(file, limits, hours=args.hours))


def _usual(short):
    cases = []
    if SHAPER.exists():
        cases.append(traces.from_file(SHAPER, LIMITS_A))
    else:
        print(f"{SHAPER.name} is not in ../shared/data: seeded houses only")
    if short and cases:
        return cases
    if UCI.exists() and SWITCHING.exists():
        cases.append(traces.busiest(UCI, 3, (34.8,), SWITCHING, seed=1))
    cases.append(traces.seeded("semi", 3, 3, (34.8,), (0,)))
    cases.append(traces.seeded("detached", 1, 3, (25.0,), (0, 1, 2)))
    cases.append(traces.seeded("detached", 2, 3, (25.0,), (1,)))
    return cases


def _frontier(args, cells):
    """Print what each margin gives in each cell; always 0: there is nothing to be reached."""
    names = (*scores.BEST_OF, scores.BALLAST)
    rows = _run([(*cell, margin) for cell in cells for margin in frontier.MARGINS_A],
                args.jobs, _reference)  # fmt: skip
    others = _cells(_run([(name, *cell) for cell in cells for name in names], args.jobs))
    met = dict.fromkeys(FRONTIER_BARS, (0, 0))
    for key, cell in _cells(rows).items():
        found = _frontier_cell(cell, others[key])
        met = {bar: tuple(map(sum, zip(met[bar], found[bar], strict=True))) for bar in met}
    print()
    for bar, (reference, own) in met.items():
        print(f"98 % of the energy and {bar}: the reference with the best margin in {reference},"
              f" {scores.BALLAST} in {own} of {len(cells)} cells")  # fmt: skip
    figures.write(args.json, {"frontier": rows, "met": met})
    return 0


def _frontier_cell(cell, others):
    """Print one cell; {bar of FRONTIER_BARS: (reference has it with the energy, Ballast has)}."""
    first = cell[0]
    own = next(r for r in others if r["who"] == scores.BALLAST)
    half_s = scores.best_rival(others)["overload_s"] / 2
    longest_s = first["ev_delay_s"] + 1
    print(_title(first) + "\n  margin  energy  overload  longest")
    for name, r in [*((f"{r['margin_a']:4g} A", r) for r in cell), (scores.BALLAST, own)]:
        print(f"{name:>8}{r['energy_percent']:7.1f}%{r['overload_s']:9.0f}s{r['longest_s']:8.1f}s")
    rich, calm, short = frontier.judge(cell)
    print("  98 % of the energy: " + ("never" if rich is None else (
        f"longest {rich['longest_s']:g} s, overload {calm['overload_s']:.0f} s at least"
        f" (half of the best rival's: {half_s:.0f} s)")))  # fmt: skip
    print(f"  longest <= {longest_s:g} s: " + (
        "never" if short is None else f"energy {short['energy_percent']:.1f} %"))  # fmt: skip
    reached = []
    for rich, calm, _ in (frontier.judge(cell), frontier.judge([own])):
        reached.append((rich is not None and rich["longest_s"] <= longest_s,
                        calm is not None and calm["overload_s"] <= half_s))  # fmt: skip
    return dict(zip(FRONTIER_BARS, zip(*reached, strict=True), strict=True))


def _reference(job):
    return frontier.row(*job)


def _one(job):
    return scores.row(*job)


def _run(jobs, processes, work=_one):
    """The rows of all jobs, in their order."""
    bar = Bar("Balancing")
    rows = []
    with workers.pool(processes, nice=0) as pool:
        for row in pool.imap(work, jobs):
            rows.append(row)
            bar.show(len(rows), len(jobs), f"{row['trace']} {row['limit_a']:g} A")
    bar.end()
    return rows


def _cells(rows):
    """Rows by (trace, limit, delay, latency), in order."""
    cells = {}
    for row in rows:
        key = row["trace"], row["limit_a"], row["ev_delay_s"], row["latency_s"]
        cells.setdefault(key, []).append(row)
    return cells


def _report(rows, steps):
    """Print the tables; the list of missed bars as texts."""
    missed = []
    kept = 0
    for (trace, limit, delay, latency), cell in _cells(rows).items():
        own = next(r for r in cell if r["who"] == scores.BALLAST)
        rivals = [r for r in cell if r["who"] != scores.BALLAST]
        print(_title(own))
        print(HEAD)
        for row in cell:
            print(_line(row))
        print(_ratio(own, rivals))
        found = scores.bars(own, rivals, steps[delay, latency, scores.BALLAST])
        kept += 8 - len(found)
        for name, wanted, got in found:
            text = f"{name}: {_number(got)} where {_number(wanted)} was to be reached"
            print(f"  missed  {text}")
            missed.append(f"{trace}, {limit:g} A, delay {delay:g} s, latency {latency:g} s: {text}")
    _report_steps(steps)
    print(f"\n{scores.LAGGED}: no controller, but the reference for all that cannot foresee: it knows the"
          "\nhouse exactly, as late as the meter, and keeps 0.5 A free.")
    print(f"\n{kept} bars reached, {len(missed)} missed")
    return missed


def _title(row):
    return (
        f"\n{row['trace']}   limit {row['limit_a']:g} A   EV delay {row['ev_delay_s']:g} s"
        f"   latency {row['latency_s']:g} s"
    )


def _number(x):
    return "never" if x is None else f"{x:.4g}"


def _line(row):
    return (
        f"  {row['who']:12}{row['energy_percent']:7.1f}%{row['overload_s']:9.0f}s"
        f"{row['longest_s']:8.1f}s{row['pauses']:8d}{row['changes_per_h']:7.0f}/h"
    )


def _ratio(own, rivals):
    best = scores.best_rival(rivals)
    if best["overload_s"] == 0:
        return f"  {best['who']} has no overload here either"
    share = own["overload_s"] / best["overload_s"]
    return f"  overload {share:.2f} of the best rival's ({best['who']})"


def _report_steps(steps):
    print("\nA house step 5, 12, 5 A under 25 A; and a meter that freezes when 10 A become free")
    print(f"{'':14}{'delay':>7}{'latency':>9}{'undershoot':>12}{'back in':>9}"
          f"{'wind-up':>9}{'stopped':>9}")
    for (delay, latency, name), row in steps.items():
        back, stop = row["recovery_s"], row["stopped_s"]
        print(f"  {name:12}{delay:6g}s{latency:8g}s{row['undershoot_a']:10.1f} A"
              f"{'never' if back is None else f'{back:.1f}s':>9}{row['wind_up_a']:7.1f} A"
              f"{'never' if stop is None else f'{stop:.0f}s':>9}")
