"""The named configurations of `bench memory`, and their bars."""

from dataclasses import dataclass, field

_CLAMP = 1  # of the setting meter_kind
_HOME = {
    "installed": 1, "wifi_ssid": "home", "wifi_password": "home-password", "meter_kind": _CLAMP,
    "fuse_ma": 25000,
}  # fmt: skip
_GROUP = {
    "group_id": 7, "group_key": "sixteen letters!", "group_seats": 8, "group_seat": 1,
    "fuse_ma": 63000, "supply_phases": 3,
}  # fmt: skip
_ALL = {
    "panel_ma": 20000, "demand_w": 11000, "export": 1, "mode": 2, "dip_mas": 1000,
    "group_panels": "40 0-3; 16 2,3",
}  # fmt: skip
_ROOMS = (
    "/api/status", "/api/settings", "/api/schedule", "/api/history?span=day", "/api/sessions",
    "/api/events", "/api/clamps", "/api/meter/models", "/api/meter/search", "/api/meter/test",
    "/api/meter/proof", "/api/update",
)  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """One row. settings: those of the charger. bar_kib: most live heap. bluetooth: it is on.

    pages: how many are open when the heap is measured. visited: what the pages ask for beside
    what each of them needs.
    """

    name: str
    bar_kib: int
    settings: dict
    bluetooth: bool = False
    pages: int = 0
    visited: tuple = field(default=())


ROWS = (
    Configuration("one charger, clamp, page", 110, _HOME),
    Configuration("+ BLE + group of 8", 150, {**_HOME, **_GROUP}, bluetooth=True),
    Configuration(
        "everything, three pages open", 190, {**_HOME, **_GROUP, **_ALL},
        bluetooth=True, pages=3, visited=_ROOMS,
    ),
)  # fmt: skip
"""The bars are chosen: KiB of live heap with 32-bit objects."""

IDLE_BAR_KB, PAGE_BAR_KB = 5, 15
"""Garbage in KB/s with nobody looking, and with one page."""
