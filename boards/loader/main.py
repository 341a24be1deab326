# Frozen main.py of the base image: MicroPython runs it after boot.py.
import micropython

micropython.kbd_intr(-1)  # before the first branch: see loader.quiet()
import loader  # noqa: E402

loader.start("romfs")
