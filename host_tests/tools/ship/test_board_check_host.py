"""The board checker: every board of the project passes, every mistake gets its line."""


import shutil
from pathlib import Path

import pytest

from ballast_tools.shell import paths
from ballast_tools.ship.board_check import check_board
from ballast_tools.ship.board_circuit import fewest_in_window
from tools.factory_kit.command import CLASSIC

BOARDS = paths.BOARDS
GOOD = (BOARDS / "esp32s3_devkit" / "board.py").read_text()


def real_boards():
    return sorted(path.parent.name for path in BOARDS.glob("*/board.py"))


@pytest.mark.parametrize("name", real_boards())
def test_the_projects_boards(name):
    assert check_board(BOARDS / name / "board.py") == []


def changed(tmp_path, **new):
    """The good board with constants replaced, as a file; value None deletes the line."""
    folder = tmp_path / "esp32s3_devkit"
    folder.mkdir(exist_ok=True)
    lines = []
    for line in GOOD.splitlines():
        key = line.split(" = ")[0]
        if key in new:
            if new[key] is None:
                continue
            line = f"{key} = {new.pop(key)}"
        lines.append(line)
    path = folder / "board.py"
    path.write_text("\n".join(lines) + "\n")
    return path


MISTAKES = [
    ({"CP_ADC_PIN": "12"}, "GPIO12 is not on ADC1; expected GPIO1-10"),
    ({"COIL_PIN": "14"}, "GPIO14 is CP_PWM_PIN already"),
    ({"NTC_PINS": "(2, 2, 5)"}, "GPIO2 is NTC_PINS already"),
    ({"COIL_PIN": "45"}, "GPIO45 is a strapping pin"),
    ({"LED_PIN": "19"}, "GPIO19 is a USB pin"),
    ({"LED_PIN": "30"}, "GPIO30 is a flash pin"),
    ({"LED_PIN": "35"}, "GPIO35 is a octal PSRAM pin"),
    ({"LED_PIN": "44"}, "GPIO44 is a console UART pin"),
    ({"LED_PIN": "23"}, "expected a GPIO that the esp32s3 has"),
    ({"LED_PIN": "'41'"}, "expected a GPIO that the esp32s3 has"),
    ({"COIL_PIN": "18"}, "GPIO18 goes high at power-up"),
    ({"COIL_PIN": "None"}, "expected a GPIO: the contactor's coil"),
    ({"RCD_TRIP_PIN": "None"}, "residual current module's trip output"),
    ({"MIRROR_PIN": "None", "LOAD_PINS": "None"}, "a weld must be seen"),
    ({"LOAD_PINS": "(8,)"}, "expected three on a three-phase board"),
    ({"LOAD_PINS": "8"}, "expected a tuple of 1 or 3 GPIOs"),
    ({"METER_CS_PIN": "None"}, "expected METER_SPI and its pins all fitted, or none"),
    ({"RS485_UART": "None"}, "expected RS485_UART and its pins all fitted, or none"),
    ({"PHASES": "2"}, "expected 1 or 3"),
    ({"RATED_MA": "5000"}, "expected 6000 to 80000"),
    ({"CP_PWM_BITS": "16"}, "expected 13 at 1 kHz"),
    ({"COIL_ON_LEVEL": "2"}, "expected 0 or 1"),
    ({"CP_OFFSET_UV": "500000"}, "-12.6 V at CP gives -442 mV"),
    ({"CP_GAIN_X100": "600"}, "where the ADC is linear"),
    ({"CP_SPACING_US": "125"}, "a 10 % part is seen 0 times"),
    ({"CP_BURST": "200"}, "expected 16 to 64"),
    ({"NTC_SUPPLY_MV": "3300"}, "an open sensor reads like a cold one"),
    ({"METER_UGAIN": "(1, 2)"}, "expected three numbers"),
    ({"METER_LINE_HZ": "55"}, "expected 50 or 60"),
    ({"RCD_TEST_PULSE_US": "5"}, "expected None or 50 to 1000"),
    ({"RCD_TEST_PULSE_US": "75"}, "75; expected 50 to 100 for an RCMB102, None for others"),
    ({"RCD_MODULE": "2"}, "None; expected 50 to 100 for an RCMB102, None for others"),
    ({"RCD_HARDWARE_PATH": "0"}, "0; expected 1: the module's own contact"),
    ({"CHIP_PROFILE": "None"}, "None; expected one of esp32_plain"),
    ({"CHIP_PROFILE": "'esp32s9'"}, "'esp32s9'; expected one of esp32_plain"),
    ({"CHIP_PROFILE": "'mine.toml'"}, "expected one of esp32_plain"),
    ({"CHIP_PROFILE": "'ideal'"}, "'ideal'; expected a real chip's"),
    ({"CHIP_PROFILE": "'esp32_psram'"}, "'esp32_psram' is of esp32; expected one of 'esp32s3'"),
    ({"CHIP": "'esp8266'"}, "expected one of esp32, esp32s3"),
    ({"NAME": "'other'"}, "expected the folder's name"),
    ({"PE_PIN": None}, "missing; None = not fitted"),
    ({"PE_GOOD_LEVEL": "const(1)\nSPARE_PIN = 48"}, "unknown constant"),
    ({"PE_PIN": "print(1)"}, "expected a plain value"),
    ({"PE_PIN": "const()"}, "expected a plain value"),
    ({"PE_PIN": "{[]: 1}"}, "expected a plain value"),
    ({"RCD_MODULE": "9"}, "9; expected one of 0 (RCM14), 1 (X6/X30), 2 (RCMB102), 3 (RCMB104)"),
    ({"RCD_MODULE": "True"}, "True; expected one of 0"),
    ({"CP_SPACING_US": "None"}, "None; expected 0 (the ADC spaces itself) to 217"),
    ({"CP_SPACING_US": "1116"}, "1116; expected 0 (the ADC spaces itself) to 217"),
    ({"CHIP": "[]"}, "[]; expected one of esp32, esp32s3"),
    ({"NTC_PINS": "None"}, "None; expected a tuple of 1 or 2 or 3 GPIOs"),
    ({"LOAD_PINS": "(8, None, 21)"}, "(8, None, 21); expected GPIOs that the esp32s3 has"),
    ({"COIL_PIN": "(15,)"}, "(15,); expected a GPIO that the esp32s3 has"),
    ({"METER_PGA": "None"}, "None; expected 0 to 65535"),
    ({"METER_UGAIN": "('a', 1, 2)"}, "expected three numbers"),
    ({"METER_SPI": "0"}, "0; expected 1, 2 or None"),
    ({"RS485_UART": "7"}, "7; expected 1, 2 or None"),
    ({"COIL_ON_LEVEL": "True"}, "True; expected 0 or 1"),
    ({"CP_BURST": "0x" + "f" * 5000}, "a int; expected 16 to 64"),
    ({"NAME": repr("x" * 1000)}, "x...; expected the folder's name"),
]


