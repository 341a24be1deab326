# /main.py on the data partition of a stock MicroPython (no ROMFS, nothing frozen).
import sys

sys.path.append("/loader")
import loader

loader.start("littlefs")
