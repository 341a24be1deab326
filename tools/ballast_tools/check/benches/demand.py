"""`ballast bench demand`: the demand limit on measured houses, and the grid operator's dimming.

For each house, limit, EV and its delay: kWh charged, quarter hours above the limit, pauses,
changes of the offer; beside them simpler controllers and what hindsight would have charged.
Then a whole charger that is dimmed to 4200 W. Exit 1 where a bar is missed.
"""

import argparse
from pathlib import Path

from ballast_bench import upy
from ballast_tools.check import measured
from ballast_tools.check.measured import SHAPER, SWITCHING, UCI
from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

upy.install()

from ballast_bench.sims import demand as demand_sim  # noqa: E402
from ballast_bench.sims import dimming as dim_sim  # noqa: E402
from ballast_bench.sims.balance import traces  # noqa: E402

LIMITS_W = (7000, 8400, 10000, 12000)
MOST_W = 100000  # control/setting_rows.py
DELAYS_S = (0.5, 2.0, 5.0)
PHASES = (1, 3)
HEAD = f"{'':14}{'charged':>12}{'share':>8}{'over':>6}{'worst':>11}{'pauses':>8}{'changes':>9}"
DIM_HEAD = (f"{'':26}{'delay':>7}{'before':>9}{'duty':>9}{'within':>9}{'obeyed':>9}"
            f"{'highest':>9}{'then':>9}")  # fmt: skip


def add_arguments(parser):
    parser.description = __doc__.split("\n\n")[1].replace("\n", " ")
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.add_argument("--traces", nargs="+", type=Path, metavar="CSV", default=None,
                        help="measured houses, one row a second or slower, currents in A or "
                        "powers in W; without it: those in ../shared/data, else a seeded house")
    parser.add_argument("--limits", nargs="+", type=int, metavar="W", default=None,
                        help="demand limits for --traces; without it: "
                        + ", ".join(map(str, LIMITS_W)))
    parser.add_argument("--short", action="store_true",
                        help="one EV delay (2 s), the first house, the first and the last limit")
    parser.add_argument("--tight", action="store_true",
                        help="instead: seeded houses with limits of 1.0, 1.1 and 1.35 times their "
                        "own highest quarter hour, which nobody can keep who does not foresee it")


def main(args):
    _check(args)
    if args.tight:
        houses = _tight(args.short)
    else:
        houses = _given(args) if args.traces else _usual(args.short)
    for house in houses:
        if not demand_sim.quarters(len(house.watts)):
            raise UserError(f"{house.name}: {len(house.watts)} s hold no whole quarter hour after "
                            "the one in which the clock is set; give 1200 s or more")  # fmt: skip
    delays = (2.0,) if args.short else DELAYS_S
    cells, missed = [], []
    for cell in _cells(houses, delays, args.short):
        cells += cell
        missed += _report(cell)
    total = _total(cells)
    print("\nNeither the quarter hour in which the clock is set counts, nor one that the house does not"
          "\nfill. over: quarters above the limit though the house alone stayed within it. Each but none"
          f"\nkeeps {demand_sim.MARGIN_PERMILLE / 10:g} % below the limit; hindsight does not. "
          "Bars: nothing over;"
          f"\nin all cells together no less energy than {demand_sim.MOMENTARY}.")  # fmt: skip
    missed += _tell("all cells", demand_sim.missed_in_all(total))
    dimmed, dim_missed = _dim(delays)
    missed += dim_missed
    figures.write(args.json, {"cells": cells, "total": total, "dimmed": dimmed, "missed": missed})
    print("\n" + (f"{len(missed)} bars missed" if missed else "all bars reached"))
    return 1 if missed else 0


def _check(args):
    if args.tight and (args.traces or args.limits):
        raise UserError("--tight goes without --traces and --limits: it has houses of its own")
    measured.check_limits(args, demand_sim.LEAST_W, MOST_W, "W", "demand limit")


def _given(args):
    limits = args.limits or LIMITS_W
    return measured.houses(
        args.traces, lambda file: demand_sim.of_case(traces.from_file(file, ()), limits)
    )


def _tight(short):
    """Eight hours of each, from another hour of the day on."""
    seeds = (0,) if short else (0, 1, 2)
    return [
        demand_sim.tight(demand_sim.of_case(
            traces.seeded(preset, seed, 8, (), (0,), (6 + 5 * seed) % 24), ()))
        for preset in traces.PRESETS for seed in seeds
    ]  # fmt: skip


