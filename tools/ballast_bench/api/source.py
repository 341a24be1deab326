"""A condition of a test as its author wrote it, for messages."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def source_of(condition: Callable[..., object]) -> str:
    """The text of a lambda, or the name of a function."""
    name = getattr(condition, "__name__", "the condition")
    if name != "<lambda>":
        return name
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(condition)))
    except (OSError, SyntaxError):  # a lambda in the middle of a longer statement
        return "the condition"
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return ast.unparse(found[0].body) if len(found) == 1 else "the condition"


def names_of(condition: Callable[..., object], *arguments: object) -> dict[str, Any]:
    """What the names in a condition's text are: its arguments, and what it finds around it."""
    code = getattr(condition, "__code__", None)
    if code is None:
        return {}
    around = inspect.getclosurevars(condition)
    own = zip(code.co_varnames[: code.co_argcount], arguments, strict=False)
    return {**around.globals, **around.nonlocals, **dict(own)}
