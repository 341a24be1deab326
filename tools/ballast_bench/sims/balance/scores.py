"""Runs cells of the balancing bench, and judges them by bars that a user would set."""

from ballast_bench.sims.balance.ballast import Ballast
from ballast_bench.sims.balance.rivals import RIVALS, Lagged, Static
from ballast_bench.sims.balance.sim import STEPS_PER_S, Link, simulate
from ballast_bench.sims.balance.traces import step as step_case

BEST_OF = ("OpenEVSE", "SmartEVSE")
"""The rivals that the bars are about; the simpler loops are shown beside them."""

BALLAST = "Ballast"
STATIC = "static"
LAGGED = "(lagged)"
EVENT_S = 0.1
STEP_S = 60
FROZEN_S = 39
LINK = {BALLAST: "clamp"}
"""Everybody else gets every reading at once, which favours them."""


def make(name, limit_a, house, latency_s, ev_phases):
    if name == BALLAST:
        # A link that is slow says so: its promise is then as long as its delay.
        return Ballast(limit_a, len(house), interval_ms=max(1000, round(latency_s * 1000)))
    if name == STATIC:
        return Static(limit_a, max(max(house[p]) for p in ev_phases))
    if name == LAGGED:
        return Lagged(limit_a, house, latency_s + EVENT_S, ev_phases)
    return RIVALS[name](limit_a)


def run(name, case, limit_a, delay_s, latency_s, keep=False, **link):
    """One controller in one cell. Returns (Score, controller)."""
    controller = make(name, limit_a, case.house, latency_s, case.ev_phases)
    way = Link(LINK.get(name, "stream"), latency_s, **link)
    score = simulate(
        controller, case.house, limit_a, delay_s, way, case.ev_phases, keep
    )
    return score, controller


def row(name, case, limit_a, delay_s, latency_s):
    """The figures of one run as a dict of plain numbers."""
    score, _ = run(name, case, limit_a, delay_s, latency_s)
    return figures(score, name, case, limit_a, delay_s, latency_s)


def figures(score, name, case, limit_a, delay_s, latency_s):
    """A Score of `name` in this cell as a dict of plain numbers."""
    return {
        "who": name,
        "trace": case.name,
        "limit_a": limit_a,
        "ev_delay_s": delay_s,
        "latency_s": latency_s,
        "energy_percent": round(score.energy_percent, 2),
        "overload_s": round(score.overload_s, 1),
        "longest_s": round(score.longest_s, 1),
        "pauses": score.pauses,
        "changes_per_h": round(score.changes_per_h, 1),
        "breaker_heat": round(score.heat, 3),
        "breaker_tripped": score.tripped,
    }


def step_row(name, delay_s, latency_s, during_a=12.0):
    """The 5, `during_a`, 5 A step under 25 A: undershoot (A), time until 95 % is back (s)."""
    case = step_case(during_a=during_a)
    limit = case.limits_a[0]
    score, _ = run(name, case, limit, delay_s, latency_s, keep=True)
    up = STEP_S * STEPS_PER_S
    down = 2 * up
    lowest = min(score.ev[up:down])
    wanted = 0.95 * (limit - case.house[0][-1])
    back = next((k for k in range(down, len(score.ev)) if score.ev[k] >= wanted), None)
    return {
        "who": name,
        "ev_delay_s": delay_s,
        "latency_s": latency_s,
        "undershoot_a": round(max(0.0, limit - case.house[0][STEP_S] - lowest), 2),
        "recovery_s": None if back is None else round((back - down) / STEPS_PER_S, 1),
    }


def frozen_row(name, delay_s, latency_s):
    """The meter freezes at a value that says there is room: how far above the limit, how long.

    The house falls from 15 to 5 A under 25 A and half a second later the meter
    repeats itself for ever. 10 A more are free; a controller that raises once is
    right, one that goes on because the mains does not show it winds up.
    """
    case = step_case(15.0, 5.0, FROZEN_S, 300)
    case.house[0] = case.house[0][: FROZEN_S + 300]
    limit = case.limits_a[0]
    score, _ = run(name, case, limit, delay_s, latency_s, keep=True, frozen_at_s=FROZEN_S + 0.5)
    first = FROZEN_S * STEPS_PER_S
    over = max(max(m) for m in score.mains[first:]) - limit
    stop = next((k for k in range(first, len(score.ev)) if score.ev[k] <= 0.0), None)
    return {
        "who": name,
        "ev_delay_s": delay_s,
        "latency_s": latency_s,
        "wind_up_a": round(max(0.0, over), 1),
        "stopped_s": None if stop is None else round((stop - first) / STEPS_PER_S, 1),
    }


def best_rival(rows):
    """Of one cell's rows, that of BEST_OF with the least overload: the one that the bar is about."""
    return min((r for r in rows if r["who"] in BEST_OF), key=lambda r: r["overload_s"])


def bars(own, rivals, steps):
    """Which bars the cell `own` misses: list of (bar, wanted, got).

    rivals: the rows of the same cell. steps: Ballast's step_row of the same delays.
    """
    best = [r for r in rivals if r["who"] in BEST_OF]
    half = best_rival(best)["overload_s"] / 2
    pauses = min(r["pauses"] for r in best)
    changes = next(r["changes_per_h"] for r in best if r["who"] == "OpenEVSE")
    checks = (
        ("energy %", 98.0, own["energy_percent"], own["energy_percent"] >= 98.0),
        ("overload s", half, own["overload_s"], own["overload_s"] <= half),
        ("longest s", own["ev_delay_s"] + 1.0, own["longest_s"],
         own["longest_s"] <= own["ev_delay_s"] + 1.0),
        ("pauses", pauses, own["pauses"], own["pauses"] <= pauses),
        ("changes/h", changes, own["changes_per_h"], own["changes_per_h"] <= changes),
        ("undershoot A", 0.5, steps["undershoot_a"], steps["undershoot_a"] <= 0.5),
        ("recovery s", 15.0, steps["recovery_s"],
         steps["recovery_s"] is not None and steps["recovery_s"] <= 15.0),
        ("breaker heat", 1.0, own["breaker_heat"],
         not own["breaker_tripped"] and own["breaker_heat"] < 1.0),
    )  # fmt: skip
    return [(name, wanted, got) for name, wanted, got, met in checks if not met]
