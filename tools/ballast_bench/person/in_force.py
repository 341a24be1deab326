"""The values that a verb of the bench would change, as the parts have them now: for the bench page.

    rows = in_force(page, "meter_ratio")      # [{"value": 1.0}]; [] = this bench cannot do it now

A verb that acts on one of several (a place, a phase, a figure) has a row for each: KEYS names the argument.
ONCE are those that leave nothing that could be read: an event, or a part that is added.
"""

from math import isfinite

from ballast_bench.person.verbs.car import CHANGEABLE
from ballast_bench.plant.thermal import SPOTS

ONCE = (
    "plug", "unplug", "appliance", "breaker", "home_battery", "sag", "motor", "inrush", "wifi_scan",
    "radio_deaf", "bounce", "hang", "brown_out", "power_cut", "schedule", "restart", "speed", "clock",
    "clock_jump",
)  # fmt: skip
KEYS = {"car": "figure", "phase": "phase", "meter_reversed": "phase", "heat": "place", "sensor": "place"}

_INPUTS = {"L1": 0, "L2": 1, "L3": 2}


def in_force(page, verb):
    """Rows of complete arguments of a verb in READ. page: BenchPage, or what has its plant and chargers."""
    part, read = READ[verb]
    found = part(page)
    if found is None:
        return []
    got = read(found)
    rows = [got] if isinstance(got, dict) else got
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value):
    """As JSON has it: no endless number, and no more digits than somebody would write."""
    if not isinstance(value, float):
        return value
    return round(value, 4) if isfinite(value) else None


# -- parts: None where this bench has none --------------------------------------------------


def _plant(page):
    return page.plant


def _mains(page):
    return page.plant.mains


def _charger(page):
    return page.plant.chargers[page.charger_index]


def _car(page):
    return _charger(page).ev


def _pilot(page):
    return _charger(page).pilot


def _meter(page):
    meter = page.plant.meter
    return None if meter.path == "none" else meter


def _modbus(page):
    meter = _meter(page)
    return None if meter is None or meter.path == "clamp" or page.clamps else meter


def _rtu(page):
    meter = _modbus(page)
    return meter if meter is not None and meter.path == "rtu" else None


def _air(page):
    node = page.world.nodes[page.charger_index]
    return page.plant.radio.air if page.clamps or node.device.espnow is not None else None


def _wlan(page):
    """The network interface of the charger that is up, if its radio is."""
    device = page.world.nodes[page.charger_index].device
    up = [one for one in device.wlan.values() if one.active()]
    return up[0] if up and device.espnow is not None else None


def _heat_pumps(page):
    found = [a.program for a in page.plant.house.appliances if hasattr(a.program, "start")]
    return found[0] if found else None


# -- values ---------------------------------------------------------------------------------


def _is(name, inverse=False):
    return lambda part: {"on": bool(getattr(part, name)) != inverse}


def _has(argument, name, scale=1.0):
    return lambda part: {argument: getattr(part, name) * scale}


def _share(kind):
    return lambda meter: {"percent": meter.answers.share[kind] * 100.0}


def _asleep(ev):
    return {"state": "no" if ev.awake else ev.sleep_state}


def _figures(ev):
    """A figure that is no single number (a delay from .. to, "never") has no value here."""
    rows = ((name, getattr(ev, name)) for name in CHANGEABLE)
    return [{"figure": n, "value": v if isinstance(v, int | float) else None} for n, v in rows]


def _phases_of(mains):
    return [{"phase": n + 1, "on": n not in mains.missing} for n in range(mains.phases)]


def _line(mains):
    share = mains.neutral_ohm / mains.line_ohm if mains.line_ohm else 0.0
    return {"ohm": mains.line_ohm, "neutral_percent": share * 100.0}


def _coil(page):
    cp, volts = _charger(page), page.plant.mains.source_v
    return {"drop_percent": cp.contactor.drop_v / volts * 100.0,
            "pull_percent": cp.contactor.pull_v / volts * 100.0}  # fmt: skip


def _reversed(meter):
    rows = [{"on": n in meter.reversed, "phase": name} for name, n in _INPUTS.items()]
    return [{"on": len(meter.reversed) == len(_INPUTS), "phase": "all"}, *rows]


def _order(meter):
    return {"order": "".join(str(n + 1) for n in meter.order),
            "wires": "both" if meter.volts_too else "currents"}  # fmt: skip


def _cable(page):
    """Which one it is, is in what was done; the meter has but the currents."""
    if page.plant.meter.other_cable is None:
        return {"cable": "mains"}
    return page.done["meter_other_cable"]


def _late(meter):
    return {"percent": meter.answers.share["late"] * 100.0, "seconds": meter.answers.late_s}


def _own(cp):
    word = "silent" if cp.meter.silent else "frozen" if cp.meter.frozen else ""
    return {"state": word or ("swapped" if cp.meter.swapped else "good")}


def _loss(air):
    return {"value": (air.loss_good if air.loss is None else air.loss) * 100.0, "burst": air.burst_s}


def _rcd(cp):
    states = {"broken": cp.rcd.broken, "test_dead": cp.rcd.test_dead, "cable_open": cp.rcd.cable_open}
    return {"state": next((name for name, on in states.items() if on), "good")}


def _wire(pilot):
    return {"state": "short" if pilot.short_ohm is not None else "open" if pilot.open_cable else "good"}


def _heat(cp):
    return [{"place": name, "degc": cp.places[n].forced_degc} for n, name in enumerate(SPOTS)]


