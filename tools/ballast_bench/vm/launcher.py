"""The first half of a VM's process: it maps the files named in VM_MAPS, then becomes MicroPython.

The VM's C code shares this address space. So uctypes.bytearray_at(address) on the VM is the mapped
file: flash that takes no heap, and pads that the bench's process sees at once.
"""

import ctypes
import mmap
import os
import sys


def map_files(text):
    """Map `NAME=PATH;...` and put `MAP_NAME=ADDRESS:SIZE` into the environment; what must be kept."""
    kept = []
    for entry in filter(None, text.split(";")):
        name, path = entry.split("=", 1)
        with open(path, "r+b") as file:
            area = mmap.mmap(file.fileno(), 0)
        start = (ctypes.c_char * len(area)).from_buffer(area)
        kept.append((area, start))
        os.environ["MAP_" + name] = f"{ctypes.addressof(start)}:{len(area)}"
    return kept


if __name__ == "__main__":
    keep = map_files(os.environ.get("VM_MAPS", ""))
    import micropython_run

    sys.exit(micropython_run.run_main(["micropython", *sys.argv[1:]]))
