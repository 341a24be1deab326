"""`ballast bench solar`: the solar modes on measured days.

For each day: kWh charged from the roof and from the grid, starts, changes of the
offer; beside them a re-stated solar divert and what hindsight would have done.
Exit 1 where solar only starts more often, imports more, or uses less sun than it.
"""

import argparse
from pathlib import Path

from ballast_bench import upy
from ballast_tools.check.measured import SOLAR
from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError

upy.install()

from ballast_bench.sims import solar as solar_sim  # noqa: E402

HEAD = f"{'':18}{'roof':>8}{'share':>8}{'grid':>8}{'starts':>8}{'changes':>9}"


def add_arguments(parser):
    parser.description = __doc__.split("\n\n")[1].replace("\n", " ")
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.add_argument("--traces", type=Path, metavar="CSV", default=SOLAR,
                        help="columns series, timestamp, solar_w, grid_import_w; a row a minute")
    parser.add_argument("--short", action="store_true", help="the same: all days take seconds")


def main(args):
    if not args.traces.is_file():
        raise UserError(f"{args.traces}: no such file; give measured days with --traces")
    try:
        days = solar_sim.days(args.traces)
    except ValueError as error:
        raise UserError(str(error)) from None
    found = {name: _day(name, surpluses) for name, surpluses in days}
    total = {who: _sum(found, who) for who in solar_sim.CONTROLLERS}
    _print(f"all {len(days)} days", total)
    figures.write(args.json, {"days": found, "total": total})
    return 1 if _worse(total["solar only"], total["divert"]) else 0


def _day(name, surpluses):
    rows = {
        who: solar_sim.replay(make(), surpluses) for who, make in solar_sim.CONTROLLERS.items()
    }
    _print(name, rows)
    return rows


def _sum(found, who):
    rows = [day[who] for day in found.values()]
    return {key: sum(row[key] for row in rows) for key in rows[0]}


def _print(name, rows):
    best = rows["hindsight"]["roof_kwh"]
    print(f"\n{name}\n{HEAD}")
    for who, row in rows.items():
        share = f"{100 * row['roof_kwh'] / best:.0f}%" if best else "-"
        print(f"  {who:16}{row['roof_kwh']:8.2f}{share:>8}{row['grid_kwh']:8.2f}"
              f"{row['starts']:8d}{row['changes']:9d}")


def _worse(own, rival):
    """Print where `own` is behind; True if anywhere."""
    behind = [
        f"{key} {own[key]:.3g} against {rival[key]:.3g}"
        for key, less_is_better in (("roof_kwh", False), ("grid_kwh", True), ("starts", True))
        if (own[key] > rival[key] if less_is_better else own[key] < rival[key])
    ]
    print("\nsolar only against divert: " + ("; ".join(behind) if behind else "ahead in all"))
    return bool(behind)
