"""A charger's clamp link and clamps, on one radio and one clock in steps of 5 ms."""

import random

from ballast.protocol.clamp_pairing import format_code
from ballast.services.radio.clamp_link import ClampLink
from ballast_bench import upy
from ballast_bench.devices.clamp_unit.unit import ClampUnit, StationRadio
from ballast_bench.plant.radio import Radio

CODE = bytes(range(10))
KEY = bytes(range(32))
POLL_S = 0.02
_PIECES = 8  # of X25519 in one poll, 2 ms each


class Charger:
    """The facade's two calls, with the time of each."""

    def __init__(self, rig):
        self.rig = rig
        self.samples = []
        self.expected = {}

    def put_sample(self, source, now_ms, l1, l2, l3, age_ms):
        self.samples.append((self.rig.t, source, (l1, l2, l3), age_ms))
        return True

    def expect(self, source, interval_ms):
        self.expected[source] = interval_ms


class Rig:
    """t: seconds. add_clamp(), add_charger(), run(seconds)."""

    def __init__(self, seed=1, channel=6):
        self.clock = upy.ManualClock(2**30 - 5000)
        upy.install(self.clock)
        self.t = 0.0
        self.seed = seed
        self.radio = Radio(seed)
        self.radio.air.loss_good = 0.0
        self.radio.air.retries = 0
        self.channel = channel
        self.chargers = []
        self.links = []
        self.clamps = []
        self.stores = []
        self.supply = [5.0, 0.0, 0.0]

    def add_charger(self, number=1):
        mac = bytes((0x02, 0xBA, 0x11, 0xA5, 0, number))
        port = StationRadio(self.radio, mac, lambda: self.t)
        port.station.channel = self.channel
        charger = Charger(self)
        store = []
        rng = random.Random(f"{self.seed}/{number}/{len(self.links)}")
        link = ClampLink(charger, port, 1000 + number, rng.randbytes, store.append)
        link.port = port
        self.chargers.append(charger)
        self.links.append(link)
        self.stores.append(store)
        return link

    def restart(self, index):
        """The charger loses power: only the stored pairs are left, the session is new."""
        old, store = self.links[index], self.stores[index]
        rng = random.Random(f"{self.seed}/restart/{self.t}")
        link = ClampLink(self.chargers[index], old.port, old._id, rng.randbytes, store.append)
        link.port = old.port
        assert link.load(store[-1]) == []
        self.links[index] = link
        return link

    def add_clamp(self, number=7, **options):
        unit = ClampUnit(self.radio, number, self.supply_at, CODE, **options)
        self.clamps.append(unit)
        return unit

    def supply_at(self, t):
        return self.supply if not callable(self.supply) else self.supply(t)

    def run(self, seconds):
        end = self.t + seconds
        while self.t < end - 1e-9:
            self.t = round(self.t + 0.005, 3)
            self.clock.advance_us(5000)
            for clamp in self.clamps:
                clamp(self.t)
            self.radio.advance(self.t)
            if round(self.t * 1000) % 20 == 0:
                for link in self.links:
                    link.port.drain(link.on_frame)
                    for _ in range(_PIECES):
                        link.step()

    def pair(self, clamp, link, code=True, source=0):
        """Press and open; until both have it."""
        clamp.app.press()
        link.open_window(source, format_code(CODE) if code else "")
        for _ in range(300):
            self.run(0.1)
            if link.window == "paired" and clamp.app.light() == "paired":
                return
        raise AssertionError((link.window, clamp.app.light()))
