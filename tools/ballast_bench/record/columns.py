"""The columns of a recording, in groups; each group reads its values without changing anything.

A group is (columns, read): `read(now_s)` returns one value for each column, None = not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NUMBER, SECONDS, TIME, TEXT, FLAG = "number", "seconds", "time", "text", "flag"
_DAY_S = 86400.0

Read = Callable[[float], tuple]
Group = tuple[list["Column"], Read]


@dataclass(frozen=True)
class Column:
    """name: ends in the unit where there is one. unit: "A", "V", ... "" for texts and flags.

    about: one sentence. kind: number, seconds (written with more digits), time (of day, in
    seconds since midnight; written as hh:mm:ss), text, flag (True or False).
    """

    name: str
    unit: str
    about: str
    kind: str = NUMBER


def groups(world: Any, node: Any) -> list[Group]:
    """All groups of one charger (`node` of `world`)."""
    return [
        _clock(world, node),
        _supply(world.plant),
        _car(node.cp),
        _pilot(node.cp),
        _heat(world.plant, node.cp),
        _contacts(node),
        _firmware(node),
        _limits(node),
        _meter(node),
        _sensors(node),
    ]


def _three(name: str, unit: str, about: str) -> list[Column]:
    return [Column(f"{name}_l{n}_{unit.lower()}", unit, f"{about}, L{n}") for n in (1, 2, 3)]


def _clock(world: Any, node: Any) -> Group:
    columns = [
        Column("charger", "", "number of the charger, from 1"),
        Column("time_s", "s", "seconds since power-on", SECONDS),
        Column("time_of_day", "h:m:s", "local time of day at the house", TIME),
    ]
    number = node.index + 1
    start_s = getattr(world.plant.house, "start_of_day_s", None)

    def read(now_s: float) -> tuple:
        return number, now_s, None if start_s is None else (start_s + now_s) % _DAY_S

    return columns, read


def _supply(plant: Any) -> Group:
    columns = [
        *_three("mains", "A", "current through the main breaker, + = import, - = export"),
        *_three("mains", "V", "voltage at the house"),
        *_three("house", "A", "current of the house without any car"),
    ]
    mains = plant.mains

    def read(now_s: float) -> tuple:
        return *plant.mains_a, *mains.volts, *plant.house_a

    return columns, read


def _car(cp: Any) -> Group:
    columns = [
        *_three("ev", "A", "current of this charger's car, by the phases of the house"),
        Column("ev_w", "W", "active power of this charger's car"),
    ]

    def read(now_s: float) -> tuple:
        amps = [0.0, 0.0, 0.0]
        for phase, house_phase in enumerate(cp.phase_map):
            amps[house_phase] = cp.amps[phase]
        return *amps, cp.watts

    return columns, read


def _pilot(cp: Any) -> Group:
    columns = [
        Column("duty_pct", "%", "share of +12 V in a period of the pilot; 100 = no PWM"),
        Column("pilot_high_v", "V", "pilot at the charger's contact, high part"),
        Column("pilot_low_v", "V", "pilot at the charger's contact, low part"),
    ]
    pilot = cp.pilot

    def read(now_s: float) -> tuple:
        return pilot.duty * 100.0, pilot.high_mv / 1000.0, pilot.low_mv / 1000.0

    return columns, read


def _heat(plant: Any, cp: Any) -> Group:
    """What only the bench knows: true temperatures and the heat of the main breaker."""
    from ballast_bench.plant.thermal import SPOTS

    names = list(SPOTS) + [f"place{n}" for n in range(len(SPOTS) + 1, len(cp.places) + 1)]
    places = list(cp.places)
    columns = [
        Column("breaker_heat_pct", "%", "heat of the main breaker's bimetal; 100 = it trips"),
        Column("house_breaker_heat_pct", "%", "the same with the house's current alone"),
        Column("tripped", "", "the main breaker has tripped", FLAG),
        *(Column(f"{name}_degc", "degC", f"true temperature: {name}") for name in names),
    ]

    def read(now_s: float) -> tuple:
        breaker, alone = plant.breaker, plant.house_breaker
        return (
            100.0 * breaker.heat_at(now_s),
            100.0 * alone.heat_at(now_s),
            breaker.tripped,
            *[place.degc for place in places],
        )

    return columns, read


def _contacts(node: Any) -> Group:
    columns = [
        Column("closed", "", "a main contact is closed", FLAG),
        Column("coil", "", "the firmware drives the contactor's coil", FLAG),
        Column("chip_runs", "", "the firmware runs (not in a reset, not without supply)", FLAG),
    ]
    contactor = node.cp.contactor

    def read(now_s: float) -> tuple:
        runs = runs_now(node)
        return True in contactor.closed, bool(runs and node.app.out.coil), runs

    return columns, read


def runs_now(node: Any) -> bool:
    """False before the first boot and while the chip is down: the firmware has no state then."""
    return node.app is not None and node.boot_s is None


def _firmware(node: Any) -> Group:
    """State of the firmware."""
    from ballast.control.pilot import charge_state, pilot
    from ballast.control.safety.fault_catalogue import CATALOGUE

    columns = [
        Column("level", "", "level of the pilot as the firmware sees it, A to F", TEXT),
        Column("state", "", "state by IEC 61851-1; 1 = without PWM, 2 = with", TEXT),
        Column("why", "", "first reason why no current flows; none = it may flow", TEXT),
        Column("offered_a", "A", "current that the pilot offers; 0 = no PWM"),
        Column("session_wh", "Wh", "energy of this session by the charger's own power meter"),
        Column("faults", "", "keys of the active faults, with + between them", TEXT),
    ]
    texts: dict[bytes, str] = {}

    def read(now_s: float) -> tuple:
        if not runs_now(node):
            return None, None, None, None, None, None
        cycle = node.app.charger.cycle
        active = bytes(cycle.faults.active)
        faults = texts.get(active)
        if faults is None:
            faults = "+".join(CATALOGUE[i][0] for i, on in enumerate(active) if on)
            texts[active] = faults
        return (
            pilot.NAMES[cycle.pilot.level],
            charge_state.NAMES[cycle.charge.state],
            charge_state.WHY_NAMES[cycle.why],
            cycle.offered_ma / 1000.0,
            cycle.session.wh,
            faults,
        )

    return columns, read


def _limits(node: Any) -> Group:
    from ballast.control.limits.limits import NAMES, NO_LIMIT_MA

    columns = [
        Column("limit_a", "A", "the smallest limit; it decides"),
        Column("limited", "", "slot of the smallest limit", TEXT),
        *(Column(f"limit_{n}_a", "A", f"limit slot {n}; empty = no limit") for n in NAMES),
    ]
    none = (None,) * len(columns)

    def amps(ma: int) -> float | None:
        return None if ma >= NO_LIMIT_MA else ma / 1000.0

    def read(now_s: float) -> tuple:
        if not runs_now(node):
            return none
        limits = node.app.charger.cycle.limits
        slots = [None if ma >= NO_LIMIT_MA else ma / 1000.0 for ma in limits.slot_ma]
        return amps(limits.ma), NAMES[limits.winner], *slots

    return columns, read


def _meter(node: Any) -> Group:
    """What the charger believes of the house."""
    from ballast.control.meter import meter

    states = {
        meter.NONE: "none", meter.GOOD: "good", meter.STALE: "stale",
        meter.DISTRUSTED: "distrusted", meter.RECOVERING: "recovering",
    }  # fmt: skip
    columns = [
        Column("meter", "", "what the firmware makes of the house's meter", TEXT),
        Column("meter_reason", "", "why the meter is not good; ok = it is", TEXT),
        Column("meter_age_s", "s", "age of the newest reading"),
        *_three("meter", "A", "newest reading of the house's meter, as it came"),
        *_three("own_meter", "A", "the charger's own power meter, by its own phases"),
    ]
    none = (None,) * len(columns)

    def read(now_s: float) -> tuple:
        if not runs_now(node):
            return none
        cycle = node.app.charger.cycle
        site, own = cycle.site.meter, cycle.ev
        known = site.age_ms >= 0
        return (
            states[site.state],
            meter.REASON_KEYS[site.reason],
            site.age_ms / 1000.0 if known else None,
            *([ma / 1000.0 for ma in site.raw] if known else (None, None, None)),
            *([ma / 1000.0 for ma in own.ma] if own.fitted else (None, None, None)),
        )

    return columns, read


def _sensors(node: Any) -> Group:
    from ballast.control.places import NAMES

    columns = [
        Column(f"{name}_read_degc", "degC", f"temperature that the firmware reads: {name}")
        for name in NAMES
    ]
    none = (None,) * len(columns)

    def read(now_s: float) -> tuple:
        if not runs_now(node):
            return none
        heat = node.app.charger.cycle.heat
        pairs = zip(heat.known, heat.ddegc, strict=True)
        return tuple([ddegc / 10.0 if known else None for known, ddegc in pairs])

    return columns, read
