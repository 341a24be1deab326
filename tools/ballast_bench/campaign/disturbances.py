"""What happens in a run, as data: one row for each verb of the bench, with the way back.

A row that names a verb or an argument which this bench has not is passed over. A verb that
is neither here, nor in an axis, nor PLACED elsewhere, nor LEFT_OUT with a reason is found by a test.
"""

from ballast.control.setting_rows import NUMBERS
from ballast_bench.campaign import axes
from ballast_bench.campaign.values import Pick, Range
from ballast_bench.person import actions

_SHORT_S = Range(1.0, 60.0, stretched=True)
_LONG_S = Range(5.0, 1800.0, stretched=True)


class Disturbance:
    """One verb at a random instant.

    args: of the verb, fixed or drawn. back: arguments that take it back, a verb (text) that
    does, or None: it ends by itself. hold_s: time until then, drawn. needs: {axis: values
    among which the run's must be}; "car": True = only while a car is plugged in. share: how often, compared
    with the others. excuses: a stop of the charge while it lasts, or up to `after_s` later, is no
    nuisance. restarts: it may restart the charger. visit: somebody may unplug the car and plug
    it in again afterwards, as a person does who finds it not charging.
    The shares and times are chosen: much more often than in a house, so that a run is worth its time.
    """

    def __init__(self, verb, args=None, back=None, hold_s=_LONG_S, needs=None, share=1.0,
                 excuses=True, after_s=120.0, restarts=False, visit=False):
        self.verb, self.args, self.back, self.hold_s = verb, args or {}, back, hold_s
        self.needs, self.share, self.excuses, self.after_s = needs or {}, share, excuses, after_s
        self.restarts, self.visit = restarts, visit

    @property
    def is_of_car(self):
        return self.needs.get("car", False)

    def known(self):
        """This bench has the verb and its arguments."""
        action = actions.BY_VERB.get(self.verb)
        return action is not None and (action.free or set(self.args) <= set(action.args))


_OFF = {"on": False}
_CAR = {"car": True}
_CLAMP = {"meter": ("clamp",)}
_METER = {"meter": ("clamp", "modbus", "rtu")}
_ASKED = {"meter": ("modbus", "rtu")}
_THREE = {"phases": (3,)}
_GROUP = {"chargers": (2, 3, 4)}
_FOR_EVER_S = 1e9

