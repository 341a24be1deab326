"""Whole-charger stories as data: what is done to the bench, and what must then be seen.

    setup house=semi limit_a=25 meter=clamp seed=7
    0    plug
    15   expect coil==1 state=="C2"
    60   appliance name="oven" on=true
    70   expect mains_a<=25.5 limited=="site"
    90   meter_off
    90   within 5 offered_a<=6
    95   steady 60 offered_a<=6 faults==["meter_lost"]

SECONDS VERB ARGUMENTS as on the bench page (actions.py), and three lines of its own:
`expect` now, `within S` at some step of the next S seconds, `steady S` at every step of
them. Seen can be what `observe` names. `#` begins a comment. STORIES.md has every word.
"""

import json
import operator
import re

from ballast_bench.person import actions
from ballast_bench.person.actions import ActionError
from ballast_bench.person.options import make_setup, value_of

_COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge,
    "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r'(\w+)(==|!=|<=|>=|<|>)("[^"]*"|\[[^\]]*\]|[^\s"\[]+)\s*')
_SETUP = re.compile(r"(\w+)=(\S+)\s*")
#: expect: the conditions hold at this second
#: example 15 expect coil==1 state=="C2"
#: within S: the conditions hold together at some step of the next S seconds
#: example 90 within 5 offered_a<=6
#: steady S: the conditions hold at every step of the next S seconds
#: example 95 steady 60 offered_a<=6 faults==["meter_lost"]
_WORDS = ("expect", "within", "steady")


class Story:
    """options: {name: value} of the setup line. lines: [(second, what, text, number)]."""

    def __init__(self, text, name):
        self.name = name
        self.options = {}
        self.lines = []
        last = 0.0
        for number, raw in enumerate(text.splitlines(), 1):
            code = raw.split("#", 1)[0].strip()
            if not code:
                continue
            try:
                if code.startswith("setup "):
                    self.options.update(
                        (name, value_of(text)) for name, text in _SETUP.findall(code[6:])
                    )
                    continue
                second, verb, rest = _split(code)
                if second < last:
                    raise ActionError(f"{second:g} s comes after {last:g} s")
                self.lines.append((second, verb, _content(second, verb, rest), number))
            except ActionError as error:
                raise ActionError(f"{name}, line {number}: {error}") from None
            last = second
        if not self.lines:
            raise ActionError(f"{name}: nothing is done in this story")


def _split(code):
    first, _, rest = code.partition(" ")
    verb, _, rest = rest.strip().partition(" ")
    try:
        return float(first), verb, rest.strip()
    except ValueError:
        raise ActionError(f"a line begins with seconds or `setup`, not {first!r}") from None


def _content(second, verb, rest):
    if verb == "expect":
        return 0.0, conditions(rest)
    if verb in _WORDS:
        first, _, rest = rest.partition(" ")
        try:
            return float(first), conditions(rest)
        except ValueError:
            raise ActionError(f"{verb}: seconds are needed, not {first!r}") from None
    return actions.parse(f"{second:g} {verb} {rest}")[0][2]


def conditions(text):
    """[(name, sign, value)] of `name==value ...`."""
    out, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _CONDITION.match(text, at)
        if match is None:
            raise ActionError(f"a condition like offered_a<=6 is needed at {text[at : at + 20]!r}")
        try:
            value = json.loads(match[3])
        except ValueError:
            raise ActionError(f"{match[1]}: {match[3]} is not JSON") from None
        out.append((match[1], match[2], value))
        at = match.end()
    if not out:
        raise ActionError("a condition is missing")
    return out


def observe(world, index=0):
    """What a story can ask for, of one charger."""
    from ballast.control.limits.limits import NAMES as SLOTS
    from ballast.control.pilot.charge_state import NAMES, WHY_NAMES
    from ballast.control.safety.faults import CATALOGUE, COUNT
    from ballast.protocol.status import METER_STATES

    node, plant = world.nodes[index], world.plant
    c, out = node.cycle, node.app.out
    return {
        #: state text: as `state` of the status document (STATUS.md)
        "state": NAMES[c.charge.state],
        #: why text: as `why` of the status document
        "why": WHY_NAMES[c.why],
        #: coil int 0..1: the firmware energises the contactor's coil
        "coil": out.coil,
        #: closed int 0..1: a pole of the contactor is closed, in truth
        "closed": int(any(node.cp.contactor.closed)),
        #: pilot one of hold, pwm, f, e: what the firmware shows on the control pilot
        "pilot": ("hold", "pwm", "f", "e")[out.pilot],
        #: offered_a number 0..: current that the pilot offers per phase; 0 = none
        "offered_a": c.offered_ma / 1000.0,
        #: limited text: the limit slot that decides, as `limit.slot` of the status document
        "limited": SLOTS[c.limits.winner],
        #: ev_a number 0..: what the car draws, on its largest phase
        "ev_a": max(node.cp.amps),
        #: mains_a number: what flows through the main fuse, on its largest phase; + = import
        "mains_a": max(plant.mains_a),
        #: house_a number: what the house draws without the car, on its largest phase
        "house_a": max(plant.house_a),
        #: meter text: as `meter.state` of the status document
        "meter": METER_STATES[c.site.meter.state],
        #: faults list of text: keys of the active faults, as SAFETY.md has them
        "faults": [CATALOGUE[n][0] for n in range(1, COUNT) if c.faults.active[n]],
        #: first text: key of the first cause, `none` if there is no fault
        "first": CATALOGUE[c.faults.first][0],
        #: tripped int 0..1: the main breaker has tripped
        "tripped": int(plant.breaker.tripped),
        #: wh int 0..: energy of this session
        "wh": c.session.wh,
        #: closings int 0..: how often the contactor has closed
        "closings": c.contactor.closings,
        #: wakes int 0..: pulses that should wake the car
        "wakes": c.charge.wakes,
        #: boots int 1..: starts of the charger
        "boots": node.boots,
    }


def failing(wanted, seen):
    """Text of the first condition that does not hold, "" when all do."""
    for name, sign, value in wanted:
        if name not in seen:
            raise ActionError(f"nothing called {name!r} can be seen; there is: {', '.join(seen)}")
        if not _COMPARE[sign](seen[name], value):
            return f"{name}{sign}{json.dumps(value)}, but it is {json.dumps(seen[name])}"
    return ""


class _Bench:
    """What actions.py acts on."""

    def __init__(self, setup, index):
        self.world = setup.world
        self.plant = setup.world.plant
        self.clamps = setup.clamps
        self.charger_index = index


def play(story):
    """Run a story on a world of its own. Returns the failures, one line each."""
    setup = make_setup(story.options)
    world = setup.start()
    world.reboots = True
    bench = _Bench(setup, 0)
    failures, watches = [], []

    def watch(now_s):
        for item in list(watches):
            kind, until_s, wanted, where = item
            wrong = failing(wanted, observe(world))
            if kind == "within" and not wrong:
                watches.remove(item)
            elif kind == "steady" and wrong:
                failures.append(f"{where}: at {now_s:.2f} s {wrong}")
                watches.remove(item)
            elif now_s >= until_s:
                if kind == "within":
                    failures.append(f"{where}: by {now_s:.2f} s not yet {wrong}")
                watches.remove(item)

    world.actors.append(watch)
    try:
        for second, verb, content, number in story.lines:
            world.run(max(0.0, second - world.now_s))
            where = f"{story.name}, line {number}"
            if verb == "expect":
                wrong = failing(content[1], observe(world))
                if wrong:
                    failures.append(f"{where}: {wrong}")
            elif verb in _WORDS:
                watches.append((verb, world.now_s + content[0], content[1], where))
            else:
                actions.do(bench, verb, content)
        if watches:
            world.run(max(w[1] for w in watches) - world.now_s + 0.1)
    finally:
        setup.stop()
    return failures
