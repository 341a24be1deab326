"""Conditions of a story, `NAME==VALUE`: read and checked once, then compared at every step."""

import json
import math
import operator
import re

from ballast_bench.person.story import seen
from ballast_bench.person.verbs.action import ActionError

_COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge,
    "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r'(\w+)(==|!=|<=|>=|<|>)("(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s"\[]+)(?:\s+|$)')


def split(text):
    """([(name, sign, value)], what stands behind them). ActionError with one line."""
    out, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _CONDITION.match(text, at)
        if match is None:
            break
        out.append(_condition(*match.groups()))
        at = match.end()
    rest = text[at:]
    if rest and not rest.split()[0].isalpha():
        raise ActionError(f"a condition like offered_a<=6 is needed at {rest[:20]!r}")
    if not out:
        raise ActionError("a condition is missing")
    return out, rest


def conditions(text):
    """[(name, sign, value)] of `name==value ...`."""
    out, rest = split(text)
    if rest:
        raise ActionError(f"a condition like offered_a<=6 is needed at {rest[:20]!r}")
    return out


def _condition(name, sign, text):
    try:
        value = json.loads(text)
    except ValueError:
        raise ActionError(f'{name}: {text} is not JSON; a text is written like {name}=="good"') from None
    kind, _, values = seen.entry(name)
    if kind == seen.NUMBER:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ActionError(f"{name} is a number, which cannot be compared with {text}")
        return name, sign, value
    if sign not in ("==", "!="):
        raise ActionError(f"{name} is a {kind}: compare it with == or !=, not with {sign}")
    if kind == seen.TEXT and not isinstance(value, str):
        raise ActionError(f"{name} is a text, which cannot be compared with {text}")
    if kind == seen.LIST and not isinstance(value, list):
        raise ActionError(f"{name} is a list of texts, which cannot be compared with {text}")
    for one in value if kind == seen.LIST else [value]:
        if one not in values:
            raise ActionError(f"{name} is never {one!r}; there is: {', '.join(values)}")
    return name, sign, value


def text_of(wanted):
    """Conditions as they are written."""
    return " ".join(f"{name}{sign}{json.dumps(value)}" for name, sign, value in wanted)


def failing(wanted, view):
    """The first condition that does not hold, as (what was expected, what was found); None when all do."""
    for name, sign, value in wanted:
        now = seen.value(view, name)
        if not _COMPARE[sign](now, value):
            return f"{name}{sign}{json.dumps(value)}", shown(now)
    return None


def found(wanted, view):
    """What is seen now of the names in `wanted`, as text."""
    return ", ".join(f"{name} {shown(seen.value(view, name))}" for name, _, _ in wanted)


def shown(value):
    return f"{value:.8g}" if isinstance(value, float) else json.dumps(value)
