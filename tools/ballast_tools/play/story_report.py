"""The verdicts of `ballast play` as JUnit XML (for CI) and as one HTML file (for people)."""

import html as escape
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

WORDS = {"good": "as expected", "failed": "failed", "skipped": "skipped", "error": "error",
         "unplayed": "not played"}  # fmt: skip
_SKIPPED = ("skipped", "unplayed")  # one word in JUnit; its message says which


def junit(rows, took_s):
    """Bytes of the XML: a suite for each story, a case for each run."""
    root = ElementTree.Element("testsuites", name="ballast play", **_counts(rows))
    root.set("time", f"{took_s:.3f}")
    for name in dict.fromkeys(row["name"] for row in rows):
        mine = [row for row in rows if row["name"] == name]
        spent = sum(row["cpu_s"] for row in mine)
        about = {"name": _plain(name), "time": f"{spent:.3f}", **_counts(mine)}
        suite = ElementTree.SubElement(root, "testsuite", about)
        for row in mine:
            _case(suite, row)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _counts(rows):
    def count(*verdicts):
        return str(sum(row["verdict"] in verdicts for row in rows))

    return {"tests": str(len(rows)), "failures": count("failed"), "errors": count("error"),
            "skipped": count(*_SKIPPED)}  # fmt: skip


def _case(suite, row):
    stem = Path(row["name"]).stem
    title = f"{stem} [{row['title']}]" if row["title"] else stem
    file = _plain(row["name"])
    about = {"name": _plain(title), "classname": file.removesuffix(".story"), "file": file,
             "time": f"{row['cpu_s']:.3f}"}  # fmt: skip
    case = ElementTree.SubElement(suite, "testcase", about)
    tags = {"failed": "failure", "error": "error", **dict.fromkeys(_SKIPPED, "skipped")}
    if row["verdict"] in tags:
        told = ElementTree.SubElement(case, tags[row["verdict"]], message=_plain(row["lines"][0]))
        told.text = _plain("\n".join(row["lines"]))
    ElementTree.SubElement(case, "system-out").text = f"{row['seconds']:.2f} simulated seconds"


def _plain(text):
    """Text without the characters that XML 1.0 cannot hold (2.2, Char), half of a surrogate pair too."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


# -- for people ----------------------------------------------------------------------------

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --bg: #f3f5f5; --card: #fff; --ink: #1b2124; --soft: #566066; --line: #d9dee0; --bad: #b3261e;
  --bad-soft: #fbe3e0; --good: #0b7a5c; --skip: #8a5a00; }}
@media (prefers-color-scheme: dark) {{ :root {{ --bg: #0e1113; --card: #181c1f; --ink: #eceff0;
  --soft: #a0aaae; --line: #2b3134; --bad: #ff9c92; --bad-soft: #45211e; --good: #4fd1a5; --skip: #f0b84a; }}
  .plot {{ background: #f4f4f2; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 62rem; padding: 1.2rem 1rem 3rem; background: var(--bg); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }}
h1 {{ font-size: 1.4rem; margin: 0; }} .soft {{ color: var(--soft); }}
h2 {{ font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }} p {{ margin: .3rem 0; }}
section {{ background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem;
  margin-top: 1rem; }}
.failed, .error {{ color: var(--bad); }} .good {{ color: var(--good); }}
.skipped, .unplayed {{ color: var(--skip); }}
.verdict {{ font-weight: 650; }}
.why {{ overflow-wrap: anywhere; border-left: 3px solid var(--bad); padding-left: .7rem; margin: .5rem 0; }}
.table {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; margin-top: .5rem; }}
th, td {{ text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }}
pre {{ margin: .6rem 0 0; padding: .7rem 0; background: var(--bg); border-radius: .5rem; overflow-x: auto;
  font: .85rem/1.55 ui-monospace, monospace; }}
pre span {{ display: block; padding: 0 .8rem; min-width: max-content; }}
pre .bad {{ background: var(--bad-soft); }} pre i {{ color: var(--soft); font-style: normal; }}
.plot {{ border-radius: .5rem; margin-top: .6rem; overflow-x: auto; }}
.plot svg {{ width: 100%; height: auto; min-width: 34rem; display: block; }}
summary {{ cursor: pointer; margin-top: .6rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="soft">{summary}. Played on the virtual bench; nothing here has run on hardware.</p>
{sections}
</body>
</html>
"""


def html(rows, texts, summary):
    """The whole page. texts: {name of a story: its text}."""
    of = {name: [row for row in rows if row["name"] == name] for name in texts}
    order = sorted(of, key=lambda name: _WORST.index(_verdict(of[name])))
    sections = "\n".join(_section(name, texts[name], of[name]) for name in order)
    return _PAGE.format(title=_title(of), summary=escape.escape(summary), sections=sections)


_WORST = ("error", "failed", "unplayed", "skipped", "good")


def _verdict(rows):
    """The worst of one story's runs."""
    return min((row["verdict"] for row in rows), key=_WORST.index)


def _title(of):
    """What happened to the stories of {name: rows}, in one line."""
    found = Counter("failed" if (word := _verdict(rows)) == "error" else word for rows in of.values())
    if found["good"] == len(of):
        return f"Stories: all {len(of)} as expected"
    rest = [f"{n} {WORDS[word]}" for word in _WORST if (n := found[word]) and word != "good"]
    return f"Stories: {', '.join(rest)} of {len(of)}"


def _section(name, text, rows):
    wrong = [row for row in rows if row["verdict"] in ("failed", "error")]
    verdict = _verdict(rows)
    count = f", {len(wrong)} of {len(rows)} runs" if len(rows) > 1 and wrong else ""
    parts = [f'<section id="{escape.escape(name)}">', f"<h2>{escape.escape(name)}</h2>",
             f'<p class="verdict {verdict}">{WORDS[verdict]}{count}</p>']  # fmt: skip
    if len(rows) > 1:
        parts.append(_table(rows))
    shown = wrong[:1] or rows[:1]
    for row in shown:
        parts += [f'<p class="why">{escape.escape(line)}</p>' for line in row["lines"]]
    parts.append(_text(text, {n for row in shown for n in row["numbers"]}, bool(wrong)))
    parts += [_plot(row, row in shown) for row in rows if row["picture"]]
    return "\n".join([*parts, "</section>"])


def _table(rows):
    cells = []
    for row in rows:
        verdict, line = row["verdict"], row["lines"][0] if row["lines"] else ""
        cells.append(f'<tr><td>{escape.escape(row["title"])}</td><td class="{verdict}">{WORDS[verdict]}</td>')
        cells.append(f"<td>{escape.escape(line)}</td></tr>")
    head = "<tr><th>values</th><th>verdict</th><th>first line</th></tr>"
    return f'<div class="table"><table>{head}{"".join(cells)}</table></div>'


def _text(text, bad, is_open):
    lines = [
        f'<span{" class=bad" if n in bad else ""}><i>{n:3}</i>  {escape.escape(line)}</span>'
        for n, line in enumerate(text.splitlines(), 1)
    ]
    how = " open" if is_open else ""
    return f"<details{how}><summary>The story</summary><pre>{''.join(lines)}</pre></details>"


def _plot(row, is_open):
    at = row["picture"].find("<svg")
    title = f"What happened{': ' + escape.escape(row['title']) if row['title'] else ''}"
    return (f"<details{' open' if is_open else ''}><summary>{title}</summary>"
            f'<div class="plot">{row["picture"][at:]}</div></details>')  # fmt: skip
