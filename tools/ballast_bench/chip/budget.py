"""Who holds how many sockets of a chip and how much of the IDF's heap, for named configurations.

    for row in rows(profile.load("esp32s3_quad")): print(row)
"""

CONFIGURATIONS = (
    ("one charger, clamp, page", {"wifi": 1, "thread": 1}, {"page's door": 1, "clients of the page": 4}),
    ("the same + BLE + group of 8", {"wifi": 1, "ble": 1, "thread": 1},
     {"page's door": 1, "clients of the page": 4}),
    ("everything, three pages open", {"wifi": 1, "ble": 1, "thread": 1, "tls": 1},
     {"page's door": 1, "clients of the page": 4, "meter on TCP": 1, "meter finder": 1,
      "captive portal": 1, "OCPP": 1}),
)  # fmt: skip
"""(name, {what of profile.TAKES: how many}, {who: sockets}). ESP-NOW, and so group and clamp, has none.
Three pages hold three connections, and a fourth answers requests; OCPP is planned, with TLS."""


def rows(profile):
    """[{name, sockets, sockets_limit, holders, idf_left, idf_heap}] by configuration; bytes."""
    return [_row(profile, *one) for one in CONFIGURATIONS]


def _row(profile, name, parts, holders):
    sockets = sum(holders.values())
    taken = sum(profile.takes[part] * count for part, count in parts.items())
    left = profile.heap["idf"] - taken - sockets * profile.takes["socket"]
    return {"name": name, "sockets": sockets, "sockets_limit": profile.sockets, "holders": holders,
            "idf_left": left, "idf_heap": profile.heap["idf"]}  # fmt: skip


def fits(row):
    """Whether the chip has as much."""
    return row["sockets"] <= row["sockets_limit"] and row["idf_left"] >= 0
