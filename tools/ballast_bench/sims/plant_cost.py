"""What a step of the plant costs: counts of computations, and microseconds for information.

PYTHONPATH=tools python -m ballast_bench.sims.plant_cost [seconds to simulate, default 3600]
"""

import sys
from time import process_time

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import detached, semi
from ballast_bench.plant.pilot import PWM
from ballast_bench.plant.plant import Config, Plant

DT = 0.02


def run(name, config, phases, seconds):
    """Simulate with an offer that changes every ten seconds; print one line."""
    plant = Plant(config, seed=1)
    for charger in plant.chargers:
        charger.plug_in(EV(delay_s=2.0, phases=phases, battery=Battery(100.0, 0.1)))
    counts = [0]
    recompute = plant._recompute

    def counted(now_s):
        counts[0] += 1
        recompute(now_s)

    plant._recompute = counted
    steps = round(seconds / DT)
    begin = process_time()
    for k in range(steps):
        amps = 8 + k // 500 % 8
        for charger in plant.chargers:
            charger.pilot.drive(PWM, round(amps / 60 * 65536))
            charger.set_coil(1 if charger.pilot.high_mv < 7000 else 0)
        plant.step((k + 1) * DT, DT)
    spent = process_time() - begin
    print(
        f"{name:34} {steps} steps, {counts[0]} recomputations, "
        f"{1e6 * spent / steps:.2f} us a step with its driver"
    )


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0
    run("one-phase house, one charger", Config(house=semi(7)), (0,), seconds)
    run(
        "three-phase house, one charger",
        Config(house=detached(7), limit_a=35.0),
        (0, 1, 2),
        seconds,
    )
    run(
        "three-phase house, 16 chargers",
        Config(house=detached(7), limit_a=200.0, chargers=16),
        (0, 1, 2),
        seconds / 10,
    )


if __name__ == "__main__":
    main()