ROWS = (
    # the car and its driver
    Disturbance("unplug", back="plug", needs=_CAR, share=2.0),
    Disturbance("soc", {"soc": Range(0.3, 1.0)}, needs=_CAR, share=0.5),
    Disturbance("want", {"on": False}, {"on": True}, needs=_CAR),
    Disturbance("car_max", {"amps": Pick(6, 8, 10, 13, 16)}, {"amps": 32}, needs=_CAR, excuses=False),
    Disturbance("greedy", {"amps": Range(1.0, 20.0, 1)}, {"amps": 0}, needs=_CAR, visit=True),
    Disturbance("stubborn", {}, _OFF, needs=_CAR),
    Disturbance("no_diode", {}, _OFF, needs=_CAR, visit=True),
    Disturbance("ventilation", {}, _OFF, needs=_CAR, visit=True),
    Disturbance("car", {"figure": "min_a", "value": Pick(7, 8, 10)}, needs=_CAR, share=0.5,
                after_s=_FOR_EVER_S),
    Disturbance("asleep", {"state": Pick("B", "C")}, {"state": "no"}, needs=_CAR, share=0.5),
    # the meter, the clamp, the air
    Disturbance("meter_off", {}, _OFF, needs=_METER),
    Disturbance("meter_frozen", {}, _OFF, needs=_METER),
    Disturbance("meter_reversed", {}, _OFF, needs=_METER, share=0.5),
    Disturbance("meter_swapped", {}, _OFF, needs={**_METER, **_THREE}, share=0.5),
    Disturbance("meter_ratio", {"value": Pick(0.1, 0.5, 0.8, 1.25, 2.0, 10.0)}, {"value": 1.0},
                needs=_METER, share=0.5),
    Disturbance("meter_delay", {"value": Range(2.0, 30.0, 1)}, {"value": 0.0}, needs=_METER, share=0.5),
    Disturbance("meter_jumps", {"percent": Range(1.0, 20.0, 1)}, {"percent": 0}, needs=_METER, share=0.5),
    Disturbance("meter_phases", {"order": Pick("231", "312", "213", "132", "321"),
                                 "wires": Pick("both", "currents")}, {"order": "123"},
                needs={**_METER, **_THREE}, share=0.5),
    Disturbance("meter_offset", {"amps": Range(-3.0, 3.0, 1)}, {"amps": 0.0}, needs=_METER, share=0.5),
    Disturbance("meter_noise", {"value": Range(0.05, 1.0)}, {"value": 0.0}, needs=_METER, share=0.5),
    Disturbance("meter_unsigned", {}, _OFF, needs=_METER, share=0.5),
    Disturbance("meter_other_cable", {"cable": Pick("lively", "car")}, {"cable": "mains"}, needs=_METER,
                share=0.5),
    Disturbance("meter_zero", {}, _OFF, needs=_METER),
    Disturbance("meter_zero_spells", {"every": Range(60.0, 600.0, 0)}, {"every": 0.0}, needs=_METER,
                share=0.5),
    Disturbance("meter_lost", {"percent": Range(5.0, 80.0, 0)}, {"percent": 0.0}, needs=_ASKED),
    Disturbance("meter_late", {"percent": Range(5.0, 50.0, 0), "seconds": Range(0.5, 10.0, 1)},
                {"percent": 0.0}, needs=_ASKED, share=0.5),
    Disturbance("meter_exceptions", {"percent": Range(5.0, 80.0, 0)}, {"percent": 0.0}, needs=_ASKED,
                share=0.5),
    Disturbance("meter_nan", {"percent": Range(5.0, 100.0, 0)}, {"percent": 0.0}, needs=_ASKED),
    Disturbance("meter_zero_answers", {"percent": Range(5.0, 100.0, 0)}, {"percent": 0.0}, needs=_ASKED),
    Disturbance("meter_crc", {"percent": Range(1.0, 50.0, 0)}, {"percent": 0.0}, needs={"meter": ("rtu",)}),
    Disturbance("own_meter", {"state": Pick("silent", "frozen", "swapped")}, {"state": "good"}, visit=True),
    Disturbance("own_meter_lag", {"window": Pick(0.32, 1.0), "lag": Range(0.1, 1.0)}, {}, share=0.5),
    Disturbance("clamp_off", {}, _OFF, needs=_CLAMP),
    Disturbance("radio_loss", {"value": Range(20.0, 90.0, 0)}, {"value": 0.0}, needs=_CLAMP),
    Disturbance("radio_jam", {"value": True}, {"value": False}, needs=_CLAMP),
    Disturbance("wifi_scan", {"who": Pick("charger", "clamp")}, needs=_CLAMP, share=0.5, after_s=60.0),
    Disturbance("radio_deaf", {"who": Pick("charger", "clamp")}, needs=_CLAMP, share=0.5,
                after_s=_FOR_EVER_S),
    Disturbance("wifi_channel", {"value": Pick(1, 6, 11)}, needs=_CLAMP, share=0.5, after_s=_FOR_EVER_S),
    # the charger and its plug
    Disturbance("leak", {"ac_ma": Range(20.0, 200.0, 0)}, {}, _SHORT_S, visit=True),
    Disturbance("leak", {"dc_ma": Range(4.0, 60.0, 0)}, {}, _SHORT_S, share=0.5, visit=True),
    Disturbance("rcd", {"state": Pick("test_dead", "cable_open", "broken")}, {"state": "good"}, visit=True),
    Disturbance("heat", {"place": Pick("plug", "connector", "box"), "degc": Range(50.0, 120.0, 0)},
                {"degc": 0}, after_s=900.0),
    Disturbance("contact", {"milliohm": Range(1.0, 20.0, 1, stretched=True)}, {"milliohm": 0.6},
                after_s=1800.0),
    Disturbance("sensor", {"place": Pick("plug", "connector", "box"),
                           "state": Pick("open", "short", "frozen")}, {"state": "good"}),
    Disturbance("pe_lost", {}, _OFF, _SHORT_S, visit=True),
    Disturbance("weld", share=0.3, after_s=_FOR_EVER_S),  # it does not heal
    Disturbance("no_close", {}, _OFF, visit=True),
    Disturbance("pilot", {"state": Pick("short", "open")}, {"state": "good"}, _SHORT_S, visit=True),
    Disturbance("button", {}, _OFF, Range(0.1, 15.0, stretched=True), share=0.5),
    Disturbance("hang", restarts=True, share=0.5),
    Disturbance("brown_out", restarts=True, share=0.5),
    Disturbance("power_cut", {"seconds": Range(0.1, 600.0, 1, stretched=True)}, restarts=True,
                after_s=720.0),
    Disturbance("restart", restarts=True, share=0.5),
    # the pilot, within the tolerances of IEC 61851-1: none of it excuses a stop
    Disturbance("pilot_rails", {"plus_v": Range(11.4, 12.6, 1), "minus_v": Range(-12.6, -11.4, 1)}, {},
                share=0.5, excuses=False),
    Disturbance("pilot_source", {"ohm": Range(970.0, 1030.0, 0)}, {}, share=0.5, excuses=False),
    Disturbance("pilot_noise", {"mv": Range(10.0, 100.0, 0), "ripple_mv": Range(10.0, 50.0, 0),
                                "ripple_hz": Pick(50, 100, 300, 1000)}, {}, share=0.5, excuses=False),
    Disturbance("pilot_offset", {"mv": Range(-100.0, 100.0, 0), "ground_mv": Range(-100.0, 100.0, 0)}, {},
                share=0.5, excuses=False),
    Disturbance("pilot_edges", {"nf": Range(1.0, 4.6, 1), "swing_us": Range(0.5, 2.0, 1)}, {}, share=0.5,
                excuses=False),
    Disturbance("bounce", {"ms": Range(20.0, 500.0, 0), "times": Pick(1, 3)}, after_s=60.0),
    # the house and its supply
    Disturbance("phase", {"phase": Pick(1, 2, 3), "on": False}, {"on": True}, needs=_THREE, restarts=True,
                after_s=300.0),
    Disturbance("neutral", {"on": False}, {"on": True}, share=0.5, restarts=True, after_s=300.0),
    Disturbance("sag", {"percent": Range(0.0, 85.0, 0), "seconds": Range(0.02, 20.0, 2, stretched=True),
                        "times": Pick(1, 1, 3), "every_s": Range(30.0, 120.0, 0)}, restarts=True,
                after_s=480.0),
    Disturbance("frequency", {"hz": Pick(47, 49, 51, 52)}, {"hz": 50.0},
                needs={"market": ("au", "cn", "eu", "uk")}, share=0.5),
    Disturbance("motor", {"watts": Pick(1100, 2200, 4000), "multiple": Pick(4, 6, 8),
                          "seconds": Range(5.0, 1200.0, 0), "soft": Pick(True, False)}, excuses=False),
    Disturbance("inrush", {"peak_a": Range(50.0, 300.0, 0), "ms": Range(0.1, 2.0)}, share=0.5,
                excuses=False),
    Disturbance("ambient", {"degc": Pick(-25, -10, 35, 45)}, {"degc": 20.0}, share=0.5, after_s=1800.0),
    Disturbance("mains", {"percent": Pick(70, 82, 90, 110, 118)}, {"percent": 100}, restarts=True),
    Disturbance("supply", {"on": False}, {"on": True}, restarts=True, after_s=300.0),
    # a person or an installer at the charger's page: a setting, within its range
    Disturbance("set", {"user_ma": Range(6000, 32000, 0)}, {"user_ma": 32000}, excuses=False),
    Disturbance("set", {"user_paused": 1}, {"user_paused": 0}),
    Disturbance("set", {"mode": Pick(1, 2)}, {"mode": 0}, needs=_METER, share=0.5),
    Disturbance("set", {"circuit_ma": Range(8000, 40000, 0)}, {"circuit_ma": 40000}, share=0.3,
                excuses=False),
    Disturbance("set", {"margin_ma": Range(0, 5000, 0)}, {"margin_ma": 0}, needs=_METER, share=0.3),
    Disturbance("set", {"fallback_ma": Range(0, 32000, 0)}, {"fallback_ma": 6000}, needs=_METER, share=0.3),
    Disturbance("set", {"demand_w": Range(1000, 100000, 0, stretched=True)}, {"demand_w": 0}, needs=_METER,
                share=0.3, after_s=900.0),
    Disturbance("set", {"dip_mas": Range(0, 5000, 0)}, {"dip_mas": 0}, needs=_METER, share=0.3),
    Disturbance("set", {"export": Pick(0, 1)}, needs=_METER, share=0.3, after_s=_FOR_EVER_S),
    Disturbance("set", {"meter_interval_ms": Range(100, 60000, 0, stretched=True)},
                {"meter_interval_ms": 1000}, needs=_ASKED, share=0.3),
    Disturbance("set", {"group_share_ma": Range(0, 32000, 0)}, {"group_share_ma": 0}, needs=_GROUP,
                share=0.3),
    Disturbance("set", {"group_mode": Pick(1, 2)}, {"group_mode": 0}, needs=_GROUP, share=0.3),
    Disturbance("set", {"group_rank": Range(0, 255, 0)}, {"group_rank": 128}, needs=_GROUP, share=0.3),
    Disturbance("schedule", {"begin": Pick("00:00", "06:00", "18:00", "20:00", "22:00"),
                             "end": Pick("05:00", "06:00", "19:00", "21:30", "23:00"),
                             "inside_ma": Pick(0, 0, 10000), "outside_ma": Pick(0, 0, 8000)}, _OFF),
)  # fmt: skip

