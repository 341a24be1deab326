"""From a person's wishes to a running world: house, car, meter, page.

    setup = Setup(house=semi(seed=7), limit_a=25.0, meter="modbus")
    world = setup.start()
    ...
    setup.stop()
"""


import json
from random import Random

from ballast_bench import boards, upy
from ballast_bench.devices import modbus_meter
from ballast_bench.devices.clamp_actor import ClampActor
from ballast_bench.devices.clamp_unit.supply import MeterSupply
from ballast_bench.devices.clamp_unit.unit import ClampUnit, FittedBoard
from ballast_bench.devices.memory_storage import MemoryStorage
from ballast_bench.devices.modbus_meter import ModbusMeter
from ballast_bench.devices.rtu_meter import RtuMeter
from ballast_bench.errors import UserError
from ballast_bench.plant import cars, honest
from ballast_bench.plant.plant import Config
from ballast_bench.product import product
from ballast_bench.world import World, tell_reset

PASSWORD = "bench"
CLAMP_KEY = bytes(range(32))
GROUP_KEY = "the bench's group"
CLAMPS = ("firmware", "battery", "ideal")
LOSS = 0.01  # of the frames; chosen: a house whose Wi-Fi works
CHANNEL = 6  # of the Wi-Fi, chosen


class Setup:
    """house: plant House. limit_a: main fuse. ev: EV or None. meter: clamp, modbus, rtu, none.

    Several chargers (in `config`, or `chargers` of them) are a group; evs: their cars.

    charger: product.Product, what all chargers are; None = board, brand and market by default.
    settings: {key: value} over those of brand and market. chargers, phases: of the plant. http: as in
    compose/env.Env. meter_port: of the Modbus meter, 0 = any free one. breaker_a: None = limit_a.
    interval_s: between two questions to a Modbus meter; a clamp's own firmware has its own.
    latency_s: age of what clamp or meter measure, beside the meter's own mean. answer_s: from a
    question to its answer on Modbus. meter_model: of devices/meter_maps.py.
    chip: of the chargers, as in world.World; None = the bench's default.
    baud: of RS-485. loss: share of the radio frames that do not arrive, 0..1, None = LOSS.
    clamp: "firmware" (its own, on the mains), "battery" (the same on batteries), "ideal".
    ideal: every measuring part as no maker sells it: a clamp that reads the supply ten times a
    second, a power meter without its mean, a Modbus meter without one, an air whose loss five
    repetitions hide. For comparisons of speed alone. There latency_s is the answer time on Modbus.
    bench_page: person/bench_page.BenchPage, None = the bench has no page of its own.
    ValueError with one line for what cannot be.
    """

    def __init__(self, house=None, limit_a=25.0, ev=None, meter="clamp", settings=None, seed=0,
                 http=None, assets=None, meter_port=0, breaker_a=None, interval_s=1.0,
                 latency_s=0.0, loss=None, config=None, log=lambda line: None,
                 serve_meter=False, bench_page=None, chargers=1, evs=(), clamp="firmware",
                 answer_s=modbus_meter.ANSWER_S, meter_model="sdm630", baud=9600, ideal=False,
                 charger=None, chip=None):
        self.meter, self.seed, self.log = meter, seed, log
        self.ideal = ideal
        self.clamp = "ideal" if ideal else clamp
        self.meter_model, self.baud = meter_model, baud
        if self.clamp not in CLAMPS:
            raise ValueError(f"clamp: no {clamp!r}; there are: {', '.join(CLAMPS)}")
        if meter == "clamp" and self.clamp != "ideal" and interval_s != 1.0:
            raise ValueError("the meter's interval: a clamp keeps its own; it is for meter modbus or rtu")
        modbus_meter.check_model(meter_model)
        self.http, self.assets = http, assets
        self.meter_port, self.serve_meter = meter_port, serve_meter or meter == "modbus"
        self.bench_page = bench_page
        self.interval_s, self.latency_s, self.answer_s = interval_s, latency_s, answer_s
        self.loss = (0.0 if ideal else LOSS) if loss is None else loss
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
        if ideal:
            honest.idealise(config.house)
        self.world = self._make_world(config, chip)
        if not ideal:
            honest.fit(self.world.plant)
        self.bench = None  # the bench page, once it is made
        self.given = {}  # the names of person/options.py that it was made from
        self._random = {}
        self.clamps = []
        self.server = self.rtu = None
        if meter == "rtu" and self.world.nodes[0].board.RS485_UART is None:
            raise ValueError("meter=rtu: this board has no RS-485; use meter=modbus")
        self._tune_parts()

    def _make_world(self, config, chip):
        return World(config, self.seed, self.product.board, make_app=self._make_app, chip=chip)

    def start(self):
        """Power on, plug the car in. Returns the World. OSError when a port is taken."""
        world = self.world
        if self.serve_meter:
            self.server = self._modbus_meter()
            self.meter_port = world.loop.run_until_complete(
                self.server.start(port=self.meter_port)
            )
        world.boot()
        if self.meter == "clamp":
            self._hang_clamps()
        if self.meter == "rtu":
            self._wire_rtu(world.nodes[0])
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
            node.stop()
        if self.server is not None and not world.loop.is_closed():
            world.loop.run_until_complete(self.server.stop())
        world.close()

    def _tune_parts(self):
        """Meters and air as they are, or as `ideal` has them."""
        plant = self.world.plant
        meter, air = plant.meter, plant.radio.air
        modbus = self.serve_meter or self.meter == "rtu"
        meter.path = {"modbus": "tcp"}.get(self.meter, self.meter)
        if self.ideal:
            for cp in plant.chargers:
                cp.meter.idealise()
            if self.meter == "clamp":
                air.loss_good, meter.delay_s = self.loss, self.latency_s
            elif self.serve_meter:
                meter.answer_s = self.latency_s
            return
        air.loss, meter.delay_s = self.loss, self.latency_s
        if modbus:
            meter.mean_s = modbus_meter.mean_s(self.meter_model)
            meter.answer_s = self.answer_s

    def _modbus_meter(self):
        world = self.world
        return ModbusMeter(world.plant, lambda: world.now_s, self.meter_model)

    def _wire_rtu(self, node):
        """A meter at the first charger's RS-485."""
        uart_id, device = node.board.RS485_UART, node.device
        meter = self._modbus_meter()
        self.rtu = RtuMeter(meter, self.world.loop, lambda: device.uarts.get(uart_id))
        device.uart_peers[uart_id] = self.rtu

    def _hang_clamps(self):
        """One clamp on the supply for each charger, paired with it."""
        world = self.world
        for node in world.nodes:
            if self.clamp == "ideal":
                clamp = ClampActor(
                    world.plant, node.index + 1, CLAMP_KEY, node.device.mac, self.interval_s
                )
            else:
                clamp = self._clamp_unit(node)
            self.clamps.append(clamp)
            world.actors.append(clamp)

    def _clamp_unit(self, node):
        """A clamp with its own firmware that has been paired with this charger long ago."""
        plant = self.world.plant
        battery = self.clamp == "battery"
        unit = ClampUnit(
            plant.radio, node.index + 1, MeterSupply(plant.meter, battery), seed=self.seed,
            board=FittedBoard(plant.mains.phases, battery), collects=self.world.profile is not None,
        )  # fmt: skip
        unit.settings.channel = CHANNEL
        mac = node.device.mac
        unit.pair_with(int.from_bytes(mac[-4:], "big"), CLAMP_KEY, mac)
        return unit

    def _add_radio(self, node, env):
        """Wi-Fi on, no network: enough for ESP-NOW, of which clamps and groups make use."""
        from ballast.ports.espnow_radio import EspnowRadio
        from ballast.ports.wifi import Wifi

        wifi = Wifi("ballast")
        wifi.radio_on(CHANNEL)
        env.wifi = wifi
        env.unique_id = node.device.mac
        env.radio = EspnowRadio()
        env.radio.start()

    def _pair_clamp(self, node):
        """The clamp's pair is in the store, as of long ago."""
        pair = {"clamp": node.index + 1, "key": CLAMP_KEY.hex(), "source": 0}
        node.storage.save("clamps", json.dumps({"pairs": json.dumps([pair])}).encode())

    def _log_of(self, node):
        def log(line):
            node.say(line)
            self.log(line)

        return log

    def _make_app(self, node):
        from ballast.compose import factory, room
        from ballast.compose.env import Env

        document = self.product.document
        settings, problems = factory.settings(document)
        for line in problems:
            self.log(line)
        for key, value in self._values_of(node).items():
            settings.set(key, value)
        if node.storage is None and self.ideal:
            node.storage = MemoryStorage()
        node.fit_flash()
        if node.index not in self._random:  # each start draws new numbers, as a chip does
            self._random[node.index] = Random("unit/%s/%d" % (self.seed, node.index)).randbytes
        env = Env(node.storage, self._random[node.index], self._log_of(node))
        env.journal = node.storage.journal
        env.heap, env.heap_kib = node.gc, node.heap_kib
        line = room.problem(
            settings["group_seats"], settings["group_id"], settings["panel_ma"], env.heap_kib
        )
        if line:
            raise UserError(line)
        tell_reset(env, node.board.CHIP)
        unit = {"serial": "BENCH-%04d" % (node.index + 1)}
        if self.http is not None:
            unit["label"] = label()
        cal = factory.fill(env, unit, document)
        env.restore_delay_s = self._restore_delay_s(node)
        if self.meter == "clamp" or len(self.world.plant.chargers) > 1:
            self._add_radio(node, env)
        if self.meter == "clamp":
            self._pair_clamp(node)
        if self.http is not None:
            env.http = (self.http[0], self.http[1] and self.http[1] + node.index)  # 0 = any free one
            env.assets = self.assets
        app = upy.firmware_main().App(node.board, env, settings, cal)
        if self.bench is not None and node.index == 0:
            self.bench.attach(app)  # a charger that starts again has a new page
        return app

    def _values_of(self, node):
        """{setting: value} with which a charger begins, over those of brand and market."""
        values = {**self._meter_values(), **self.values}
        if len(self.world.plant.chargers) > 1:
            values.update(group_values_of(node))
        return values

    def _restore_delay_s(self, node):
        """The market's rule for a supply that returns.

        The bench begins with a charger that has had its supply for long: its wait is over. Each
        later return of the supply (verb `power_cut`) has it.
        """
        return self.product.document["rules"]["restore_delay_s"] if node.boots else 0

    def _meter_values(self):
        if self.meter == "none":
            return {"meter_kind": 0}
        values = {"meter_kind": {"modbus": 2, "rtu": 3}.get(self.meter, 1)}
        if self.serve_meter or self.meter == "rtu":
            values["meter_model"] = self.meter_model
        if self.serve_meter:
            values["meter_host"] = "127.0.0.1:%d" % self.meter_port
        if self.meter == "rtu":
            values["meter_baud"] = self.baud
        return values


def _group_values(count):
    """What makes `count` chargers one group, before the seat, which is each one's own."""
    return {"group_id": 1, "group_key": GROUP_KEY, "group_seats": count}


def group_values_of(node):
    """What each charger of a group has for itself: its seat, and its phase, which is proven."""
    return {"group_seat": node.index, "phase_of_l1": node.cp.phase_map[0] + 1, "phase_proven": 1}


def _fit_plug(cp):
    """The mains plug is one for the charger's rated current: 25 K above ambient at that."""
    place = cp.places[0]
    place.contact_ohm = 25.0 / sum(place.rth) / cp.rated_a**2


def label():
    """The bench's label: a short password and few iterations, since nothing is secret here."""
    from ballast.protocol import password

    return password.make(PASSWORD, b"bench label salt", 10)


def default_ev(max_a=None, phases=(0,), delay_s=None, model=cars.DEFAULT, seed=0):
    """A car of the library; None = as it is there."""
    return cars.make(model, len(phases), seed, max_a=max_a, delay_s=delay_s)
