"""Where things are in the repository and in its private environment."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools"
FIRMWARE = ROOT / "firmware"
BOARDS = ROOT / "boards"
BENCH = TOOLS / "ballast_bench"
HOST_TESTS = ROOT / "host_tests"
BUILD = ROOT / "build"

VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_DIR = VENV / "node"
"""Where npm puts the MicroPython VM."""


def import_roots():
    """The folders that modules are imported from, as strings."""
    return [str(FIRMWARE), str(TOOLS)]


def shown(path):
    """`path` as a message shows it: from the repository's root where it lies inside."""
    path = Path(path)
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
