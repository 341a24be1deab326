"""The smallest heap in which a charger boots and serves three pages, on the VM with its 64-bit words.

    found = smallest(parts)          # KiB here; found / package.FACTOR_64 is an estimate for a chip
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
_STEP_KIB = 10
_PATHS = ("/", "/api/hello", "/api/status", "/api/settings")


class Seat:
    """What a web_client.Browser wants of a rig: the world, and the port of a page in it."""

    def __init__(self, world, port):
        self.world, self.port = world, port


def smallest(parts, given=None, least=200, most=1600):
    """KiB, to 10; None where `most` is too little. given: {name: value} of person/options.py."""
    if lacks(parts, most, given):
        return None
    while most - least > _STEP_KIB:
        middle = (most + least) // 2 // _STEP_KIB * _STEP_KIB
        if lacks(parts, middle, given):
            least = middle
        else:
            most = middle
    return most


def lacks(parts, kib, given=None):
    """Why a charger with this heap does not boot and serve three pages, "" = it does."""
    with tempfile.TemporaryDirectory(prefix="ballast-heap-") as folder:
        setup = make_setup({"house": "empty", "meter": "clamp", **(given or {})},
                           partial(VmSetup, parts=parts, folder=Path(folder), heap=f"{kib}k"))  # fmt: skip
        try:
            world = setup.start()
            world.run(2.0)
            with contextlib.suppress(OSError, EOFError):
                _read_pages(world, setup.page_port(world.nodes[0]))
            app = world.nodes[0].app
            short = "MemoryError" in app.log.read_text(errors="replace")
            return "MemoryError" if short else "" if app.process is not None else "it restarts"
        except (VmDied, fakes.HardReset, AssertionError, IndexError) as error:
            log = setup.world.nodes[0].app.log
            short = log.exists() and "MemoryError" in log.read_text(errors="replace")
            return "MemoryError" if short else str(error) or type(error).__name__
        finally:
            setup.stop()


def _read_pages(world, port):
    """Three browsers that have logged in, one after the other, and stay so."""
    for _ in range(PAGES):
        page = Browser(Seat(world, port)).login(PASSWORD)
        for path in _PATHS:
            answer = page.get(path)
            assert answer.status == 200, (path, answer.status, answer.body)
