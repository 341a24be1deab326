"""A clamp on batteries: what it promises the charger, how long it lasts, what steps cost."""

import random

from ballast_bench.devices.clamp_unit.unit import BatteryBoard
from ballast_bench.rigs.clamp import Rig
from clamp import power

DRAIN_MAH = 2600  # two AA cells, alkaline


def on_battery(seed=1):
    rig = Rig(seed=seed)
    rig.add_charger()
    rig.pair(rig.add_clamp(board=BatteryBoard), rig.links[0])
    rig.run(12)
    return rig


def test_the_charger_is_told_the_interval_and_it_is_kept():
    rig = on_battery()
    assert rig.chargers[0].expected == {0: 10000}
    rig.chargers[0].samples.clear()
    rig.run(120)
    times = [s[0] for s in rig.chargers[0].samples]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert len(times) >= 11 and max(gaps) <= 11.2


def test_a_step_is_seen_within_a_period_and_a_window():
    rig = on_battery()
    level = 5.0
    worst = 0
    for n in range(25):
        rig.run(3 + n * 0.117)
        level = 14.0 if level == 5.0 else 5.0
        rig.supply = [level, 0.0, 0.0]
        at = rig.t
        rig.run(2)
        near = [
            s[0] for s in rig.chargers[0].samples if s[0] > at and abs(s[2][0] - level * 1000) < 900
        ]
        worst = max(worst, near[0] - at)
    assert worst <= 1.3


def test_the_radio_is_off_most_of_the_time_and_life_is_weeks():
    rig = on_battery()
    rng = random.Random(4)
    app = rig.clamps[0].app
    app.ledger = power.Ledger()
    on = ticks = 0
    for _ in range(240):  # 20 minutes, a step every 15 s
        if rng.random() < 0.33:
            rig.supply = [rng.uniform(1, 20), 0.0, 0.0]
        for _ in range(10):
            rig.run(0.5)
            ticks += 1
            on += rig.clamps[0].radio.station.up
    ms = app.ledger.ms
    total = sum(ms)
    assert 0.93 < total / 1200_000 < 1.07  # the ledger accounts for all the time
    assert ms[power.SLEEP] > 0.85 * total and ms[power.TRANSMIT] < 0.001 * total
    assert on < 0.1 * ticks
    days = app.ledger.life_days(DRAIN_MAH)
    assert 25 <= days <= 60, days


def test_an_unheard_sample_is_tried_again_at_the_next_windows():
    rig = on_battery()
    rig.radio.air.loss_good = 0.3
    rig.chargers[0].samples.clear()
    rig.run(300)
    times = [s[0] for s in rig.chargers[0].samples]
    gaps = sorted(b - a for a, b in zip(times, times[1:], strict=False))
    assert gaps[-1] < 25  # never stale: 2.5 intervals
