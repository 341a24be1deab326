"""Checks a boards/NAME/board.py: pins, levels, dividers, sampling. One line per mistake.

    for line in check_board(path): print(line)     # "FILE:LINE: KEY: what, expected"

Chip facts: ESP32 and ESP32-S3 data sheets (strapping pins, power-up glitches),
hardware design guidelines (flash and PSRAM pins), MicroPython's machine_adc.c.
"""

import ast
from pathlib import Path

from ballast_tools.ship import firmware


class _Chip:
    """taken: {GPIO: why not}; glitch: GPIOs that go high by themselves at power-up."""

    def __init__(self, gpios, adc1, taken, glitch, input_only, pwm_bits, period_us, adc_mv):
        self.gpios, self.adc1 = frozenset(gpios), frozenset(adc1)
        self.taken, self.glitch, self.input_only = taken, frozenset(glitch), frozenset(input_only)
        self.pwm_bits, self.period_us, self.adc_mv = pwm_bits, period_us, adc_mv


def _why(**groups):
    return {gpio: reason.replace("_", " ") for reason, gpios in groups.items() for gpio in gpios}


CHIPS = {
    "esp32s3": _Chip(
        [*range(22), *range(26, 49)],
        range(1, 11),
        _why(
            strapping_pin=(0, 3, 45, 46),
            flash_pin=range(26, 33),
            octal_PSRAM_pin=range(33, 38),
            USB_pin=(19, 20),
            console_UART_pin=(43, 44),
        ),
        (18, 19, 20),
        (),
        13,
        1000.0,
        (0, 3050),
    ),
    "esp32": _Chip(
        [*range(24), 25, 26, 27, *range(32, 40)],
        range(32, 40),
        _why(
            strapping_pin=(0, 2, 5, 12, 15),
            flash_pin=range(6, 12),
            console_UART_pin=(1, 3),
            unconnected_pin=(20, 37, 38),
        ),
        (14,),
        range(34, 40),
        16,
        1001.6,  # LEDC gives 998.4 Hz
        (150, 2450),
    ),
}

_OUTPUTS = (
    "CP_PWM_PIN",
    "COIL_PIN",
    "COIL_PULSE_PIN",
    "RCD_TEST_PIN",
    "METER_SCK_PIN",
    "METER_MOSI_PIN",
    "METER_CS_PIN",
    "RS485_TX_PIN",
    "LED_PIN",
    "LED_RED_PIN",
)
_ANALOG = ("CP_ADC_PIN", "NTC_PINS")
_PULLED = ("MIRROR_PIN", "LOAD_PINS", "PE_PIN", "RCD_TRIP_PIN", "BUTTON_PIN")
_INPUTS = (*_PULLED, "METER_MISO_PIN", "RS485_RX_PIN")
_NO_GLITCH = ("COIL_PIN", "COIL_PULSE_PIN", "RCD_TEST_PIN", "CP_PWM_PIN")
_LEVELS = (
    "CP_PWM_INVERTED",
    "COIL_ON_LEVEL",
    "MIRROR_CLOSED_LEVEL",
    "LOAD_LIVE_LEVEL",
    "PE_GOOD_LEVEL",
    "RCD_TRIP_LEVEL",
    "RCD_TEST_LEVEL",
    "LED_ON_LEVEL",
    "BUTTON_PRESSED_LEVEL",
)
_NEEDED = {
    "CP_PWM_PIN": "the control pilot's output",
    "CP_ADC_PIN": "the control pilot's input",
    "COIL_PIN": "the contactor's coil",
    "RCD_TRIP_PIN": "the residual current module's trip output (IEC 62752)",
    "RCD_TEST_PIN": "the residual current module's test input (IEC 62752: self-test)",
}
_RANGES = {
    "PHASES": (1, 3),
    "RATED_MA": (6000, 80000),
    "CP_BURST": (16, 64),
    "NTC_PULLUP_OHM": (1000, 100000),
    "NTC_SUPPLY_MV": (1000, 3300),
    "RCD_MODULE": (0, 15),
}
_OPTIONAL = (
    "METER_SPI",
    "METER_UGAIN",
    "METER_IGAIN",
    "METER_PGA",
    "METER_LINE_HZ",
    "RS485_UART",
    "RCD_TEST_PULSE_US",
)
_OTHERS = ("NAME", "CHIP", "CP_PWM_BITS", "CP_OFFSET_UV", "CP_GAIN_X100", "CP_SPACING_US")
PULSED_MODULES = (2,)  # control/safety/rcd_test.py: the Bender RCMB102 takes a longer test as a reset
_EXTREME_MV = 12600  # IEC 61851-1: 12 V + 5 %
_COLDEST_OHM = 401860  # 10k NTC, B 3950, -40 degC: above it control reads "open"
_ADC_ERROR_MV = 10
_PART_US = 90.0  # 6 A: 100 us high, less 10 us of edge
_GROUPS = {
    "METER_SPI": ("METER_SCK_PIN", "METER_MOSI_PIN", "METER_MISO_PIN", "METER_CS_PIN"),
    "RS485_UART": ("RS485_TX_PIN", "RS485_RX_PIN"),
}

