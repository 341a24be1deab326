"""The import law holds, and each of its clauses can be broken (so the check can fail)."""

import pytest

from ballast_tools.shell import paths
from house.import_law import check


def sources():
    files = [*paths.FIRMWARE.rglob("*.py"), *paths.FIRMWARE.rglob("*.pyi"), *paths.BOARDS.rglob("board.py")]
    files += paths.TOOLS.rglob("*.py")
    return sorted(f.relative_to(paths.ROOT).as_posix() for f in files)


def test_the_firmware_keeps_the_law():
    files = sources()
    assert "firmware/ballast/control/records.py" in files
    assert "firmware/ballast/services/shapes.pyi" in files
    complaints = [c for f in files for c in check(f, (paths.ROOT / f).read_text())]
    assert not complaints, "\n" + "\n".join(complaints)


CONTROL, PROTOCOL, PORTS, SERVICES, COMPOSE, BOARD = (
    "firmware/ballast/control/x.py",
    "firmware/ballast/protocol/x.py",
    "firmware/ballast/ports/x.py",
    "firmware/ballast/services/web/x.py",
    "firmware/ballast/compose/x.py",
    "boards/b/board.py",
)

ROOM, BENCH, CHECK, SHIP = (
    "firmware/ballast/control/meter/x.py",
    "tools/ballast_bench/plant/x.py",
    "tools/ballast_tools/check/x.py",
    "tools/ballast_tools/ship/x.py",
)

SHAPES = "firmware/ballast/services/shapes.pyi"


def guarded(*lines, value="const(0)"):
    """`lines` under the guard of imports for the type check."""
    text = f"from micropython import const\n_TYPE_CHECKING = {value}\nif _TYPE_CHECKING:\n"
    return text + "".join(f"    {line}\n" for line in lines)


