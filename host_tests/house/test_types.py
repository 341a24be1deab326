"""The firmware's types hold: against MicroPython's stubs for the ESP32, and between its layers."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest

from ballast_tools.shell import paths

pytest.importorskip("mypy", reason="mypy is missing: tools/ballast test has it")

FILES = [p for p in ("boot.py", "main.py", "ballast", "clamp") if (paths.FIRMWARE / p).exists()]


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Run mypy with the stubs on files or folders; the lines that concern these files."""
    from house.typings import lay_out

    stubs = lay_out(tmp_path_factory.mktemp("stubs") / "typings")
    cache = tmp_path_factory.mktemp("cache")

    def check(*files, root=paths.FIRMWARE, search=()):
        config = paths.ROOT / "pyproject.toml"
        command = [sys.executable, "-m", "mypy", "--config-file", str(config),
                   "--custom-typeshed-dir", str(stubs), "--no-site-packages",
                   "--cache-dir", str(cache), *map(str, files)]  # fmt: skip
        env = {**os.environ, "MYPYPATH": os.pathsep.join(map(str, [stubs, root, *search]))}
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        # the stubs have errors of their own; they carry absolute paths
        return [line for line in done.stdout.splitlines() if ": error:" in line and line[0] != "/"]

    return check


def test_firmware(check):
    assert "ballast" in FILES
    errors = check(*FILES)
    assert not errors, "\n".join(["", *errors])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import machine\nmachine.Pin(1).toggel()", "no attribute"),
        ("import time\ntime.perf_counter()", "no attribute"),
        ("from machine import Pin\nPin(1, Pin.OUT, vlaue=0)", "call-overload|call-arg"),
    ],
)
def test_mistakes_are_found(check, tmp_path, code, expected):
    (tmp_path / "sample.py").write_text(code)
    errors = check("sample.py", root=tmp_path)
    assert any(word in line for word in expected.split("|") for line in errors), errors


# -- mistakes in a copy of the real sources ----------------------------------------------

SCHEDULE = "ballast/services/schedule.py"

PLANTED = {
    "a method of the charger that does not exist": (
        SCHEDULE, "_charger.put_limit(", "_charger.put_limitt(", 'no attribute "put_limitt"'),
    "a text for the number of a fault": (
        SCHEDULE, "warn(faults.CLOCK,", 'warn("clock",', 'Argument 1 to "warn"'),
    "a method instead of its result": (
        SCHEDULE, "self._ticks())", "self._ticks)", 'Argument 3 to "warn"'),
    "one argument too few": (
        SCHEDULE, "limit, _TTL_MS)", "limit)", 'argument "ttl_ms"'),
    "swapped arguments of a codec": (
        SCHEDULE, "minutes_to_change(self._schedule, minute)", "minutes_to_change(minute, self._schedule)",
        'Argument 1 to "minutes_to_change"'),
    "a pair that may be None": (
        "ballast/protocol/clamp_inbox.py", "result <= FAULTY and pair is not None",
        "result <= FAULTY", 'Item "None" of "PairedClamp | None"'),
    "swapped arguments within protocol/": (
        "ballast/protocol/clamp_pairing.py", "signed(buf, size, HmacKey(key))",
        "signed(buf, HmacKey(key), size)", 'Argument 2 to "signed"'),
    "swapped objects where the parts are wired": (
        "ballast/compose/page.py", "Schedule(app.charger, store, self.wall,",
        "Schedule(app.charger, self.wall, store,", 'Argument 2 to "Schedule"'),
    "the wrong record for a port": (
        "main.py", "self._write(self.out)", "self._write(self.scan)", 'expected "Out"'),
    "a constant that no board has": (
        "ballast/ports/board_io.py", "board.COIL_ON_LEVEL", "board.COIL_LEVEL", "COIL_LEVEL"),
    "a clamp that sends to a number": (
        "clamp/app.py", "self._radio.send(link.pair.mac,", "self._radio.send(link.pair.charger,",
        'Argument 1 to "send" of "Radio"'),
    "a route that calls a method which a service lacks": (
        "ballast/services/web/measure.py", "link.unpair(self", "link.unpaired(self",
        '"ClampLink" has no attribute "unpaired"'),
    "a function without types": (
        "ballast/protocol/modbus.py", 'def crc16(data: "Readable", size: int) -> int:',
        "def crc16(data, size):", "missing a type annotation"),
}  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the firmware in which mistakes can be planted."""
    root = tmp_path_factory.mktemp("copy") / "firmware"
    shutil.copytree(paths.FIRMWARE, root, ignore=shutil.ignore_patterns("web/*", "__pycache__"))
    return root


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(check, copy, mistake):
    name, right, wrong, expected = PLANTED[mistake]
    file = copy / name
    text = file.read_text()
    assert text.count(right) == 1, f"{name} no longer has {right!r} once: plant it elsewhere"
    file.write_text(text.replace(right, wrong))
    try:
        errors = check(*FILES, root=copy)
    finally:
        shutil.copy2(paths.FIRMWARE / name, file)  # with its old time, which mypy's cache goes by
    assert [e for e in errors if e.startswith(name + ":") and expected in e], errors


def test_the_copy_without_a_mistake_passes(check, copy):
    assert not check(*FILES, root=copy)


# -- shapes: the .pyi files beside the code ----------------------------------------------

REAL = re.compile(r"((?:control|protocol|ports|services|compose|clamp)/[\w/]+)\.([A-Z]\w*)\b")


def shapes():
    """(module of the shapes, name of the shape, module of the real class, its name)."""
    for file in sorted(paths.FIRMWARE.rglob("*.pyi")):
        module = ".".join(file.relative_to(paths.FIRMWARE).with_suffix("").parts)
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                for path, name in REAL.findall(ast.get_docstring(node) or ""):
                    folder = path if path.startswith("clamp/") else f"ballast/{path}"
                    yield module, node.name, folder.replace("/", "."), name


def test_each_shape_fits_the_class_that_it_names(check, tmp_path):
    """Who hands the object over may be without types: the shape is compared here too."""
    rows = list(shapes())
    assert len(rows) > 10
    lines = [f"import {m}" for m in sorted({r[0] for r in rows} | {r[2] for r in rows})]
    for n, (module, shape, real, name) in enumerate(rows):
        lines.append(f"def f{n}(x: {real}.{name}) -> {module}.{shape}:\n    return x")
    (tmp_path / "fit.py").write_text("\n".join(lines) + "\n")
    errors = check("fit.py", root=tmp_path, search=[paths.FIRMWARE])
    assert not errors, "\n".join(["", *errors])
    (tmp_path / "fit.py").write_text(
        "import ballast.control.records as r\nimport ballast.ports.shapes as s\n"
        "def f(x: r.Out) -> s.Scan:\n    return x\n"
    )
    assert check("fit.py", root=tmp_path, search=[paths.FIRMWARE])
