"""report.html: the run in words, plots and a table; one file, for a phone and for the dark too."""

import html

from ballast_tools.play import report_plot

STYLE = """
:root{color-scheme:light dark;--bg:#ffffff;--ink:#1c2430;--soft:#5a6675;--line:#dfe4ea;
--house:#8fa3b8;--car:#2f9e6e;--offer:#1c2430;--limit:#c0392b;--bad:#b3261e;--good:#1e7a4f}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--ink:#e6eaf0;--soft:#a3afbd;--line:#2c3440;
--house:#5f7388;--car:#3dbb85;--offer:#e6eaf0;--limit:#ff7b6b;--bad:#ff8a80;--good:#6fdca6}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1.5rem 1rem 3rem;
background:var(--bg);color:var(--ink)}
h1{font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{max-width:46rem}
figure{margin:1rem 0}figcaption{font-weight:600}
svg{display:block;width:100%;height:auto}
.narrow{display:none}
ul{padding-left:1.2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.45rem 1rem .45rem 0;font-weight:normal;vertical-align:top;
border-top:1px solid var(--line)}
td.value{font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
td.about{color:var(--soft)}
.bad{color:var(--bad)}.good{color:var(--good)}
@media(max-width:42rem){
.wide{display:none}.narrow{display:block}
tr{display:grid;grid-template-columns:1fr auto;border-top:1px solid var(--line);padding:.4rem 0}
th,td{border:0;padding:0}
td.about{grid-column:1/3;font-size:.9rem}
}
"""

CAUSES = {"thermal": "by heat (the bimetal)", "magnetic": "by the magnetic release"}


def _number(digits, unit):
    return lambda v: f"{v:.{digits}f}{unit}"


def _yes_no(value):
    return "yes" if value else "no"


def trip_words(trip):
    """'at 18:15:03 (second 2703), on L1, by heat (the bimetal)'."""
    return (
        f"at {trip['time_of_day']} (second {trip['second']:.0f}), on {trip['phase']}, "
        f"{CAUSES[trip['cause']]}"
    )


def _trip(value):
    return f"{value['time_of_day']}, {value['phase']}, {value['cause']}"


def _delay(value):
    """Seconds, or the pair that each answer is drawn between."""
    if isinstance(value, (int, float)):
        return f"{value:.1f} s"
    return f"{value[0]:.1f} to {value[1]:.1f} s"


KWH, PERCENT, SECONDS, AMPS = _number(2, " kWh"), _number(1, " %"), _number(1, " s"), _number(1, " A")


def _share(value):
    return f"{100 * value:.0f} %"


WORDS = {
    "What the car got": {
        "energy_kwh": ("Energy to the car", KWH, "Measured at the charger, over the whole run."),
        "clairvoyant_kwh": ("Best possible energy", KWH,
            "What a charger could give that knows the house in advance and never exceeds the limit."),
        "clairvoyant_pct": ("Share of the best possible", PERCENT, "The first figure over the second."),
        "pauses": ("Pauses", str, "How often a charge ended although the car wanted more."),
        "shortest_charge_s": ("Shortest charge", SECONDS,
            "From the beginning of a current to its end; short ones wear the contactor."),
        "contactor_closings": ("Closings of the contactor", str, "A contactor has a limited number of them."),
        "pilot_changes_per_h": ("Changes of the offer", _number(1, " an hour"),
            "How often the pilot offers another current while the car charges."),
    },
    "What the main breaker had to carry": {
        "ev_overload_s": ("Overload because of the car", SECONDS,
            "Time above the limit while the house alone was below it."),
        "ev_overload_longest_s": ("Longest overload", SECONDS, "The longest of them without a break."),
        "ev_overload_peak_a": ("Largest overload", AMPS, "Most current above the limit, because of the car."),
        "ev_overload_a2s": ("Heat of the overloads", _number(0, " A²s"),
            "Current squared above the limit squared, times the time: what warms the cable."),
        "breaker_tripped": ("Breaker trips with house and car", _yes_no,
            "The replay goes on after a trip, so that the rest can be seen."),
        "breaker_trip": ("First trip with house and car", _trip, "Time of day, phase and release."),
        "breaker_tripped_by_house": ("Breaker trips with the house alone", _yes_no,
            "If yes, the recorded house is too much for this breaker without any car."),
        "house_breaker_trip": ("First trip with the house alone", _trip, "Time of day, phase and release."),
        "breaker_thermal_max": ("Hottest moment of the breaker", _share,
            "Heat of its bimetal; 100 % is a trip."),
        "house_breaker_thermal_max": ("The same with the house alone", _share,
            "Heat of the bimetal without any car."),
    },
    "How it was run": {
        "duration_s": ("Simulated time", lambda v: f"{v / 3600:.2f} h", "From power-on to the end."),
        "step_ms": ("Step", _number(0, " ms"), "House, car and charger are computed once in each step."),
        "wall_s": ("Time it took", SECONDS, "On the machine that ran it."),
        "simulated_s_per_s": ("Speed", _number(0, " times real time"), "Simulated seconds per second."),
        "limit_a": ("Main fuse", _number(0, " A"), "Limit for each phase."),
        "meter": ("Meter", str, "What tells the charger the current of the house."),
        "meter_delay_ms": ("Delay of the meter", _number(0, " ms"),
            "From a change of the car's current to the reading that shows it, measured by the charger."),
        "loss": ("Radio frames lost", lambda v: f"{100 * v:g} %", "Of the clamp's radio."),
        "ev_phases": ("Phases of the car", str, "How many phases the car draws from."),
        "ev_delay_s": ("Delay of the car", _delay, "From a new offer to the car's answer."),
        "seed": ("Seed", str, "The same seed and options give the same run."),
    },
}  # fmt: skip
"""Section: {key of the summary: (label, value to text, one sentence)}."""