BROKEN = [
    (ROOM, "from ballast.control.balance import supply", "may not import control/balance"),
    (ROOM, "from ballast.control.charger import Charger", "may not import control/charger"),
    (CONTROL, "from ballast.control.group import records", "may not import control/group"),
    (ROOM, "from ballast_bench import upy", "may not import ballast_bench.upy"),
    (BENCH, "from portable import raises", "a part of host_tests/"),
    (BENCH, "from ballast_tools.check import workers", "may not import ballast_tools.check"),
    (CHECK, "from control.group import test_x", "a part of host_tests/"),
    (CHECK, "from ballast_tools.play import run", "may not import ballast_tools.play"),
    (SHIP, "from ballast_bench import world", "may not import ballast_bench.world"),
    (CONTROL, "import time", "may not import time"),
    (CONTROL, "import json", "may not import json"),
    (CONTROL, "from micropython import heap_lock", "may not import micropython.heap_lock"),
    (CONTROL, "from ballast.protocol import modbus", "may not import ballast.protocol"),
    (CONTROL, "def f():\n    import machine", "may not import machine"),
    (CONTROL, "X = 0.5", "float 0.5"),
    (CONTROL, "def f(a):\n    return a / 2", "true division"),
    (CONTROL, "def f(a):\n    a /= 2", "true division"),
    (CONTROL, "async def f():\n    pass", "synchronous"),
    (CONTROL, "def f(a):\n    return round(a)", "round()"),
    (CONTROL, "_n = 0\ndef f():\n    global _n", "module-level state"),
    (PROTOCOL, "import time", "may not import time"),
    (PROTOCOL, "import asyncio", "may not import asyncio"),
    (PROTOCOL, "from ballast.ports import rs485", "may not import ballast.ports"),
    (PROTOCOL, "from ballast.control.meter.meter import Meter", "constants of control/, not Meter"),
    (PROTOCOL, "from ballast.control.meter import meter\nx = meter.Meter", "not Meter"),
    (PORTS, "import asyncio", "may not import asyncio"),
    (PORTS, "from ballast.control.records import Scan", "may not import ballast.control"),
    (PORTS, "from ..control import records", "may not import ..control"),
    (PORTS, "from ballast.protocol import modbus", "may not import ballast.protocol"),
    (SERVICES, "import machine", "may not import machine"),
    (SERVICES, "from ballast.ports import rs485", "may not import ballast.ports"),
    (SERVICES, "from ballast.services import web", "may not import ballast.services"),
    (SERVICES, "from .server import Page", "may not import ballast.services.web.server"),
    (SERVICES, "from ballast.control.scan_cycle import ScanCycle", "not ScanCycle"),
    (BOARD, "import machine", "may not import machine"),
    (BOARD, "PIN = machine.Pin(3)", "Pin() is called at import"),
    (SERVICES, "start()", "only definitions"),
    (SERVICES, "for x in y:\n    pass", "only definitions"),
    (SERVICES, "if x:\n    y = 1", "only definitions"),
    (SERVICES, "lock = Lock()", "Lock() is called at import"),
    (PORTS, "class A:\n    pin = Pin(1)", "Pin() is called at import"),
    (PORTS, "try:\n    go()\nexcept ImportError:\n    pass", "only definitions"),
    (SERVICES, guarded("from ballast.control.charger import Charger"), "for types alone"),
    (SERVICES, guarded("from ballast.control.records import Status"), "for types alone"),
    (SERVICES, guarded("from ballast.services.wall_clock import WallClock"), "for types alone"),
    (PROTOCOL, guarded("from ballast.services.shapes import Charger"), "for types alone"),
    (CONTROL, guarded("from ballast.protocol import modbus"), "for types alone"),
    (ROOM, guarded("from ballast.control.balance.supply import Supply"), "control/balance"),
    (PORTS, guarded("from ballast.control.records import Scan"), "for types alone"),
    (SERVICES, guarded("start()"), "Expr under _TYPE_CHECKING"),
    (SERVICES, guarded("import typing"), "Import under _TYPE_CHECKING"),
    (SERVICES, guarded("from typing import Any") + "else:\n    Any = 0", "only definitions"),
    (SERVICES, "if _TYPE_CHECKING:\n    from typing import Any", "_TYPE_CHECKING = const(0) must"),
    (SERVICES, guarded("from typing import Any", value="0"), "must stand above"),
    (SERVICES, "from ballast.services.shapes import Charger", "outside if _TYPE_CHECKING"),
    (SERVICES, "from typing import Any", "outside if _TYPE_CHECKING"),
    (CONTROL, "def f():\n    from typing import Any", "outside if _TYPE_CHECKING"),
    (SHAPES, "from ballast.control.charger import Charger", "constants of control/, not Charger"),
    (SHAPES, "from ballast.ports.rs485 import Rs485", "may not import ballast.ports"),
    ("firmware/ballast/services/schedule.pyi", "class Schedule: ...", "a .pyi hides the .py"),
    (SERVICES, "import ballast.control.charger\nx = ballast.control.charger.Charger", "opens all"),
    (PROTOCOL, "def f():\n    import ballast.control.charger", "opens all of its package"),
    (SERVICES, "import ballast.control.records", "opens all of its package"),
    (COMPOSE, "import ballast.control.charger", "opens all of its package"),
    ("firmware/ballast/services/web/main.py", "import machine", "may not import machine"),
    ("firmware/ballast/control/boot.py", "start()", "only definitions"),
    ("firmware/x.py", "X = 1", "no row of LAW"),
    ("firmware/ballast/x.py", "X = 1", "no row of LAW"),
    ("firmware/ballast/new/x.py", "X = 1", "no row of LAW"),
    ("firmware/ballast/__init__.py", "import machine", "may not import machine"),
    (SERVICES, "@route('/')\ndef f():\n    pass", "@route('/') is called at import"),
    (SERVICES, "@native\ndef f():\n    pass", "@native is called at import"),
    (SERVICES, "@register\nclass A:\n    pass", "@register is called at import"),
    (SERVICES, "class A:\n    @cached\n    def f(self):\n        pass", "@cached is called"),
    (PORTS, "def f(pin=Pin(1)):\n    pass", "Pin() is called at import"),
    (PORTS, "def f(*, pin=Pin(1)):\n    pass", "Pin() is called at import"),
    (PORTS, "class A:\n    def f(self, pin=Pin(1)):\n        pass", "Pin() is called at import"),
    (PORTS, "class A:\n    go()", "only definitions"),
    (PORTS, "class A:\n    for x in y:\n        pass", "only definitions"),
    (PORTS, "class A(make()):\n    pass", "make() is called at import"),
    (PORTS, "class A:\n    class B:\n        go()", "only definitions"),
    (PORTS, "x = f()()", "a result() is called at import"),
    (CONTROL, "_seen = []", "module-level state"),
    (CONTROL, "_seen = {}", "module-level state"),
    (CONTROL, "_seen: list = [0] * 3", "module-level state"),
    (CONTROL, "_seen = bytearray(3)", "module-level state"),
    (CONTROL, "_seen = (1, [])", "module-level state"),
    (CONTROL, "class A:\n    seen = []", "module-level state"),
    (CONTROL, "def f():\n    return __import__('machine')", "__import__ hides"),
    (COMPOSE, "def f():\n    g = __import__", "__import__ hides"),
    ("tools/ballast_tools/x.py", "X = 1", "no row of TOOLS"),
    ("tools/ballast_tools/new/x.py", "X = 1", "no row of TOOLS"),
    ("tools/x.py", "X = 1", "no row of TOOLS"),
]


