"""The web server on MicroPython: door, Microdot, login, status, commands, live.

Sockets are imitated (this port has none): a client is the bytes that it sends.
"""

# ruff: noqa: E402
import asyncio
import json
import sys

# The ESP32's firmware has no inspect; this port has, and Microdot then takes itself to be
# on CPython and would run the handlers in threads.
sys.modules["inspect"] = type("Absent", (), {})

from ballast.control.charger import Charger
from ballast.control.records import Fit
from ballast.control.settings import Settings
from ballast.protocol import password
from ballast.protocol.status import Info
from ballast.services.memory.event_log import EventLog
from ballast.services.memory.history import History
from ballast.services.memory.sessions import Sessions
from ballast.services.schedule import Schedule
from ballast.services.wall_clock import WallClock
from ballast.services.web.commands import WebCommands
from ballast.services.web.door import Door
from ballast.services.web.login import Auth
from ballast.services.web.records import WebRecords
from ballast.services.web.server import Web
from ballast.services.web.settings import WebSettings

WORD = "label-pass-42"


class Store:
    def __init__(self):
        self.kept = {}

    def load(self, name):
        return json.loads(self.kept[name]) if name in self.kept else None

    def save(self, name, record, within_s=60):
        self.kept[name] = json.dumps(record)


class Wire:
    """Both ends of a connection, as MicroPython's Stream: what was sent, what came back."""

    def __init__(self, sent, enough=None):
        self.sent = sent
        self.got = b""
        self.enough = enough  # hang up when this many bytes have come back
        self.closed = False

    async def read(self, n):
        part = self.sent[:n]
        self.sent = self.sent[n:]
        return part

    def get_extra_info(self, name):
        return ("10.0.0.2", 4711)

    def write(self, data):
        self.got += data

    async def drain(self):
        if self.enough is not None and len(self.got) >= self.enough:
            raise OSError(104)
        await asyncio.sleep(0)

    def close(self):
        pass

    async def wait_closed(self):
        self.closed = True


class Unit:
    """A charger with its web server, without a scan cycle's inputs."""

    def __init__(self):
        self.now = 100
        store, clock = Store(), self.clock
        self.charger = Charger(Settings(), Fit())
        self.wall = WallClock(clock)
        events = EventLog(store, clock, self.wall.time_s)
        label = password.make(WORD, b"0123456789abcdef", 3)
        self.random = 0
        self.auth = Auth(self.charger.settings, store, clock, self.bytes, label, events.add, 3)
        self.web = Web(
            self.charger, Info(), self.auth, events, ("/", {}), clock, self.wall, ("ballast",)
        )
        self.history = History()
        WebCommands(self.web)
        WebRecords(self.web, self.history, Sessions(store, self.wall.time_s, lambda: 0), events)
        WebSettings(self.web, Schedule(self.charger, store, self.wall, lambda: 0), lambda: 6)
        self.door = Door(self.web.app.handle_request)
        self.cookie = ""

    def clock(self):
        return self.now

    def bytes(self, n):
        self.random += 1
        return bytes([(self.random * 7 + i) & 0xFF for i in range(n)])

    async def ask(self, method, path, data=None, enough=None):
        """(status, head, body) of one request."""
        body = b"" if data is None else json.dumps(data).encode()
        head = "%s %s HTTP/1.1\r\nHost: ballast\r\nSec-Fetch-Site: same-origin\r\n" % (method, path)
        if data is not None:
            head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        if self.cookie:
            head += "Cookie: session=%s\r\n" % self.cookie
        wire = Wire(head.encode() + b"\r\n" + body, enough)
        await self.door.serve(wire, wire)
        assert wire.closed and self.door.count() == 0
        at = wire.got.find(b"\r\n\r\n")
        return int(wire.got.split(b" ")[1]), wire.got[:at].decode(), wire.got[at + 4 :]

    async def login(self):
        status, head, _ = await self.ask("POST", "/api/login", {"password": WORD})
        assert status == 200, status
        at = head.find("session=") + 8
        self.cookie = head[at : at + 32]
        return self


