"""Houses for ballast_bench.sims.balance.sim: measured ones from files, and seeded ones."""

import csv
import gzip
from random import Random

from ballast_bench.plant.house import PRESETS
from ballast_bench.plant.trace import load_trace

VOLT = 230.0


class Case:
    """A house, the supplies to try it with, and the phases that the EV is on.

    house: list of one list of A per second for each phase. limits_a: per phase.
    """

    def __init__(self, name, house, limits_a, ev_phases=(0,)):
        self.name = name
        self.house = house
        self.limits_a = tuple(limits_a)
        self.ev_phases = tuple(ev_phases)

    @property
    def hours(self):
        return len(self.house[0]) / 3600.0


def from_file(path, limits_a, start_s=0.0, hours=None):
    """A measured house, one row a second or slower. Raises TraceError with one line."""
    trace = load_trace(path)
    end = None if hours is None else min(trace.duration_s, start_s + hours * 3600.0)
    rows = trace.per_second(start_s, end)
    house = [[row[p] for row in rows] for p in range(trace.phases)]
    return Case(path.name, house, limits_a, tuple(range(trace.phases)))


def busiest(path, hours, limits_a, transients=None, seed=0):
    """The busiest `hours` of a long trace; `transients`: an archive of switching shapes to add.

    A trace of one-minute means has no switching in it: what the appliances of
    `transients` (tracebase: appliance, segment, power_w_avg1s) do within seconds
    is laid over it, one recording after the other with seeded gaps.
    """
    case = from_file(path, limits_a)
    load = case.house[0]
    span = int(hours * 3600)
    best = max(range(0, len(load) - span, 600), key=lambda s: sum(load[s : s + span : 60]))
    load = load[best : best + span]
    if transients is not None:
        load = _with_transients(load, transients, seed)
    return Case(path.name + (" + switching" if transients else ""), [load], limits_a)


def _with_transients(load, path, seed):
    rng = Random(f"transients/{seed}")
    recordings = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            key = row["appliance"], row["source_trace"], row["segment"]
            recordings.setdefault(key, []).append(float(row["power_w_avg1s"]) / VOLT)
    shapes = [recordings[key] for key in sorted(recordings)]
    load = list(load)
    at = rng.randrange(60, 300)
    while at < len(load):
        shape = rng.choice(shapes)
        part = shape[: rng.randrange(60, 900)]
        for k, amps in enumerate(part[: len(load) - at]):
            load[at + k] += amps
        at += len(part) + rng.randrange(0, 240)
    return load


def seeded(preset, seed, hours, limits_a, ev_phases, start_h=16.5):
    """`hours` of a house preset ("flat", "semi", "detached") from `start_h` on, reproducible."""
    house = PRESETS[preset](seed, start_h * 3600.0)
    rows = [list(house.amps(float(s))) for s in range(int(hours * 3600))]
    loads = [[row[p] for row in rows] for p in range(house.phases)]
    on = "L" + "+".join(str(p + 1) for p in ev_phases)
    return Case(f"{preset} seed {seed}, EV on {on}", loads, limits_a, ev_phases)


def step(before_a=5.0, during_a=12.0, calm_s=60, during_s=60):
    """One house step up and down again: 5, 12, 5 A under a 25 A limit."""
    load = [before_a] * calm_s + [during_a] * during_s + [before_a] * calm_s
    return Case("step", [load], (25.0,))
