"""The smallest heap in which the charger boots and serves three pages: on the real unix VM.

The VM from npm takes more memory when its heap is full, so it cannot answer this. The unix VM keeps
its limit, but its objects have 64 bits.
"""

WIDER = 1.7
"""Live heap of the same application there, over that with 32-bit objects: 401 KiB to 236 KiB."""

serves = None
"""serves(build, heap_bytes) -> bool: whether the charger boots on the unix VM in a heap of that size
and serves three pages. Set by whoever has that VM; None = there is none here."""

_STEP = 16 * 1024
_LEAST, _MOST = 96 * 1024, 1024 * 1024


def measure(build):
    """Bytes of the smallest heap, 64-bit objects, to 16 KiB; None without the unix VM."""
    if serves is None or not serves(build, _MOST):
        return None
    low, high = _LEAST, _MOST
    while high - low > _STEP:
        middle = (low + high) // 2 // _STEP * _STEP
        if serves(build, middle):
            high = middle
        else:
            low = middle
    return high


def said(size):
    """One line about what measure() gave."""
    if size is None:
        return "not measured: there is no unix VM here"
    return (f"{size // 1024} KiB with 64-bit objects on the unix VM, some {size / WIDER / 1024:.0f} KiB "
            f"on a chip (factor {WIDER}, measured on the live heap)")  # fmt: skip
