"""What the bench page shows, as plain values: currents, parts, and the values that the verbs change."""

from ballast_bench.person import in_force
from ballast_bench.plant.thermal import SPOTS


def state_of(page):
    """Everything but the lines. page: BenchPage."""
    plant, world, index = page.plant, page.world, page.charger_index
    values = now(page)
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
        "now": values,
        "bent": bent(page, values),
    }


def now(page):
    """{verb: [arguments in force]} of what lasts; [] = it cannot be done on this bench, or not now."""
    return {verb: in_force.in_force(page, verb) for verb in in_force.READ}


def bent(page, values):
    """Verbs whose values are not those with which the bench began, or the car was plugged in."""
    usual = page.usual[page.charger_index]
    return [verb for verb in values if verb not in _OF_ITSELF and values[verb] != usual[verb]]


_OF_ITSELF = ("soc",)
"""What changes without anybody's doing."""


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
