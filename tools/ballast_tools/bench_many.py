"""`ballast bench many`: a group of chargers, each with its whole firmware, on one virtual clock.

The house switches something every half minute, and each charger has a car. Counted:
virtual seconds per second, control steps, and the rules that hold meanwhile.
"""

import time
from random import Random

from ballast_tools import figures
from ballast_tools.errors import UserError
from ballast_tools.progress import Bar

WANTED_S = 300.0  # 16 chargers, one hour
OVER_S = 1.0  # adverts and house above the fuse, longest in a row
START_S = 60
SLICE_S = 30


def add_arguments(parser):
    add = parser.add_argument
    add("--chargers", type=int, default=16, help="2 to 64 (16)")
    add("--seconds", type=float, default=3600.0, help="virtual (3600)")
    add("--limit", type=float, default=0.0, metavar="A", help="main fuse (8 A for each charger, 125 at most)")
    add("--seed", type=int, default=1)
    add("--short", action="store_true", help="4 chargers, 60 s: for every change")


def main(args):
    if args.short:
        args.chargers, args.seconds = 4, 60.0
    if not 2 <= args.chargers <= 64:
        raise UserError(f"--chargers {args.chargers}: from 2 to 64")
    if not 60 <= args.seconds <= 86400:
        raise UserError(f"--seconds {args.seconds:g}: from 60 to 86400")
    limit_a = args.limit or min(125.0, 8.0 * args.chargers)
    from bench import upy

    upy.install()
    from bench.group_rig import GroupRig

    start, cpu = time.perf_counter(), time.process_time()
    with GroupRig(args.chargers, limit_a=limit_a, seed=args.seed) as rig:
        _live(rig, args)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        return _tell(rig, args, limit_a, wall, cpu)


def _live(rig, args):
    rng = Random(f"many/{args.seed}")
    names = ("kettle", "oven", "shower", "heat pump")
    bar = Bar("Running")
    now = START_S
    rig.settle(START_S)
    while now < args.seconds:
        rig.do("appliance", name=rng.choice(names), on=rng.random() < 0.5)
        step = min(SLICE_S, args.seconds - now)
        rig.world.run(step)
        now += step
        bar.show(int(now), int(args.seconds), f"minute {int(now // 60)}")
    bar.end()


def _tell(rig, args, limit_a, wall, cpu):
    nodes = rig.world.nodes
    steps = sum(node.cycle.steps for node in nodes)
    charged = sum(node.cycle.session.wh for node in nodes)
    restarts = sum(sum(node.app.services.restarts.values()) for node in nodes)
    print(f"{args.chargers} chargers, {args.seconds:g} s virtual, fuse {limit_a:g} A (seed {args.seed})")
    print(f"  {wall:.1f} s, {cpu:.1f} s of one core: {args.seconds / wall:.1f} virtual seconds a second")
    print(f"  {steps} control steps, {1e6 * cpu / steps:.0f} us each with plant, services and radio")
    print(f"  {charged / 1000:.2f} kWh; longest over the fuse {rig.worst_over_s:.2f} s; "
          f"above a lease {rig.worst_lease_ma} mA; services restarted {restarts}")  # fmt: skip
    missed = []
    bar = WANTED_S * args.chargers * args.seconds / (16 * 3600)
    if cpu > bar and not args.short:
        missed.append(f"took {cpu:.0f} s of one core, {bar:.0f} s are wanted")
    if rig.worst_over_s > OVER_S:
        missed.append(f"{rig.worst_over_s:.2f} s above the fuse, {OVER_S:g} s are allowed")
    if rig.worst_lease_ma > 0:
        missed.append(f"{rig.worst_lease_ma} mA above a lease")
    if restarts or not charged:
        missed.append("a service ended" if restarts else "nothing was charged")
    for line in missed:
        print(f"  missed: {line}")
    figures.write(args.json, {
        "chargers": args.chargers, "seconds": args.seconds, "limit_a": limit_a, "seed": args.seed,
        "wall_s": round(wall, 1), "core_s": round(cpu, 1), "steps": steps, "charged_wh": charged,
        "longest_over_s": rig.worst_over_s, "above_lease_ma": rig.worst_lease_ma,
        "restarts": restarts, "missed": missed,
    })  # fmt: skip
    return 1 if missed else 0
