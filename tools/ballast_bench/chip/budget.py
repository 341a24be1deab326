"""Who holds how many sockets of a chip and how much of the IDF's heap, for named configurations.

    for row in rows(profile.load("esp32s3_quad")): print(row)

How many sockets each may hold is the firmware's own table, compose/sockets.py.
"""

CONFIGURATIONS = (
    ("one charger, clamp, page", {"wifi": 1, "thread": 1}, ("LISTENER", "PAGE")),
    ("the same + BLE + group of 8", {"wifi": 1, "ble": 1, "thread": 1}, ("LISTENER", "PAGE", "GROUP")),
    ("everything, three pages open", {"wifi": 1, "ble": 1, "thread": 1, "tls": 1},
     ("LISTENER", "PAGE", "PORTAL", "METER", "GROUP", "SPARE")),
)  # fmt: skip
"""(name, {what of profile.TAKES: how many}, rows of compose/sockets.py). Clamps have none: ESP-NOW."""


def rows(profile):
    """[{name, sockets, sockets_limit, holders, idf_left, idf_heap}] by configuration; bytes."""
    return [_row(profile, *one) for one in CONFIGURATIONS]


def _row(profile, name, parts, who):
    from ballast.compose import sockets as table  # needs ballast_bench.upy

    holders = {one.lower(): getattr(table, one) for one in who}
    sockets = sum(holders.values())
    taken = sum(profile.takes[part] * count for part, count in parts.items())
    left = profile.heap["idf"] - taken - sockets * profile.takes["socket"]
    return {"name": name, "sockets": sockets, "sockets_limit": profile.sockets, "holders": holders,
            "idf_left": left, "idf_heap": profile.heap["idf"]}  # fmt: skip


def fits(row):
    """Whether the chip has as much."""
    return row["sockets"] <= row["sockets_limit"] and row["idf_left"] >= 0
