"""Dimming by the grid operator on a whole charger: how soon it is advertised and obeyed.

A charger on a supply of its own, with a clamp or without a meter. The car charges with all
that it can take; then the operator's power comes through the facade, as the page's route hands it
over, and runs out by itself. The world moves in steps of 20 ms.
"""

from ballast_bench.plant.ev import EV, offered_a
from ballast_bench.plant.plant import Config
from ballast_bench.setup import Setup

POWER_W = 4200  # section 14a EnWG leaves a charger at least that
FULL_A = {1: 32.0, 3: 16.0}
DELAYS_S = (0.5, 2.0, 5.0)
SITES = ((1, "clamp", 230.0), (1, "none", 230.0), (3, "clamp", 230.0), (3, "clamp", 240.0))
"""Phases, the meter in the supply, V of the source."""

ADVERTISED_S = 0.04
_SLEW_A_S = 10.0
_SETTLE_S = 20.0  # from plugging in: self-test, meter trusted, the phases in use found out
_DIM_S = 30
_SOON_S = 20.0
_NEAR_A = 0.5
_FUSE_A = 63.0


class _Watch:
    """From the command on: (s, A on the pilot, W that they are now, W drawn)."""

    def __init__(self, world, phases):
        self._cp, self._phases = world.nodes[0].cp, phases
        self._start_s = world.now_s
        self.seen = []

    def __call__(self, now_s):
        cp = self._cp
        kind, duty, freq = cp.pilot.inlet_signal()
        amps = offered_a(duty, freq) if kind == "pwm" else 0.0
        volts = sum(cp.supply_v[: self._phases])
        self.seen.append((round(now_s - self._start_s, 3), amps, amps * volts, cp.power()))

    def within(self, column, most):
        """Seconds until `column` is at `most` or below for the first time; None: never."""
        return next((row[0] for row in self.seen if row[column] <= most), None)


def dim(phases, delay_s, meter="clamp", source_v=230.0, power_w=POWER_W):
    """One row: seconds after the command (None: never), and W.

    before_w: drawn before it. duty_s: the pilot says less than before. advertised_s: at the
    voltage of that moment it allows no more than the power. obeyed_s: the car draws no more.
    highest_w: the most later than two answers of the car (the voltage rises with the first, and
    less current is allowed then), its slew and 1 s. then_w: in the end.
    ended: when its time is over the car draws again as before.
    """
    full_a = FULL_A[phases]
    config = Config(phases=phases, source_v=source_v, limit_a=_FUSE_A)
    car = EV(max_a=full_a, phases=tuple(range(phases)), delay_s=delay_s)
    setup = Setup(ev=car, meter=meter, limit_a=_FUSE_A, config=config)
    world = setup.start()
    try:
        world.run(_SETTLE_S)
        node = world.nodes[0]
        before_w = node.cp.power()
        if car.level_a < full_a - _NEAR_A:
            raise RuntimeError(f"the car draws {car.level_a:.1f} A only: nothing to be dimmed")
        watch = _Watch(world, phases)
        watch(world.now_s)
        world.actors.append(watch)
        node.charger.dim(power_w, _DIM_S * 1000)
        world.run(_DIM_S - 0.1)
        world.actors.remove(watch)
        ended = world.until(lambda: car.level_a > full_a - _NEAR_A, _SOON_S) is not None
    finally:
        setup.stop()
    calm_s = 2 * delay_s + 1.0 + full_a / _SLEW_A_S
    return {
        "phases": phases,
        "meter": meter,
        "source_v": source_v,
        "ev_delay_s": delay_s,
        "power_w": power_w,
        "before_w": before_w,
        "duty_s": watch.within(1, watch.seen[0][1] - 0.1),
        "advertised_s": watch.within(2, power_w),
        "obeyed_s": watch.within(3, power_w),
        "highest_w": max(row[3] for row in watch.seen if row[0] > calm_s),
        "then_w": watch.seen[-1][3],
        "ended": ended,
    }


def missed(row):
    """Texts of the bars that a row misses."""
    texts = []
    if row["advertised_s"] is None:
        texts.append(f"the pilot never says {row['power_w']} W or less")
    elif row["advertised_s"] > ADVERTISED_S:
        texts.append(f"advertised after {row['advertised_s']:.2f} s, {ADVERTISED_S:g} s are asked")
    if row["highest_w"] > row["power_w"]:
        texts.append(f"{row['highest_w']:.0f} W where {row['power_w']} W were allowed")
    if not row["ended"]:
        texts.append("the car does not draw again as before when the time is over")
    return texts