PLACED = {
    "plug": "the axis `car`, when it arrives and after each unplugging",
    "appliance": "somebody at home, and the axis `sun`",
    "breaker": "once an hour, so that a run does not end with a trip",
    "clock": "the axis `time`: at the start, summer time, corrections, after a loss (clocks.py)",
}
"""verb: where else in a run it has its place."""

LEFT_OUT = {
    "home_battery": "the axis `battery` has one from the start, by the option battery_kwh",
    "clock_jump": "a jump is a `clock` line, which works after an unforeseen restart too",
    "speed": "a run goes as fast as it can",
}
"""verb: why no run has it."""

_WIRED = "how the house is wired: it stays for years, and a wrong one is no fault of the charger"
SETTINGS_LEFT_OUT = {
    "installed": "the set-up is over before the first evening",
    "panel_ma": "the bench has no clamp at a sub-panel",
    "fuse_ma": _WIRED, "supply_phases": _WIRED, "phase_of_l1": _WIRED, "phase_proven": _WIRED,
    "meter_kind": _WIRED, "meter_unit": _WIRED, "meter_baud": _WIRED, "meter_parity": _WIRED,
    "group_id": _WIRED, "group_seat": _WIRED, "group_seats": _WIRED, "group_radio": _WIRED,
    "group_line": _WIRED,
}  # fmt: skip
"""setting of user or installer: why no run changes it. Nobody changes those of brand and market."""

