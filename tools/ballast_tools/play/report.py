"""The report of a run: report.json for programs, report.html for people, lines for the terminal."""

import json

from ballast_bench.record.files import clock
from ballast_tools.play import report_page

STEP_MS = 20


def summarise(world, pilot_changes, duration_s, args):
    """The figures as a dict; units in the names. None where nothing is known."""
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
        "breaker_trip": trip(plant.breaker, plant.house),
        "breaker_tripped_by_house": bool(plant.house_breaker.tripped),
        "house_breaker_trip": trip(plant.house_breaker, plant.house),
        "breaker_thermal_max": round(plant.breaker.peak_state, 3),
        "house_breaker_thermal_max": round(plant.house_breaker.peak_state, 3),
        "pauses": cp.pauses,
        "shortest_charge_s": None if shortest == float("inf") else round(shortest, 1),
        "contactor_closings": node.cycle.contactor.closings,
        "pilot_changes_per_h": round(pilot_changes / hours, 2),
        "meter_delay_ms": node.cycle.site.meter.delay_ms,
        "duration_s": round(duration_s, 1),
        "step_ms": STEP_MS,
        "seed": args.seed,
        "limit_a": args.limit,
        "ev_delay_s": args.ev_delay,
        "ev_phases": min(args.ev_phases, cp.phases),
        "meter": args.meter,
        "loss": args.loss,
    }


def trip(breaker, house):
    """When, where and why a breaker tripped first: {second, time_of_day, phase, cause}, or None."""
    if not breaker.tripped:
        return None
    second = round(breaker.tripped_s, 2)
    return {
        "second": second,
        "time_of_day": clock(house.start_of_day_s + second)[:8],
        "phase": f"L{breaker.pole + 1}",
        "cause": breaker.cause,
    }


def took(summary, wall_s):
    """Add what the run has cost: seconds of the clock on the wall, simulated seconds in each."""
    summary["wall_s"] = round(wall_s, 1)
    summary["simulated_s_per_s"] = round(summary["duration_s"] / max(wall_s, 1e-6), 1)


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
    state = "would trip" if s["breaker_tripped"] else "holds"
    print(f"  breaker     {state}, warmest at {100 * s['breaker_thermal_max']:.0f} % of a trip")
    for key, who in (("breaker_trip", "house and car"), ("house_breaker_trip", "the house alone")):
        if s[key] is not None:
            print(f"              {who}: first trip {report_page.trip_words(s[key])}")
    shortest = "-" if s["shortest_charge_s"] is None else f"{s['shortest_charge_s']:.0f} s"
    print(f"  pauses      {s['pauses']}, shortest charge {shortest}")
    print(f"  pilot       {s['pilot_changes_per_h']:.1f} changes an hour")
    print(
        f"  speed       {s['duration_s'] / 3600:.1f} h at {s['step_ms']} ms in {s['wall_s']:.0f} s: "
        f"{s['simulated_s_per_s']:.0f} simulated seconds per second; seed {s['seed']}"
    )


def write(out, summary, recording, title, limit_a, notes=()):
    """Write both files into `out`, each whole or not at all; returns their paths."""
    page = report_page.html_page(summary, recording, title, limit_a, notes)
    done = []
    for name, text in (
        ("report.json", json.dumps(summary, indent=2, sort_keys=True) + "\n"),
        ("report.html", page),
    ):
        temporary = out / (name + ".part")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(out / name)
        done.append(out / name)
    return done
