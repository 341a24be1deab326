"""A recording as a picture: currents, the pilot with the state, and what heats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ballast_bench.record.files import RecordError, check, part_of

SUFFIXES = (".png", ".svg")
_POINTS = 3000  # chosen: more than a picture has pixels

_CURRENTS = (
    ("mains", "#1f6fb2", "mains"), ("house", "#8094a8", "house"), ("ev", "#2f9e6e", "car"),
)  # fmt: skip

_BREAKER = (
    ("breaker_heat_pct", "#c0392b", "main breaker, % of a trip"),
    ("house_breaker_heat_pct", "#8094a8", "from the house alone"),
)


def draw(recording: Any, path: str | Path) -> Path:
    """Write the picture to `path`: whole or not at all. Raises RecordError."""
    path = check(path, SUFFIXES)
    try:
        import matplotlib
    except ImportError:
        raise RecordError(f"{path}: a picture needs the package matplotlib; install it") from None

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "ballast"  # the same run gives the same file
    from matplotlib import pyplot

    rows = _by_charger(recording)
    figure, panels = pyplot.subplots(3, 1, figsize=(11, 8), sharex=True, height_ratios=(3, 1.5, 1.5))
    figure.subplots_adjust(hspace=0.35)
    if rows:
        _currents(panels[0], rows)
        _pilot(panels[1], rows)
        _heat(panels[2], rows)
    for panel in panels:
        panel.grid(alpha=0.25)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
        if panel.get_legend_handles_labels()[0]:
            panel.legend(
                loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=8, ncols=6, frameon=False,
                borderaxespad=0.1,
            )  # fmt: skip
    panels[-1].set_xlabel("seconds since power-on")
    part = part_of(path)
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}
    figure.savefig(part, format=path.suffix[1:].lower(), bbox_inches="tight", dpi=110, metadata=metadata)
    pyplot.close(figure)
    part.replace(path)
    return path


def _by_charger(recording: Any) -> dict[int, dict[str, list]]:
    """{charger: {column: values}}, thinned: of several rows the largest value is drawn."""
    names = [column.name for column in recording.columns]
    found: dict[int, list[tuple]] = {}
    for row in recording.rows():
        found.setdefault(row[0], []).append(row)
    thin = {}
    for charger, rows in found.items():
        bucket = max(1, len(rows) // _POINTS)
        columns = zip(*rows, strict=True)
        thin[charger] = {
            name: [_largest(values[i : i + bucket]) for i in range(0, len(values), bucket)]
            for name, values in zip(names, columns, strict=True)
        }
    return thin


def _largest(values: tuple) -> Any:
    """The largest number; the last of texts; nan (drawn as a gap) where nothing is known."""
    known = [v for v in values if v is not None]
    if not known:
        return float("nan")
    return known[-1] if isinstance(known[-1], str) else max(known)


def _phases(columns: dict[str, list], kind: str) -> list[float]:
    """Values of the phase that carries most."""
    phases = zip(*(columns[f"{kind}_l{n}_a"] for n in (1, 2, 3)), strict=True)
    return [max(three, key=abs) for three in phases]


def _label(text: str, charger: int, rows: dict) -> str:
    return f"{text} {charger}" if len(rows) > 1 else text


def _currents(panel: Any, rows: dict) -> None:
    for charger, columns in rows.items():
        t = columns["time_s"]
        for kind, colour, label in _CURRENTS:
            if kind == "ev" or charger == min(rows):
                text = _label(label, charger, rows) if kind == "ev" else label
                panel.step(t, _phases(columns, kind), where="post", color=colour, lw=1.1, label=text)
        offered = _label("offered to the car", charger, rows)
        panel.step(t, columns["offered_a"], where="post", color="#b2701f", lw=0.9, ls="--", label=offered)
    panel.set_ylabel("A, phase with most")


def _pilot(panel: Any, rows: dict) -> None:
    for charger, columns in rows.items():
        t = columns["time_s"]
        for name, colour in (("pilot_high_v", "#7a3fb2"), ("pilot_low_v", "#b23f6f")):
            text = _label(name.replace("_v", "").replace("_", " "), charger, rows)
            panel.step(t, columns[name], where="post", color=colour, lw=1.0, label=text)
        last = None
        for when, state, faults in zip(t, columns["state"], columns["faults"], strict=True):
            word = state if not faults or faults != faults else f"{state} {faults}"
            if word != last and isinstance(word, str):
                panel.annotate(word, (when, 12.5), fontsize=8, va="bottom")
            last = word
    panel.set_ylabel("pilot, V")
    panel.set_ylim(-13.5, 22)


def _heat(panel: Any, rows: dict) -> None:
    for charger, columns in rows.items():
        t = columns["time_s"]
        if charger == min(rows):
            for name, colour, label in _BREAKER:
                panel.plot(t, columns[name], color=colour, lw=1.0, label=label)
        for name in columns:
            if name.endswith("_degc") and not name.endswith("_read_degc"):
                text = _label(name.removesuffix("_degc") + ", degC", charger, rows)
                panel.plot(t, columns[name], lw=0.9, label=text)
    panel.set_ylabel("% or degC")
