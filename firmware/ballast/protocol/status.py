"""The status document: the state of the charger for the page, BLE, MQTT and the REST API.

`build(st, info)` makes plain dicts and lists of the numbers in a record
`control.records.Status`; `encode` makes JSON of them. Keys are stable and end with their
unit: `_ma` milliampere, `_mv` millivolt, `_w` watt, `_wh` watt hour, `_s` second, `_ms`
millisecond, `_ddegc` 0.1 degC. Lists of three are L1, L2, L3. None (JSON null) means
"not known", never zero. The document contains only fields that are listed here, so that
no secret can get into it by mistake.
"""

import json

from micropython import const

from ballast.control.limits import limits as slots
from ballast.control.meter import meter
from ballast.control.pilot import charge_state
from ballast.control.safety import faults as catalogue

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from ballast.protocol.shapes import Settings, Status

VERSION = 1  # raised when a key gets another meaning or is removed; new keys may come at any time

# If the car draws less than the limit by more than this, the car itself is the reason.
# A car draws a little less than offered, often about 95 % of it.
_CAR_LESS_MA = const(1500)
_NOTHING_MA = const(500)  # less than this: the car has not begun to draw
METER_STATES = ("none", "good", "stale", "distrusted", "recovering")
ACTIONS = ("warn", "derate", "pause", "stop")
HALTS = ("pause", "stop")  # with these actions no current flows
_GROUP = (
    "seat", "seats", "mode", "role", "leader", "share_ma", "lease_s", "waiting", "short", "problem",
)  # fmt: skip
_PLAN = ("departure_s", "energy_wh", "rank")
LATCHES = ("auto", "unplug", "manual", "power", "service")


class Info:
    """The facts that the scan cycle does not know: identity, time, fitted parts, settings.

    serial, model, version: of this unit. time_s: Unix time, None while the clock is not
    set. phases: 1 or 3. own_meter: the charger measures the car's current itself. ntc:
    [3] which of plug, connector, box has a sensor. group: dict with the keys _GROUP, None
    if the charger is in no group. plan: dict with the keys _PLAN, None if there is no plan.
    The other fields are copied from the settings by `take`.
    """

    def __init__(
        self,
        serial: str = "",
        model: str = "Ballast",
        version: str = "",
        phases: int = 1,
        own_meter: bool = True,
        ntc: "list[bool] | tuple[bool, ...] | None" = None,
    ) -> None:
        self.serial = serial
        self.model = model
        self.version = version
        self.phases = phases
        self.own_meter = own_meter
        self.ntc = ntc or (False, False, False)
        self.time_s: "int | None" = None
        self.group: "dict | None" = None
        self.plan: "dict | None" = None
        self.name = "Ballast"
        self.setup_done = True
        self.supply_meter = True
        self.panel_meter = False
        self.solar = False
        self.user_ma = 16000
        self.min_ma = 6000
        self.max_ma = 16000

    def take(self, settings: "Settings") -> None:
        """Copy the settings that the document shows."""
        self.name = settings["name"]
        self.setup_done = bool(settings["installed"])
        self.supply_meter = settings["meter_kind"] != 0
        self.panel_meter = settings["panel_ma"] > 0
        self.solar = bool(settings["export"])
        self.min_ma = settings["min_ma"]
        self.max_ma = min(settings["rated_ma"], settings["plug_ma"], settings["cable_ma"])
        self.user_ma = min(settings["user_ma"], self.max_ma)


def _key(table: tuple[str, ...], index: int) -> str:
    """`table[index]`, or "unknown" if the table has no such index."""
    return table[index] if 0 <= index < len(table) else "unknown"


def limits(st: "Status") -> list[dict]:
    """One dict for each slot that limits now, in the order of the slots.

    left_s: seconds until the slot expires, None = it does not expire.
    """
    out = []
    for i in range(slots.COUNT):
        ma = st.slot_ma[i]
        if ma >= slots.NO_LIMIT_MA:
            continue
        left = st.slot_left_ms[i]
        out.append(
            {
                "slot": slots.NAMES[i],
                "current_ma": ma,
                "left_s": None if left < 0 else (left + 999) // 1000,
                "binding": i == st.limit_slot,
            }
        )
    return out


def faults(st: "Status") -> list[dict]:
    """One dict for each active fault: first those that stop or pause, and of these the first cause.

    code: for support (ChargeX MREC). text, advice: English; the page finds other languages
    by key.
    """
    out = []
    for i in range(1, catalogue.COUNT):
        if st.fault_active[i]:
            out.append(_fault(st, i))
    out.sort(key=lambda f: (f["action"] not in HALTS, not f["first"], f["id"]))
    return out


def _fault(st: "Status", i: int) -> dict:
    row = catalogue.CATALOGUE[i]
    return {
        "id": i,
        "key": row[0],
        "code": row[5],
        "action": ACTIONS[row[1]],
        "latch": LATCHES[row[2]],
        "text": row[6],
        "advice": row[7],
        "count": st.fault_count[i],
        "first": i == st.fault_first,
    }


def busiest(st: "Status") -> int:
    """Index of the supply's phase that carries the largest current."""
    phase = 0
    for i in (1, 2):
        if st.mains_ma[i] > st.mains_ma[phase]:
            phase = i
    return phase


def drawn_ma(st: "Status", info: Info) -> "int | None":
    """The car's largest phase current; None if this charger cannot measure it."""
    return max(st.ev_ma) if info.own_meter else None