BY_VERB = {}
for _row in ROWS:
    BY_VERB.setdefault(_row.verb, []).append(_row)


def row_of(verb, args):
    """The row that a line with this verb and these arguments comes from; None: no disturbance."""
    rows = BY_VERB.get(verb, ())
    return next((row for row in rows if set(row.args) <= set(args)), rows[0] if rows else None)


def label(verb, args):
    """The name of a disturbance in a row's column: its verb, and which setting it sets."""
    return f"{verb} {' '.join(sorted(args))}" if actions.BY_VERB[verb].free else verb


def without_place():
    """Verbs that this bench has and the campaign neither does nor leaves out."""
    placed = {*BY_VERB, *PLACED, *LEFT_OUT, *axes.verbs()}
    return [action.verb for action in actions.ACTIONS if action.verb not in placed]


def settings_without_place():
    """Settings that somebody at a charger may change, and the campaign neither does nor leaves out."""
    wanted = [row[0] for row in NUMBERS if row[5] != "profile"]
    placed = {name for row in BY_VERB["set"] for name in row.args} | set(SETTINGS_LEFT_OUT)
    return [name for name in wanted if name not in placed]


def is_back(row, args):
    """`args` (complete) are those that take the disturbance back."""
    if not isinstance(row.back, dict):
        return False
    complete = actions.BY_VERB[row.verb].check(row.back)
    names = row.back or complete  # {}: all at their defaults
    return all(args[name] == complete[name] for name in names)
