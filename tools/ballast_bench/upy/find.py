"""Lets Python find the firmware, behind whatever else it finds.

The firmware's folder is the last of sys.path: a `main.py`, `boot.py` or `board.py` of somebody
else stays what `import main` gives. Its own main.py is loaded by its file.
"""

import importlib.util
import sys

from ballast_bench import home

PACKAGES = ("ballast", "clamp")
"""What the firmware imports by name: nobody else on sys.path may be called that."""

_MAIN = "ballast_firmware_main"


def add_firmware():
    """The packages of the firmware can be imported. ImportError with one line where another has the name."""
    folder = str(home.FIRMWARE)
    if folder not in sys.path:
        sys.path.append(folder)
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        found = spec.origin if spec is not None else None
        if found is None or not found.startswith(folder):
            raise ImportError(
                f"{found or name}: the firmware on the bench has a package {name!r}; "
                "rename this module, or take its folder off sys.path"
            )


def firmware_main():
    """The module firmware/main.py, under a name that no other main.py can have."""
    if _MAIN not in sys.modules:
        spec = importlib.util.spec_from_file_location(_MAIN, home.FIRMWARE / "main.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[_MAIN] = module
    return sys.modules[_MAIN]
