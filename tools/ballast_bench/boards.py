"""Loads boards/NAME/board.py for the bench, with single constants replaced."""

import runpy
from pathlib import Path
from types import SimpleNamespace

BOARDS = Path(__file__).resolve().parents[2] / "boards"


def load(name="bench", **overrides):
    """A board as BoardIo and Wiring take it; `overrides`: constants, None = not fitted.

    Raises FileNotFoundError for an unknown board, KeyError for an unknown constant.
    """
    constants = runpy.run_path(str(BOARDS / name / "board.py"))
    board = {key: value for key, value in constants.items() if key.isupper()}
    for key, value in overrides.items():
        if key not in board:
            raise KeyError(f"board {name}: no constant {key}")
        board[key] = value
    return SimpleNamespace(**board)
