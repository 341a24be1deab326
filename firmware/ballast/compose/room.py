"""What settings need of the board's memory: a setting that needs more than there is, is refused.

The figures are the smallest heaps of `tools/ballast bench memory`, in which the charger boots and serves
three pages, rounded up. What is live is less; garbage needs the rest.
"""

from micropython import const

_ALONE_KIB = const(165)  # measured 161
_GROUP_KIB = const(52)  # measured 216 with 8 seats and Bluetooth, which the button starts
_SEAT_BYTES = const(384)
_PANEL_KIB = const(10)


def problem(group_seats: int, group_id: int, panel_ma: int, heap_kib: int) -> str:
    """One line that says what does not fit into `heap_kib` KiB of MicroPython's heap; "" = all does.

    heap_kib: 0 = not known, then nothing is refused.
    """
    need = _ALONE_KIB
    key = ""
    if panel_ma:
        need += _PANEL_KIB
        key = "panel_ma: a sub-panel"
    if group_id:
        need += _GROUP_KIB + group_seats * _SEAT_BYTES // 1024
        key = "group_seats: a group of %d" % group_seats
    if not key or not heap_kib or need <= heap_kib:
        return ""
    return "%s needs %d KiB of memory, this board has %d KiB" % (key, need, heap_kib)
