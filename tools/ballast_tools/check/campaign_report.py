"""What a campaign says in the end: on the terminal, in report.json and report.html, and as stories."""

import json

from ballast_bench.campaign import axes, disturbances, draw, rows, run, totals, work, world
from ballast_tools.check import campaign_html
from ballast_tools.shell.commands import PROGRAM

_SHOWN = ("kind", "board", "market", "house", "meter", "meter_state", "radio", "car", "disturbances")


def summarise(store, counts, about):
    """The report as data: plain numbers, texts, lists and dicts."""
    some_rows = store.rows()
    total = totals.of(some_rows)
    return {
        "about": about,
        "runs": {"wanted": counts, "done": {k: sum(r["kind"] == k for r in some_rows) for k in counts}},
        "simulated_h": round(total.hours, 3),
        "events": {
            "all kinds": _events(some_rows),
            **{kind: _events([r for r in some_rows if r["kind"] == kind]) for kind in counts},
        },
        "strata": {
            axis: {value: _line(one) for value, one in found.items()}
            for axis, found in totals.strata(some_rows).items()
        },
        "cost": costs(store.costs()),
    }


def _events(some_rows):
    return {
        name: {"runs": event.runs, "hours": round(event.hours, 3), "in_runs": event.hit,
               "times": event.times, "upper_share": event.upper_share,
               "upper_per_1000_h": event.upper_per_1000_h}
        for name, event in totals.of(some_rows).events.items() if event.runs
    }  # fmt: skip


def _line(total):
    """One stratum: the figures under campaign_html.HEAD."""
    sums = total.sums
    return {
        "runs": total.runs, "hours": round(total.hours, 2), "broken": total.events["broken"].hit,
        "trips": int(sums["trips"]), "overload s": round(sums["overload_s"], 1),
        "nuisance": int(sums["nuisance_stops"]), "closings": int(sums["closings"]),
        "short": int(sums["short_charges"]), "lost kWh": round(sums["lost_kwh"], 2),
    }  # fmt: skip


def _million(kind, cpu_s, seconds):
    """A million runs of the kind's own length, from shorter ones where --seconds made them shorter."""
    length = seconds if kind == "faults" else float(axes.KINDS[kind].seconds)
    scaled = cpu_s * length / seconds if seconds else cpu_s
    return {"million_of_s": round(length, 1), "million_core_h": round(scaled * 1e6 / 3600.0, 1)}


def costs(some_costs):
    """{kind: measured and extrapolated cost}."""
    found = {}
    for kind in axes.KINDS:
        mine = [cost for cost in some_costs if cost["kind"] == kind]
        if mine:
            cpu_s = sum(cost["cpu_s"] for cost in mine) / len(mine)
            seconds = sum(cost["simulated_s"] or 0.0 for cost in mine) / len(mine)
            found[kind] = {
                "runs": len(mine), "cpu_s": round(cpu_s, 4), "simulated_s": round(seconds, 1),
                "simulated_s_per_cpu_s": round(seconds / cpu_s, 1) if cpu_s else None,
                **_million(kind, cpu_s, seconds),
            }  # fmt: skip
    return found


# -- on the terminal -------------------------------------------------------------------------


def show(report):
    """Print the report, short."""
    for name, one in report["events"]["all kinds"].items():
        print(f"  {bound(one):58} {totals.EVENTS[name]}")
    for axis in _SHOWN:
        if axis in report["strata"]:
            _table(axis, report["strata"][axis])
    print("", *cost_lines(report), sep="\n")


def bound(one):
    """"0 in 200 runs: at most 1.5 % of runs, 2.1 in 1000 h"."""
    rate = one["upper_per_1000_h"]
    rate = f", {rate:.3g} in 1000 h" if rate is not None else ""
    return f"{one['in_runs']} in {one['runs']} runs: at most {100 * one['upper_share']:.3g} %{rate}"


def _table(axis, strata):
    print()
    print(f"{axis:22}" + "".join(f"{head:>11}" for head in campaign_html.HEAD))
    for value, line in strata.items():
        print(f"{value[:22]:22}" + "".join(f"{line[head]:>11}" for head in campaign_html.HEAD))


def cost_lines(report):
    """What each kind has cost, and what a million runs of it would."""
    for kind, cost in report["cost"].items():
        yield (f"{kind}: {cost['cpu_s']:.3g} s of processor time for a run of {cost['simulated_s']:.0f} s "
               f"({cost['runs']} runs, {report['about']['measured_on']}); "
               f"a million of {cost['million_of_s']:.0f} s would take "
               f"{cost['million_core_h']:,.0f} core hours")  # fmt: skip


# -- files -----------------------------------------------------------------------------------


def write(folder, report):
    """report.json and report.html; returns a text that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "report.json", folder / "report.html"
    paths[0].write_text(json.dumps(report, indent=1) + "\n")
    paths[1].write_text(campaign_html.page(report, cost_lines(report)))
    return f"{paths[0]} and {paths[1]}"


def write_worst(folder, some_rows, most, seconds):
    """The worst runs of each figure as stories; returns a text that says how many and where."""
    folder.mkdir(parents=True, exist_ok=True)
    worst = totals.worst(some_rows, most)
    for (kind, number), (why, row) in sorted(worst.items()):
        drawn = draw.draw(row["seed"], kind, number, seconds)
        path = folder / f"{kind}-{row['seed']}-{number}.story"
        again = (f"{PROGRAM} campaign --replay {path.name} shows these figures, "
                 f"{PROGRAM} play {path.name} --html report.html the course")  # fmt: skip
        notes = [*why, *([row["broken"]] if row["broken"] else []), again]
        path.write_text(world.until_broken(drawn, row).text(notes))
    return f"{len(worst)} stories into {folder}" + _write_thin(folder, some_rows, most)


def _write_thin(folder, some_rows, most):
    """Broken runs of thin hardware are no stories: they are JSON, which --replay takes."""
    broken = sorted((r for r in some_rows if r["kind"] == "faults" and r["broken"]), key=rows.name_of)
    for row in broken[:most]:
        path = folder / f"faults-{row['seed']}-{row['number']}.json"
        path.write_text(json.dumps(run.nth(row["seed"], row["number"])) + "\n")
    return f", and {min(most, len(broken))} broken runs of thin hardware as JSON" if broken else ""


def list_axes():
    """What --list prints: kinds, axes with their choices and shares, disturbances."""
    for name, kind in axes.KINDS.items():
        there = "" if name in axes.kinds() else " (not on this bench)"
        yield f"{name:10} {kind.count:6} runs of {kind.seconds:6} s: {kind.about}{there}"
    for axis in axes.AXES:
        found = [f"{c.name} ({c.share:g})" for c in axes.choices(axis)]
        yield f"axis {axis}: {', '.join(dict.fromkeys(found)) or 'none on this bench'}"
    yield f"axis car: {', '.join(f'{car.name} ({car.share:g})' for car in axes.cars())}"
    for row in disturbances.ROWS:
        if row.known():
            args = " ".join(f"{name}={value}" for name, value in row.args.items())
            back = "ends by itself" if row.back is None else f"for {row.hold_s} s"
            yield f"disturbance {row.verb} {args} {back} ({row.share:g})"
    for verb, why in {**disturbances.PLACED, **disturbances.LEFT_OUT}.items():
        yield f"verb {verb}: {why}"


def write_rows(path, cost_path, store):
    """The rows, sorted, and what each run cost, which is no part of a row; returns a text that names them."""
    rows.write(path, store.rows())
    rows.write(cost_path, store.costs(), work.COST_COLUMNS)
    return f"{path} and {cost_path}"
