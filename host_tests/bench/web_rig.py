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

from ballast.control.settings import Settings
from ballast.protocol import password
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
    """For services/auth on its own. Different bytes at every call, the same in every run."""

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


class WebRig:
    """A whole charger (main.App) with its page, on the world's clock.

    config: of the plant. settings: values to begin with. user: the user's password, None =
    fresh from the box. assets: (folder, manifest), None = the built page. networks: in reach,
    {ssid: (password, channel, rssi)}. access_point: as main.Env.
    """

    def __init__(self, config=None, settings=None, user=PASSWORD, assets=None, networks=None,
                 access_point=None, seed=7):  # fmt: skip
        self.values = {"installed": 1 if user else 0, "meter_kind": 1, "name": "Garage"}
        self.values.update(settings or {})
        self.user, self.networks, self.access_point = user, networks or {}, access_point
        self.assets = assets or page()
        self.port = free_port()
        self.dns_port = free_port(socket.SOCK_DGRAM)
        self.store = MemoryStore()
        self.world = World(config or Config(), seed=seed, make_app=self._make_app).boot()
        self.node = self.world.nodes[0]
        self.app = self.node.app
        self.charger = self.node.charger
        self.web, self.gate = self.app.web, self.app.gate
        self.auth, self.events, self.wall = self.app.auth, self.app.events, self.app.wall
        self._thread = None
        self._stop = threading.Event()

    def _make_app(self, node):
        import main  # needs the fakes that World has installed
        from ballast.ports.wifi import Wifi

        settings = Settings()
        for key, value in self.values.items():
            settings.set(key, value)
        if self.user:
            record = password.make(self.user, b"salt-salt-salt-2", ITERATIONS)
            settings.set("password_user", record)
        env = main.Env(self.store, lambda line: None)
        env.http = ("127.0.0.1", self.port)
        env.assets = self.assets
        env.label = password.make(LABEL, b"salt-salt-salt-1", ITERATIONS)
        env.serial, env.model, env.version = "BAL-0001", "Ballast 32", "0.1.0"
        node.device.access_points.update(self.networks)
        env.wifi = Wifi("ballast")
        env.access_point, env.dns_port = self.access_point, self.dns_port
        env.blocking = self._at_once
        return main.App(node.board, env, settings)

    async def _at_once(self, function):
        with self.node.device:
            return function()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        """Start the services; returns when the page can be reached."""
        self.world.spawn(self.app.services.run())
        self.world.run(0.1)
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


def free_port(kind=socket.SOCK_STREAM):
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