def _usual(short):
    """Houses whose quarters stay within their limits alone, and do not with 32 A more."""
    of_case = demand_sim.of_case
    if not SHAPER.exists():
        print(f"{SHAPER.name} is not in ../shared/data: a seeded house only")
        return [of_case(traces.seeded("semi", 3, 3, (), (0,)), LIMITS_W)]
    houses = [of_case(traces.from_file(SHAPER, ()), (7000, 8400, 10000))]
    if short or not UCI.exists():
        return houses
    if SWITCHING.exists():
        case = traces.busiest(UCI, 3, (), SWITCHING, seed=1)
        houses.append(of_case(case, (7000, 9000, 11000)))
    houses.append(of_case(traces.busiest(UCI, 24, ()), (7000, 9000, 11000)))
    return houses


def _cells(houses, delays, short):
    """The rows of one house, limit, EV and delay at a time."""
    todo = [
        (house, limit, phases, delay)
        for house in houses
        for limit in dict.fromkeys(house.limits_w[:: max(1, len(house.limits_w) - 1)]
                                   if short else house.limits_w)
        for phases in PHASES
        for delay in delays
    ]
    bar = Bar("Quarter hours")
    for done, cell in enumerate(todo):
        bar.show(done, len(todo), f"{cell[0].name} {cell[1]} W")
        yield [demand_sim.replay(who, *cell) for who in demand_sim.CONTROLLERS]
    bar.end()


def _report(rows):
    """Print one cell; the bars that it misses, as texts."""
    first = rows[0]
    title = (f"{first['house']}   limit {first['limit_w']} W   EV on {_phases(first['phases'])}"
             f"   delay {first['ev_delay_s']:g} s")  # fmt: skip
    _print(title, {row["who"]: row for row in rows})
    return _tell(title, demand_sim.missed(rows))


def _total(cells):
    """Print what all cells come to; the figures."""
    found = {
        who: demand_sim.total([row for row in cells if row["who"] == who])
        for who in demand_sim.CONTROLLERS
    }
    _print(f"all {len(cells) // len(found)} cells", found)
    return found


def _print(title, rows):
    best = rows[demand_sim.BALLAST]["hindsight_kwh"]
    print(f"\n{title}\n{HEAD}")
    print(f"  {'hindsight':12}{best:8.2f} kWh{'100.0%' if best else '-':>8}")
    for who, row in rows.items():
        share = row["share_percent"]
        print(f"  {who:12}{row['kwh']:8.2f} kWh{'-' if share is None else f'{share:.1f}%':>8}"
              f"{row['over']:6d}{row['excess_w']:9.1f} W{row['pauses']:8d}"
              f"{row['changes_per_h']:7.0f}/h")  # fmt: skip


def _dim(delays):
    """Print the table of dimming; (its rows, the bars missed)."""
    print(f"\nDimmed to {dim_sim.POWER_W} W; seconds after the command\n{DIM_HEAD}")
    rows, missed = [], []
    for phases, meter, source_v in dim_sim.SITES:
        for delay in delays:
            row = dim_sim.dim(phases, delay, meter, source_v)
            rows.append(row)
            where = f"{_phases(phases)}, {source_v:g} V, " + (
                "no meter" if meter == "none" else meter)  # fmt: skip
            print(f"  {where:24}{delay:5g} s{row['before_w']:7.0f} W{_seconds(row['duty_s']):>9}"
                  f"{_seconds(row['advertised_s']):>9}{_seconds(row['obeyed_s']):>9}"
                  f"{row['highest_w']:7.0f} W{row['then_w']:7.0f} W")  # fmt: skip
            missed += _tell(f"{where}, delay {delay:g} s", dim_sim.missed(row))
    print("duty: the pilot says less; within: what it says, at the voltage of that moment, is no more"
          "\nthan the power; highest: later than two answers of the EV, its slew and 1 s")  # fmt: skip
    return rows, missed


def _tell(title, texts):
    for text in texts:
        print(f"  missed  {text}")
    return [f"{title}: {text}" for text in texts]


def _phases(phases):
    return "1 phase" if phases == 1 else f"{phases} phases"


def _seconds(s):
    return "never" if s is None else f"{s:.2f} s"
