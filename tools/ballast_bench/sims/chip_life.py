"""Hours of charging on a chip that takes its time, with people about: does it ever stop for nothing?

    found = life("esp32s3_ref", "board", seconds=3600, seed=1)

Two chargers of a group on one supply, each with its clamp, its page open and Bluetooth. At random
moments somebody saves a setting, opens the settings, logs in, searches for Wi-Fi, pairs a clamp, opens
the access point, holds the button (Bluetooth), unplugs the car and plugs it in again. Nothing is
broken: each stop is one for nothing.
"""

from random import Random

from ballast_bench import upy

upy.install()

from ballast.control.safety import faults  # noqa: E402
from ballast_bench.chip.garbage import program  # noqa: E402
from ballast_bench.chip.lateness import Lateness  # noqa: E402
from ballast_bench.devices.ble_radio import BleAir  # noqa: E402
from ballast_bench.plant.house import House, by_hand  # noqa: E402
from ballast_bench.plant.plant import Config  # noqa: E402
from ballast_bench.product import product  # noqa: E402
from ballast_bench.setup import Setup, default_ev  # noqa: E402

SETTLE_S = 60.0
_EACH_S = 25.0  # chosen: mean time between two things that somebody does at one charger
_LIMIT_A = 63.0
_STRANGER = bytes((2, 0, 0, 0, 9, 9))  # the address of a clamp that calls
_CHANNEL = 6  # setup.py: of clamps and groups
_HARMFUL = (2, 3)  # fault_catalogue: pause, stop
_RESET_S = 10.0  # chosen: so long after a stop somebody resets it, so that charging goes on


class LifeSetup(Setup):
    """A Setup whose chargers have Bluetooth and Wi-Fi for a page."""

    def __init__(self, **given):
        self.air = BleAir()
        super().__init__(**given)

    def _add_radio(self, node, env):
        super()._add_radio(node, env)
        from ballast.ports.ble import BlePort

        if node.device.ble_radio is None:
            self.air.fit(node.device)
        env.ble = BlePort("Ballast")
        env.access_point, env.dns_port = ("Ballast-0001", "label-wifi-1"), 0
        node.device.access_points["house"] = ("correct-horse", _CHANNEL, -50)

        async def blocking(function):
            with node.device:
                return function()

        env.blocking = blocking


class People:
    """Does something at each charger now and then. An actor of the world."""

    def __init__(self, setup, seed):
        self.setup, self.random = setup, Random(f"people/{seed}")
        self.done = {name: 0 for name, _, _ in ACTS}
        self._due = [self._next(SETTLE_S) for _ in setup.world.nodes]
        self._later = []

    def _next(self, now_s):
        return now_s + self.random.expovariate(1 / _EACH_S)

    def later(self, at_s, do):
        self._later.append((at_s, do))

    def __call__(self, now_s):
        for entry in [one for one in self._later if one[0] <= now_s]:
            self._later.remove(entry)
            entry[1]()
        for index, due_s in enumerate(self._due):
            if now_s >= due_s:
                self._due[index] = self._next(now_s)
                name, _, act = self.random.choices(ACTS, [share for _, share, _ in ACTS])[0]
                self.done[name] += 1
                act(self, self.setup.world.nodes[index], now_s)

    def spawn(self, node, coroutine):
        with node.device:
            self.setup.world.spawn(coroutine)


def _save(people, node, now_s):
    node.app.settings.set("user_ma", people.random.randrange(8000, 32000, 100))


def _open_settings(people, node, now_s):
    async def read():
        node.app.page.web.document()
        node.app.store.save("looked", node.app.settings.dump())

    people.spawn(node, read())


def _log_in(people, node, now_s):
    from ballast.protocol.password import Pbkdf2

    async def log_in():
        import asyncio

        work = Pbkdf2(b"a password", b"its salt", 4000)
        while work.step(50):
            await asyncio.sleep(0)

    people.spawn(node, log_in())


def _scan(people, node, now_s):
    people.spawn(node, node.app.page.network.scan())


def _hold_button(people, node, now_s):
    node.cp.button = 1
    people.later(now_s + people.random.uniform(2.0, 8.0), lambda: setattr(node.cp, "button", 0))


def _pair(people, node, now_s):
    """A clamp for the sub-panel is paired, which computes a key; nobody confirms it."""
    from ballast.protocol import clamp_frame

    link, hello = node.app.radio.clamps, bytearray(64)
    number = people.random.randrange(1, 1 << 20)
    size = clamp_frame.encode_hello(hello, number, people.random.randbytes(32), 3, False)

    def call():
        with node.device:
            link.on_frame(_STRANGER, bytes(hello[:size]), -50)

    with node.device:
        link.open_window(1)
    for second in range(2, 20, 2):
        people.later(now_s + second, call)


def _open_point(people, node, now_s):
    with node.device:
        node.app.page.network.open_ap()


def _replug(people, node, now_s):
    cp = node.cp
    if cp.ev is None:
        return
    cp.unplug()
    people.later(now_s + people.random.uniform(5.0, 40.0), lambda: cp.plug_in(_car(people.random)))


