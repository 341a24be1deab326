"""The status document: the state of the charger for the page, BLE, MQTT and the REST API.

`build(st, info)` makes plain dicts and lists of the numbers in a record
`control.records.Status`; `encode` makes JSON of them. Keys are stable and end with their
unit: `_ma` milliampere, `_mv` millivolt, `_w` watt, `_wh` watt hour, `_s` second, `_ms`
millisecond, `_ddegc` 0.1 degC. Lists of three are L1, L2, L3. None (JSON null) means
"not known", never zero. The document contains only fields that are listed here, so that
no secret can get into it by mistake. STATUS.md is made of the notes (`#:`).
"""

from micropython import const

from ballast.control.limits import limits as slots
from ballast.control.meter import meter
from ballast.control.pilot import charge_state
from ballast.control.places import NAMES
from ballast.control.safety import faults as catalogue
from ballast.protocol import json_pieces
from ballast.protocol.status_sentence import HALTS, name_of, sentence

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Settings, Status

VERSION = 1  # raised when a key gets another meaning or is removed; new keys may come at any time

METER_STATES = ("none", "good", "stale", "distrusted", "recovering")
ACTIONS = ("warn", "derate", "pause", "stop")
#: group.seat int 0..63: number of this charger in the group
#: group.seats int 1..64: most chargers that the group can have
#: group.mode one of equal, priority, departure: how the group divides what is not enough for all
#: group.role one of off, candidate, member, leader: part of this charger; off while there is a problem
#: group.leader int 0..63 or null: seat of the leader, null while none is known
#: group.share_ma int 0..: current that the group lets this charger take now
#: group.lease_s int 0..: time until its lease ends, 0 = it holds none
#: group.waiting bool: this charger has a car that wants current, and gets less than the minimum
#: group.short int 0..64 or null: members that get nothing; null where this charger does not lead
#: group.problem text or null: what a person must put right, in English
_GROUP = (
    "seat", "seats", "mode", "role", "leader", "share_ma", "lease_s", "waiting", "short", "problem",
)  # fmt: skip
#: plan.departure_s int 0..604800 or null: time until the car leaves, null = not said
#: plan.energy_wh int 0..200000 or null: energy that the car still wants, null = not said
#: plan.rank int 0..255 or null: rank of the car, 0 comes first; null = not said
_PLAN = ("departure_s", "energy_wh", "rank")
#: start.cause one of power_on, brown_out, watchdog, crash, restart: why this run began
#: start.crashes int 0..255: crashes since power-on
#: start.fault text or null: key of the last fault of the run before
#: start.fault_s int or null: uptime of that run at that fault; null where it is not known
#: start.text text or null: that fault in words, in English
#: start.detail text or null: kind and place of the exception that ended the run before
_START = ("cause", "crashes", "fault", "fault_s", "text", "detail")
LATCHES = ("auto", "unplug", "manual", "power", "service")


