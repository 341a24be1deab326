"""Runs the charger on the MicroPython VM and opens its page; the host moves the clock.

Runs on the MicroPython VM alone. `charger.mjs` calls the functions here one after another, and
`collect()` between them: this VM collects garbage only between two calls from outside.
"""

import asyncio
import asyncio.core as core
import json
import os
import sys

import uctypes
import vfs
import vm_chip

APP = "/app"
OURS = ("ballast", "microdot", "main")
_state = {}


def memory_at(address, size):
    return memoryview(uctypes.bytearray_at(address, size))


def know(names):
    """Have these names as the base image's flash has them: what they cost is not the application's."""
    for name in json.loads(names):
        hasattr(_state, name)


def install(job):
    """The chip, and the application's image as the loader mounts it. Nothing of it is imported."""
    job = json.loads(job)
    parts = {name: memory_at(*place) for name, place in job["partitions"].items()}
    image = parts["romfs"][: job["image_bytes"]]
    vfs.mount(vfs.VfsRom(image), APP)
    sys.path[:] = [APP, ".frozen"]
    os.chdir("/")
    import board

    _state["machine"] = vm_chip.install(board, parts, json.dumps(job["unit"]).encode())
    sys.modules.pop("board")
    os.urandom = random_bytes
    asyncio.ThreadSafeFlag = Flag
    asyncio.start_server = start_server
    asyncio.sleep_ms = core.sleep_ms
    core._schedule_run_iter = nothing
    core.new_event_loop()
    _state["settings"] = job["settings"]
    _state["clients"] = []
    _state["seed"] = 1


def nothing(*args):
    pass


def random_bytes(n):
    seed = _state["seed"] = (_state["seed"] * 421 + 1663) % 7875
    return bytes([(seed >> (i & 3)) & 0xFF for i in range(n)])


class Flag(asyncio.Event):
    """ThreadSafeFlag: an event that the waiting task clears."""

    async def wait(self):
        await super().wait()
        self.clear()


class Server:
    def close(self):
        pass


async def start_server(callback, host, port, backlog=5):
    _state["serve"] = callback
    return Server()


# -- the boot, in the pieces between which the chip's heap may be collected


def load(name):
    __import__(name)


def boot():
    """What compose/chip.run does, up to the event loop, on a charger with the settings of the row."""
    import board

    from ballast.compose import chip, factory
    from main import App

    permit = factory.Permit()
    env, brand, cal = chip.make_env(permit, chip.ResetInfo(board.CHIP))
    settings, problems = factory.settings(brand)
    problems += settings.load(_state["settings"])
    app = permit.app = App(board, env, settings, cal)
    update = env.update
    if update is not None:
        app.services.add("update", lambda: factory.prove(update, app))
    app.start()
    _state["app"] = app
    _state["problems"] = problems
    core.create_task(app.services.run())


def tick():
    """One turn of the loop."""
    core._run_iter()


def step():
    """One event of the step's timer, then one turn of the loop."""
    timer = _state["machine"].Timer
    if timer.callback is not None:
        timer.callback(timer)
    core._run_iter()


def keep_garbage(keep):
    """Whether the firmware's own collections leave everything as it is: it is being measured."""
    import gc

    _state["app"].collector._collect = nothing if keep else gc.collect


def open_bluetooth():
    """A long press of the button, for Bluetooth alone: it would open the access point and a pairing too."""
    _state["app"].ble._longs -= 1


# -- clients


class Wire:
    """A socket with its stream: what the client sends; of what comes back only the head is kept."""

    def __init__(self, sent):
        self.sent = sent
        self.got = b""
        self.keep = 2000
        self.count = 0
        self.closed = False

    async def read(self, n):
        part = self.sent[:n]
        self.sent = self.sent[n:]
        return part

    def get_extra_info(self, name):
        return ("192.168.4.3", 4711)

    def write(self, data):
        self.count += len(data)
        if len(self.got) < self.keep:
            self.got += data

    async def drain(self):
        await core.sleep_ms(10)

    def close(self):
        self.closed = True

    async def wait_closed(self):
        pass


async def ask(client, method, path, body=None):
    head = "%s %s HTTP/1.1\r\nHost: 192.168.4.2\r\nSec-Fetch-Site: same-origin\r\n" % (method, path)
    data = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(data)
    if client.get("cookie"):
        head += "Cookie: session=%s\r\n" % client["cookie"]
    wire = Wire(head.encode() + b"\r\n" + data)
    client["wire"] = wire
    await _state["serve"](wire, wire)
    return wire


async def note(client, method, path, body=None):
    wire = await ask(client, method, path, body)
    client["answers"].append((path, status_of(wire), wire.count))
    return wire


def status_of(wire):
    return int(wire.got.split(b" ", 2)[1]) if wire.got else 0


async def view(client, assets, visited, password):
    """What a browser does: the page with its files, the login, then the live status."""
    for path in assets:
        await note(client, "GET", path)
    wire = await note(client, "POST", "/api/login", {"password": password})
    at = wire.got.find(b"session=") + 8
    client["cookie"] = wire.got[at : at + 32].decode()
    for path in visited:
        await note(client, "GET", path)
    client["done"] = True
    await ask(client, "GET", "/api/live")
    client["ended"] = True


def open_page(assets, visited, password):
    client = {"answers": [], "done": False, "ended": False, "cookie": ""}
    _state["clients"].append(client)
    client["task"] = core.create_task(view(client, json.loads(assets), json.loads(visited), password))


def pages_done():
    return all(client["done"] for client in _state["clients"])


def forget_answers():
    """Free what the clients keep; returns what they got, as JSON."""
    out = []
    for client in _state["clients"]:
        out.append(client["answers"])
        client["answers"] = []
        client["wire"].got = b""
        client["wire"].keep = 0
    return json.dumps(out)


def state():
    """What the charger says of itself, as JSON."""
    app = _state["app"]
    window = app.ble.window if app.ble is not None else None
    return json.dumps({
        "restarts": app.services.restarts, "errors": app.services.last_error,
        "step_error": str(app.timer.error), "steps": app.timer.steps, "live": app.page.web.live,
        "group": app.group.problem, "group_runs": app.group.link is not None,
        "ble": window is not None and window.is_open, "problems": _state["problems"],
        "modules": [name for name in sys.modules if name.startswith(OURS)],
    })  # fmt: skip


_DEEP = 7  # chosen: app.page.web.app._handlers and the like


def places():
    """Where things lie, as JSON: {"modules": {name: address}, "objects": [[path, address, type]],
    "type": address}."""
    modules = {name: id(sys.modules[name]) for name in sys.modules if name.startswith(OURS)}
    out, seen = [], set()
    todo = [("app", _state["app"], 0)] if "app" in _state else []
    while todo:
        path, thing, deep = todo.pop(0)
        if id(thing) in seen or isinstance(thing, (int, str, type)):
            continue
        seen.add(id(thing))
        out.append([path, id(thing), type(thing).__name__])
        if isinstance(thing, (list, tuple)) and deep < _DEEP:
            todo += [("%s[%d]" % (path, n), thing[n], deep + 1) for n in range(len(thing))]
        elif deep < _DEEP and hasattr(thing, "__dict__") and type(thing).__name__ != "module":
            todo += [(path + "." + key, value, deep + 1) for key, value in thing.__dict__.items()]
    return json.dumps({"modules": modules, "objects": out, "type": id(type)})
