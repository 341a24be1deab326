"""Boards for the bench: boards/NAME/board.py or an OEM's folder, and what each can do.

    board = load("esp32s3_ref")                  # or load("../oem/boards/box16")
    board = load("bench", PE_PIN=None)           # single constants replaced
    capabilities(board)                          # frozenset({"pe", "own_meter", ...})
"""

import copy
import os
import runpy
from types import SimpleNamespace

from ballast_bench import home
from ballast_bench.errors import UserError
from ballast_bench.home import BOARDS

DEFAULT = "esp32s3_ref"
"""The board of a bench where nobody names one: the reference board, as it ships. The board
`bench` is idealised (its ADC spaces its readings by itself); what must stay comparable names it."""

CURRENTS_A = (10, 13, 16, 20, 25, 32)  # steps that a story can need, as `amps_16`

_CURRENTS = ("rated_ma", "plug_ma", "cable_ma")  # of a profile

CAPABILITIES = {
    "three_phase": "charges on three phases",
    **{f"amps_{amps}": f"offers {amps} A" for amps in CURRENTS_A},
    "mirror": "reads the contactor's mirror contact",
    "load_sense": "reads the voltage behind the contactor",
    "pe": "watches the protective earth",
    "rcd": "reads a residual current module",
    "rcd_test": "can test that module",
    "dead_man": "the coil drops without the pulses of a living program",
    "own_meter": "measures the car's current and the supply's voltage itself",
    "ntc_plug": "measures the temperature of the mains plug",
    "ntc_connector": "measures the temperature of the vehicle connector",
    "ntc_box": "measures the temperature in the box",
    "rs485": "has a bus for a Modbus RTU meter",
    "led": "has a light",
    "button": "has a button",
}
"""What a story can need of a charger, by a line `needs NAME ...`, and what it means."""


class BoardError(UserError):
    """One line: which board, what is wrong, what there is instead."""


def names():
    """Boards of this project, sorted."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.py"))


def folder(board):
    """The folder of a board: a name in boards/, or the path of a folder. BoardError with the choices."""
    if os.sep not in board and board in names():
        return BOARDS / board
    path = home.path_of(board)
    if os.sep in board or path.is_dir():
        if (path / "board.py").exists():
            return path.resolve()
        raise BoardError(f"board {board}: no board.py in this folder; boards/README.md says what it holds")
    raise BoardError(f"no board {board!r}; there are {', '.join(names())}, or the path of a folder")


def load(board=DEFAULT, **overrides):
    """A board as BoardIo and Wiring take it: a name or a folder's path.

    overrides: constants instead of those in the file, None = not fitted.
    BoardError with one line for an unknown board, a damaged file, a missing or unknown constant.
    """
    path = folder(str(board)) / "board.py"
    constants = _constants(path)
    if path.parent.parent != BOARDS:
        missing = sorted(set(_constants(BOARDS / "bench" / "board.py")) - set(constants))
        if missing:
            raise BoardError(f"{path}: {missing[0]} is missing; None = not fitted (boards/README.md)")
    for key, value in overrides.items():
        if key not in constants:
            raise BoardError(f"board {board}: no constant {key}")
        constants[key] = value
    return SimpleNamespace(**constants, FOLDER=path.parent)


def _constants(path):
    """{constant: value} of a board.py, which is run: it holds `KEY = const(...)` alone."""
    try:
        values = runpy.run_path(str(path))
    except SyntaxError as error:
        raise BoardError(f"{path}:{error.lineno}: {error.msg}") from None
    except Exception as error:  # noqa: BLE001 (whatever an OEM's file does wrong)
        raise BoardError(f"{path}: {type(error).__name__}: {error}") from None
    return {key: value for key, value in values.items() if key.isupper()}


def fit(config, board, phases=None, rated_a=None):
    """A copy of a plant's Config with the charge points of this board; what it says itself stays.

    phases, rated_a: of board, brand and plug together, None = the board's. A three-phase board on
    a one-phase supply is wired with one.
    """
    from ballast.control.safety.rcd_test import NAMES

    fitted = copy.copy(config)
    fitted.chargers = [
        {
            "rcd": NAMES[board.RCD_MODULE].replace("/", "_"),
            "rated_a": rated_a or board.RATED_MA / 1000.0,
            "nominal_v": config.source_v,
            **one,
            "phases": min(one["phases"], phases or board.PHASES),
        }
        for one in config.chargers
    ]
    return fitted


def capabilities(board, profile=None, phases=3):
    """Names of CAPABILITIES that this board has. profile, phases: of the brand and its plug, which
    may sell it for less current and fewer phases than it has.
    """
    from ballast.control.places import NAMES

    profile = profile or {}
    most_ma = min([board.RATED_MA, *(profile[k] for k in _CURRENTS if k in profile)])
    fitted = {
        "three_phase": min(board.PHASES, phases) == 3,
        "mirror": board.MIRROR_PIN is not None,
        "load_sense": board.LOAD_PINS is not None,
        "pe": board.PE_PIN is not None,
        "rcd": board.RCD_TRIP_PIN is not None,
        "rcd_test": board.RCD_TEST_PIN is not None,
        "dead_man": board.COIL_PULSE_PIN is not None,
        "own_meter": board.METER_SPI is not None,
        "rs485": board.RS485_UART is not None,
        "led": board.LED_PIN is not None,
        "button": board.BUTTON_PIN is not None,
    }
    fitted.update((f"amps_{amps}", most_ma >= amps * 1000) for amps in CURRENTS_A)
    for name, pin in zip(NAMES, board.NTC_PINS, strict=False):
        fitted[f"ntc_{name}"] = pin is not None
    return frozenset(name for name, there in fitted.items() if there)
