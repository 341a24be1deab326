"""A story played twice: with the short way through steps at rest (calm/), and every step whole.

    parted(draw.draw(seed, "minutes", 3).text())     # None, or where the two part
"""

import logging

from ballast_bench.calm.prove import flat
from ballast_bench.person import story
from ballast_bench.world import World

_NAMED = 4
_NOT_OURS = ("._device.", ".meter_host")
"""Parts of the names of what differs from run to run: sockets and addresses in memory."""


class Rows:
    """An actor: what every step of every charger shows. short, proven: steps that were not computed whole."""

    def __init__(self, world):
        self._world, self.rows = world, []
        self.end = {}
        self.short = self.proven = 0

    def __call__(self, now_s):
        plant = self._world.plant
        row = [now_s, *plant.mains_a, *plant.mains.volts]
        for node in self._world.nodes:
            out, cycle, cp, scan = node.app.out, node.cycle, node.cp, node.app.scan
            row += (
                out.coil, out.pilot, out.duty_u16, out.led, out.rcd_test, cycle.charge.state, cycle.why,
                cycle.limits.ma, cycle.limits.winner, *cycle.limits.slot_ma, bytes(cycle.faults.active),
                *cp.amps, cp.energy_wh, cp.contactor.mirror, cp.load_live, cycle.site.meter.age_ms,
                cycle.uptime_s, cycle.steps, scan.pilot_high_mv, scan.pilot_low_mv,
                cycle.session.seconds, cycle.session.wh, *cycle.ev.ma, *cycle.heat.ddegc, node.boots,
            )  # fmt: skip
        self.rows.append(tuple(row))

    def close(self):
        """Note the whole state at the end."""
        for node in self._world.nodes:
            roots = {"charger": node.app.charger, "cp": node.cp, "timer": node.app.timer,
                     "scan": node.app.scan}  # fmt: skip
            for name, value in flat(roots).items():
                if isinstance(value, (int, float, str, bytes)) and not any(p in name for p in _NOT_OURS):
                    self.end[node.index, name] = value
            self.short += node.lane.taken if node.lane is not None else 0
            self.proven += getattr(node.lane, "proven", 0)


def rows_of(run, calm, prove=0):
    """Rows of a Run of a story. prove: each Nth short step is compared with a whole one, too."""
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)  # it tells of every closed connection
    before = World.CALM, World.PROVE
    World.CALM, World.PROVE = calm, prove
    made = []

    def started(world, setup, run):
        made.append(Rows(world))
        world.actors.append(made[0])

    try:
        story.play_run(run, started=started)
    finally:
        World.CALM, World.PROVE = before
    if not made:
        return None  # this board cannot play it
    made[0].close()
    return made[0]


def parted(text, prove=0):
    """(where the two ways part or None, short steps, steps) of a story's first run."""
    run = story.Story(text, "both ways").runs[0]
    short, whole = rows_of(run, True, prove), rows_of(run, False)
    if short is None:
        return None, 0, 0
    steps = len(short.rows), len(whole.rows)
    told = f"{steps[0]} steps, whole {steps[1]}" if steps[0] != steps[1] else None
    for a, b in zip(short.rows, whole.rows, strict=False):
        if a != b:
            names = [f"column {n}: {x!r}, whole {y!r}" for n, (x, y) in enumerate(zip(a, b, strict=True))
                     if x != y]  # fmt: skip
            told = f"at {a[0]:.2f} s: " + "; ".join(names[:_NAMED])
            break
    if told is None:
        names = [n for n in sorted({*short.end, *whole.end}) if short.end.get(n) != whole.end.get(n)]
        if names:
            told = f"at the end: {len(names)} differ: " + "; ".join(
                f"{n}: {short.end.get(n)!r}, whole {whole.end.get(n)!r}" for n in names[:_NAMED]
            )
    return told, short.short, steps[0]
