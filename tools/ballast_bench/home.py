"""Where the firmware, the boards and the page's sources are: in the checkout, or in the installed package.

`pip install .` copies firmware/ and boards/ into the package, below _home/, as they lie in the checkout.
"""

import os
import re
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
PACKAGES = _HERE.parent
"""The folder of the packages ballast_bench and ballast_tools: tools/ of the checkout, or site-packages."""

INSTALLED = not (PACKAGES.name == "tools" and (PACKAGES.parent / "firmware" / "main.py").is_file())
"""True where pip has installed the package: there is no checkout around it."""



def _program():
    """The command as it is called: pip's `ballast`, also of `pip install -e`, or the checkout's."""
    word = sys.argv[0] if sys.argv else ""  # "" in an interpreter: no command, whatever the folder is
    own = Path(word).name == "ballast" and Path(word).absolute().parent.name != "tools"
    return "ballast" if INSTALLED or own else "tools/ballast"


PROGRAM = _program()


def path_of(text: str) -> Path:
    """A path that a person wrote: ~ is a home folder; ~NAME of nobody stays, and is no file."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def said(text, program=None):
    """A text for people with the command and the files as they are here.

    Texts are written for a checkout: `tools/ballast play`, tools/ballast_bench/person/STORIES.md.
    """
    program = program or PROGRAM
    text = re.sub(r"\btools/ballast\b(?![_/])", program, text)
    if INSTALLED:
        text = re.sub(r"\btools/(?=ballast_(bench|tools)/)", f"{PACKAGES}/", text)
    return text


ROOT = _HERE / "_home" if INSTALLED else PACKAGES.parent
FIRMWARE = Path(os.environ.get("BALLAST_FIRMWARE") or ROOT / "firmware").resolve()
"""BALLAST_FIRMWARE: the folder of another firmware that shall run on this bench."""

BOARDS = ROOT / "boards"
