"""Checks a boards/NAME/board.py: pins, levels, dividers, sampling. One line per mistake.

    for line in check_board(path): print(line)     # "FILE:LINE: KEY: what, expected"

First each constant by itself (here), then the one against the other (board_circuit.py).
"""

import ast
from pathlib import Path

from ballast_bench.chip import profile
from ballast_bench.chip.garbage import program
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import board_circuit, firmware
from ballast_tools.ship import board_constants as constants
from ballast_tools.ship.chip_pins import CHIPS

_SHOWN = 60  # characters of a wrong value


def read_board(path):
    """({constant: value}, {constant: line}, [mistakes]) without running the file.

    Raises OSError when it cannot be read, SyntaxError when it is no Python.
    """
    values, lines, wrong = {}, {}, []
    try:
        tree = ast.parse(Path(path).read_bytes(), str(path))
    except (ValueError, RecursionError, MemoryError) as exc:  # a zero byte; a thousand brackets
        raise SyntaxError(str(exc).replace("\n", " "), (str(path), 1, 0, "")) from None
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        if isinstance(node, ast.ImportFrom) and node.module == "micropython":
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(target, ast.Name):
            wrong.append((node.lineno, "only `KEY = const(...)` may stand in a board file"))
            continue
        value = node.value
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const" and value.args:
            value = value.args[0]
        lines[target.id] = node.lineno
        try:
            values[target.id] = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            wrong.append((node.lineno, f"{target.id}: expected a plain value"))
    return values, lines, [f"{path}:{line}: {what}" for line, what in wrong]


def check_board(path):
    """List of mistakes in the board file at `path`, each one line; empty = good. Never raises."""
    path = Path(path)
    try:
        values, lines, found = read_board(path)
    except OSError as exc:
        return [f"{path}: cannot be read: {exc.strerror}"]
    except SyntaxError as exc:
        return [f"{path}:{exc.lineno or 1}: not Python: {exc.msg}"]
    if found:
        return found
    return [
        f"{path}:{lines.get(key, 1)}: {key}: {what}"
        for key, what in check_constants(values, path.parent.name, path.parent)
    ]


def check_constants(values, folder, near=None):
    """[(constant, what is wrong and what is expected)] of {constant: value}. Never raises.

    folder: the name of the board's folder; near: its path, where a chip profile of its own may lie.
    First each constant by itself; only where all are of the right kind, the one against the other.
    """
    found = []

    def say(key, what):
        found.append((key, what))

    for key in constants.KEYS:
        if key not in values:
            say(key, "missing; None = not fitted")
    for key in values:
        if key not in constants.KEYS:
            say(key, "unknown constant; expected one of those in boards/README.md")
    if not found:
        _check_kinds(values, say)
        psram = _check_profile(values, near, say)
        if not found:
            board_circuit.check(values, CHIPS[values["CHIP"]], say, psram)
        if type(values["NAME"]) is not str or values["NAME"] != folder:
            say("NAME", f"{_shown(values['NAME'])}; expected the folder's name, {folder!r}")
    return found