def _named(given: "dict | None", keys: tuple[str, ...]) -> "dict | None":
    """A copy of `given` with `keys` only, so that nothing else gets out; None if it is None."""
    return {key: given[key] for key in keys} if given is not None else None


def _meter(state: int, fitted: bool) -> dict:
    return {"fitted": bool(fitted), "state": _key(METER_STATES, state)}


def _temperatures(st: "Status", info: Info) -> dict:
    out = {}
    for i, place in enumerate(("plug", "connector", "box")):
        known = info.ntc[i] and st.temp_known[i]
        out[place + "_ddegc"] = st.temp_ddegc[i] if known else None
    return out


def _untrusted(st: "Status") -> bool:
    """Whether the limit comes from a meter (site or panel) that is not trusted now."""
    if st.limit_slot == slots.SITE:
        return st.meter_state != meter.GOOD
    return st.limit_slot == slots.PANEL and st.panel_state != meter.GOOD


def _charging_code(st: "Status", info: Info, drawn: "int | None") -> str:
    """The code of the sentence while current may flow: what sets the current."""
    if st.boost_left_s > 0:
        return "charging_boost"
    if _untrusted(st):
        return "charging_fallback"
    if drawn is not None and drawn < _NOTHING_MA:
        return "starting"
    if drawn is not None and drawn < st.limit_ma - _CAR_LESS_MA:
        return "charging_car"
    if not info.supply_meter and st.limit_slot == slots.CIRCUIT:
        return "charging_static"
    return "charging_" + _key(slots.NAMES, st.limit_slot)


def _idle_code(st: "Status", info: Info, state: str) -> str:
    """The code of the sentence while no current flows: the reason."""
    if state[0] == "A" and not info.setup_done:
        return "setup"
    if st.why == charge_state.WHY_LIMIT:
        if _untrusted(st):
            return "wait_fallback"
        if st.limit_slot == slots.GROUP and info.group and info.group["leader"] is None:
            return "wait_group_lost"
        return "wait_" + _key(slots.NAMES, st.limit_slot)
    why = _key(charge_state.WHY_NAMES, st.why)
    return "starting" if why == "none" else why


def sentence(st: "Status", info: Info, active: list[dict]) -> tuple[str, dict]:
    """(code, params) of the sentence at the top of the page, whose languages have the texts.

    A fault that stops or pauses comes before everything else. params: the currents in mA
    that a text may show, and "fault", the key of the fault.
    """
    drawn = drawn_ma(st, info)
    params = {
        "current_ma": st.limit_ma if drawn is None else drawn,
        "limit_ma": st.limit_ma,
        "min_ma": info.min_ma,
        "house_ma": st.house_ma[busiest(st)],
        "fuse_ma": st.fuse_ma,
    }
    for fault in active:
        if fault["action"] in HALTS:
            params["fault"] = fault["key"]
            return "fault", params
    state = _key(charge_state.NAMES, st.state)
    if st.contactor and state[0] in "CD" and st.why == charge_state.WHY_NONE:
        return _charging_code(st, info, drawn), params
    return _idle_code(st, info, state), params


def build(st: "Status", info: Info) -> dict:
    """The whole document as dicts and lists; it shares no list with `st`."""
    active = faults(st)
    code, params = sentence(st, info, active)
    state = _key(charge_state.NAMES, st.state)
    supply = _meter(st.meter_state, info.supply_meter)
    supply["reason"] = _key(meter.REASON_KEYS, st.meter_reason)
    supply["age_ms"] = st.meter_age_ms if st.meter_age_ms >= 0 else None
    supply["delay_ms"] = st.meter_delay_ms
    known = st.meter_state == meter.GOOD
    return {
        "version": VERSION,
        "name": info.name,
        "serial": info.serial,
        "model": info.model,
        "firmware": info.version,
        "time_s": info.time_s,
        "uptime_s": st.uptime_s,
        "setup_done": bool(info.setup_done),
        "state": state,
        "why": _key(charge_state.WHY_NAMES, st.why),
        "sentence": {"code": code, "params": params},
        "contactor": bool(st.contactor),
        "car": {
            "plugged": state[0] in "BCD" if state[0] not in "EF" else None,
            "phases": info.phases,
            "offered_ma": st.offered_ma,
            "current_ma": list(st.ev_ma) if info.own_meter else None,
            "power_w": st.ev_w if info.own_meter else None,
        },
        "limit": {"current_ma": st.limit_ma, "slot": _key(slots.NAMES, st.limit_slot)},
        "limits": limits(st),
        "grid": {"current_ma": list(st.mains_ma) if known else None, "fuse_ma": st.fuse_ma},
        "house": {"current_ma": list(st.house_ma) if known else None},
        "solar": {"fitted": bool(info.solar)},
        "supply_mv": list(st.supply_mv),
        "meter": supply,
        "panel_meter": _meter(st.panel_state, info.panel_meter),
        "temperatures": _temperatures(st, info),
        "session": {
            "energy_wh": st.session_wh,
            "time_s": st.session_s,
            "charge_s": st.charge_s,
        },
        "total_wh": st.total_wh,
        "user": {
            "paused": bool(st.user_paused),
            "boost_left_s": st.boost_left_s,
            "current_ma": info.user_ma,
            "min_ma": info.min_ma,
            "max_ma": info.max_ma,
        },
        "group": _named(info.group, _GROUP),
        "plan": _named(info.plan, _PLAN),
        "faults": active,
        "step_us_max": st.step_us_max,
    }


def encode(document: dict) -> str:
    """JSON text of a document made by `build`."""
    return json.dumps(document)
