"""A charger of the bench with its web server, for the tests of the page.

with WebRig() as rig:              # real charger, real sockets, the world's clock
    rig.open()                     # listens on 127.0.0.1, a free port
    rig.world.run(1.0)
"""

import asyncio
import atexit
import hashlib
import json
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from random import Random

from ballast.control.settings import Settings
from ballast.protocol import password
from ballast_bench import upy
from ballast_bench.person.bench_page import real_ms
from ballast_bench.plant.plant import Config
from ballast_bench.world import World

LABEL = "label-pass-42"
PASSWORD = "bench-pass-1"
ITERATIONS = 8  # the real count is tested once, in test_password.py


class MemoryStore:
    """What storage keeps, in memory: load/save of JSON-able records. by_minute, minute: as Store."""

    def __init__(self):
        self.by_minute, self.minute = False, None
        self.kept = {}

    def load(self, name):
        return json.loads(self.kept[name]) if name in self.kept else None

    def save(self, name, record, within_s=600):
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
        from ballast_tools.ship import web_assets

        out = Path(tempfile.mkdtemp(prefix="ballast-page-"))
        atexit.register(shutil.rmtree, out, ignore_errors=True)
        web_assets.build(out)
        _PAGE["assets"] = web_assets.load(out)
    return _PAGE["assets"]


class WebRig:
    """A whole charger (main.App) with its page, on the world's clock.

    config: of the plant. settings: values to begin with. user: the user's password, None =
    fresh from the box. assets: (folder, manifest), None = the built page. networks: in reach,
    {ssid: (password, channel, rssi)}. access_point, measure: as compose/env.Env.
    """

    def __init__(self, config=None, settings=None, user=PASSWORD, assets=None, networks=None,
                 access_point=None, measure=False, seed=7):  # fmt: skip
        self.values = {"installed": 1 if user else 0, "meter_kind": 1, "name": "Garage"}
        self.values.update(settings or {})
        self.measure = measure
        self.user, self.networks, self.access_point = user, networks or {}, access_point
        self.assets = assets or page()
        self.port = free_port()
        self.dns_port = free_port(socket.SOCK_DGRAM)
        self.world = World(config or Config(), seed=seed, make_app=self._make_app).boot()
        self.node = self.world.nodes[0]
        self.storage = self.node.storage
        self.app = self.node.app
        self.charger = self.node.charger
        self.store = self.app.store
        parts = self.app.page
        self.web, self.door = parts.web, parts.door
        self.auth, self.events, self.wall = parts.auth, parts.events, parts.wall

    def _make_app(self, node):
        from ballast.compose.env import Env
        from ballast.ports.wifi import Wifi

        settings = Settings()
        for key, value in self.values.items():
            settings.set(key, value)
        if self.user:
            record = password.make(self.user, b"salt-salt-salt-2", ITERATIONS)
            settings.set("password_user", record)
        env = Env(node.fit_flash(), Random(7).randbytes, node.say)
        env.journal = node.storage.journal
        env.http = ("127.0.0.1", self.port)
        env.assets = self.assets
        env.label = password.make(LABEL, b"salt-salt-salt-1", ITERATIONS)
        env.serial, env.model, env.version = "BAL-0001", "Ballast 32", "0.1.0"
        node.device.access_points.update(self.networks)
        env.wifi = Wifi("ballast")
        env.access_point, env.dns_port = self.access_point, self.dns_port
        env.blocking = self._at_once
        env.measure = self.measure
        self.fit(env, node)
        return upy.firmware_main().App(node.board, env, settings)

    def fit(self, env, node):
        """For a rig that has more: called before the App is made."""

    async def _at_once(self, function):
        with self.node.device:
            return function()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        """Start the services; returns when the page can be reached."""
        with self.node.device:  # its sockets are this chip's
            self.world.spawn(self.app.services.run())
        listening = self.world.until(lambda: self.door._server is not None, 5.0)
        assert listening is not None, "the page was not served within 5 s"
        return self

    def meter(self, interval_s=1.0):
        """The supply meter talks to the charger straight, once per interval: no bus, no radio."""
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

    def call(self, function, *args):
        """Run `function(*args)` inside the world's thread; its result."""
        done = threading.Event()
        box = []

        def work():
            try:
                box.append(function(*args))
            except Exception as error:  # noqa: BLE001 (raised again in the caller's thread)
                box.append(error)
            done.set()

        self.world.loop.call_soon_threadsafe(work)
        if not done.wait(20):
            raise TimeoutError("the world does not answer")
        if isinstance(box[0], Exception):
            raise box[0]
        return box[0]

    def close(self):
        self.door.close()
        self.world.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Live:
    """A rig that runs at `pace` in a thread of its own, for a browser in this one.

    make() -> WebRig, called in that thread. What the server owes a browser goes by the
    real clock.
    """

    def __init__(self, make, pace=20.0):
        self._make, self._pace = make, pace
        self._ready, self._stop = threading.Event(), threading.Event()
        self.running = threading.Event()  # cleared: the charger has no power
        self.running.set()
        self._error = None
        self.rig = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error

    def _work(self):
        try:
            self.rig = self._make()
            self.rig.door.clock = self.rig.web.real_ms = real_ms
        except Exception as error:  # noqa: BLE001 (raised in __init__)
            self._error = error
            return
        finally:
            self._ready.set()
        while not self._stop.is_set():
            self.running.wait()
            pace = self.rig.world.pace or self._pace  # the page may have chosen another
            self.rig.world.run(0.2 * pace, pace=pace)
        self.rig.close()

    def wait(self, make_coroutine):
        """Await make_coroutine() in the world's thread; its result."""
        return asyncio.run_coroutine_threadsafe(make_coroutine(), self.rig.world.loop).result(20)

    def close(self):
        self._stop.set()
        self.running.set()
        self._thread.join(30)


def free_port(kind=socket.SOCK_STREAM):
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
