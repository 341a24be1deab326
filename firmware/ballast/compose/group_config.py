"""The settings of a group as control/ wants them, each mistake as one line.

Every charger of the group must come to the same Config and Panels: their sum goes with each
frame. The seat and what the charger is wired to are its own.
"""

from ballast.control.group import records as g
from ballast.control.group.panels import Panels
from ballast.protocol import group_panels
from ballast.protocol.group_frame import config_crc

KEYS = (
    "group_id", "group_key", "group_seat", "group_seats", "group_share_ma", "group_mode",
    "group_radio", "group_panels", "group_line", "supply_phases", "fuse_ma", "margin_ma",
    "fallback_ma", "meter_kind",
)  # fmt: skip
MODES = ("equal", "priority", "departure")
LEAST_KEY = 16
_PAIRS = (0, 3, 6, 5)  # conductors of group_line: none in particular, L1-L2, L2-L3, L3-L1


def make_config(s):
    """(control Config, Panels) of the settings `s`. ValueError with one line."""
    limit_ma = s["fuse_ma"] - s["margin_ma"]
    c = g.Config()
    c.seats = s["group_seats"]
    c.guaranteed_ma = s["group_share_ma"]
    c.metered = 1 if s["meter_kind"] else 0
    c.fallback_ma = min(limit_ma, max(s["fallback_ma"], c.seats * c.guaranteed_ma))
    c.mode = s["group_mode"]
    panels = Panels()
    panels.configure(0, -1, limit_ma, limit_ma, limit_ma)
    for phase in range(3):
        c.budget_ma[phase] = limit_ma
    rows, panel_of = group_panels.parse(s["group_panels"], c.seats)
    for row in rows:
        panels.configure(panels.count, row[0], row[1], row[2], row[3])
    for seat in range(c.seats):
        c.panel_of[seat] = panel_of[seat]
    c.crc = config_crc(c, panels)
    c.check(panels)
    return c, panels


def make_seat(s):
    """(seat, key in bytes, pair of conductors or 0) of this charger. ValueError with one line."""
    key = s["group_key"].encode()
    if len(key) < LEAST_KEY:
        raise ValueError("the key has %d characters, %d are needed" % (len(key), LEAST_KEY))
    seat = s["group_seat"]
    if seat >= s["group_seats"]:
        raise ValueError("seat %d is not one of %d" % (seat, s["group_seats"]))
    if s["group_line"] and s["meter_kind"]:
        # a meter sees phasors, and GroupBudget adds plain numbers
        raise ValueError("group_line: not in a group that follows a meter; set meter_kind to 0")
    return seat, key, _PAIRS[s["group_line"]]