@pytest.mark.parametrize(("new", "text"), MISTAKES, ids=[t for _, t in MISTAKES])
def test_mistakes(tmp_path, new, text):
    path = changed(tmp_path, **dict(new))
    found = check_board(path)
    assert any(text in line for line in found), found
    where = {
        text.split(" = ")[0]: number for number, text in enumerate(path.read_text().split("\n"), 1)
    }
    for line in found:
        assert line.startswith(f"{path}:")
        assert "\n" not in line
        number, key = line[len(f"{path}:") :].split(": ")[:2]
        assert int(number) == where.get(key, 1)  # a missing key has no line of its own


def test_no_file_and_no_python(tmp_path):
    assert "cannot be read" in check_board(tmp_path / "x" / "board.py")[0]
    path = tmp_path / "board.py"
    path.write_text("A = 1\nB = = 2\n")
    assert check_board(path)[0].startswith(f"{path}:2: not Python")
    path.write_text("import os\nA = 1\n")
    assert "board.py:1: only `KEY = const(...)`" in check_board(path)[0]


def test_psram_takes_two_pins_of_the_esp32(tmp_path):
    classic = Path(CLASSIC, "board.py").read_text()
    path = tmp_path / "box13" / "board.py"
    path.parent.mkdir()
    path.write_text(classic)
    assert check_board(path) == []
    path.write_text(classic.replace("_TX_PIN = const(27)", "_TX_PIN = const(17)").replace(
        "_RX_PIN = const(13)", "_RX_PIN = const(16)"))  # fmt: skip
    found = check_board(path)
    assert len(found) == 2
    assert all("carries the PSRAM of this CHIP_PROFILE" in line for line in found)


def test_a_profile_beside_the_board_counts(tmp_path):
    path = changed(tmp_path, CHIP_PROFILE="'mine.toml'")
    octal = paths.BENCH / "chip" / "esp32s3_octal.toml"
    (path.parent / "mine.toml").write_text(octal.read_text())
    assert check_board(path) == []
    (path.parent / "mine.toml").write_text(octal.read_text().replace("us = 3100", "us = -1"))
    (line,) = check_board(path)
    assert "cost.step.us: -1" in line


def test_input_only_pins_of_the_esp32(tmp_path):
    classic = Path(CLASSIC, "board.py").read_text()
    path = tmp_path / "board.py"
    for key, text in (
        ("LED_PIN", "GPIO34 is an input only"),
        ("PE_PIN", "GPIO34 has no pull resistor"),
        ("RCD_TRIP_PIN", "GPIO34 has no pull resistor"),
    ):
        lines = [
            f"{key} = const(34)" if line.startswith(key + " ") else line
            for line in classic.splitlines()
        ]
        path.write_text("\n".join(lines))
        assert any(f"{key}: {text}" in line for line in check_board(path))


def test_window_oracle():
    """Against brute force: slide the window over the period in 0.5 us."""
    for burst, spacing, period in ((32, 116, 1000.0), (28, 131, 1001.6), (16, 90, 1000.0)):
        instants = [k * spacing % period for k in range(burst)]
        worst = min(
            sum(1 for p in instants if 0 < (p - s / 2) % period <= 90)
            for s in range(int(2 * period))
        )
        assert fewest_in_window(burst, spacing, period, 90.0) == worst


def test_a_chip_with_too_small_a_heap_is_told(tmp_path):
    box = tmp_path / "box13"
    shutil.copytree(CLASSIC, box)
    text = (box / "board.py").read_text()
    assert "esp32_psram" in text
    (box / "board.py").write_text(text.replace("esp32_psram", "esp32_plain"))
    (line,) = check_board(box / "board.py")
    assert "CHIP_PROFILE: 'esp32_plain' leaves 131 KiB for Python; expected" in line
