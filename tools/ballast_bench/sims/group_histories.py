"""Random histories for ballast_bench/sims/group.py: everything that can go wrong on a shared radio."""

import random

from ballast_bench.sims.group import History

KINDS = (
    "radio radio radio split heal deaf reboot reboot power car car house house meter freeze".split()
)


def random_history(seed):
    """A history of a few minutes: first all is well, then it is not."""
    rnd = random.Random(seed * 7919 + 1)
    seats = rnd.choice((1, 2, 2, 3, 3, 4, 5, 6))
    guaranteed = rnd.choice((0, 0, 6000, 8000))
    supply = rnd.choice((16000, 20000, 25000, 32000, 40000, 63000))
    supply = max(supply, guaranteed * seats)
    metered = rnd.random() < 0.4
    panels = []
    if rnd.random() < 0.3 and seats > 2:
        panels = [(0, max(guaranteed * seats, supply // 2))]
    wiring = [rnd.choice((7, 7, 1, 2, 4)) for _ in range(seats)]
    events = [(0, "radio", 0.0, 20, 0.0)]
    for seat in range(seats):
        events.append((rnd.randrange(3000), "power", seat, 1, rnd.randrange(-10000, 10001)))
        if rnd.random() < 0.85:
            events.append(
                (rnd.randrange(30000), "car", seat, 1, rnd.choice((32000, 16000, 9000)), 7)
            )
    end = rnd.choice((60000, 90000, 130000))
    t = 22000
    while True:
        t += int(rnd.expovariate(1 / 4000.0)) + 1
        if t > end - 5000:
            break
        events.append(random_event(rnd, t, seats, supply))
    events.sort(key=lambda e: e[0])
    return History(seed, seats, supply, guaranteed, metered, panels, wiring, events, end)


def random_event(rnd, t, seats, supply):
    kind = rnd.choice(KINDS)
    seat = rnd.randrange(seats)
    ppm = rnd.choice((0, 10000, -10000, rnd.randrange(-10000, 10001)))
    if kind == "radio":
        return (t, "radio", rnd.choice((0, 0, 0.1, 0.3, 0.6)),
                rnd.choice((20, 20, 200, 2000, 15000, 30000)), rnd.choice((0, 0, 0.2)))  # fmt: skip
    if kind == "split":
        return (t, "split", *[rnd.randrange(2) for _ in range(seats)])
    if kind == "heal":
        return (t, "split", *[0] * seats)
    if kind == "deaf":
        return (t, "deaf", seat, rnd.randrange(seats), rnd.randrange(2))
    if kind == "reboot":
        return (t, "reboot", seat, ppm)
    if kind == "power":
        return (t, "power", seat, rnd.randrange(2), ppm)
    if kind == "car":
        return (
            t,
            "car",
            seat,
            rnd.randrange(2),
            rnd.choice((32000, 16000, 7000)),
            rnd.choice((7, 1, 2)),
        )
    if kind == "house":
        return (t, "house", rnd.randrange(0, supply + 1))
    if kind == "meter":
        return (t, "meter", rnd.randrange(2))
    return (t, "freeze", seat, rnd.choice((500, 3000, 12000, 25000)))
