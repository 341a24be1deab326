"""What no controller without foresight can have at once: energy, and short overloads.

The reference (rivals.Lagged) knows the house exactly, only as late as the meter, and
its EV obeys as late as any. It has one choice, the margin that it keeps free. A bar that no
margin reaches together with another one cannot be reached by control, only by foresight.
"""

from ballast_bench.sims.balance.rivals import Lagged
from ballast_bench.sims.balance.scores import EVENT_S, LAGGED, figures
from ballast_bench.sims.balance.sim import Link, simulate

MARGINS_A = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)


def row(case, limit_a, delay_s, latency_s, margin_a):
    """The figures of the reference with `margin_a` kept free, as scores.row has them."""
    reference = Lagged(limit_a, case.house, latency_s + EVENT_S, case.ev_phases, margin_a)
    link = Link("stream", latency_s)
    score = simulate(reference, case.house, limit_a, delay_s, link, case.ev_phases)
    return figures(score, LAGGED, case, limit_a, delay_s, latency_s) | {"margin_a": margin_a}


def judge(rows, energy_percent=98.0, over_s=1.0):
    """Of one cell's rows, three; None = there is none.

    That with the shortest `longest_s` among those with the energy; that with the least overload
    among them; and that with the most energy whose longest is within EV delay + over_s.
    """
    rich = [r for r in rows if r["energy_percent"] >= energy_percent]
    short = [r for r in rows if r["longest_s"] <= r["ev_delay_s"] + over_s]
    return (
        min(rich, key=lambda r: r["longest_s"], default=None),
        min(rich, key=lambda r: r["overload_s"], default=None),
        max(short, key=lambda r: r["energy_percent"], default=None),
    )
