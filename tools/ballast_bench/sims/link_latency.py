"""From a step of the house to the new duty on the pin, through the whole firmware.

A world with a house that stands still but for steps up and down, a car that takes all it is
offered, and one way of measuring: the clamp's own firmware on a lossy radio, or a meter on
Modbus. Each step up by 10 A must bring the pilot down; the time until it moves is measured.
"""

import random

import ballast_bench.world  # noqa: F401  puts the fakes in place before any port is imported

# isort: split
from ballast.control.meter.meter import GOOD
from ballast_bench.plant.plant import Config
from ballast_bench.setup import Setup, default_ev

LOW_A, HIGH_A = 4.0, 14.0
LIMIT_A = 25.0
_SETTLE_S = 90.0
_CALM_S = 26.0  # after a step down: held peak, then up again
_LONGEST_S = 10.0
_TRUST_S = 60.0  # lost frames cost the trust for a moment


class StepHouse:
    """One phase, a constant load that a test sets."""

    phases, name, appliances, notes = 1, "steps", (), ()
    start_of_day_s = 0.0
    next_change_s = float("inf")

    def __init__(self):
        self.a = [LOW_A, 0.0, 0.0]

    def advance(self, now_s):
        return False


def latencies(setup, steps, seed, progress=None):
    """Seconds from each step up to the pilot's new duty, sorted; None entries do not occur:
    a step that is not answered within 10 s counts as 10. Starts and stops `setup`.
    RuntimeError when the charger does not trust the meter before a step."""
    rng = random.Random(f"links/{seed}")
    world = setup.start()
    house, node = world.plant.house, world.nodes[0]
    out = []
    try:
        world.run(_SETTLE_S)
        for n in range(steps):
            world.run(_CALM_S + rng.uniform(0.0, 2.0))
            meter = node.cycle.site.meter
            if world.until(lambda m=meter: m.state == GOOD, _TRUST_S) is None:
                raise RuntimeError("the meter is not trusted: the figure would be the fall-back's")
            before = node.app.out.duty_u16
            house.a[0] = HIGH_A
            world.plant.touch()
            took = world.until(lambda b=before: node.app.out.duty_u16 < b, _LONGEST_S)
            out.append(_LONGEST_S if took is None else took)
            world.run(3.0)
            house.a[0] = LOW_A
            world.plant.touch()
            if progress:
                progress(n + 1)
    finally:
        setup.stop()
    return sorted(out)


def make(kind, interval_s=1.0, loss=0.0, baud=9600, seed=1):
    """The Setup of one row: kind "clamp", "rtu" or "tcp"."""
    how = {
        "config": Config(house=StepHouse(), limit_a=LIMIT_A, breaker_a=63.0, clairvoyant=False),
        "limit_a": LIMIT_A,
        "ev": default_ev(delay_s=1.0),
        "seed": seed,
    }
    if kind == "clamp":
        return Setup(meter="clamp", loss=loss, **how)
    how["interval_s"] = interval_s
    return Setup(meter="rtu" if kind == "rtu" else "modbus", baud=baud, **how)


def percentile(values, share):
    """The smallest value that `share` of the sorted `values` do not exceed."""
    return values[min(len(values) - 1, max(0, -(-round(len(values) * share * 1000) // 1000) - 1))]
