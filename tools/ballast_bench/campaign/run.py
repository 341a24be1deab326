"""One run of the campaign: a state, an instant, faults; and how a broken rule is made small.

A run is plain data (it is printed as JSON and replayed from it):
{"state", "offset" steps after reaching it, "phases" 1|3, "retries" of the RCD by profile,
"events": [[step, fault, steps held], ...]}.
"""

import copy
import json
import zlib
from random import Random

from ballast.control.safety import faults
from ballast_bench.campaign import rows
from ballast_bench.campaign.faults import FAULTS, STATES, bring
from ballast_bench.campaign.rig import CampaignRig, Violation

TAIL = 200  # steps after the last event is over: 4 s
_KINDS = ((1, 0), (1, 4), (3, 0))
_NAMES = tuple(FAULTS)
_cache = {}


def prelude(run):
    """A fresh rig in the run's state. Preludes are made once per process and copied."""
    key = (run["state"], run["phases"], run["retries"])
    if key not in _cache:
        rig = CampaignRig(
            phases=run["phases"], supply_phases=run["phases"], rcd_retries=run["retries"]
        )
        bring(rig, run["state"])
        _cache[key] = rig
    return copy.deepcopy(_cache[key])


def forget():
    """After control/ was changed on purpose: preludes must be made anew."""
    _cache.clear()


def play(run):
    """Run it. Returns None, or the text of the rule that was broken."""
    return watched(run)[1] or None


def watched(run):
    """(the rig at the end, the text of the rule that was broken or "")."""
    rig = None
    try:
        rig = prelude(run)
        for _ in range(run["offset"]):
            rig.step()
        _events(rig, run["events"])
        if run.get("recover"):
            _recover(rig, [name for _, name, _ in run["events"]])
    except Violation as error:
        return rig, str(error)
    return rig, ""


def _events(rig, events):
    end = max((start + held for start, _, held in events), default=0) + TAIL
    watch = None
    for n in range(end):
        for start, name, held in events:
            if n == start:
                watch = _watch(rig, name, held) if len(events) == 1 else None
                FAULTS[name][0](rig)
            elif n == start + held:
                FAULTS[name][1](rig)
        rig.step()
        if watch is not None:
            watch = watch(rig)


def _recover(rig, names):
    """Unplugged, waited, reset by hand if it takes one: a good car charges again."""
    if rig.cycle.broken or not _recoverable(rig):
        return
    rig.here, rig.want, rig.obeys, rig.force_mv = False, True, True, None
    rig.charger.resume()
    for _ in range(100):
        rig.step()
    rig.charger.reset_faults()
    for _ in range(_hold_steps(rig)):
        rig.step()
    rig.here = True
    for _ in range(600):
        rig.step()
        if rig.out.coil:
            return
    active = [faults.CATALOGUE[n][0] for n in range(1, faults.COUNT) if rig.cycle.faults.active[n]]
    rig.fail(f"does not charge again after {', '.join(names)}; active: {active}")


def _recoverable(rig):
    """No fault that asks for a repair or a power cycle."""
    table = rig.cycle.faults
    return not any(
        table.active[n] and table.latch[n] > faults.MANUAL for n in range(1, faults.COUNT)
    )


def _hold_steps(rig):
    """Steps until the longest hold of what is active is over; a rate-of-rise's ring too."""
    table = rig.cycle.faults
    holds = [table.hold_ms[n] for n in range(1, faults.COUNT) if table.active[n]]
    return max(holds, default=0) // 20 + 100