KEYS = tuple(
    dict.fromkeys((*_OTHERS, *_OUTPUTS, *_ANALOG, *_INPUTS, *_LEVELS, *_RANGES, *_OPTIONAL))
)


def read_board(path):
    """({constant: value}, {constant: line}, [mistakes]) without running the file.

    Raises OSError and SyntaxError as open() and compile() do.
    """
    values, lines, wrong = {}, {}, []
    tree = ast.parse(Path(path).read_text(encoding="utf-8"), str(path))
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        if isinstance(node, ast.ImportFrom) and node.module == "micropython":
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Name):
            wrong.append((node.lineno, "only `KEY = const(...)` may stand in a board file"))
            continue
        value = node.value
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const":
            value = value.args[0]
        try:
            values[target.id] = ast.literal_eval(value)
        except ValueError:
            wrong.append((node.lineno, f"{target.id}: expected a plain value"))
        lines[target.id] = node.lineno
    return values, lines, [f"{path}:{line}: {what}" for line, what in wrong]


def check_board(path):
    """List of mistakes in the board file at `path`, each one line; empty = good."""
    path = Path(path)
    try:
        values, lines, found = read_board(path)
    except OSError as exc:
        return [f"{path}: cannot be read: {exc.strerror}"]
    except SyntaxError as exc:
        return [f"{path}:{exc.lineno}: not Python: {exc.msg}"]

    def say(key, what):
        found.append(f"{path}:{lines.get(key, 1)}: {key}: {what}")

    _check_keys(values, say)
    if found:
        return found
    chip = CHIPS[values["CHIP"]]
    if values["NAME"] != path.parent.name:
        say("NAME", f"{values['NAME']!r}; expected the folder's name, {path.parent.name!r}")
    _check_needed(values, say)
    _check_pins(values, chip, say)
    _check_numbers(values, chip, say)
    if not found:
        _check_thermistors(values, chip, say)
        _check_sampling(values, chip, say)
    return found


def _check_keys(values, say):
    for key in KEYS:
        if key not in values:
            say(key, "missing; None = not fitted")
    for key in values:
        if key not in KEYS:
            say(key, "unknown constant; expected one of those in boards/README.md")
    if "CHIP" in values and values["CHIP"] not in CHIPS:
        say("CHIP", f"{values['CHIP']!r}; expected one of {', '.join(sorted(CHIPS))}")


def _check_needed(values, say):
    for key, what in _NEEDED.items():
        if values[key] is None:
            say(key, f"None; expected a GPIO: {what}")
    if values["MIRROR_PIN"] is None and values["LOAD_PINS"] is None:
        say("MIRROR_PIN", "None, and LOAD_PINS too; expected one of them: a weld must be seen")
    for leader, members in _GROUPS.items():
        for key in members:
            if (values[leader] is None) != (values[key] is None):
                say(key, f"{values[key]}; expected {leader} and its pins all fitted, or none")


def _places():
    """Names of the places that may have a thermistor: each board says of each whether it has."""
    return firmware.module("ballast.control.places").NAMES


def _numbers(value):
    """The GPIO numbers in a constant: None, a number, or a tuple of both."""
    return [n for n in (value if isinstance(value, tuple) else (value,)) if n is not None]


def _check_pins(values, chip, say):
    used = {}
    for key in (*_OUTPUTS, *_ANALOG, *_INPUTS):
        count = {"NTC_PINS": (len(_places()),), "LOAD_PINS": (1, 3)}.get(key)
        value = values[key]
        if count and value is not None and (type(value) is not tuple or len(value) not in count):
            say(key, f"{value!r}; expected a tuple of {' or '.join(map(str, count))} GPIOs")
            continue
        for gpio in _numbers(value):
            if type(gpio) is not int or gpio not in chip.gpios:
                say(key, f"{gpio!r}; expected a GPIO that the {values['CHIP']} has")
                continue
            if gpio in used:
                say(key, f"GPIO{gpio} is {used[gpio]} already; expected a pin of its own")
            used[gpio] = key
            _check_pin(key, gpio, chip, say)
    load = values["LOAD_PINS"]
    if isinstance(load, tuple) and len(load) == 1 and values["PHASES"] == 3:
        say("LOAD_PINS", "one GPIO; expected three on a three-phase board")


