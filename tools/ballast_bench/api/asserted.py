"""The expression of an `assert` or of a lambda as the conditions of a story, where a story has them.

    conditions("charger.offered_a > 20", {"charger": charger})   # (0, "offered_a>20")

A story has the values of VALUES, compared with a number, a text or a list. All else is None.
Nothing of the test is run again.
"""

import ast
import json
from collections.abc import Mapping
from typing import Any

from ballast_bench.api.names import VALUES

_SIGNS = {ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">"}
_TURNED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_PARTS = ("charger", "car", "house", "meter")

Found = tuple[int, str]
"""Charger's index, conditions."""


def conditions(expression: str, names: Mapping[str, Any]) -> Found | None:
    """names: what the expression's names are, the local ones of the test."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        return None
    both = isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And)
    found: list[Found] = []
    for part in node.values if isinstance(node, ast.BoolOp) and both else [node]:
        some = _compared(part, names) if isinstance(part, ast.Compare) else _alone(part, names)
        if not some:
            return None
        found += some
    if len({index for index, _ in found}) != 1:
        return None
    return found[0][0], " ".join(text for _, text in found)


def _alone(node: ast.expr, names: Mapping[str, Any]) -> list[Found]:
    """`charger.closed`, `not charger.faults`."""
    turned = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    value = _value(node.operand if isinstance(node, ast.UnaryOp) and turned else node, names)
    if value is None:
        return []
    index, name, now = value
    if isinstance(now, list):
        return [(index, f"{name}{'==' if turned else '!='}[]")]
    if isinstance(now, bool):
        return [(index, f"{name}=={0 if turned else 1}")]
    return []


def _compared(node: ast.Compare, names: Mapping[str, Any]) -> list[Found]:
    """`6 <= charger.offered_a <= 16`, `"meter_lost" in charger.faults`; [] for what a story has not."""
    found = []
    sides = [node.left, *node.comparators]
    for left, operation, right in zip(sides, node.ops, sides[1:], strict=False):
        sign = _SIGNS.get(type(operation), "")
        value, other = _value(left, names), right
        if value is None:
            value, other, sign = _value(right, names), left, _TURNED.get(sign, sign)
        constant = None if value is None else _constant(other, names)
        if value is None or constant is None:
            return []
        index, name, now = value
        if isinstance(operation, ast.In | ast.NotIn):
            if not isinstance(now, list) or not isinstance(constant, str) or other is not left:
                return []
            found.append((index, f"fault_{constant}=={int(isinstance(operation, ast.In))}"))
        elif sign or (isinstance(operation, ast.Is | ast.IsNot) and isinstance(constant, bool)):
            sign = sign or ("==" if isinstance(operation, ast.Is) else "!=")
            plain = int(constant) if isinstance(constant, bool) else constant
            found.append((index, f"{name}{sign}{json.dumps(plain)}"))
        else:
            return []
    return found


def _value(node: ast.expr, names: Mapping[str, Any]) -> tuple[int, str, Any] | None:
    """(charger's index, name in a story, value now) of `car.amps` or `charger.see("closings")`."""
    if isinstance(node, ast.Call):
        called = node.func
        if not isinstance(called, ast.Attribute) or called.attr != "see" or len(node.args) != 1:
            return None
        owner, name = _object(called.value, names), _constant(node.args[0], {})
        if type(owner).__name__ != "Charger" or not isinstance(name, str):
            return None
        return owner._index, name, owner.see(name)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _object(node.value, names)
    known = VALUES.get(type(owner).__name__, {}).get(node.attr)
    if known is None or type(owner).__module__.partition(".")[0] != "ballast_bench":
        return None
    return getattr(owner, "_index", 0), known, getattr(owner, node.attr)


def _object(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The object of the bench that `charger`, `bench.car` or `bench.chargers[1]` is; None = another."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Subscript):
        parts, at = _parts(node.value, names), _constant(node.slice, names)
        return parts[at] if isinstance(at, int) and -len(parts) <= at < len(parts) else None
    if isinstance(node, ast.Attribute) and node.attr in _PARTS:
        owner = _object(node.value, names)
        return getattr(owner, node.attr) if type(owner).__name__ == "Bench" else None
    return None


def _parts(node: ast.expr, names: Mapping[str, Any]) -> list[Any]:
    if isinstance(node, ast.Attribute) and node.attr in ("chargers", "cars"):
        owner = _object(node.value, names)
        return list(getattr(owner, node.attr)) if type(owner).__name__ == "Bench" else []
    return list(names.get(node.id, [])) if isinstance(node, ast.Name) else []


def _constant(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """A number, text, flag or list that is written there or that a name has; None = something else."""
    if isinstance(node, ast.Name):
        value = names.get(node.id)
    else:
        try:
            value = ast.literal_eval(node)
        except ValueError:
            return None
    return value if isinstance(value, bool | int | float | str | list) else None
