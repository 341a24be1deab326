"""Where the firmware, the boards and the page's sources are: in the checkout, or in the installed package.

`pip install .` copies firmware/ and boards/ into the package, below _home/, as they lie in the checkout.
"""

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
PACKAGES = _HERE.parent
"""The folder of the packages ballast_bench and ballast_tools: tools/ of the checkout, or site-packages."""

INSTALLED = not (PACKAGES.name == "tools" and (PACKAGES.parent / "firmware" / "main.py").is_file())
"""True where pip has installed the package: there is no checkout around it."""

ROOT = _HERE / "_home" if INSTALLED else PACKAGES.parent
FIRMWARE = Path(os.environ.get("BALLAST_FIRMWARE") or ROOT / "firmware").resolve()
"""BALLAST_FIRMWARE: the folder of another firmware that shall run on this bench."""

BOARDS = ROOT / "boards"
