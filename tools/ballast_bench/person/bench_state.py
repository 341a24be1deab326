"""What the bench page shows, as plain values: currents, parts, and the present value of each verb."""

from ballast_bench.plant.thermal import SPOTS


def state_of(page):
    """Everything but the lines. page: BenchPage."""
    plant, world, index = page.plant, page.world, page.charger_index
    cp = plant.chargers[index]
    start_s = getattr(plant.house, "start_of_day_s", 0)
    return {
        "second": round(world.now_s, 2),
        "day_s": int(start_s + world.now_s) % 86400,
        "pace": world.pace,
        "house": _house(plant),
        "mains": _mains(plant, world.now_s),
        "car": _car(cp),
        "charger": _charger(cp),
        "index": index,
        "group": [_member(node) for node in world.nodes] if len(world.nodes) > 1 else [],
        "now": _now(page, plant, cp),
    }


def _now(page, plant, cp):
    """{verb: arguments that are in force}: as the part itself says, else as it was done last."""
    found = {verb: args for (i, verb), args in page.done.items() if i in (None, page.charger_index)}
    for verb, read in _READ.items():
        args = read(page, plant, cp)
        if args is not None:
            found[verb] = args
        else:
            found.pop(verb, None)
    return found


def _on(value):
    return {"on": bool(value)}


def _of_car(read):
    return lambda page, plant, cp: None if cp.ev is None else read(cp.ev)


_READ = {
    "soc": _of_car(lambda ev: {"soc": round(ev.battery.soc, 4)}),
    "want": _of_car(lambda ev: _on(ev.wanted)),
    "car_max": _of_car(lambda ev: {"amps": ev.max_a}),
    "greedy": _of_car(lambda ev: {"amps": ev.extra_a}),
    "stubborn": _of_car(lambda ev: _on(ev.stuck)),
    "no_diode": _of_car(lambda ev: _on(not ev.diode)),
    "ventilation": _of_car(lambda ev: _on(ev.ventilation)),
    "supply": lambda page, plant, cp: _on(not plant.mains.lost),
    "mains": lambda page, plant, cp: {"percent": round(plant.mains.scale * 100.0, 1)},
    "clamp_off": lambda page, plant, cp: _on(any(c.silent for c in page.clamps)) if page.clamps else None,
    "pe_lost": lambda page, plant, cp: _on(cp.pe.lost),
    "weld": lambda page, plant, cp: _on(cp.contactor.welded),
    "no_close": lambda page, plant, cp: _on(cp.contactor.stuck_open),
    "leak": lambda page, plant, cp: {"ac_ma": cp.rcd.ac_ma, "dc_ma": cp.rcd.dc_ma},
    "contact": lambda page, plant, cp: {"milliohm": round(cp.places[0].contact_ohm * 1000.0, 2)},
}
"""How the present value of a verb is read, None = it cannot be done now. A verb that is not here
shows what was done with it last."""


def _house(plant):
    return {
        "name": plant.house.name,
        "phases": plant.config.phases,
        "amps": [round(a, 2) for a in plant.house_a],
        "appliances": [
            {"name": a.name, "on": bool(a.on), "hand": a.hand, "watt": round(a.watt)}
            for a in plant.house.appliances
        ],
    }


def _mains(plant, now_s):
    return {
        "amps": [round(a, 2) for a in plant.mains_a],
        "volts": [round(v, 1) for v in plant.mains.volts],
        "tripped": plant.breaker.tripped,
        "heat": round(plant.breaker.heat_at(now_s), 3),
        "rated_a": plant.breaker.rated_a,
    }


def _car(cp):
    ev = cp.ev
    if ev is None:
        return None
    return {
        "amps": [round(a, 2) for a in cp.amps], "max_a": ev.max_a, "phases": len(ev.phases),
        "soc": round(ev.battery.soc, 4), "kwh": ev.battery.capacity_kwh,
        "offer_a": round(ev.offer_a, 2), "s2": ev.s2, "awake": ev.awake,
    }  # fmt: skip


def _member(node):
    """One charger of several, as its own firmware sees itself."""
    from ballast.control.limits.limits import NAMES

    cycle = node.cycle
    link = node.app.group.link
    group = link.status() if link is not None else None
    return {
        "plugged": node.cp.ev is not None, "powered": node.cp.powered,
        "amps": round(max(node.cp.amps), 2), "offered_a": cycle.offered_ma / 1000.0,
        "limited": NAMES[cycle.limits.winner],
        "role": group["role"] if group else "alone",
        "lease_a": group["held_ma"] / 1000.0 if group else 0.0,
        "lease_s": round(group["lease_ms"] / 1000.0, 1) if group else 0.0,
    }  # fmt: skip


def _charger(cp):
    return {
        "phases": cp.phases, "powered": cp.powered, "closed": any(cp.contactor.closed),
        "operations": cp.contactor.operations,
        "pilot_v": [round(cp.pilot.high_mv / 1000, 2), round(cp.pilot.low_mv / 1000, 2)],
        "duty": round(cp.pilot.duty * 100.0, 1),
        "places": list(SPOTS),
        "degc": [round(place.degc, 1) for place in cp.places],
        "tripped": bool(cp.rcd.trip),
        "energy_wh": round(cp.energy_wh),
    }  # fmt: skip