class Info:
    """The facts that the scan cycle does not know: identity, time, fitted parts, settings.

    serial, model, version: of this unit. time_s: Unix time, None while the clock is not
    set. phases: 1 or 3. own_meter: the charger measures the EV's current itself. ntc: by
    place (control/places.py), which thermistor is fitted. group: dict with the keys _GROUP,
    None if the charger is in no group. plan: dict with the keys _PLAN, None if there is no
    plan. start: why this run began, and what the run before it noted last, with the keys
    _START. The other fields are copied from the settings by `take`.
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
        self.ntc = ntc or (False,) * len(NAMES)
        self.time_s: "int | None" = None
        self.group: "dict | None" = None
        self.plan: "dict | None" = None
        self.start: "dict | None" = None
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
                "slot": slots.NAMES[i],  #: limits[].slot one of slots.NAMES: who limits
                #: limits[].current_ma int 0..999999: what this slot allows per phase; 0 = pause
                "current_ma": ma,
                #: limits[].left_s int 0.. or null: until the slot falls back; null = it does not
                "left_s": None if left < 0 else (left + 999) // 1000,
                "binding": i == st.limit_slot,  #: limits[].binding bool: this one decides
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
        "id": i,  #: faults[].id int 1..: number of the fault; it never changes its meaning
        #: faults[].key text: name of the fault, for other languages; SAFETY.md lists them
        "key": row[0],
        "code": row[5],  #: faults[].code text: code for support (ChargeX MREC)
        #: faults[].action one of ACTIONS: what the charger does about it; a market may be stricter
        "action": ACTIONS[max(row[1], st.fault_action[i])],
        #: faults[].latch one of LATCHES: what ends it once its cause is gone
        "latch": LATCHES[row[2]],
        "text": row[6],  #: faults[].text text: what happened, in English
        "advice": row[7],  #: faults[].advice text: what a person can do, in English
        "count": st.fault_count[i],  #: faults[].count int 0..65535: how often in the charger's life
        "first": i == st.fault_first,  #: faults[].first bool: the first cause since all was well
    }


def _named(given: "dict | None", keys: tuple[str, ...]) -> "dict | None":
    """A copy of `given` with `keys` only, so that nothing else gets out; None if it is None."""
    return {key: given[key] for key in keys} if given is not None else None


def _meter(state: int, fitted: bool) -> dict:
    return {"fitted": bool(fitted), "state": name_of(METER_STATES, state)}


def _temperatures(st: "Status", info: Info) -> dict:
    """By place; None = no sensor there, or none that works."""
    out = {}
    for i, place in enumerate(NAMES):
        known = info.ntc[i] and st.temp_known[i]
        #: temperatures.NAME_ddegc int or null: thermistor at NAME; null = no sensor, or a broken one
        out[place + "_ddegc"] = st.temp_ddegc[i] if known else None
    return out


def _supply_meter(st: "Status", info: Info) -> dict:
    out = _meter(st.meter_state, info.supply_meter)
    #: meter.reason one of meter.REASON_KEYS: why it is not believed
    out["reason"] = name_of(meter.REASON_KEYS, st.meter_reason)
    #: meter.age_ms int 0.. or null: age of its newest reading; null = none came yet
    out["age_ms"] = st.meter_age_ms if st.meter_age_ms >= 0 else None
    #: meter.delay_ms int 0..: how late it shows the car; 0 = not measured yet
    out["delay_ms"] = st.meter_delay_ms
    return out


def _ev(st: "Status", info: Info, state: str) -> dict:
    return {
        #: car.plugged bool or null: a car is plugged in; null in a pilot fault (E, F)
        "plugged": plugged(st),
        "phases": info.phases,  #: car.phases int 1..3: phases of this charger
        #: car.offered_ma int 0..: current that the pilot offers per phase; 0 = PWM is off
        "offered_ma": st.offered_ma,
        #: car.current_ma [3] int 0.. or null: what it draws on L1, L2, L3; null = not measured
        "current_ma": list(st.ev_ma) if info.own_meter else None,
        #: car.power_w int 0.. or null: what it draws in all; null = not measured
        "power_w": st.ev_w if info.own_meter else None,
    }


def _measured(st: "Status", info: Info) -> dict:
    """The supply, the house, and what else is measured beside the EV."""
    known = st.meter_state == meter.GOOD
    return {
        #: grid object: the supply at the main fuse
        #: grid.current_ma [3] int or null: its meter's reading, + = import; null = not believed
        #: grid.fuse_ma int 6000..125000: setting `fuse_ma`
        "grid": {"current_ma": list(st.mains_ma) if known else None, "fuse_ma": st.fuse_ma},
        #: house object: the house without the car
        #: house.current_ma [3] int or null: supply less car, + = import; null = not believed
        "house": {"current_ma": list(st.house_ma) if known else None},
        #: solar object: power of the house's own
        #: solar.fitted bool: setting `export`
        "solar": {"fitted": bool(info.solar)},
        #: supply_mv [3] int 0..: voltage before the contactor, phase to neutral; 0 = none, not measured
        "supply_mv": list(st.supply_mv),
        #: meter object: the meter of the supply
        #: meter.fitted bool: a meter or clamp of the supply is set up
        #: meter.state one of METER_STATES: whether it is believed; only `good` is used
        "meter": _supply_meter(st, info),
        #: panel_meter object: the clamp of the sub-panel
        #: panel_meter.fitted bool: a sub-panel is set up
        #: panel_meter.state one of METER_STATES: as meter.state, of the sub-panel's clamp
        "panel_meter": _meter(st.panel_state, info.panel_meter),
        "temperatures": _temperatures(st, info),  #: temperatures object: what the sensors read
    }


def plugged(st: "Status") -> "bool | None":
    """Whether a car is plugged in; None in a pilot fault (E, F)."""
    if st.state == charge_state.A:
        return False
    return True if charge_state.B1 <= st.state <= charge_state.D2 else None


def _session(st: "Status") -> dict:
    #: session.energy_wh int 0..: energy given to the car
    #: session.time_s int 0..: since the car was plugged in
    #: session.charge_s int 0..: of it, while the car drew more than 1 A
    return {"energy_wh": st.session_wh, "time_s": st.session_s, "charge_s": st.charge_s}


def _user(st: "Status", info: Info) -> dict:
    return {
        "paused": bool(st.user_paused),  #: user.paused bool: setting `user_paused`
        #: user.boost_left_s int 0..86400: until the boost ends; 0 = none
        "boost_left_s": st.boost_left_s,
        #: user.current_ma int 6000..32000: setting `user_ma`, at most user.max_ma
        "current_ma": info.user_ma,
        "min_ma": info.min_ma,  #: user.min_ma int 6000..16000: setting `min_ma`
        #: user.max_ma int 6000..32000: smallest of rated_ma, plug_ma and cable_ma
        "max_ma": info.max_ma,
    }


def build(st: "Status", info: Info) -> dict:
    """The whole document as dicts and lists; it shares no list with `st`."""
    active = faults(st)
    code, params = sentence(st, info, active)
    state = name_of(charge_state.NAMES, st.state)
    out = {
        "version": VERSION,  #: version int 1..: raised when a key changes its meaning or goes away
        "name": info.name,  #: name text: setting `name`
        "serial": info.serial,  #: serial text: serial number of this charger
        "model": info.model,  #: model text: product name of the brand
        "firmware": info.version,  #: firmware text: version of the application
        "time_s": info.time_s,  #: time_s int 0.. or null: Unix time; null while nobody has told it
        "uptime_s": st.uptime_s,  #: uptime_s int 0..: since the start of the charger
        "setup_done": bool(info.setup_done),  #: setup_done bool: setting `installed`
        #: state one of charge_state.NAMES: state by IEC 61851-1; 2 = PWM is on, 1 = it is off
        "state": state,
        #: why one of charge_state.WHY_NAMES: first reason why nothing flows; none = it does or may
        "why": name_of(charge_state.WHY_NAMES, st.why),
        #: sentence object: the one sentence on top of the page
        #: sentence.code text: key of its text (`say.CODE` in firmware/web/lang)
        #: sentence.params object: numbers that the text may name
        "sentence": {"code": code, "params": params},
        "contactor": bool(st.contactor),  #: contactor bool: the contactor is closed
        "car": _ev(st, info, state),  #: car object: the car and what it gets
        #: limit object: the smallest limit, which decides
        #: limit.current_ma int 0..: per phase; less than user.min_ma = pause
        #: limit.slot one of slots.NAMES: who limits
        "limit": {"current_ma": st.limit_ma, "slot": name_of(slots.NAMES, st.limit_slot)},
        "limits": limits(st),  #: limits list of object: every slot that limits now
        #: session object: from plug-in to unplug; the last one while no car is there
        "session": _session(st),
        "total_wh": st.total_wh,  #: total_wh int 0..: energy given in the charger's life
        "user": _user(st, info),  #: user object: what the person has chosen, and may choose
        #: group object or null: the group; null while this charger is alone
        "group": _named(info.group, _GROUP),
        #: plan object or null: plan of the car that is plugged in; null = none
        "plan": _named(info.plan, _PLAN),
        #: faults list of object: active faults; those that stop or pause come first
        "faults": active,
        #: step_us_max int 0..: longest step of the scan cycle, in us
        "step_us_max": st.step_us_max,
        #: start object or null: why this run began, and what the run before it noted last
        "start": _named(info.start, _START),
    }
    out.update(_measured(st, info))
    return out


def encode(document: dict, before: str = "", after: str = "") -> str:
    """JSON text of a document made by `build`, between two texts."""
    return json_pieces.text(document, before, after)
