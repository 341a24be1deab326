"""A charger of the bench with its web server, for the tests of the page.

    with WebRig() as rig:              # real charger, real sockets, the world's clock
        rig.open()                     # listens on 127.0.0.1, a free port
        rig.world.run(1.0)
"""

import hashlib
import json
import socket
import tempfile
import threading
from pathlib import Path

from ballast.protocol import password, status
from ballast.services.auth import Auth
from ballast.services.event_log import EventLog
from ballast.services.gate import Gate
from ballast.services.history import History
from ballast.services.meter_proof import MeterProof
from ballast.services.schedule import Schedule
from ballast.services.sessions import Sessions
from ballast.services.wall_clock import WallClock
from ballast.services.web import Web
from ballast.services.web_commands import WebCommands
from ballast.services.web_records import WebRecords
from ballast.services.web_settings import WebSettings
from ballast.services.web_setup import WebSetup
from bench.plant.plant import Config
from bench.world import World

LABEL = "label-pass-42"
PASSWORD = "bench-pass-1"
ITERATIONS = 8  # the real count is tested once, in test_password.py


class MemoryStore:
    """What storage keeps, in memory: load/save of JSON-able records."""

    def __init__(self):
        self.kept = {}

    def load(self, name):
        return json.loads(self.kept[name]) if name in self.kept else None

    def save(self, name, record):
        self.kept[name] = json.dumps(record)


class CountingRandom:
    """Different bytes at every call, the same in every run."""

    def __init__(self):
        self._n = 0

    def __call__(self, n):
        self._n += 1
        return hashlib.sha256(b"%d" % self._n).digest()[:n]


_PAGE = {}


def page():
    """(folder, manifest) of the built page; built once per process."""
    if not _PAGE:
        from ballast_tools import web_assets

        out = Path(tempfile.mkdtemp(prefix="ballast-page-"))
        web_assets.build(out)
        _PAGE["assets"] = web_assets.load(out)
    return _PAGE["assets"]


class FakeLink:
    """A Wi-Fi in reach: ["home" with the key "home-pass-1", "neighbour"]."""

    def __init__(self):
        self.joined = ""

    def network(self):
        return self.joined

    async def scan(self):
        return [("home", -52, False), ("neighbour", -71, False), ("café", -83, True)]

    async def join(self, ssid, key):
        if ssid == "home" and key == "home-pass-1":
            self.joined = ssid
            return ""
        return "password" if ssid == "home" else "network"


class WebRig:
    """config: of the plant. settings: values to begin with. user: the user's password, None =
    not set up. assets: (folder, manifest), None = the built page.
    """

    def __init__(self, config=None, settings=None, user=PASSWORD, assets=None, gate_limit=8, seed=7):
        self.world = World(config or Config(), seed=seed).boot()
        self.node = self.world.nodes[0]
        self.charger = self.node.charger
        values = {"installed": 1 if user else 0, "meter_kind": 1, "name": "Garage", **(settings or {})}
        for key, value in values.items():
            self.charger.settings.set(key, value)
        random = CountingRandom()
        if user:
            record = password.make(user, random(16), ITERATIONS)
            self.charger.settings.set("password_user", record)
        clock_s = self._clock_s
        self.store = MemoryStore()
        self.wall = WallClock(clock_s)
        self.events = EventLog(self.store, clock_s, self.wall.time_s)
        label = password.make(LABEL, b"salt-salt-salt-1", ITERATIONS)
        self.auth = Auth(
            self.charger.settings, self.store, clock_s, random, label, self.events.add, ITERATIONS
        )
        info = status.Info("BAL-0001", "Ballast 32", "0.1.0", own_meter=True, ntc=(True, False, True))
        self.web = Web(
            self.charger, info, self.auth, self.events, assets or page(), clock_s, self.wall
        )
        WebCommands(self.web)
        self.history = History()
        self.sessions = Sessions(self.store, self.wall.time_s)
        self.schedule = Schedule(self.charger, self.store, self.wall, self.world.clock.ms)
        self.proof = MeterProof()
        self.link = FakeLink()
        WebRecords(self.web, self.history, self.sessions, self.events)
        WebSettings(self.web, self.schedule)
        WebSetup(self.web, self.link, self.proof)
        self.gate = Gate(self.web.app.handle_request, limit=gate_limit)
        self.port = 0
        self._thread = None
        self._stop = threading.Event()

    def _clock_s(self):
        return int(self.world.now_s)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        """Listen, and start the services that a real charger runs."""
        self.port = free_port()
        loop = self.world.loop
        loop.run_until_complete(self.gate.start("127.0.0.1", self.port))
        for run in (self.web.run, self.gate.watch, self.schedule.run):
            self.world.spawn(run())
        return self

    def meter(self, interval_s=1.0):
        """The supply meter talks to the charger straight, once per interval."""
        state = {"due": 0.0}
        charger, plant = self.charger, self.world.plant
        charger.expect(0, int(interval_s * 1000))

        def actor(now_s):
            if now_s < state["due"]:
                return
            state["due"] = now_s + interval_s
            reading = plant.meter.read(now_s)
            if reading is None:
                return
            ma = [round(a * 1000) for a in reading.amps]
            age = round((now_s - reading.taken_s) * 1000)
            now_ms = self.world.clock.ms() & ((1 << 30) - 1)
            charger.put_sample(0, now_ms, ma[0], ma[1], ma[2], age)

        self.world.actors.append(actor)
        return self

    def run_in_thread(self, pace=20.0):
        """Let the world run at `pace` until close(), for a browser in this thread."""

        def work():
            while not self._stop.is_set():
                self.world.run(0.2 * pace, pace=pace)

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def call(self, function, *args):
        """Run `function(*args)` inside the world's thread; its result."""
        done = threading.Event()
        box = []

        def work():
            box.append(function(*args))
            done.set()

        self.world.loop.call_soon_threadsafe(work)
        if not done.wait(20):
            raise TimeoutError("the world does not answer")
        return box[0]

    def close(self):
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30)
        self.gate.close()
        self.world.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def free_port():
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
