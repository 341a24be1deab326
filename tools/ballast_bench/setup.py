"""From a person's wishes to a running world: house, car, meter, page.

    setup = Setup(house=semi(seed=7), limit_a=25.0, meter="modbus")
    world = setup.start()
    ...
    setup.stop()
"""


import json
from random import Random

from ballast_bench import boards, upy
from ballast_bench.devices.clamp_actor import ClampActor
from ballast_bench.devices.memory_storage import MemoryStorage
from ballast_bench.devices.sdm630 import Sdm630
from ballast_bench.plant.ev import EV
from ballast_bench.plant.plant import Config
from ballast_bench.product import product
from ballast_bench.world import World, tell_reset

PASSWORD = "bench"
CLAMP_KEY = bytes(range(32))
GROUP_KEY = "the bench's group"


class Setup:
    """house: plant House. limit_a: main fuse. ev: EV or None. meter: clamp, modbus, none.

    Several chargers (in `config`, or `chargers` of them) are a group; evs: their cars.

    charger: product.Product, what all chargers are; None = board, brand and market by default.
    settings: {key: value} over those of brand and market. chargers, phases: of the plant. http: as in
    compose/env.Env. meter_port: of the SDM630, 0 = any free one. breaker_a: None = limit_a.
    interval_s: of the meter or clamp. latency_s: of the meter. loss: of the radio, 0..1.
    bench_page: person/bench_page.BenchPage, None = the bench has no page of its own.
    """

    def __init__(self, house=None, limit_a=25.0, ev=None, meter="clamp", settings=None, seed=0,
                 http=None, assets=None, meter_port=0, breaker_a=None, interval_s=1.0,
                 latency_s=0.0, loss=0.0, config=None, log=lambda line: None,
                 serve_meter=False, bench_page=None, chargers=1, evs=(), charger=None):
        self.meter, self.seed, self.log = meter, seed, log
        self.http, self.assets = http, assets
        self.meter_port, self.serve_meter = meter_port, serve_meter or meter == "modbus"
        self.bench_page = bench_page
        self.interval_s, self.latency_s, self.loss = interval_s, latency_s, loss
        self.ev = ev
        self.evs = list(evs)
        self.product = charger or product.load()
        config = config or Config(
            house=house, limit_a=limit_a, breaker_a=breaker_a, chargers=chargers,
            **self.product.supply,
        )  # fmt: skip
        self.values = {
            "fuse_ma": round(limit_a * 1000),
            "supply_phases": config.phases,
            "meter_interval_ms": round(interval_s * 1000),
            "installed": 1,
            "fallback_ma": 6000,
        }
        if len(config.chargers) > 1:
            self.values.update(_group_values(len(config.chargers)))
        self.values.update(settings or {})
        made = self.product
        config = boards.fit(config, made.board, made.phases, made.rated_a)
        self.world = World(config, seed, made.board, make_app=self._make_app)
        self.server = None
        self.bench = None  # the bench page, once it is made
        self.given = {}  # the names of person/options.py that it was made from
        self._random = {}

    def start(self):
        """Power on, plug the car in. Returns the World. OSError when a port is taken."""
        world = self.world
        if self.serve_meter:
            self.server = Sdm630(world.plant, lambda: world.now_s, latency_s=self.latency_s)
            self.meter_port = world.loop.run_until_complete(
                self.server.start(port=self.meter_port)
            )
        world.boot()
        self.clamps = []
        if self.meter == "clamp":
            self._hang_clamps()
        for node in world.nodes:
            _fit_plug(node.cp)
        if self.ev is not None:
            world.plant.chargers[0].plug_in(self.ev)
        for cp, ev in zip(world.plant.chargers, self.evs, strict=False):
            if ev is not None:
                cp.plug_in(ev)
        if self.bench_page is not None:
            self.bench = self.bench_page(self, world.nodes[0].app)
        for node in world.nodes:
            node.serve()
        return world

    def stop(self):
        """End services and sockets."""
        world = self.world
        for node in world.nodes:
            if node.app is not None and node.app.page is not None:
                node.app.page.door.close()
        if self.server is not None and not world.loop.is_closed():
            world.loop.run_until_complete(self.server.stop())
        world.close()

    def _hang_clamps(self):
        """One clamp on the supply, paired with the first charger."""
        world = self.world
        world.plant.radio.air.loss_good = self.loss
        world.plant.meter.delay_s = self.latency_s
        for node in world.nodes:
            clamp = ClampActor(
                world.plant, node.index + 1, CLAMP_KEY, node.device.mac, self.interval_s
            )
            self.clamps.append(clamp)
            world.actors.append(clamp)

    def _add_radio(self, node, env):
        """Wi-Fi on, no network: enough for ESP-NOW; the clamp's pair is in the store."""
        from ballast.ports.espnow_radio import GROUP_RX_BYTES, EspnowRadio
        from ballast.ports.wifi import Wifi

        wifi = Wifi("ballast")
        wifi.radio_on(6)
        env.wifi = wifi
        env.unique_id = node.device.mac
        env.radio = EspnowRadio(GROUP_RX_BYTES)
        env.radio.start()
        pair = {"clamp": node.index + 1, "key": CLAMP_KEY.hex(), "source": 0}
        node.storage.save("clamps", json.dumps({"pairs": json.dumps([pair])}).encode())

    def _make_app(self, node):
        from ballast.compose import factory
        from ballast.compose.env import Env

        document = self.product.document
        settings, problems = factory.settings(document)
        for line in problems:
            self.log(line)
        for key, value in self._meter_values().items():
            settings.set(key, value)
        for key, value in self.values.items():
            settings.set(key, value)
        if len(self.world.plant.chargers) > 1:
            settings.set("group_seat", node.index)
            settings.set("phase_of_l1", node.cp.phase_map[0] + 1)
            settings.set("phase_proven", 1)
        if node.storage is None:
            node.storage = MemoryStorage()
        if node.index not in self._random:  # each start draws new numbers, as a chip does
            self._random[node.index] = Random("unit/%s/%d" % (self.seed, node.index)).randbytes
        env = Env(node.storage, self._random[node.index], self.log)
        tell_reset(env, node.board.CHIP)
        unit = {"serial": "BENCH-%04d" % (node.index + 1)}
        if self.http is not None:
            unit["label"] = _label()
        cal = factory.fill(env, unit, document)
        env.restore_delay_s = self._restore_delay_s(node)
        if self.meter == "clamp":
            self._add_radio(node, env)
        if self.http is not None:
            env.http = (self.http[0], self.http[1] and self.http[1] + node.index)  # 0 = any free one
            env.assets = self.assets
        app = upy.firmware_main().App(node.board, env, settings, cal)
        if self.bench is not None and node.index == 0:
            self.bench.attach(app)  # a charger that starts again has a new page
        return app

    def _restore_delay_s(self, node):
        """The market's rule for a supply that returns.

        The bench begins with a charger that has had its supply for long: its wait is over. Each
        later return of the supply (verb `power_cut`) has it.
        """
        return self.product.document["rules"]["restore_delay_s"] if node.boots else 0

    def _meter_values(self):
        if self.meter == "none":
            return {"meter_kind": 0}
        values = {"meter_kind": 2 if self.meter == "modbus" else 1}
        if self.serve_meter:
            values["meter_host"] = "127.0.0.1:%d" % self.meter_port
            values["meter_model"] = "sdm630"
        return values


def _group_values(count):
    """What makes `count` chargers one group, before the seat, which is each one's own."""
    return {"group_id": 1, "group_key": GROUP_KEY, "group_seats": count}


def _fit_plug(cp):
    """The mains plug is one for the charger's rated current: 25 K above ambient at that."""
    place = cp.places[0]
    place.contact_ohm = 25.0 / sum(place.rth) / cp.rated_a**2


def _label():
    """The bench's label: a short password and few iterations, since nothing is secret here."""
    from ballast.protocol import password

    return password.make(PASSWORD, b"bench label salt", 10)


def default_ev(max_a=32.0, phases=(0,), delay_s=2.0):
    """A car as most are."""
    return EV(max_a=max_a, phases=phases, delay_s=delay_s)