def _shown(value):
    """A wrong value in a line of its own length."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a number of 5000 digits refuses; the line must come in any case
        text = f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _most_places():
    """How many places may have a thermistor; a board may leave out the last ones."""
    return firmware.module("ballast.control.places").COUNT


def _whole(value, allowed):
    """True for an integer in `allowed`; True and 1.0 are none, although they equal 1."""
    return type(value) is int and value in allowed


# -- each constant by itself -----------------------------------------------------------


def _check_kinds(values, say):
    def ask(key, good, expected):
        if not good:
            say(key, f"{_shown(values[key])}; expected {expected}")

    chip = values["CHIP"]
    ask("CHIP", type(chip) is str and chip in CHIPS, f"one of {', '.join(sorted(CHIPS))}")
    ask("PHASES", _whole(values["PHASES"], (1, 3)), "1 or 3")
    for key in constants.LEVELS:
        ask(key, _whole(values[key], (0, 1)), "0 or 1")
    for key, (low, high) in constants.RANGES.items():
        ask(key, _whole(values[key], range(low, high + 1)), f"{low} to {high}")
    spacing = _whole(values["CP_SPACING_US"], range(constants.SPACING_MAX_US + 1))
    ask("CP_SPACING_US", spacing, f"0 (the ADC spaces itself) to {constants.SPACING_MAX_US}")
    for key in constants.GROUPS:
        ask(key, values[key] is None or _whole(values[key], constants.BUS), "1, 2 or None")
    _check_meter_words(values, ask)
    _check_rcd(values, ask)
    if type(chip) is str and chip in CHIPS:
        bits = CHIPS[chip].pwm_bits
        ask("CP_PWM_BITS", _whole(values["CP_PWM_BITS"], (bits,)), f"{bits} at 1 kHz")
        for key in (*constants.OUTPUTS, *constants.ANALOG, *constants.INPUTS):
            _check_pin_kind(key, values[key], chip, ask)


def _check_profile(values, near, say):
    """The PSRAM that the board's chip profile has: none, quad or octal."""
    name, known = values["CHIP_PROFILE"], ", ".join(profile.names())
    if type(name) is not str:
        say("CHIP_PROFILE", f"{_shown(name)}; expected one of {known}, or a .toml file beside board.py")
        return "none"
    try:
        found = profile.load(name, near)
    except (UserError, OSError, ValueError) as error:  # or a text that can be no file's name
        said = str(error).splitlines()[0].replace(f"{near}/", "")
        told = name.endswith(".toml") and said.startswith(name)  # the file is there, and damaged
        say("CHIP_PROFILE", said[:150] if told else
            f"{_shown(name)}; expected one of {known}, or a .toml file beside board.py")  # fmt: skip
        return "none"
    if found is None and values["NAME"] != "bench":  # ideal
        say("CHIP_PROFILE", f"{_shown(name)}; expected a real chip's: {known}")
    if found is not None and found.chip != values["CHIP"]:
        say("CHIP_PROFILE", f"{_shown(name)} is of {found.chip}; expected one of {_shown(values['CHIP'])}")
    if found is not None and found.heap["python"] < program().needs:
        say("CHIP_PROFILE", f"{_shown(name)} leaves {found.heap['python'] // 1024} KiB for Python; expected "
            f"{program().needs // 1024} KiB, which the firmware needs: a chip with PSRAM")  # fmt: skip
    return found.psram if found is not None else "none"


def _check_meter_words(values, ask):
    """Without the meter they may be None; what is there must be right all the same."""

    def ask_word(key, good, expected):
        missing = values[key] is None and values["METER_SPI"] is None
        ask(key, good or missing, expected + " (None only without METER_SPI)")

    for key in ("METER_UGAIN", "METER_IGAIN"):
        gains = values[key]
        three = type(gains) is tuple and len(gains) == 3
        good = three and all(_whole(gain, constants.WORD[1:]) for gain in gains)
        ask_word(key, good, "three numbers from 1 to 65535")
    ask_word("METER_PGA", _whole(values["METER_PGA"], constants.WORD), "0 to 65535")
    ask_word("METER_LINE_HZ", _whole(values["METER_LINE_HZ"], (50, 60)), "50 or 60")


def _check_rcd(values, ask):
    names = firmware.module("ballast.control.safety.rcd_test").NAMES
    modules = ", ".join(f"{number} ({name})" for number, name in enumerate(names))
    ask("RCD_MODULE", _whole(values["RCD_MODULE"], range(len(names))), f"one of {modules}")
    ask("RCD_HARDWARE_PATH", _whole(values["RCD_HARDWARE_PATH"], (1,)),
        "1: the module's own contact in the coil's supply, which opens it without the chip")  # fmt: skip
    pulse = values["RCD_TEST_PULSE_US"]
    ask("RCD_TEST_PULSE_US", pulse is None or _whole(pulse, range(50, 1001)), "None or 50 to 1000")


def _check_pin_kind(key, value, chip, ask):
    """A GPIO of the chip; None where it may be missing; a tuple for the two that need one."""
    gpios = CHIPS[chip].gpios
    count = {"NTC_PINS": range(1, _most_places() + 1), "LOAD_PINS": (1, 3)}.get(key)
    if value is None and key != "NTC_PINS":
        ask(key, key not in constants.NEEDED, f"a GPIO: {constants.NEEDED.get(key)}")
    elif count is None:
        ask(key, _whole(value, gpios), f"a GPIO that the {chip} has")
    elif type(value) is not tuple or len(value) not in count:
        ask(key, False, f"a tuple of {' or '.join(map(str, count))} GPIOs")
    else:
        good = all(_whole(n, gpios) or (n is None and key == "NTC_PINS") for n in value)
        ask(key, good, f"GPIOs that the {chip} has")
