"""Draws what `ballast bench balance` found: a bar chart and a stretch of the curves."""

from ballast_bench.sims.balance import scores
from ballast_bench.sims.balance.sim import STEPS_PER_S

SHOWN = ("OpenEVSE", "SmartEVSE", scores.BALLAST)
COLOUR = {"OpenEVSE": "#b07aa1", "SmartEVSE": "#f28e2b", scores.BALLAST: "#1f6f8b",
          "house": "#9aa5ab", "limit": "#c0392b"}  # fmt: skip
WINDOW_S = 240


def draw(folder, case, rows):
    """Write the PNGs into `folder`; their paths. matplotlib is imported here alone."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
                            "figure.facecolor": "white"})
    return [_bars(pyplot, folder, case, rows), _curves(pyplot, folder, case)]


def _bars(pyplot, folder, case, rows):
    """Overload and energy by limit and EV delay, at the shortest latency, on the first house."""
    rows = [r for r in rows if r["trace"] == case.name]
    latency = min(r["latency_s"] for r in rows)
    rows = [r for r in rows if r["latency_s"] == latency]
    cells = sorted({(r["ev_delay_s"], r["limit_a"]) for r in rows})
    figure, (top, bottom) = pyplot.subplots(2, 1, figsize=(9, 5.6), sharex=True)
    for k, name in enumerate(SHOWN):
        by_cell = {(r["ev_delay_s"], r["limit_a"]): r for r in rows if r["who"] == name}
        at = [i + (k - 1) * 0.27 for i in range(len(cells))]
        overload = [by_cell[c]["overload_s"] for c in cells]
        top.bar(at, overload, 0.25, label=name, color=COLOUR[name])
        energy = [by_cell[c]["energy_percent"] for c in cells]
        bottom.bar(at, energy, 0.25, color=COLOUR[name])
    top.set_ylabel("overload, s")
    top.legend(frameon=False, ncol=3, loc="lower right", bbox_to_anchor=(1, 1))
    top.set_title(f"{case.name}, {case.hours:.1f} h, meter latency {latency:g} s", loc="left")
    bottom.set_ylabel("energy, % of a clairvoyant")
    bottom.set_ylim(90, 101)
    bottom.axhline(98, color=COLOUR["limit"], linewidth=0.8, linestyle="--")
    bottom.set_xticks(range(len(cells)))
    bottom.set_xticklabels([f"{limit:g} A\n{delay:g} s" for delay, limit in cells])
    bottom.set_xlabel("supply limit, EV delay")
    figure.tight_layout()
    path = folder / "balance_overload.png"
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
    return path


def _curves(pyplot, folder, case):
    """The mains with each controller in the stretch in which the house moves most."""
    limit = case.limits_a[len(case.limits_a) // 2]
    phase = case.ev_phases[0]
    house = case.house[phase]
    begin = _liveliest(house)
    span = range(begin * STEPS_PER_S, min(begin + WINDOW_S, len(house)) * STEPS_PER_S)
    seconds = [step / STEPS_PER_S for step in span]
    figure, axes = pyplot.subplots(len(SHOWN), 1, figsize=(9, 7.2), sharex=True, sharey=True)
    for axis, name in zip(axes, SHOWN, strict=True):
        score, _ = scores.run(name, case, limit, 2.0, 0.3, keep=True)
        mains = [score.mains[step][phase] for step in span]
        axis.fill_between(seconds, [house[step // STEPS_PER_S] for step in span], step="post",
                          color=COLOUR["house"], alpha=0.5, linewidth=0, label="house")
        axis.plot(seconds, mains, color=COLOUR[name], linewidth=1.2, label=f"mains with {name}")
        axis.axhline(limit, color=COLOUR["limit"], linewidth=0.9, linestyle="--",
                     label=f"limit {limit:g} A")
        axis.fill_between(seconds, limit, mains, where=[m > limit + 0.1 for m in mains],
                          color=COLOUR["limit"], alpha=0.6, linewidth=0)
        axis.set_ylabel("A")
        axis.set_ylim(0, limit * 1.5)
        axis.legend(frameon=False, ncol=3, loc="upper left", fontsize=8)
    axes[0].set_title(f"{case.name}: EV delay 2 s, latency 0.3 s", loc="left")
    axes[-1].set_xlabel("s")
    figure.tight_layout()
    path = folder / "balance_curves.png"
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
    return path


def _liveliest(house):
    moved = [abs(b - a) for a, b in zip(house, house[1:], strict=False)]
    starts = range(0, max(1, len(moved) - WINDOW_S), 30)
    return max(starts, key=lambda s: sum(min(m, 3.0) for m in moved[s : s + WINDOW_S]))
