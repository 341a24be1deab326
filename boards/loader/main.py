# Frozen main.py of the base image: MicroPython runs it after boot.py.
import loader

loader.start("romfs")
