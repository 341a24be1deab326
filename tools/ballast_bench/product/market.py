"""Market profiles: boards/markets/*.toml, what the rules of a market make of the charger.

[profile] holds the keys of the group "profile" in firmware/ballast/control/setting_rows.py
that depend on the market, [rules] those that services act on, [plugs.*] the mains plugs,
[supply] the mains there: no charger reads it, the bench's supply is made of it.
Every number has a source beside it; one without is refused.
"""

from ballast_bench import boards, upy
from ballast_bench.errors import UserError
from ballast_bench.product.tomlfile import Reader, shown

FOLDER = boards.BOARDS / "markets"

PROFILE = (
    "min_ma", "low_mv", "high_mv", "ventilation", "wake", "rcd_retries", "rcd_retry_ms",
    "start_delay_s", "box_stop", "continuous_pct",
)  # fmt: skip

RULES = {  # key: (min, max, unit, meaning)
    "delay_max_s": (0, 1800, "s", "largest random delay that a person or operator may set"),
    "restore_delay_s": (0, 1800, "s", "random delay after the supply returns, up to this"),
    "peak_days": (0, 127, "bits", "weekdays with peak hours, bit 0 = Monday; 0 = no default"),
    "peak1_start_min": (0, 1440, "min", "first peak window, minutes after local midnight"),
    "peak1_end_min": (0, 1440, "min", "its end"),
    "peak2_start_min": (0, 1440, "min", "second peak window"),
    "peak2_end_min": (0, 1440, "min", "its end"),
    "imbalance_ma": (0, 63000, "mA", "largest difference between phases, 0 = no limit"),
    "dim_w": (0, 100000, "W", "power that dimming by the grid operator must leave, 0 = none"),
    "dim_fallback_s": (0, 86400, "s", "how long a dimming holds when its sender goes silent"),
    "history_days": (1, 800, "days", "how long energy data is kept"),
}


def known():
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def schema():
    """Rows of control/setting_rows.py by key: the one place where ranges are written."""
    upy.install()
    from ballast.control.setting_rows import NUMBERS

    return {row[0]: row for row in NUMBERS if row[5] == "profile"}


def load(name):
    """-> {"id", "name", "profile": {key: int}, "rules": {key: int}, "supply", "plugs": {id: {...}}}."""
    if name not in known():
        raise UserError(f"{shown(FOLDER)}: no market {name!r}; there are {', '.join(known())}")
    doc = Reader(FOLDER / f"{name}.toml")
    rows = schema()
    market = {"id": name, "name": doc.text("name", 40), "profile": {}, "rules": {}, "plugs": {}}
    for key in PROFILE:
        row = rows[key]
        market["profile"][key] = _sourced(doc, f"profile.{key}", row[2], row[3])
    for key, (low, high, _, _) in RULES.items():
        market["rules"][key] = _sourced(doc, f"rules.{key}", low, high)
    market["supply"] = {
        "volts": _sourced(doc, "supply.volts", 100, 250),
        "hertz": _sourced(doc, "supply.hertz", 50, 60),
    }
    for plug in doc.names("plugs"):
        market["plugs"][plug] = _plug(doc, f"plugs.{plug}", rows)
    doc.finish()
    _check(doc, market)
    return market


def _sourced(doc, key, low, high):
    value = doc.integer(f"{key}.value", low, high)
    doc.text(f"{key}.source", 200)
    return value


def _plug(doc, key, rows):
    plug = {
        "name": doc.text(f"{key}.name", 40),
        "ma": _sourced(doc, f"{key}.ma", 6000, 32000),
        "household": doc.boolean(f"{key}.household"),
        "phases": doc.choice(f"{key}.phases", (1, 3)),
    }
    for limit in ("low_mv", "high_mv"):  # a plug of another mains voltage
        if doc.raw(f"{key}.{limit}", None) is not None:
            plug[limit] = _sourced(doc, f"{key}.{limit}", rows[limit][2], rows[limit][3])
    if doc.raw(f"{key}.volts", None) is not None:
        plug["volts"] = _sourced(doc, f"{key}.volts", 100, 250)
    if plug["household"] and plug["ma"] > 13000:
        raise doc.error(f"{key}.ma", "a household plug carries at most 13000 mA for hours")
    return plug


def _check(doc, market):
    profile, rules = market["profile"], market["rules"]
    if profile["low_mv"] >= profile["high_mv"]:
        raise doc.error("profile.low_mv", "must be below high_mv")
    if profile["start_delay_s"] > rules["delay_max_s"]:
        raise doc.error("profile.start_delay_s", "is above rules.delay_max_s")
    for window in ("peak1", "peak2"):
        start, end = rules[f"{window}_start_min"], rules[f"{window}_end_min"]
        if start > end or (rules["peak_days"] and start == end == 0 and window == "peak1"):
            raise doc.error(f"rules.{window}_start_min", "the window must end after it starts")
