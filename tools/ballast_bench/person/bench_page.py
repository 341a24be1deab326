"""The bench page: /bench on the first charger's page. Host side only, never in the firmware.

GET /bench/state -> what the bench is like now. POST /bench/do {"action", "args"} -> does
it. Everything done is kept as scenario text, to be copied into a file.
"""

import time
from pathlib import Path

from ballast_bench.person import actions
from ballast_bench.plant.thermal import SPOTS

PAGE = Path(__file__).parent / "page"
_KEPT_LINES = 500


def real_ms():
    """The computer's clock as ticks: for what concerns a browser, whatever the bench's speed."""
    return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class BenchPage:
    """setup: ballast_bench.setup.Setup after its world was made. Adds its routes to main.App `app`."""

    def __init__(self, setup, app):
        self.world = setup.world
        self.plant = setup.world.plant
        self.clamps = setup.clamps
        self.charger_index = 0
        self.lines = []
        page = app.page
        page.door.clock = real_ms
        page.web.real_ms = real_ms
        page.web.app.get("/bench/state")(self._state)
        page.web.app.post("/bench/do")(self._do)
        page.web.app.post("/bench/charger")(self._choose)

    async def _state(self, request):
        return self.state()

    async def _do(self, request):
        data = request.json
        if not isinstance(data, dict):
            return {"error": "send {action, args} as JSON"}, 400
        try:
            args = actions.do(self, data.get("action"), data.get("args"))
        except actions.ActionError as error:
            return {"error": str(error)}, 400
        verb = data["action"]
        self.lines.append(actions.line(self.world.now_s, verb, args))
        del self.lines[:-_KEPT_LINES]
        return self.state()

    async def _choose(self, request):
        """{"index"}: the charger that the car and fault actions act on."""
        index = request.json.get("index") if isinstance(request.json, dict) else None
        if not isinstance(index, int) or not 0 <= index < len(self.plant.chargers):
            return {"error": f"charger: from 0 to {len(self.plant.chargers) - 1}"}, 400
        self.charger_index = index
        self.lines.append(f"# from here on: charger {index + 1}")
        return self.state()

    def state(self):
        """Everything that the page shows, as plain values."""
        plant, world = self.plant, self.world
        cp = plant.chargers[self.charger_index]
        day_s = (
            plant.house.start_of_day_s if hasattr(plant.house, "start_of_day_s") else 0
        ) + world.now_s
        return {
            "second": round(world.now_s, 2),
            "day_s": int(day_s) % 86400,
            "pace": world.pace,
            "house": {
                "name": plant.house.name,
                "phases": plant.config.phases,
                "amps": [round(a, 2) for a in plant.house_a],
                "appliances": [
                    {"name": a.name, "on": bool(a.on), "hand": a.hand, "watt": round(a.watt)}
                    for a in plant.house.appliances
                ],
            },
            "mains": {
                "amps": [round(a, 2) for a in plant.mains_a],
                "volts": [round(v, 1) for v in plant.mains.volts],
                "percent": round(plant.mains.scale * 100.0, 1),
                "lost": plant.mains.lost,
                "tripped": plant.breaker.tripped,
                "heat": round(plant.breaker.thermal_state(world.now_s), 3),
                "rated_a": plant.breaker.rated_a,
            },
            "meter": _meter(plant, self.clamps),
            "car": _car(cp),
            "charger": _charger(cp),
            "index": self.charger_index,
            "group": [_member(node) for node in world.nodes] if len(world.nodes) > 1 else [],
            "lines": self.lines[-40:],
        }


def _meter(plant, clamps):
    m, air = plant.meter, plant.radio.air
    return {
        "silent": m.silent, "frozen": m.frozen, "reversed": bool(m.reversed), "swapped": m.swapped,
        "ratio": m.ratio, "delay_s": m.delay_s, "jumps": round(m.jump_chance * 100.0, 1),
        "clamps": len(clamps), "clamp_off": any(c.silent for c in clamps),
        "loss": round(air.loss_good * 100.0, 1), "jammed": air.jammed,
    }  # fmt: skip


def _car(cp):
    ev = cp.ev
    if ev is None:
        return None
    return {
        "amps": [round(a, 2) for a in cp.amps], "max_a": ev.max_a, "phases": len(ev.phases),
        "soc": round(ev.battery.soc, 4), "kwh": ev.battery.capacity_kwh,
        "offer_a": round(ev.offer_a, 2), "s2": ev.s2, "awake": ev.awake, "wanted": ev.wanted,
        "greedy": ev.extra_a, "stubborn": ev.stuck, "no_diode": not ev.diode,
        "ventilation": ev.ventilation, "delay_s": ev.delay_s,
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
    rcd, pilot = cp.rcd, cp.pilot
    state = [name for name in ("broken", "test_dead", "cable_open") if getattr(rcd, name)]
    return {
        "phases": cp.phases, "powered": cp.powered, "closed": any(cp.contactor.closed),
        "operations": cp.contactor.operations,
        "pilot_v": [round(pilot.high_mv / 1000, 2), round(pilot.low_mv / 1000, 2)],
        "duty": round(pilot.duty * 100.0, 1),
        "places": list(SPOTS),
        "degc": [round(place.degc, 1) for place in cp.places],
        "forced": [place.forced_degc for place in cp.places],
        "sensors": [ntc.fault or "good" for ntc in cp.ntc],
        "milliohm": round(cp.places[0].contact_ohm * 1000, 2),
        "ac_ma": rcd.ac_ma, "dc_ma": rcd.dc_ma, "rcd": state[0] if state else "good",
        "tripped": bool(rcd.trip), "pe_lost": cp.pe.lost, "weld": bool(cp.contactor.welded),
        "no_close": cp.contactor.stuck_open, "button": bool(cp.button),
        "pilot": "short" if pilot.short_ohm else "open" if pilot.open_cable else "good",
        "energy_wh": round(cp.energy_wh),
    }  # fmt: skip
