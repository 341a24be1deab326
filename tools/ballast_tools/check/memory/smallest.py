"""The smallest heap in which the charger boots and serves three pages: on the real unix VM.

The VM from npm takes more memory when its heap is full, so it cannot answer this. The unix VM keeps
its limit, but its objects have 64 bits. By how much the application is wider there is measured: the
live heap of the same build, with the same settings, on both.

    found = measure(build, ROWS[0], live)                  # Smallest, or None where there is no unix VM
    other = measure(build, ROWS[2], factor=found.factor)
"""

import dataclasses
from functools import partial

from ballast_bench.vm import heap, package
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import vm_image

_KIB = 1024
_STEP = 16 * _KIB
_LEAST, _MOST = 96 * _KIB, 1024 * _KIB


@dataclasses.dataclass(frozen=True)
class Smallest:
    """size: bytes of the smallest heap there, to 16 KiB, without the bench's part. live: what the
    application holds there after the boot. factor: that over the live heap with 32-bit objects.
    """

    size: int
    live: int
    factor: float

    @property
    def on_chip(self):
        """Bytes of the heap on a chip: an estimate."""
        return round(self.size / self.factor)


def missing():
    """Why there is no unix VM here, one line; "" = there is one."""
    return package.missing()


def measure(build, row, live_32=None, factor=None):
    """The Smallest of a configurations.Configuration; None without the unix VM.

    live_32: bytes that it holds after its boot with 32-bit objects, in a base that lacks the names, as that
    of the unix VM does. factor: where that is not comparable, since its pages are open.
    """
    if missing():
        return None
    parts = vm_image.parts_of(build)
    bench, live = heap.held(parts, row.settings, row.bluetooth)
    size = least(partial(serves, parts, row))
    if size is None:
        raise UserError(f"bench memory: {row.name}: it does not boot on the unix VM in {_MOST // _KIB} KiB: "
                        f"{heap.lacks(parts, _MOST // _KIB, row.settings, row.bluetooth)}")  # fmt: skip
    return Smallest(size - bench, live, factor or live / live_32)


def serves(parts, row, heap_bytes):
    """Whether the charger boots in a heap of that size, runs what the row has and serves three pages."""
    return heap.lacks(parts, heap_bytes // _KIB, row.settings, row.bluetooth) == ""


def least(fits):
    """Bytes of the smallest heap for which fits(bytes) holds, to 16 KiB; None = not even the largest."""
    low, high = _LEAST, _MOST
    if not fits(high):
        return None
    while high - low > _STEP:
        middle = (low + high) // 2 // _STEP * _STEP
        if fits(middle):
            high = middle
        else:
            low = middle
    return high


def said(found, python_bytes=None):
    """One line about a Smallest. python_bytes: Python's heap on the board, None = not known."""
    if found is None:
        return f"not measured: {missing()}"
    line = (f"{found.size // _KIB} KiB with 64-bit objects on the unix VM, some {found.on_chip // _KIB} KiB "
            f"on a chip (factor {found.factor:.2f}, measured)")  # fmt: skip
    if python_bytes is None:
        return line
    word = "fits" if fits(found, python_bytes) else "DOES NOT FIT"
    return f"{line}; {word} into the board's {python_bytes // _KIB} KiB"


def fits(found, python_bytes):
    """Whether that heap is there on the board."""
    return found is None or python_bytes is None or found.on_chip <= python_bytes