def _check_pin(key, gpio, chip, say):
    if gpio in chip.taken:
        say(key, f"GPIO{gpio} is a {chip.taken[gpio]}; expected a free pin")
    if key in _ANALOG and gpio not in chip.adc1:
        first, last = min(chip.adc1), max(chip.adc1)
        say(key, f"GPIO{gpio} is not on ADC1; expected GPIO{first}-{last} (Wi-Fi owns ADC2)")
    if key in _OUTPUTS and gpio in chip.input_only:
        say(key, f"GPIO{gpio} is an input only; expected a pin that can drive")
    if key in _PULLED and gpio in chip.input_only:
        say(key, f"GPIO{gpio} has no pull resistor; expected one, so that an open cable is seen")
    if key in _NO_GLITCH and gpio in chip.glitch:
        say(key, f"GPIO{gpio} goes high at power-up by itself; expected a quiet pin")


def _check_numbers(values, chip, say):
    for key in _LEVELS:
        if values[key] not in (0, 1):
            say(key, f"{values[key]!r}; expected 0 or 1")
    for key, (low, high) in _RANGES.items():
        value = values[key]
        if type(value) is not int or not low <= value <= high:
            say(key, f"{value!r}; expected {low} to {high}")
    if values["PHASES"] == 2:
        say("PHASES", "2; expected 1 or 3")
    if values["CP_PWM_BITS"] != chip.pwm_bits:
        say("CP_PWM_BITS", f"{values['CP_PWM_BITS']}; expected {chip.pwm_bits} at 1 kHz")
    if values["METER_SPI"] is not None:
        for key in ("METER_UGAIN", "METER_IGAIN"):
            gains = values[key]
            if type(gains) is not tuple or len(gains) != 3 or not all(0 < g < 65536 for g in gains):
                say(key, f"{gains!r}; expected three numbers from 1 to 65535")
        if values["METER_LINE_HZ"] not in (50, 60):
            say("METER_LINE_HZ", f"{values['METER_LINE_HZ']!r}; expected 50 or 60")
    _check_rcd(values, say)
    _check_divider(values, chip, say)


def _check_rcd(values, say):
    pulse = values["RCD_TEST_PULSE_US"]
    if pulse is not None and not (type(pulse) is int and 50 <= pulse <= 1000):
        say("RCD_TEST_PULSE_US", f"{pulse!r}; expected None or 50 to 1000")
    elif (pulse is not None) != (values["RCD_MODULE"] in PULSED_MODULES):
        say("RCD_TEST_PULSE_US", f"{pulse!r}; expected 50 to 100 for an RCMB102, None for others")


def _check_divider(values, chip, say):
    offset, gain = values["CP_OFFSET_UV"], values["CP_GAIN_X100"]
    if type(offset) is not int or type(gain) is not int or not 100 <= gain <= 10000:
        say("CP_GAIN_X100", f"{gain!r}; expected 100 to 10000, and CP_OFFSET_UV a whole number")
        return
    low, high = chip.adc_mv
    for cp_mv in (-_EXTREME_MV, _EXTREME_MV):
        adc_mv = offset // 1000 + cp_mv * 100 // gain
        if not low <= adc_mv <= high:
            say(
                "CP_GAIN_X100",
                f"{cp_mv / 1000:+.1f} V at CP gives {adc_mv} mV; expected {low} to {high} mV,"
                " where the ADC is linear",
            )


def _check_thermistors(values, chip, say):
    """An open NTC must read higher than the coldest one, or it would pass for frost."""
    supply, pullup = values["NTC_SUPPLY_MV"], values["NTC_PULLUP_OHM"]
    coldest_mv = supply * _COLDEST_OHM // (_COLDEST_OHM + pullup)
    if coldest_mv > chip.adc_mv[1] - _ADC_ERROR_MV:
        say(
            "NTC_SUPPLY_MV",
            f"{supply}; an open sensor reads like a cold one, as the ADC ends at"
            f" {chip.adc_mv[1]} mV; expected 2500, from a reference",
        )


def fewest_in_window(burst, spacing_us, period_us, window_us):
    """Fewest of `burst` readings, spacing_us apart, that fall into any window of the period.

    >>> fewest_in_window(10, 100.0, 1000.0, 90.0)
    0
    """
    phases = sorted(k * spacing_us % period_us for k in range(burst))
    starts = [p + 1e-6 for p in phases]  # the worst window begins just after a reading
    wrapped = phases + [p + period_us for p in phases]
    return min(sum(1 for p in wrapped if s < p < s + window_us) for s in starts)


def _check_sampling(values, chip, say):
    spacing = values["CP_SPACING_US"]
    if spacing == 0:
        return  # the ADC spaces itself: the bench
    seen = fewest_in_window(values["CP_BURST"], spacing, chip.period_us, _PART_US)
    if seen < 2:
        say(
            "CP_SPACING_US",
            f"{spacing} us, {values['CP_BURST']} readings: a 10 % part is seen {seen} times;"
            " expected 2 (116 us and 32 readings do)",
        )
