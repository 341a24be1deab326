"""Writes boards/loader/names.py: the application's names, for the base image to keep in flash.

    cd tools && ../.venv/bin/python -m ballast_tools.ship.names

MicroPython keeps each name of a module in RAM unless the base image has it. names.py only mentions
them; frozen into the base it puts them into flash. A name that it lacks costs RAM, nothing else, so
a base that is older than the application works too.
"""

import sys
import tempfile
from pathlib import Path

from ballast_tools.shell import paths
from ballast_tools.ship import application, mpy_file

FILE = paths.BOARDS / "loader" / "names.py"
_BOARD = paths.BOARDS / "esp32s3_ref"
_INTERNED = 10  # MICROPY_ALLOC_PARSE_INTERN_STRING_LEN: a longer text is no name of its own
_WIDTH = 94
_ROW = 200  # chosen: parameters of one function
_HEAD = '''# Names of the application, made by `python -m ballast_tools.ship.names`: see there.
#
# Frozen into the base image. Nothing imports this file; that it is frozen puts its names into flash.
'''


def text(names):
    """The source of names.py."""
    plain = [n for n in names if n.isidentifier()]
    dotted = [n for n in names if not n.isidentifier() and all(p.isidentifier() for p in n.split("."))]
    rest = [n for n in names if n not in set(plain) | set(dotted) and len(n) <= _INTERNED]
    lines = [_HEAD]
    for at in range(0, len(plain), _ROW):
        lines.append(f"\ndef names_{at // _ROW}(\n{_wrapped(plain[at : at + _ROW])}\n):\n    pass\n")
    body = "".join(f"    import {name}\n" for name in dotted)
    lines.append(f"\ndef modules():\n{body}")
    lines.append("\ndef short(used):\n" + "".join(f"    used({n!a})\n" for n in rest))
    return "\n".join(lines)


def _wrapped(words):
    """The words in lines; a word with a space in it stays whole."""
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += word + ", "
    return "\n".join("    " + line.rstrip() for line in lines)


def wanted(board_folder=_BOARD):
    """Sorted names of the application as it is now."""
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        tree = Path(folder)
        application.compile_tree(application.built(board_folder), tree)
        files = {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.rglob("*.mpy")}
    return mpy_file.of_application(files)


def frozen():
    """The names that names.py puts into a base."""
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        tree = Path(folder)
        application.compile_tree({"names.py": FILE}, tree)
        return set(mpy_file.of_file((tree / "names.mpy").read_bytes()))


def main():
    FILE.write_text(text(wanted()))
    print(f"{paths.shown(FILE)}: {len(frozen())} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