def _sensors(cp):
    return [{"place": name, "state": cp.ntc[n].fault or "good"} for n, name in enumerate(SPOTS)]


def _settings(page):
    from ballast.control.setting_rows import NUMBERS

    kept = page.world.nodes[page.charger_index].app.settings
    return {row[0]: kept[row[0]] for row in NUMBERS}


def _whole(page):
    return page


READ = {
    "soc": (_car, lambda ev: {"soc": ev.battery.soc}),
    "car": (_car, _figures),
    "asleep": (_car, _asleep),
    "want": (_car, _is("wanted")),
    "car_max": (_car, _has("amps", "max_a")),
    "greedy": (_car, _has("amps", "extra_a")),
    "stubborn": (_car, _is("stuck")),
    "no_diode": (_car, _is("diode", inverse=True)),
    "ventilation": (_car, _is("ventilation")),
    "ambient": (_charger, _has("degc", "ambient_degc")),
    "mains": (_mains, _has("percent", "scale", 100.0)),
    "supply": (_mains, _is("lost", inverse=True)),
    "phase": (_mains, _phases_of),
    "neutral": (_mains, _is("neutral_lost", inverse=True)),
    "line": (_mains, _line),
    "frequency": (_mains, _has("hz", "freq_hz")),
    "hold_up": (_charger, lambda cp: {"seconds": cp.chip_holds_s, "rails_s": cp.rails_hold_s}),
    "coil": (_whole, _coil),
    "motors": (_heat_pumps, _has("start", "start", 1)),
    "meter_off": (_meter, _is("silent")),
    "meter_frozen": (_meter, _is("frozen")),
    "meter_reversed": (_meter, _reversed),
    "meter_swapped": (_meter, lambda meter: {"on": meter.order == (1, 2, 0) and meter.volts_too}),
    "meter_phases": (_meter, _order),
    "meter_ratio": (_meter, _has("value", "ratio")),
    "meter_offset": (_meter, lambda meter: {"amps": meter.offset_a, "watts": meter.offset_w}),
    "meter_noise": (_meter, _has("value", "noise_a")),
    "meter_unsigned": (_meter, lambda meter: {"on": meter.unsigned, "power": meter.unsigned_w}),
    "meter_other_cable": (lambda page: page if _meter(page) else None, _cable),
    "meter_delay": (_meter, _has("value", "delay_s")),
    "meter_jumps": (_meter, lambda meter: {"percent": meter.jump_chance * 100.0, "amps": meter.jump_a}),
    "meter_zero": (_meter, _is("zero")),
    "meter_zero_spells": (_meter, lambda meter: {"every": meter.zeros.every_s}),
    "meter_held": (_modbus, _has("value", "held_s")),
    "meter_mean": (_modbus, lambda meter: {"value": meter.mean_s, "kind": meter.mean_kind}),
    "meter_steps": (_modbus, lambda meter: {"amps": meter.step_a, "watts": meter.step_w}),
    "meter_gateway": (_modbus, _has("value", "gateway_s")),
    "meter_answer": (_modbus, _has("value", "answer_s")),
    "meter_lost": (_modbus, _share("lost")),
    "meter_late": (_modbus, _late),
    "meter_exceptions": (_modbus, _share("exception")),
    "meter_nan": (_modbus, _share("nan")),
    "meter_zero_answers": (_modbus, _share("zeros")),
    "meter_crc": (_rtu, _share("crc")),
    "clamp_off": (lambda page: page.clamps or None, lambda clamps: {"on": any(c.silent for c in clamps)}),
    "own_meter_lag": (_charger, lambda cp: {"window": cp.meter.window_s, "lag": cp.meter.lag_s}),
    "own_meter": (_charger, _own),
    "radio_loss": (_air, _loss),
    "radio_jam": (_air, lambda air: {"value": bool(air.jammed)}),
    "wifi_channel": (_wlan, lambda wlan: {"value": wlan.config("channel")}),
    "pilot_rails": (_pilot, lambda p: {"plus_v": p.plus_mv / 1000.0, "minus_v": p.minus_mv / 1000.0}),
    "pilot_source": (_pilot, _has("ohm", "source_ohm")),
    "pilot_noise": (_pilot, lambda p: {"mv": p.noise_mv, "ripple_mv": p.ripple_mv, "ripple_hz": p.ripple_hz}),
    "pilot_offset": (_pilot, lambda p: {"mv": p.offset_mv, "ground_mv": p.ground_mv}),
    "pilot_edges": (_pilot, lambda p: {"nf": p.cable_nf, "swing_us": p.swing_us}),
    "leak": (_charger, lambda cp: {"ac_ma": cp.rcd.ac_ma, "dc_ma": cp.rcd.dc_ma}),
    "rcd": (_charger, _rcd),
    "heat": (_charger, _heat),
    "contact": (_charger, lambda cp: {"milliohm": cp.places[0].contact_ohm * 1000.0}),
    "sensor": (_charger, _sensors),
    "pe_lost": (_charger, lambda cp: {"on": cp.pe.lost}),
    "weld": (_charger, lambda cp: {"on": bool(cp.contactor.welded)}),
    "no_close": (_charger, lambda cp: {"on": cp.contactor.stuck_open}),
    "pilot": (_pilot, _wire),
    "button": (_charger, _is("button")),
    "set": (_whole, _settings),
}
"""verb: (the part that it is of, what is read from that part)."""
