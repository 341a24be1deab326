"""`ballast bench many`: a group of chargers, each with its whole firmware, on one virtual clock.

The house switches something every half minute, and each charger has a car. Counted:
virtual seconds per second, control steps, and the rules that hold meanwhile.
"""

import time
from random import Random

from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

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
    add("--short", action="store_true", help="4 chargers, 2 minutes: for every change")


def main(args):
    if args.short:
        args.chargers, args.seconds = 4, 120.0
    if not 2 <= args.chargers <= 64:
        raise UserError(f"--chargers {args.chargers}: from 2 to 64")
    if not 60 <= args.seconds <= 86400:
        raise UserError(f"--seconds {args.seconds:g}: from 60 to 86400")
    limit_a = args.limit or min(125.0, 8.0 * args.chargers)
    from ballast_bench import upy

    upy.install()
    from ballast_bench.rigs.group import GroupRig

    start, cpu = time.perf_counter(), time.process_time()
    with GroupRig(args.chargers, limit_a=limit_a, seed=args.seed) as rig:
        air = _live(rig, args)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        return _tell(rig, args, limit_a, wall, cpu, air)


class _Air:
    """Counts the group's frames and their time on the air: the mean, and the busiest second."""

    def __init__(self, radio):
        from ballast.protocol.group_frame import MARKER
        from ballast_bench.plant.radio import air_us

        self._marker, self._air_us = MARKER, air_us
        self.frames = self.busy_us = self.most = self.most_us = 0
        self._before = (0, 0)
        radio.on_send = self._count

    def _count(self, frame):
        if frame[0] == self._marker:
            self.frames += 1
            self.busy_us += self._air_us(len(frame))

    def second(self):
        """One is over."""
        frames, busy_us = self._before
        self.most = max(self.most, self.frames - frames)
        self.most_us = max(self.most_us, self.busy_us - busy_us)
        self._before = self.frames, self.busy_us

    def figures(self, seconds):
        return {
            "frames_per_s": round(self.frames / seconds, 1),
            "air_share": round(self.busy_us / seconds / 1e6, 4),
            "most_frames_in_a_second": self.most,
            "most_air_share": round(self.most_us / 1e6, 4),
        }


def _live(rig, args):
    """From power-on to the end; what the air carried of the group once it had settled."""
    rng = Random(f"many/{args.seed}")
    names = ("kettle", "oven", "shower", "heat pump")
    bar = Bar("Running")
    now = START_S
    rig.settle(START_S)
    air = _Air(rig.plant.radio)
    while now < args.seconds:
        rig.do("appliance", name=rng.choice(names), on=rng.random() < 0.5)
        end = min(now + SLICE_S, args.seconds)
        while now < end:
            step = min(1.0, end - now)
            rig.world.run(step)
            air.second()
            now += step
        bar.show(int(now), int(args.seconds), f"minute {int(now // 60)}")
    bar.end()
    return air.figures(max(1.0, args.seconds - START_S))


def _tell(rig, args, limit_a, wall, cpu, air):
    nodes = rig.world.nodes
    steps = sum(node.cycle.steps for node in nodes)
    charged = sum(node.cycle.session.wh for node in nodes)
    restarts = sum(sum(node.app.services.restarts.values()) for node in nodes)
    print(f"{args.chargers} chargers, {args.seconds:g} s virtual, fuse {limit_a:g} A (seed {args.seed})")
    print(f"  {wall:.1f} s, {cpu:.1f} s of one core: {args.seconds / wall:.1f} virtual seconds a second")
    print(f"  {steps} control steps, {1e6 * cpu / steps:.0f} us each with plant, services and radio")
    print(f"  {charged / 1000:.2f} kWh; longest over the fuse {rig.worst_over_s:.2f} s; "
          f"above a lease {rig.worst_lease_ma} mA; services restarted {restarts}")  # fmt: skip
    print(f"  the group's frames: {air['frames_per_s']:.0f}/s, {100 * air['air_share']:.1f} % of the air"
          f"; busiest second {air['most_frames_in_a_second']}, {100 * air['most_air_share']:.1f} %")
    missed = []
    bar = WANTED_S * args.seconds / 3600
    if cpu > bar and args.chargers == 16 and not args.short:
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
        "restarts": restarts, "air": air, "missed": missed,
    })  # fmt: skip
    return 1 if missed else 0