ACTS = (
    ("setting saved", 3, _save),
    ("settings opened", 3, _open_settings),
    ("log in", 2, _log_in),
    ("Wi-Fi scan", 1, _scan),
    ("button held", 1, _hold_button),
    ("clamp paired", 1, _pair),
    ("access point", 1, _open_point),
    ("car away and back", 1, _replug),
)
"""(what somebody does, its share, how)."""


def _car(random):
    return default_ev(max_a=random.choice((10.0, 16.0, 32.0)), phases=(0, 1, 2))


class Stops:
    """Faults that pause or stop, each time one begins; after a while somebody resets them. An actor."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.found = []  # (second, charger, fault)
        self._seen = [(None, ()) for _ in nodes]
        self._boots = [node.boots for node in nodes]
        self._reset_s = [None for _ in nodes]

    def __call__(self, now_s):
        for index, node in enumerate(self.nodes):
            if node.boots != self._boots[index]:
                self._boots[index] = node.boots
                self.found.append((round(now_s, 2), index, "restart"))
            table, (changes, active) = node.cycle.faults, self._seen[index]
            if self._reset_s[index] is not None and now_s >= self._reset_s[index]:
                self._reset_s[index] = None
                table.service_reset()
            if table.changes == changes:
                continue
            now = {n for n, on in enumerate(table.active) if on and faults.CATALOGUE[n][1] in _HARMFUL}
            for n in now.difference(active):
                self.found.append((round(now_s, 2), index, faults.CATALOGUE[n][0]))
                self._reset_s[index] = now_s + _RESET_S
            self._seen[index] = table.changes, now


def life(board, chip, seconds, seed, chargers=2):
    """Figures of so many seconds of the whole firmware on that board and chip profile, as plain data."""
    house = House(appliances=by_hand(3, seed), phases=3)
    made = product.load(board)
    config = Config(house=house, limit_a=_LIMIT_A, chargers=chargers, **made.supply)
    random = Random(f"cars/{seed}")
    setup = LifeSetup(
        config=config, limit_a=_LIMIT_A, charger=made, seed=seed, http=("127.0.0.1", 0),
        assets=("", {}), chip=chip,
        settings={"wifi_ssid": "house", "wifi_password": "correct-horse"},
        evs=[_car(random) for _ in range(chargers)],
    )  # fmt: skip
    world = setup.start()
    try:
        return _live(setup, world, seconds, seed)
    finally:
        setup.stop()


def _live(setup, world, seconds, seed):
    world.reboots = True
    late = [Lateness(node) for node in world.nodes]
    for node, one in zip(world.nodes, late, strict=True):
        _open_page(node)
        node.device.time.watch = one
    people, stops = People(setup, seed), Stops(world.nodes)
    closed = [0.0] * len(world.nodes)
    world.actors += [people, stops]
    done_s, each_s = 0.0, 10.0
    while done_s < seconds:
        world.run(min(each_s, seconds - done_s))
        done_s += each_s
        for index, node in enumerate(world.nodes):
            closed[index] += each_s * node.app.out.coil
            late[index].look()
            _open_page(node)
    return {"seed": seed, "seconds": seconds * len(world.nodes), "closed_s": sum(closed),
            "stops": stops.found, "acts": people.done, **_summed(world, late)}  # fmt: skip


def _open_page(node):
    """A page that takes each frame: the document is built and encoded once a second."""
    web = node.app.page.web
    if web.live == 0:
        web.live, web.real_ms = 1, None
        node.heap.hold(program().page)


def _summed(world, late):
    """Of all chips together."""
    histogram, closed_histogram, longest, closed_longest = {}, {}, {}, {}
    for one in late:
        for into, counted in ((histogram, one.histogram()), (closed_histogram, one.closed_histogram())):
            for edge, count in counted.items():
                into[edge] = into.get(edge, 0) + count
        for into, found in ((longest, one.longest), (closed_longest, one.closed_longest)):
            for kind, us in found.items():
                into[kind] = max(us, into.get(kind, 0))
    times = [node.device.time for node in world.nodes]
    gaps = [gap for one in late for gap in one.gaps]
    closed_gaps = [gap for one in late for gap in one.closed_gaps]
    return {
        "histogram": {str(edge): count for edge, count in histogram.items()},
        "closed_histogram": {str(edge): count for edge, count in closed_histogram.items()},
        "longest_us": longest, "closed_longest_us": closed_longest,
        "worst_gap_ms": max(gaps, default=0), "worst_closed_gap_ms": max(closed_gaps, default=0),
        "collections": sum(time.spent.get("gc", (0, 0, 0))[0] for time in times),
        "bursts": sum(one.bursts for one in late), "burst_most": max(one.burst_most for one in late),
        "lost_ticks": sum(node.app.timer._timer.skipped for node in world.nodes if node.app.timer._timer),
        "calls": {kind: sum(t.spent.get(kind, (0,))[0] for t in times) for t in times for kind in t.spent},
    }  # fmt: skip
