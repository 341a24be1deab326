"""Makes the group's Config and Panels from the settings; names each mistake in one line.

All chargers of a group must have the same Config and Panels: a checksum of them is in each
frame. The seat, and what the charger is connected to, are its own.
"""

from ballast.control.group import records as g
from ballast.control.group.panels import Panels
from ballast.control.group.request import pair_of
from ballast.control.settings import Settings
from ballast.protocol import group_panels
from ballast.protocol.group_frame import config_crc

_LEAST_RADIO_BYTES = 2112  # as ports/espnow_radio has without a group
_SEAT_RADIO_BYTES = 128  # its frames that arrive while other code runs for 80 ms
LEAST_KEY = 16


def make_config(s: Settings) -> "tuple[g.Config, Panels]":
    """The group's Config and Panels from the settings `s`. ValueError with one line."""
    limit_ma = s["fuse_ma"] - s["margin_ma"]
    c = g.Config()
    c.seats = s["group_seats"]
    c.guaranteed_ma = s["group_share_ma"]
    c.set_supply(limit_ma, s["fallback_ma"], s["meter_kind"])
    c.mode = s["group_mode"]
    panels = Panels()
    panels.define(0, -1, limit_ma, limit_ma, limit_ma)
    rows, panel_of = group_panels.parse(s["group_panels"], c.seats)
    for row in rows:
        panels.define(panels.count, row[0], row[1], row[2], row[3])
    for seat in range(c.seats):
        c.panel_of[seat] = panel_of[seat]
    c.crc = config_crc(c, panels)
    c.check(panels)
    return c, panels


def make_seat(s: Settings) -> "tuple[int, bytes, int]":
    """(seat, key, pair of conductors or 0) of this charger. ValueError with one line."""
    key = s["group_key"].encode()
    if len(key) < LEAST_KEY:
        raise ValueError("the key has %d bytes, %d are needed" % (len(key), LEAST_KEY))
    seat = s["group_seat"]
    if seat >= s["group_seats"]:
        raise ValueError("seat %d is not one of %d" % (seat, s["group_seats"]))
    return seat, key, pair_of(s["group_line"], s["meter_kind"])


def radio_bytes(seats: int) -> int:
    """Size of the radio's buffer for a group of so many chargers."""
    return max(_LEAST_RADIO_BYTES, _SEAT_RADIO_BYTES * seats)
