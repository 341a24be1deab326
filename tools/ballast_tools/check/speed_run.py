"""One run of `ballast bench speed`, in a process of its own: python speed_run.py TREE JSON.

TREE is this repository, or an older state of it: so only names that both have are used, and the
parts are put together here. JSON: {"parts": "same" or "default", "meter": clamp, modbus or none,
"seconds", "seed", "rows": true = a digest of every step, false = the CPU time}. Prints JSON.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from random import Random

LIMIT_A = 25.0
WARM_UP_S = 60.0
_ROW_S = 10.0
_KEY = bytes(range(32))


def load(tree):
    """The bench's package of `tree`: ballast_bench, or `bench` in the tests of an older state."""
    new = (tree / "tools" / "ballast_bench").is_dir()
    sys.path[0] = str(tree / "tools")  # in place of this file's folder
    sys.path[:0] = [str(tree / "firmware"), str(tree / ("tools" if new else "host_tests"))]
    return _Names("ballast_bench" if new else "bench", new, tree)


class _Names:
    """The bench's classes under the names of today."""

    def __init__(self, package, new, tree):
        devices = package + ".devices" if new else package
        self.upy = self._module(package + ".upy")
        self.upy.install()
        self.world = self._module(package + ".world")
        self.setup = self._module(package + ".setup")
        self.plant = self._module(package + ".plant.plant")
        self.house = self._module(package + ".plant.house")
        self.trace = self._module(package + ".plant.trace")
        self.ev = self._module(package + ".plant.ev")
        self.clamp = self._module(devices + ".clamp_actor")
        old = (tree / "host_tests/bench/sdm630.py").exists()
        self.modbus = self._module(devices + (".sdm630" if old else ".modbus_meter"))
        self.storage = self.setup.MemoryStorage  # of both trees: the flash is not what is compared

    def meter(self, plant, now):
        """A Modbus meter that shows what flows at this moment."""
        kind = getattr(self.modbus, "Sdm630", None) or self.modbus.ModbusMeter
        return kind(plant, now)

    def main(self):
        """The firmware's main.py."""
        if hasattr(self.upy, "firmware_main"):
            return self.upy.firmware_main()
        return self._module("main")

    @staticmethod
    def _module(name):
        import importlib

        return importlib.import_module(name)


def house(names, seed, seconds):
    """A house as a measured trace: a base that walks, and appliances that come and go."""
    rng = Random(f"bench speed/{seed}")
    times, rows, base = [], [], 3.0
    for n in range(int(seconds / _ROW_S) + 2):
        base = min(max(base + rng.uniform(-0.3, 0.3), 1.0), 8.0)
        times.append(n * _ROW_S)
        rows.append((round(base + (9.0 if rng.random() < 0.15 else 0.0), 2), 0.0, 0.0))
    return names.house.House(trace=names.trace.Trace(times, rows, 1, _ROW_S, "generated"))


