"""The one sentence of the status document: why the EV gets what it gets.

A code and the numbers that its text may show; the texts are the page's (firmware/web/lang).
"""

from micropython import const

from ballast.control.limits import limits as slots
from ballast.control.meter import meter
from ballast.control.pilot import charge_state

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Status
    from ballast.protocol.status import Info

# If the EV draws less than the limit by more than this, the EV itself is the reason.
# An EV draws a little less than offered, often about 95 % of it.
_EV_LESS_MA = const(1500)
_NOTHING_MA = const(500)  # less than this: the EV has not begun to draw
HALTS = ("pause", "stop")  # with these actions no current flows


def name_of(table: tuple[str, ...], index: int) -> str:
    """`table[index]`, or "unknown" if the table has no such index."""
    return table[index] if 0 <= index < len(table) else "unknown"


def busiest(st: "Status") -> int:
    """Index of the supply's phase that carries the largest current."""
    phase = 0
    for i in (1, 2):
        if st.mains_ma[i] > st.mains_ma[phase]:
            phase = i
    return phase


def drawn_ma(st: "Status", info: "Info") -> "int | None":
    """The EV's largest phase current; None if this charger cannot measure it."""
    return max(st.ev_ma) if info.own_meter else None


def _untrusted(st: "Status") -> bool:
    """Whether the limit comes from a meter (site or panel) that is not trusted now."""
    if st.limit_slot == slots.SITE:
        return st.meter_state != meter.GOOD
    return st.limit_slot == slots.PANEL and st.panel_state != meter.GOOD


def _charging_code(st: "Status", info: "Info", drawn: "int | None") -> str:
    """The code of the sentence while current may flow: what sets the current."""
    if st.boost_left_s > 0:
        return "charging_boost"
    if _untrusted(st):
        return "charging_fallback"
    if drawn is not None and drawn < _NOTHING_MA:
        return "starting"
    if drawn is not None and drawn < st.limit_ma - _EV_LESS_MA:
        return "charging_car"
    if not info.supply_meter and st.limit_slot == slots.CIRCUIT:
        return "charging_static"
    return "charging_" + name_of(slots.NAMES, st.limit_slot)


def _idle_code(st: "Status", info: "Info", state: str) -> str:
    """The code of the sentence while no current flows: the reason."""
    if state[0] == "A" and not info.setup_done:
        return "setup"
    if st.why == charge_state.WHY_LIMIT:
        if _untrusted(st):
            return "wait_fallback"
        if st.limit_slot == slots.GROUP and info.group and info.group["leader"] is None:
            return "wait_group_lost"
        return "wait_" + name_of(slots.NAMES, st.limit_slot)
    why = name_of(charge_state.WHY_NAMES, st.why)
    return "starting" if why == "none" else why


def sentence(st: "Status", info: "Info", active: list[dict]) -> tuple[str, dict]:
    """(code, params) of the sentence at the top of the page, whose languages have the texts.

    A fault that stops or pauses comes before everything else. params: the currents in mA
    that a text may show, and "fault", the key of the fault.
    """
    drawn = drawn_ma(st, info)
    params = {
        #: sentence.params.current_ma int 0..: what the car draws; the limit where nothing measures it
        "current_ma": st.limit_ma if drawn is None else drawn,
        "limit_ma": st.limit_ma,  #: sentence.params.limit_ma int 0..: smallest limit now
        #: sentence.params.min_ma int 6000..16000: below it the charger pauses
        "min_ma": info.min_ma,
        #: sentence.params.house_ma int: house without the car, on the phase of the supply that carries most
        "house_ma": st.house_ma[busiest(st)],
        "fuse_ma": st.fuse_ma,  #: sentence.params.fuse_ma int 6000..125000: main fuse
    }
    for fault in active:
        if fault["action"] in HALTS:
            #: sentence.params.fault? text: key of the fault; only with the code `fault`
            params["fault"] = fault["key"]
            return "fault", params
    state = name_of(charge_state.NAMES, st.state)
    if st.contactor and state[0] in "CD" and st.why == charge_state.WHY_NONE:
        return _charging_code(st, info, drawn), params
    return _idle_code(st, info, state), params
