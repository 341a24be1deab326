"""The report of a run: report.json for programs, report.html for people."""

import html
import io
import json

STEP_MS = 20


def summarise(world, recorder, duration_s, args):
    """The figures as a dict; units in the names. None where there is nothing to tell."""
    plant, node = world.plant, world.nodes[0]
    account, cp = plant.account, plant.chargers[0]
    hours = duration_s / 3600
    shortest = cp.shortest_draw_s
    return {
        "energy_kwh": round(account.energy_kwh, 3),
        "clairvoyant_kwh": _round(account.clairvoyant_kwh, 3),
        "clairvoyant_pct": _round(account.clairvoyant_pct, 2),
        "ev_overload_s": round(account.overload_s, 2),
        "ev_overload_longest_s": round(account.overload_longest_s, 2),
        "ev_overload_a2s": round(account.overload_a2s, 1),
        "ev_overload_peak_a": round(account.overload_peak_a, 2),
        "breaker_tripped": bool(plant.breaker.tripped),
        "breaker_tripped_by_house": bool(plant.house_breaker.tripped),
        "breaker_thermal_max": round(plant.breaker.peak_state, 3),
        "pauses": cp.pauses,
        "shortest_charge_s": None if shortest == float("inf") else round(shortest, 1),
        "contactor_closings": node.cycle.contactor.closings,
        "pilot_changes_per_h": round(recorder.pilot_changes / hours, 2),
        "meter_delay_ms": node.cycle.site.meter.delay_ms,
        "duration_s": round(duration_s, 1),
        "step_ms": STEP_MS,
        "seed": args.seed,
        "limit_a": args.limit,
        "ev_delay_s": args.ev_delay,
        "ev_phases": args.ev_phases,
        "meter": args.meter,
        "loss": args.loss,
    }


def _round(value, digits):
    return None if value is None else round(value, digits)


def show(s, notes):
    """The summary on the terminal."""
    for note in notes:
        print(f"  note: {note}")
    share = "" if s["clairvoyant_pct"] is None else f", {s['clairvoyant_pct']:.1f} % of a clairvoyant"
    print(f"  energy      {s['energy_kwh']:.2f} kWh{share}")
    print(
        f"  overload    {s['ev_overload_s']:.1f} s by the car, longest {s['ev_overload_longest_s']:.1f} s, "
        f"{s['ev_overload_a2s']:.0f} A2s, peak +{s['ev_overload_peak_a']:.1f} A"
    )
    tripped = "TRIPPED" if s["breaker_tripped"] else "held"
    if s["breaker_tripped_by_house"]:
        tripped = "would trip from the house alone"
    print(f"  breaker     {tripped}, warmest at {100 * s['breaker_thermal_max']:.0f} % of a trip")
    shortest = "-" if s["shortest_charge_s"] is None else f"{s['shortest_charge_s']:.0f} s"
    print(f"  pauses      {s['pauses']}, shortest charge {shortest}")
    print(f"  pilot       {s['pilot_changes_per_h']:.1f} changes an hour")
    print(f"  {s['duration_s'] / 3600:.1f} h at {s['step_ms']} ms in {s['wall_s']:.0f} s, seed {s['seed']}")


def write(out, summary, recorder, title, limit_a):
    """Write both files into `out`, each whole or not at all; returns their paths."""
    page = html_page(summary, recorder, title, limit_a)
    done = []
    for name, text in (
        ("report.json", json.dumps(summary, indent=2, sort_keys=True) + "\n"),
        ("report.html", page),
    ):
        temporary = out / (name + ".part")
        temporary.write_text(text)
        temporary.replace(out / name)
        done.append(out / name)
    return done


def html_page(summary, recorder, title, limit_a):
    """One self-contained page: figures and plots."""
    rows = "".join(
        f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(value))}</td></tr>"
        for key, value in summary.items()
    )
    hours = summary["duration_s"] / 3600
    plots = [plot(recorder, limit_a, 0, len(recorder.rows["mains_a"]), f"the whole run, {hours:.1f} h")]
    worst = busiest(recorder)
    if worst is not None and len(recorder.rows["mains_a"]) > 1800:
        plots.append(plot(recorder, limit_a, *worst, "its liveliest ten minutes"))
    return (
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Ballast: {html.escape(title)}</title><style>"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
        "color:#1c2430}h1{font-size:1.4rem}svg{width:100%;height:auto}table{border-collapse:"
        "collapse}th,td{text-align:left;padding:.15rem 1rem .15rem 0;font-weight:normal}"
        "td{font-variant-numeric:tabular-nums}</style>"
        f"<h1>{html.escape(title)}, {limit_a:g} A</h1><p>{sentence(summary)}</p>"
        + "".join(plots)
        + f"<table>{rows}</table>"
    )


def sentence(s):
    """The run in one sentence."""
    best = s["clairvoyant_pct"]
    share = "" if best is None else f" ({best:.1f} % of what a clairvoyant could)"
    return (
        f"The car got {s['energy_kwh']:.2f} kWh{share}; because of it the fuse carried too much for "
        f"{s['ev_overload_s']:.1f} s in all and {s['ev_overload_longest_s']:.1f} s at a stretch, "
        f"with {s['pauses']} pauses and {s['pilot_changes_per_h']:.1f} pilot changes an hour."
    )


def busiest(recorder):
    """(first, last) second of the ten minutes in which the house moves most."""
    house = recorder.rows["house_a"]
    if len(house) < 1200:
        return None
    best, best_sum, running = 0, -1.0, 0.0
    steps = [abs(house[i] - house[i - 1]) for i in range(1, len(house))]
    for i, step in enumerate(steps):
        running += step
        if i >= 600:
            running -= steps[i - 600]
        if i >= 599 and running > best_sum:
            best, best_sum = i - 599, running
    return best, best + 600


def plot(recorder, limit_a, first, last, title):
    """SVG of the currents between two seconds: house, car stacked on it, offer, fuse."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "ballast"  # the same run gives the same file
    from matplotlib import pyplot

    bucket = max(1, (last - first) // 2400)
    pick = [recorder.rows[name][first:last] for name in ("house_a", "mains_a", "offered_a")]
    house, mains, offered = ([max(col[i : i + bucket]) for i in range(0, len(col), bucket)] for col in pick)
    unit, label = (3600, "hours") if last - first > 3600 else (60, "minutes")
    t = [i * bucket / unit for i in range(len(house))]
    figure, axes = pyplot.subplots(figsize=(11, 3.6))
    axes.fill_between(t, house, color="#8fa3b8", linewidth=0, label="house")
    axes.fill_between(t, house, mains, color="#2f9e6e", linewidth=0, alpha=0.75, label="car")
    axes.plot(t, offered, color="#1c2430", linewidth=0.8, label="offered to the car")
    axes.axhline(limit_a, color="#c0392b", linewidth=1.2, label=f"fuse {limit_a:g} A")
    axes.set_xlim(0, t[-1] if t[-1] else 1)
    axes.set_ylim(bottom=min(0.0, *house))
    axes.set_xlabel(label)
    axes.set_ylabel("A")
    axes.set_title(title, loc="left", fontsize=10)
    axes.legend(loc="upper right", fontsize=8, ncols=4, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
