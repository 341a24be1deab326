"""Makes evening.csv: an hour of a three-phase house, one row a second. Synthetic, nothing measured.

    cd tools && ../.venv/bin/python -m ballast_bench.samples.make

Powers are usual nameplate values, times are chosen so that a car has to make room several times.
"""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

FILE = Path(__file__).with_name("evening.csv")
SEED = 2026
START = datetime(2026, 1, 15, 18, 0)
SECONDS = 3600
_VOLT = 230.0

# (phases, first second, last second, W on each of them, seconds on, seconds off): off 0 = all the time
_LOADS = (
    ((0, 1, 2), 0, 3600, 160.0, 3600, 0),  # base load
    ((1,), 130, 3600, 110.0, 700, 1300),  # fridge
    ((0,), 240, 420, 2200.0, 180, 0),  # kettle
    ((2,), 600, 2700, 2300.0, 300, 150),  # oven with its thermostat
    ((0, 1), 900, 2100, 1800.0, 60, 25),  # hob
    ((0, 1, 2), 2400, 2880, 2900.0, 480, 0),  # instantaneous water heater
    ((0,), 2950, 3600, 2050.0, 500, 120),  # dishwasher
)


def rows():
    """[(L1, L2, L3)] A of each second."""
    rng = Random(f"samples/evening/{SEED}")
    wander = [0.0, 0.0, 0.0]
    made = []
    for second in range(SECONDS):
        watts = [0.0, 0.0, 0.0]
        for phases, first, last, power, on_s, off_s in _LOADS:
            if first <= second < last and (second - first) % (on_s + off_s) < on_s:
                for phase in phases:
                    watts[phase] += power
        for phase in range(3):
            wander[phase] = 0.97 * wander[phase] + rng.gauss(0.0, 6.0)
        made.append(tuple((w + d) / _VOLT for w, d in zip(watts, wander, strict=True)))
    return made


def text():
    """The whole file."""
    lines = ["timestamp,l1_a,l2_a,l3_a"]
    for second, amps in enumerate(rows()):
        moment = (START + timedelta(seconds=second)).isoformat()
        lines.append(",".join([moment, *(f"{a:.2f}" for a in amps)]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
