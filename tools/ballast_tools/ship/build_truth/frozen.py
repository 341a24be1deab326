"""A board's manifest, frozen by MicroPython's own makemanifest.py and an mpy-cross."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

QSTR_HEADER = "QCFG(BYTES_IN_LEN, (1))\nQCFG(BYTES_IN_HASH, (1))\n"
"""Stands in for the list of names of the whole port, which only a C compiler can make: mpy-tool.py
then takes each name for a new one, and nothing else changes."""

LIMIT_S = 300


def check(found, manifest, board_folder, micropython, mpy_cross):
    """Freeze. mpy_cross: path of the compiler; found: Findings."""
    library = micropython.folder / "lib" / "micropython-lib"
    if not (library / "micropython").is_dir():
        found.skipped("manifest: lib/micropython-lib is empty in these sources; "
                      "git submodule update --init lib/micropython-lib there")  # fmt: skip
        return
    with tempfile.TemporaryDirectory(prefix="ballast-") as build:
        header = Path(build) / "genhdr" / "qstrdefs.preprocessed.h"
        header.parent.mkdir()
        header.write_text(QSTR_HEADER)
        command = _command(manifest, board_folder, micropython, library, Path(build))
        env = {**os.environ, "MICROPY_MPYCROSS": str(mpy_cross)}
        done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                              timeout=LIMIT_S, env=env)  # fmt: skip
        names = re.findall(r"^MPY (\S+)", done.stdout, re.MULTILINE)
        content = Path(build) / "frozen_content.c"
        if done.returncode or not content.is_file():
            found.wrong(f"manifest: {_reason(done.stdout + done.stderr)}")
            return
    _check_needed(found, names)


def _command(manifest, board_folder, micropython, library, build):
    pairs = {"MPY_DIR": micropython.folder, "MPY_LIB_DIR": library, "PORT_DIR": micropython.port,
             "BOARD_DIR": board_folder}  # fmt: skip
    words = [word for name, value in pairs.items() for word in ("-v", f"{name}={value}")]
    return [sys.executable, str(micropython.folder / "tools" / "makemanifest.py"),
            "-o", str(build / "frozen_content.c"), *words, "-b", str(build),
            "--mpy-cross-flags=-march=xtensawin", str(manifest)]  # fmt: skip


NEEDED = ("boot.py", "main.py", "_boot.py", "board.py", "loader.py")
"""Without one of them the image starts, and no charger with it."""


def _check_needed(found, names):
    missing = [name for name in NEEDED if name not in names]
    if missing:
        found.wrong(f"manifest: it freezes {len(names)} modules, but not {', '.join(missing)}")
    else:
        found.ok(f"manifest: MicroPython's makemanifest.py froze {len(names)} modules")


def _reason(text):
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("MPY ")]
    # mpy-cross names the file first, then a traceback with the line of the mistake
    about = [line.rstrip(":") for line in lines[:-1] if line.startswith(("error compiling", 'File "'))]
    said = [*about[:1], *about[1:][-1:], *lines[-1:]] or ["makemanifest.py failed without a word"]
    return ": ".join(said)[:300]
