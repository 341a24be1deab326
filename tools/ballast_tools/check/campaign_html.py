"""report.html of a campaign: the same figures as on the terminal, for a phone or a desk, light or dark."""

import html

from ballast_bench.campaign import axes, totals

HEAD = ("runs", "hours", "broken", "trips", "overload s", "nuisance", "closings", "short", "lost kWh")
"""Figures of one stratum."""

_STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; margin-bottom: 1rem; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #8886; }
th:first-child, td:first-child { text-align: left; }
.bad { color: light-dark(#b00020, #ff8a80); font-weight: 600; }
"""


def page(report, cost_lines):
    body = ["<h1>Campaign</h1>", _about(report), "<h2>What was looked for</h2>", _note(), _bounds(report)]
    body.append("<h2>By what was varied</h2>")
    for axis, strata in report["strata"].items():
        body.append(_stratum_table(axis, strata))
    body.append("<h2>What it costs</h2>")
    body += [f"<p>{html.escape(line)}</p>" for line in cost_lines]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Campaign</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _about(report):
    wanted, done = report["runs"]["wanted"], report["runs"]["done"]
    items = "".join(
        f"<li>{done[k]} of {wanted[k]} {k}: {html.escape(axes.KINDS[k].about)}</li>" for k in wanted
    )
    about = report["about"]
    text = f"Seed {about['seed']}, {report['simulated_h']:,.1f} simulated hours."
    return f"<p>{text}</p><ul>{items}</ul>"


def _note():
    return (
        "<p>Beside each count stands what the number of runs allows: with 95 % confidence the true "
        "share of runs is not larger (Clopper and Pearson; for 0 events the rule of three), and the "
        "true rate by simulated hours is not larger (Poisson).</p>"
    )


def _bounds(report):
    lines = []
    for name, one in report["events"]["all kinds"].items():
        sign = ' class="bad"' if one["in_runs"] else ""
        rate = one["upper_per_1000_h"]
        cells = (one["in_runs"], one["runs"], f"{100 * one['upper_share']:.3g} %",
                 "" if rate is None else f"{rate:.3g}")  # fmt: skip
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        lines.append(f"<tr{sign}><td>{totals.EVENTS[name]}</td>{row}</tr>")
    head = "<tr><th>event</th><th>in runs</th><th>of</th><th>at most</th><th>at most in 1000 h</th></tr>"
    return f"<div><table>{head}{''.join(lines)}</table></div>"


def _stratum_table(axis, strata):
    head = "".join(f"<th>{name}</th>" for name in (axis, *HEAD))
    lines = "".join(
        f"<tr><td>{html.escape(value)}</td>{''.join(f'<td>{line[h]}</td>' for h in HEAD)}</tr>"
        for value, line in strata.items()
    )
    return f"<div><table><tr>{head}</tr>{lines}</table></div>"
