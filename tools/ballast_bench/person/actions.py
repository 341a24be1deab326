"""What can be done to the bench by hand, as data: the bench page's buttons and a story's verbs.

    actions.do(bench, "appliance", {"name": "oven", "on": True})
    for second, verb, args in actions.parse(text): ...

A line of scenario text is `SECONDS VERB key=value ...`, values in JSON; `#` begins a
comment. `line(second, verb, args)` writes one, so that what was clicked can be kept.
`bench` is anything with `plant` and `charger_index`; a bench that runs live has
`world` too (for `speed`). The verbs themselves are in verbs/, a file for each group.
"""

import json
import re

from ballast_bench.person.verbs import (
    car,
    fault,
    house,
    meter,
    person,
    pilot,
    radio,
    supply,
    time,
)
from ballast_bench.person.verbs.action import ActionError

GROUPS = {
    "car": car,
    "house": house,
    "supply": supply,
    "meter": meter,
    "radio": radio,
    "pilot": pilot,
    "fault": fault,
    "person": person,
    "time": time,
}
"""Group: the module of its verbs, in the order in which people see them."""

TITLES = {
    "car": "The car",
    "house": "The house and the air around it",
    "supply": "The supply",
    "meter": "The meter, the clamp, the charger's own meter",
    "radio": "The air and the radios",
    "pilot": "The control pilot",
    "fault": "Faults, by hand",
    "person": "A person at the charger",
    "time": "Time",
}

ACTIONS = [action for module in GROUPS.values() for action in module.ACTIONS]
BY_VERB = {action.verb: action for action in ACTIONS}


def do(bench, verb, args=None):
    """Do one action now. Returns its complete arguments; ActionError with one line."""
    action = BY_VERB.get(verb)
    if action is None:
        raise ActionError(f"no action {verb!r}; there are: {', '.join(BY_VERB)}")
    if args is not None and not isinstance(args, dict):
        raise ActionError(f"{verb}: the arguments must be an object")
    full = action.check(args or {})
    action.run(bench, **full)
    return full


def line(second, verb, args, charger=0):
    """One line of scenario text; arguments at their default are left out. charger: from 0."""
    rules = BY_VERB[verb].args
    given = [
        f"{name}={json.dumps(value)}"
        for name, value in args.items()
        if name not in rules or value != rules[name][1]
    ]
    at = [f"@{charger + 1}"] if charger else []
    return " ".join([f"{second:.2f}".rstrip("0").rstrip("."), *at, verb, *given])


_WORD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)')
_CODE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"#]|"(?![^"]*"))*')


def code_of(raw):
    """A line without its comment and blanks; a `#` within quotes begins none."""
    return _CODE.match(raw)[0].strip()


def words(text, verb, value_of=None):
    """{name: value} of `NAME=VALUE ...`. value_of(text) -> value; None: JSON alone."""
    given, at, text = {}, 0, text.strip()
    while at < len(text):
        word = _WORD.match(text, at)
        if word is None:
            raise ActionError(f"{verb}: name=value is needed at {text[at : at + 20]!r}")
        if word[1] in given:
            raise ActionError(f"{verb}: {word[1]} is given twice")
        try:
            given[word[1]] = json.loads(word[2]) if value_of is None else value_of(word[2])
        except ValueError:
            like = f'{word[1]}="usual"'
            raise ActionError(
                f"{verb}: {word[1]}={word[2]} is not JSON; a text is written like {like}"
            ) from None
        at = word.end()
    return given


def parse(text, name="scenario"):
    """[(second, verb, args)] of scenario text, in time order; ActionError with file and line."""
    out, last = [], 0.0
    for number, raw in enumerate(text.splitlines(), 1):
        code = code_of(raw)
        if not code:
            continue
        try:
            second, verb, args = _parse_line(code)
            if second < last:
                raise ActionError(f"{second:g} s comes after {last:g} s")
        except ActionError as error:
            raise ActionError(f"{name}:{number}: {error}") from None
        last = second
        out.append((second, verb, args))
    return out


def _parse_line(code):
    first, _, rest = code.partition(" ")
    verb, _, rest = rest.strip().partition(" ")
    try:
        second = float(first)
    except ValueError:
        raise ActionError(f"a line begins with seconds, not {first!r}") from None
    if not 0.0 <= second < 1e9:
        raise ActionError(f"{first}: seconds from 0 on are needed")
    action = BY_VERB.get(verb)
    if action is None:
        raise ActionError(f"no action {verb!r}; there are: {', '.join(BY_VERB)}")
    return second, verb, action.check(words(rest, verb))


def play(world, bench, script):
    """Do the actions of `parse` at their time, as an actor of the world."""
    todo = list(script)

    def actor(now_s):
        while todo and now_s >= todo[0][0]:
            _, verb, args = todo.pop(0)
            do(bench, verb, args)

    world.actors.append(actor)