@pytest.mark.parametrize(("path", "text", "expected"), BROKEN)
def test_a_breach_is_named_with_its_place(path, text, expected):
    complaints = check(path, text)
    assert any(expected in c and c.startswith(path + ":") for c in complaints), complaints


KEPT = [
    (ROOM, "from ballast.control.meter import meter\nfrom ballast.control.records import Scan"),
    (SHIP, "from ballast_bench import upy\nfrom ballast.protocol import modbus"),
    (BENCH, "from ballast_tools.ship import web_assets"),
    (CHECK, "from ballast_bench.sims import group"),
    (CONTROL, "from micropython import const\nfrom ballast.control import ticks\n_X = const(3)"),
    (CONTROL, '"""Text."""\n\nX = (1, 2)\n\n\ndef f(a):\n    return a // 2'),
    (PROTOCOL, "import struct\nfrom ballast.control.limits.limits import SITE\nN = struct.calcsize('<I')"),
    (PROTOCOL, "from ballast.control.safety import faults as f\n\n\ndef g():\n    return f.KEYS"),
    (PORTS, "import machine\nimport time\nfrom .led_io import LedIo"),
    (SERVICES, "import time\nfrom microdot import Microdot\nfrom ballast.protocol import modbus"),
    (SERVICES, "from ballast.control.records import Status"),
    (SERVICES, "try:\n    import ssl\nexcept ImportError:\n    ssl = None"),
    ("firmware/main.py", "import machine\nmachine.reset()"),
    ("firmware/clamp/main.py", "from machine import ADC\nADC(1)"),
    (BOARD, "from micropython import const\nPIN = const(4)\nRCD_PIN = None"),
    (SERVICES, guarded("from ballast.services.shapes import Charger", "from typing import Any")),
    (SERVICES, guarded("from ballast.services import shapes")),
    (ROOM, guarded("from typing import Callable", "from ballast.control.meter.agreement import Pair")),
    (SHAPES, "from typing import Protocol\nfrom ballast.control.records import Status"),
    (COMPOSE, guarded("from ballast.control.charger import Charger")),
    (SERVICES, "class A:\n    @property\n    def f(self, n=3):\n        pass"),
    (CONTROL, "X = tuple([n for n in (1, 2)])"),
    ("firmware/ballast/__init__.py", '"""Ballast."""'),
    ("tools/ballast_tools/__main__.py", "from ballast_tools.shell.cli import main"),
]


@pytest.mark.parametrize(("path", "text"), KEPT)
def test_what_the_law_allows_passes(path, text):
    assert check(path, text) == []
