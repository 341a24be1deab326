# /main.py on the data partition of a stock MicroPython (no ROMFS, nothing frozen).
import sys

import micropython

micropython.kbd_intr(-1)  # before the first branch: see loader.quiet()
sys.path.append("/loader")
import loader  # noqa: E402

loader.start("littlefs")
