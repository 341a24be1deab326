"""What a failed test asserted and what it saw, as the last lines of its story."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from ballast_bench import Bench
from ballast_bench.api import asserted

_OURS = Path(__file__).parents[1]


def tell(error: pytest.ExceptionInfo[BaseException], bench: Bench) -> None:
    """Write into the story what failed outside the library; `expect` and `wait_for` have done so."""
    last = error.traceback[-1]
    if Path(last.path).is_relative_to(_OURS) and not isinstance(error.value, ValueError):
        return
    expression = _expression(str(last.statement))
    if expression is None or not isinstance(error.value, AssertionError):
        bench._failed(f"failed: {error.exconly().splitlines()[0]}", None)
        return
    lines = [line for line in str(error.value).splitlines() if line.startswith("assert ")]
    saw = f"; it saw: {lines[0].removeprefix('assert ')}" if lines else ""
    names = {**last.frame.f_globals, **last.locals}
    bench._failed(f"asserted: {expression}{saw}", asserted.conditions(expression, names))


def _expression(statement: str) -> str | None:
    """What a statement `assert EXPRESSION, MESSAGE` asserts; None for another statement."""
    try:
        node = ast.parse(textwrap.dedent(statement)).body[0]
    except (SyntaxError, IndexError):
        return None
    return ast.unparse(node.test) if isinstance(node, ast.Assert) else None