def html_page(summary, recording, title, limit_a, notes=()):
    """One self-contained page."""
    body = [f"<h1>{html.escape(title)}, {limit_a:g} A</h1>", f"<p>{html.escape(sentence(summary))}</p>"]
    body += [f"<p>{line}</p>" for line in breaker_sentences(summary)]
    body += plots(summary, recording, limit_a)
    if notes:
        items = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
        body.append(f"<h2>About the trace</h2><ul>{items}</ul>")
    for section, rows in sections(summary):
        body.append(f"<h2>{html.escape(section)}</h2><table>{''.join(map(_row, rows))}</table>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Ballast: {html.escape(title)}</title><style>{STYLE}</style>"
        f"<main>{''.join(body)}</main></html>\n"
    )


def _row(row):
    label, value, about = map(html.escape, row)
    cells = f'<td class="value">{value}</td><td class="about">{about}</td>'
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def sections(summary):
    """[(section, [(label, value, sentence)])]; a key without words stands under the last section."""
    found = []
    for section, rows in WORDS.items():
        told = [
            (label, show(summary[key]), about)
            for key, (label, show, about) in rows.items()
            if summary.get(key) is not None
        ]
        found.append((section, told))
    known = {key for rows in WORDS.values() for key in rows}
    for key in sorted(set(summary) - known):
        if summary[key] is not None:
            found[-1][1].append((key.replace("_", " ").capitalize(), str(summary[key]), ""))
    return found


def plots(summary, recording, limit_a):
    """The whole run, and the ten minutes in which the house changes most."""
    series = report_plot.Series(recording)
    hours = summary["duration_s"] / 3600
    spans = [(0, len(series), f"The whole run, {hours:.1f} h")]
    worst = series.busiest()
    if worst is not None and len(series) > 1800:
        spans.append((*worst, "The ten minutes in which the house changes most"))
    return [report_plot.figure(series, limit_a, first, last, title) for first, last, title in spans]


def sentence(s):
    """The run in one sentence."""
    best = s["clairvoyant_pct"]
    share = "" if best is None else f" ({best:.1f} % of what a clairvoyant could)"
    return (
        f"The car got {s['energy_kwh']:.2f} kWh{share}. Because of the car the main fuse carried more "
        f"than its limit for {s['ev_overload_s']:.1f} s in all and {s['ev_overload_longest_s']:.1f} s "
        f"at a stretch. There were {s['pauses']} pauses and {s['pilot_changes_per_h']:.1f} changes of "
        "the offer an hour."
    )


def breaker_sentences(s):
    """What the breaker does, as HTML: with house and car, and with the house alone."""
    lines = []
    if s["breaker_trip"] is not None:
        lines.append(f'<strong class="bad">The breaker trips</strong> {trip_words(s["breaker_trip"])}.')
    else:
        warm = _share(s["breaker_thermal_max"])
        lines.append(f'<strong class="good">The breaker holds</strong>: {warm} of a trip at most.')
    if s["house_breaker_trip"] is not None:
        lines.append(
            '<strong class="bad">The house alone would have tripped this breaker</strong>, first '
            f"{trip_words(s['house_breaker_trip'])}. No charger can prevent that."
        )
    else:
        lines.append("The house alone does not trip this breaker.")
    return lines
