"""What a charger takes of a VM's heap: whether it boots and serves three pages in one, what it holds.

    why = lacks(parts, 650)              # "" = it boots and serves them in 650 KiB
    bench, live = held(parts, settings)  # bytes of the VM's side of the bench, and of the charger
"""

import contextlib
import tempfile
from functools import partial
from pathlib import Path

import ballast_bench.fakes as fakes
from ballast_bench.devices.web_client import Browser
from ballast_bench.person.options import make_setup
from ballast_bench.setup import PASSWORD
from ballast_bench.vm.process import VmDied
from ballast_bench.vm.setup import VmSetup

PAGES = 3
_OWN_NETWORK = "label-wifi-1"
_PATHS = ("/", "/api/hello", "/api/status", "/api/settings")


class Seat:
    """What a web_client.Browser wants of a rig: the world, and the port of a page in it."""

    def __init__(self, world, port):
        self.world, self.port = world, port


def lacks(parts, kib, settings=None, bluetooth=False):
    """Why a charger with this heap does not boot and serve three pages, "" = it does.

    settings: {name: value}. bluetooth: its button is held before, so that Bluetooth is on.
    """
    with tempfile.TemporaryDirectory(prefix="ballast-heap-") as folder:
        setup = _setup(parts, settings, folder, f"{kib}k")
        try:
            world = setup.start()
            _run(world, bluetooth)
            with contextlib.suppress(OSError, EOFError):
                _read_pages(world, setup.page_port(world.nodes[0]))
            return "MemoryError" if _short(setup) else "" if world.nodes[0].boots == 1 else "it restarts"
        except (VmDied, fakes.HardReset, AssertionError, IndexError) as error:
            return "MemoryError" if _short(setup) else str(error) or type(error).__name__
        finally:
            setup.stop()


def held(parts, settings=None, bluetooth=False):
    """(bytes that the VM's side of the bench holds, bytes that the charger holds after its boot)."""
    with tempfile.TemporaryDirectory(prefix="ballast-heap-") as folder:
        setup = _setup(parts, settings, folder, "8M")
        try:
            world = setup.start()
            _run(world, bluetooth)
            bench, live = world.nodes[0].app.evaluate("fakes_bytes, (gc.collect(), gc.mem_alloc())[1]")
            return bench, live - bench
        finally:
            setup.stop()


def _setup(parts, settings, folder, heap):
    make = partial(VmSetup, parts=parts, folder=Path(folder), heap=heap, own_network=_OWN_NETWORK)
    setup = make_setup({"house": "empty", "meter": "clamp"}, make)
    setup.values.update(settings or {})
    return setup


def _run(world, bluetooth):
    world.nodes[0].cp.button = int(bluetooth)
    world.run(4.0)
    world.nodes[0].cp.button = 0
    world.run(1.0)


def _short(setup):
    """Whether it had too little memory."""
    log = setup.world.nodes[0].app.log
    return log.exists() and "MemoryError" in log.read_text(errors="replace")


def _read_pages(world, port):
    """Three browsers that have logged in, one after the other, and stay so."""
    for _ in range(PAGES):
        page = Browser(Seat(world, port)).login(PASSWORD)
        for path in _PATHS:
            answer = page.get(path)
            assert answer.status == 200, (path, answer.status, answer.body)