async def test_the_door():
    unit = Unit()
    status, _, body = await unit.ask("GET", "/api/hello")
    assert status == 200 and json.loads(body)["role"] is None
    assert (await unit.ask("GET", "/api/status"))[0] == 401
    assert (await unit.ask("POST", "/api/login", {"password": "wrong-one"}))[0] == 401
    await unit.login()
    assert (await unit.ask("GET", "/api/status"))[0] == 200


async def test_guessing_makes_wait():
    unit = Unit()
    for _ in range(3):
        await unit.ask("POST", "/api/login", {"password": "wrong-one"})
    status, _, body = await unit.ask("POST", "/api/login", {"password": WORD})
    assert status == 429 and json.loads(body)["wait_s"] == 1


async def test_status_commands_and_settings():
    unit = await Unit().login()
    document = json.loads((await unit.ask("GET", "/api/status"))[2])
    assert document["state"] == "F" and document["version"] == 1
    assert (await unit.ask("POST", "/api/current", {"current_ma": 10000}))[0] == 200
    assert unit.charger.settings["user_ma"] == 10000
    assert (await unit.ask("POST", "/api/current", {"current_ma": 5}))[0] == 400
    assert (await unit.ask("POST", "/api/pause", {}))[0] == 200
    assert unit.charger.settings["user_paused"] == 1
    assert (await unit.ask("PUT", "/api/settings", {"fuse_ma": 32000, "name": "Shed"}))[0] == 200
    assert (await unit.ask("PUT", "/api/settings", {"fuse_ma": 1}))[0] == 400
    rows = json.loads((await unit.ask("GET", "/api/settings"))[2])["settings"]
    assert [row["value"] for row in rows if row["key"] == "name"] == ["Shed"]
    word = {"role": "user", "password": "my-own-word"}
    assert (await unit.ask("POST", "/api/password", word))[0] == 200


async def test_schedule_time_and_records():
    unit = await Unit().login()
    assert (await unit.ask("POST", "/api/time", {"time_s": 1767571200}))[0] == 200
    window = {"days": [0], "from_min": 60, "to_min": 120, "current_ma": 0}
    plan = {"enabled": True, "outside_ma": 0, "windows": [window]}
    status, _, body = await unit.ask("PUT", "/api/schedule", plan)
    assert status == 200 and json.loads(body)["change_min"] == 60
    for second in range(45):
        unit.history.add(1000 + second, unit.web.st, True)
    history = json.loads((await unit.ask("GET", "/api/history?span=hour"))[2])
    assert history["count"] == 4 and len(history["fuse_da"]) == 4
    assert (await unit.ask("GET", "/api/sessions.csv"))[2].startswith(b"start_s,")
    assert json.loads((await unit.ask("GET", "/api/events"))[2])["events"]


async def test_live_frames_and_hanging_up():
    unit = await Unit().login()

    async def tick():
        for _ in range(6):
            await asyncio.sleep(0.1)
            unit.web.publish()

    ticking = asyncio.create_task(tick())
    status, head, body = await unit.ask("GET", "/api/live", enough=4000)
    await ticking
    assert status == 200 and "text/event-stream" in head
    frames = [line for line in body.split(b"\n") if line.startswith(b"data: ")]
    assert len(frames) >= 2 and json.loads(frames[0][6:])["version"] == 1
    assert unit.web.live == 0


async def test_bad_requests():
    unit = Unit()
    for sent, want in ((b"NONSENSE\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nX: " + b"a" * 5000, 431)):
        wire = Wire(sent)
        await unit.door.serve(wire, wire)
        assert int(wire.got.split(b" ")[1]) == want
    wire = Wire(b"GET / HT")
    await unit.door.serve(wire, wire)
    assert wire.got == b"" and wire.closed
    assert (await unit.ask("GET", "/nothing"))[0] == 404