def _watch(rig, name, held):
    """The bounded time of a single fault that meets a closed contactor."""
    _, _, bound_ms, what, expected = FAULTS[name]
    if not what or not rig.out.coil or held * 20 < bound_ms:
        return None
    if name == "no_diode" and not rig.cycle.charge.pwm_on:
        return None  # without PWM nobody can see a diode; sequence 10.2 opens
    if not rig.cycle.charge.pwm_on:
        expected = faults.NONE  # sequence 10.2 may open first, and then there is nothing to tell
    began = rig.t_ms
    met = [False]

    def look(rig):
        took = rig.t_ms - began
        if not rig.out.coil or (what == "pause" and rig.cycle.charge.pwm_on == 0):
            met[0] = True
        if took <= bound_ms:
            return look
        if not met[0]:
            rig.fail(f"{name}: not {'open' if what == 'open' else 'paused'} within {bound_ms} ms")
        if held * 20 < bound_ms + 300:
            return None
        if expected != faults.NONE and took <= bound_ms + 220:
            if rig.cycle.faults.count[expected] or rig.cycle.faults.active[expected]:
                return None
            return look
        if expected != faults.NONE:
            rig.fail(f"{name}: {faults.CATALOGUE[expected][0]} is not told")
        return None

    return look


def nth(seed, number):
    """Run `number` of the campaign `seed`. An even one has a single fault: each fault in each state
    in turn. An odd one has two or three that overlap or follow each other.
    """
    rng = Random(f"campaign/{seed}/faults/{number}")
    turn, odd = divmod(number, 2)
    phases, retries = rng.choice(_KINDS)
    run = {"state": "", "offset": rng.randrange(80), "phases": phases, "retries": retries}
    if odd:
        run["state"] = rng.choice(STATES)
        run["events"] = sorted(
            [rng.randrange(200), rng.choice(_NAMES), rng.randrange(1, 200)]
            for _ in range(rng.choice((2, 2, 3)))
        )
        return run
    turn, fault = divmod(turn, len(_NAMES))
    turn, state = divmod(turn, len(STATES))
    name = _NAMES[fault]
    held = rng.choice((1, 2, 5, 30, FAULTS[name][2] // 20 + 25))
    return {**run, "state": STATES[state], "events": [[0, name, held]], "recover": turn % 3 == 0}


def row(seed, number):
    """The row of run `number`, see rows.py."""
    run = nth(seed, number)
    text = json.dumps(run)
    broken, error, rig = "", "", None
    try:
        rig, broken = watched(run)
    except Exception as failure:  # noqa: BLE001 (a campaign goes on, and the row names it)
        error = f"{type(failure).__name__}: {failure}"
    return rows.complete({
        "kind": "faults", "seed": seed, "number": number,
        "phases": run["phases"],
        "disturbances": "+".join(sorted({name for _, name, _ in run["events"]})),
        "story": f"{zlib.crc32(text.encode()):08x}", "broken": broken, "error": error,
        "simulated_s": 0.0 if rig is None else rig.t_ms / 1000.0,
        "closings": None if rig is None else rig.closings,
    })  # fmt: skip


def shrink(run, budget=200):
    """The smallest run found that still breaks a rule: fewer events, shorter, simpler."""
    best, text = run, play(run)
    changed = True
    while changed and budget > 0:
        changed = False
        for smaller in _smaller(best):
            budget -= 1
            told = play(smaller)
            if told is not None:
                best, text, changed = smaller, told, True
                break
            if budget <= 0:
                break
    return best, text


def _smaller(run):
    events = run["events"]
    if len(events) > 1:
        for n in range(len(events)):
            yield {**run, "events": events[:n] + events[n + 1 :]}
    if run["offset"]:
        yield {**run, "offset": 0}
        yield {**run, "offset": run["offset"] // 2}
    for state in ("charging",):
        if run["state"] != state:
            yield {**run, "state": state}
    if run["phases"] != 1 or run["retries"]:
        yield {**run, "phases": 1, "retries": 0}
    for n, (start, name, held) in enumerate(events):
        for change in ([0, name, held], [start // 2, name, held], [start, name, held // 2]):
            if change != events[n] and change[2] > 0:
                yield {**run, "events": [*events[:n], change, *events[n + 1 :]]}
