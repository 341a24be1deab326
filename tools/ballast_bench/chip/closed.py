"""What may hold a chip up while the contactor is closed: everything else must wait until it is open.

`bench safety` lets each of these come at the worst moment; `bench chip` refuses a longer stall, and one
of another kind.
"""

from ballast_bench.chip.garbage import program

_FRAME = 4096  # bytes: a document as JSON, or a block of the file system
_LINE = 102  # characters: compose/chip.say() prints no more, and the FIFO may be full of the line before
_PAGE = 256  # bytes: one page of flash

AMOUNTS = {
    "gc": (program().live + program().page) >> 10,
    "gc_info": 1,
    "json_dumps": _FRAME,
    "flash_read": _FRAME,
    "flash_write": _PAGE,
    "uart_init": 1,
    "thread_start": 1,
    "print": _LINE,
    "sha256": _FRAME,
    "nvs_open": 1,
}
"""{kind: the largest amount of one call}."""


def stalls(profile):
    """[(kind, us at the worst, whether both cores stand)], the longest first."""
    found = [(kind, profile.cost(kind)) for kind in AMOUNTS]
    rows = [(kind, cost.worst(AMOUNTS[kind]), cost.stall == "flash") for kind, cost in found]
    return sorted(rows, key=lambda row: -row[1])


def refused(profile, longest):
    """[line] of {kind: longest us with the contactor closed}: what should have waited."""
    most = {kind: us for kind, us, _ in stalls(profile)}
    lines = []
    for kind, us in sorted(longest.items(), key=lambda item: -item[1]):
        if us > most.get(kind, 0):
            allowed = f"at most {most[kind] / 1000:.1f} ms" if kind in most else "must wait until it is open"
            lines.append(f"{us / 1000:.1f} ms of {kind} with the contactor closed; {allowed}")
    return lines
