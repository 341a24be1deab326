"""From a step of the house to the new duty on the pin, through the whole firmware.

A world with a house that stands still but for steps up and down, a car that takes all it is
offered, and one way of measuring: the clamp's own firmware on a lossy radio, or a meter on
Modbus. Each step up by 10 A must bring the pilot down; the time until it moves is measured.
"""

import random
from collections import deque

import ballast_bench.world  # noqa: F401  puts the fakes in place before any port is imported

# isort: split
from ballast.control.meter.meter import GOOD
from ballast_bench.devices.clamp_unit.unit import ClampUnit
from ballast_bench.devices.rtu_meter import RtuSdm630
from ballast_bench.plant.plant import Config
from ballast_bench.setup import CLAMP_KEY, Setup, default_ev

LOW_A, HIGH_A = 4.0, 14.0
LIMIT_A = 25.0
_SETTLE_S = 90.0
_CALM_S = 26.0  # after a step down: held peak, then up again
_LONGEST_S = 10.0


class StepHouse:
    """One phase, a constant load that a test sets."""

    phases, name, appliances, notes = 1, "steps", (), ()
    start_of_day_s = 0.0
    next_change_s = float("inf")

    def __init__(self):
        self.a = [LOW_A, 0.0, 0.0]

    def advance(self, now_s):
        return False


class _Mains:
    """The supply's currents of the last second, for who looks at the past."""

    def __init__(self, plant):
        self._plant = plant
        self._past = deque([(0.0, (0.0, 0.0, 0.0))], maxlen=60)

    def __call__(self, now_s):
        self._past.append((now_s, tuple(self._plant.mains_a)))

    def at(self, t):
        for then, amps in reversed(self._past):
            if then <= t:
                return amps
        return self._past[0][1]


class ClampSetup(Setup):
    """The clamp runs its own firmware here; loss is per frame, the radio does not repeat."""

    def _hang_clamps(self):
        world = self.world
        air = world.plant.radio.air
        air.loss_good, air.retries = self.loss, 0
        mains = _Mains(world.plant)
        world.actors.append(mains)
        node = world.nodes[0]
        mac = node.device.mac
        unit = ClampUnit(world.plant.radio, 1, mains.at, seed=self.seed)
        unit.pair_with(int.from_bytes(mac[-4:], "big"), CLAMP_KEY, mac)
        self.clamps = [unit]
        world.actors.append(unit)


class RtuSetup(Setup):
    """A meter on the charger's RS-485."""

    baud = 9600

    def _meter_values(self):
        from ballast.compose.links import METER_RTU

        return {"meter_kind": METER_RTU, "meter_baud": self.baud, "meter_model": "sdm630"}

    def start(self):
        world = super().start()
        node = world.nodes[0]
        uart_id = node.board.RS485_UART
        self.meter_unit = RtuSdm630(
            world.plant, world.loop, lambda: node.device.uarts.get(uart_id), lambda: world.now_s
        )
        node.device.uart_peers[uart_id] = self.meter_unit
        return world


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
            if node.cycle.site.meter.state != GOOD:
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
        "interval_s": interval_s,
    }
    if kind == "clamp":
        return ClampSetup(meter="clamp", loss=loss, **how)
    if kind == "rtu":
        setup = RtuSetup(meter="none", **how)
        setup.baud = baud
        return setup
    return Setup(meter="modbus", latency_s=0.02, **how)


def percentile(values, share):
    """The smallest value that `share` of the sorted `values` do not exceed."""
    return values[min(len(values) - 1, max(0, -(-round(len(values) * share * 1000) // 1000) - 1))]
