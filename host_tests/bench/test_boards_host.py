"""Boards by name and by path, with one line for each mistake; what a board can do."""

import pytest

from ballast_bench import boards

OEM = """NAME = "box"
from micropython import const
RATED_MA = const(13000)
"""


def copy_of(tmp_path, name="esp32s3_lite", change=("", "")):
    folder = tmp_path / "box"
    folder.mkdir()
    text = (boards.BOARDS / name / "board.py").read_text()
    assert change[0] in text
    (folder / "board.py").write_text(text.replace(*change))
    return folder


def test_a_folder_outside_the_tree(tmp_path):
    folder = copy_of(tmp_path, change=("const(16000)", "const(10000)"))
    assert boards.load(str(folder)).RATED_MA == 10000
    assert boards.load(folder).PHASES == 1


def test_mistakes_are_one_line(tmp_path):
    folder = copy_of(tmp_path)
    known = ", ".join(boards.names())
    assert "bench" in known
    for wanted, text in (
        ("nowhere", f"no board 'nowhere'; there are {known}, or the path of a folder"),
        (str(tmp_path), "no board.py in this folder"),
        (str(tmp_path / "none"), "no board.py in this folder"),
    ):
        with pytest.raises(boards.BoardError) as caught:
            boards.load(wanted)
        assert text in str(caught.value) and "\n" not in str(caught.value)
    for wrong, text in (
        (OEM, "box/board.py: BUTTON_PIN is missing; None = not fitted"),
        ("A = = 1\n", "box/board.py:1: invalid syntax"),
        ("A = B\n", "box/board.py: NameError: name 'B' is not defined"),
    ):
        (folder / "board.py").write_text(wrong)
        with pytest.raises(boards.BoardError) as caught:
            boards.load(folder)
        assert text in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_not_fitted_is_no_capability():
    whole = boards.capabilities(boards.load("bench"))
    assert whole == set(boards.CAPABILITIES)
    for key, lost in (
        ("PE_PIN", "pe"),
        ("MIRROR_PIN", "mirror"),
        ("LOAD_PINS", "load_sense"),
        ("METER_SPI", "own_meter"),
        ("COIL_PULSE_PIN", "dead_man"),
        ("RCD_TEST_PIN", "rcd_test"),
        ("RS485_UART", "rs485"),
        ("BUTTON_PIN", "button"),
        ("LED_PIN", "led"),
    ):
        assert whole - boards.capabilities(boards.load("bench", **{key: None})) == {lost}
    one_sensor = boards.capabilities(boards.load("bench", NTC_PINS=(2,)))
    assert whole - one_sensor == {"ntc_connector", "ntc_box"}


def test_the_smallest_current_of_board_and_brand_decides():
    board = boards.load("bench", RATED_MA=20000)
    assert {"amps_16", "amps_20"} <= boards.capabilities(board)
    assert "amps_25" not in boards.capabilities(board)
    plug = boards.capabilities(board, {"plug_ma": 10000, "cable_ma": 32000})
    assert "amps_10" in plug and "amps_13" not in plug
