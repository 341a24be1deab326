"""Where things are: in the checkout and its private environment, or in what pip has installed."""

from pathlib import Path

from ballast_bench import home

INSTALLED = home.INSTALLED
ROOT = home.ROOT
"""The checkout; the packaged copy of its folders where there is none."""

TOOLS = home.PACKAGES
FIRMWARE = home.FIRMWARE
BOARDS = home.BOARDS
BENCH = TOOLS / "ballast_bench"
HOST_TESTS = ROOT / "host_tests"
BUILD = (Path.cwd() if INSTALLED else ROOT) / "build"

VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_DIR = VENV / "node"
"""Where npm puts the MicroPython VM."""


def import_roots():
    """The folders that modules are imported from, as strings; pip's own are on the path already."""
    return [str(FIRMWARE)] if INSTALLED else [str(FIRMWARE), str(TOOLS)]


def shown(path):
    """`path` as a message shows it: from the checkout's root if it and the reader are inside one."""
    path = Path(path)
    inside = not INSTALLED and path.is_relative_to(ROOT) and Path.cwd().is_relative_to(ROOT)
    return path.relative_to(ROOT) if inside else path
