"""Values of a verb's arguments, good and bad: what tests of all verbs sweep."""

import itertools

from ballast_bench.person import actions
from ballast_bench.person.verbs import action as kinds

TEXTS = {
    "time": ("00:00", "17:30:05", "24:00"), "date": ("2026-03-29", "2024-12-31", "2100-01-02", "soon"),
    "begin": ("22:00", "7"), "end": ("06:00", "22:00"), "days": ("0", "7"), "name": ("kettle", "toaster"),
}  # fmt: skip
SETTINGS = [{"user_ma": 10000}, {"user_ma": 1}, {"min_ma": 32000}, {"colour": 1},
            {"dim_w": 4200}, {"fuse_ma": 6000, "margin_ma": 6000}, {"group_share_ma": 32000}]  # fmt: skip


def values(name, rule):
    """Of one argument: the default, both ends, what lies beyond them, and what is of another kind."""
    kind, default, least, most = rule
    found = [default, "x", 3, -1, True, False, None]
    if kind == kinds.TEXT:
        found += least or TEXTS.get(name, ())
    elif kind not in (kinds.BOOL, kinds.MAYBE):
        found += [least, most, (least + most) / 2, most + 1, least - 1]
    return [value for n, value in enumerate(found) if not any(value is v or value == v for v in found[:n])]


def calls(action):
    """[arguments] of a verb: each value by itself, and two values at a time where that is little."""
    if action.free:
        return SETTINGS
    table = {name: values(name, rule) for name, rule in action.args.items()}
    found = [{}] + [{name: value} for name, few in table.items() for value in few]
    ends = {name: [v for v in few if good(action, name, v)][:4] for name, few in table.items()}
    for one, other in itertools.combinations(ends, 2):
        found += [{one: a, other: b} for a, b in itertools.product(ends[one], ends[other])]
    return found


def good(action, name, value):
    try:
        action.check({name: value})
    except actions.ActionError:
        return False
    return True