class Same:
    """The parts that both states have: board bench, one car, the meter as asked."""

    def __init__(self, names, task):
        self.names, self.task = names, task
        loads = house(names, task["seed"], WARM_UP_S + task["seconds"])
        config = names.plant.Config(house=loads, limit_a=LIMIT_A, breaker_opens=False)
        self.server, self.port = None, 0
        self.world = names.world.World(config, task["seed"], board="bench", make_app=self._app)
        for charger in self.world.plant.chargers:
            if hasattr(charger.meter, "idealise"):  # else it is ideal as it comes
                charger.meter.idealise()

    def start(self):
        world, names = self.world, self.names
        if self.task["meter"] == "modbus":
            self.server = names.meter(world.plant, lambda: world.now_s)
            self.port = world.loop.run_until_complete(self.server.start(port=0))
        world.boot()
        node = world.nodes[0]
        if self.task["meter"] == "clamp":
            world.plant.radio.air.loss_good = 0.0
            mac = node.device.mac
            world.actors.append(names.clamp.ClampActor(world.plant, 1, _KEY, mac, 1.0))
        node.cp.plug_in(names.ev.EV(max_a=32.0, phases=(0,), delay_s=2.0))
        node.serve()
        return world

    def stop(self):
        if self.server is not None:
            self.world.loop.run_until_complete(self.server.stop())
        self.world.close()

    def _app(self, node):
        from ballast.compose.env import Env
        from ballast.control.settings import Settings

        meter = self.task["meter"]
        settings = Settings()
        settings.set("meter_kind", {"none": 0, "clamp": 1, "modbus": 2}[meter])
        for key, value in (("fuse_ma", 25000), ("circuit_ma", 32000), ("supply_phases", 1), ("installed", 1),
                           ("meter_interval_ms", 1000), ("fallback_ma", 6000)):  # fmt: skip
            settings.set(key, value)
        if meter == "none":
            settings.set("user_ma", 10000)  # nothing else keeps the house below its fuse
        if meter == "modbus":
            settings.set("meter_host", "127.0.0.1:%d" % self.port)
            settings.set("meter_model", "sdm630")
        node.storage = node.storage or self.names.storage()
        env = Env(node.storage, Random("unit/%d" % self.task["seed"]).randbytes, lambda line: None)
        self.names.world.tell_reset(env, node.board.CHIP)
        if meter == "clamp":
            self._radio(node, env)
        return self.names.main().App(node.board, env, settings)

    @staticmethod
    def _radio(node, env):
        from ballast.ports.espnow_radio import GROUP_RX_BYTES, EspnowRadio
        from ballast.ports.wifi import Wifi

        env.wifi = Wifi("ballast")
        env.wifi.radio_on(6)
        env.unique_id = node.device.mac
        env.radio = EspnowRadio(GROUP_RX_BYTES)
        env.radio.start()
        pair = {"clamp": 1, "key": _KEY.hex(), "source": 0}
        node.storage.save("clamps", json.dumps({"pairs": json.dumps([pair])}).encode())


class Rows:
    """An actor: a digest over what every step shows, with one mark a second."""

    def __init__(self, world):
        self._plant, self._node = world.plant, world.nodes[0]
        self._hash = hashlib.blake2b(digest_size=16)
        self.steps = 0
        self.marks = []

    def __call__(self, now_s):
        plant, node = self._plant, self._node
        cp, out, cycle = node.cp, node.app.out, node.cycle
        row = (
            now_s, plant.house_a, plant.ev_a, plant.mains_a, cp.amps, cp.supply_v, cp.energy_wh,
            cp.contactor.closed, cp.pilot.high_mv, cp.pilot.low_mv, out.coil, out.pilot,
            out.duty_u16, out.led, out.rcd_test, cycle.offered_ma, cycle.limits.ma,
            cycle.limits.winner, cycle.limits.slot_ma, cycle.charge.state, cycle.why,
            bytes(cycle.faults.active), cycle.faults.changes, cycle.site.meter.age_ms,
            cycle.site.meter.state, cycle.session.wh, cycle.session.seconds, cycle.ev.ma,
            cycle.heat.ddegc, cycle.uptime_s, cycle.steps, node.app.scan.pilot_high_mv,
            node.app.scan.pilot_low_mv,
        )  # fmt: skip
        self._hash.update(repr(row).encode())
        self.steps += 1
        if self.steps % 50 == 0:
            self.marks.append(self._hash.hexdigest()[:12])


def run(names, task):
    """The figures of one run."""
    if task["parts"] == "same":
        bench = Same(names, task)
    else:
        loads = house(names, task["seed"], WARM_UP_S + task["seconds"])
        ev = names.setup.default_ev()
        bench = names.setup.Setup(house=loads, limit_a=LIMIT_A, ev=ev, seed=task["seed"])
    if task.get("prove"):
        names.world.World.PROVE = task["prove"]
    world = bench.start()
    rows = Rows(world) if task["rows"] else None
    if rows is not None:
        world.actors.append(rows)
    world.run(WARM_UP_S)
    cpu, wall = time.process_time(), time.perf_counter()
    world.run(task["seconds"])
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    node = world.nodes[0]
    found = {"cpu_s": cpu, "wall_s": wall, "energy_wh": node.cp.energy_wh, "steps": node.cycle.steps}
    if rows is not None:
        found.update(steps=rows.steps, marks=rows.marks)
    bench.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(run(load(Path(sys.argv[1])), json.loads(sys.argv[2]))))
