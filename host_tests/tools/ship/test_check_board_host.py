"""`check-board`: a board's build files against MicroPython and ESP-IDF. Small made trees stand in for them.

With the real ones: BALLAST_MICROPYTHON=DIR BALLAST_IDF=DIR tools/ballast test host_tests/tools/ship
"""

import os
import shutil

import pytest

from ballast_tools.shell import cli, paths
from ballast_tools.ship import boards
from ballast_tools.ship.build_truth import cmake
from tools.factory_kit.command import run
from tools.ship_kit import made_trees

KEYS = {
    "": ["ESPTOOLPY_FLASHSIZE_4MB", "ESPTOOLPY_FLASHSIZE_8MB", "ESPTOOLPY_FLASHSIZE", "FREERTOS_HZ",
         "LWIP_LOCAL_HOSTNAME", "PARTITION_TABLE_CUSTOM_FILENAME"],
    "esp32s3": ["SPIRAM_ECC_ENABLE"],
    "esp32c6": ["ONLY_OF_THE_C6"],
}  # fmt: skip

needs_cmake = pytest.mark.skipif(cmake.find() is None, reason="no cmake: apt install cmake")


@pytest.fixture
def trees(tmp_path):
    return (made_trees.micropython(tmp_path / "mp"),
            made_trees.idf(tmp_path / "idf", paths.import_roots(), KEYS))  # fmt: skip


@pytest.fixture
def board(tmp_path):
    """A copy of the reference board, with what its manifest freezes beside it."""
    unneeded = shutil.ignore_patterns("__pycache__", "web")
    for name in ("boards/esp32s3_ref", "boards/loader", "firmware"):
        shutil.copytree(paths.ROOT / name, tmp_path / name, ignore=unneeded)
    return tmp_path / "boards" / "esp32s3_ref"


def check(board, *trees):
    """(exit status, what was printed or the line of a refusal)."""
    words = [word for pair in zip(("--micropython", "--idf"), trees, strict=False) for word in pair]
    return run("check-board", board, *words)


@needs_cmake
@pytest.mark.parametrize("name", boards.known())
def test_the_projects_boards(trees, name, capsys):
    status, _ = check(name, *trees)
    text = capsys.readouterr().out
    assert status == 0, text
    assert "froze" in text and "no mistakes" in text and "skipped: 0" in text


@needs_cmake
def test_a_board_elsewhere_freezes_the_loader_of_the_checkout(trees, tmp_path, capsys):
    """One path is the OEM's to write; the loader's own manifest finds the rest."""
    box = tmp_path / "oem" / "esp32s3_ref"
    shutil.copytree(paths.BOARDS / "esp32s3_ref", box)
    loader = paths.BOARDS / "loader" / "manifest.py"
    change(box / "manifest.py", "$(BOARD_DIR)/../loader/manifest.py", str(loader))
    assert check(box, *trees)[0] == 0, capsys.readouterr().out


def test_without_sources_it_says_what_it_did_not_look_at(capsys):
    assert check("esp32s3_ref") == (0, "")
    text = capsys.readouterr().out
    assert "skipped manifest" in text and "--micropython DIR" in text and "--idf DIR" in text


def test_a_board_without_a_build_of_its_own(capsys):
    assert check("esp32s3_devkit") == (0, "")
    text = capsys.readouterr().out
    assert "board.py: pins" in text and "skipped all else: no image.toml" in text


def test_without_cmake_it_says_so(trees, monkeypatch, capsys):
    monkeypatch.setattr(cmake.shutil, "which", lambda name: None)
    assert check("esp32s3_ref", *trees)[0] == 0
    assert "skipped manifest, sdkconfig: no cmake on the PATH" in capsys.readouterr().out


def test_a_library_that_is_not_checked_out_is_said(tmp_path, board, capsys):
    assert check(board, made_trees.micropython(tmp_path / "mp", with_library=False))[0] == 0
    if cmake.find():
        assert "skipped manifest: lib/micropython-lib is empty" in capsys.readouterr().out


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


MISTAKES = {
    "a macro that nothing reads": (
        "mpconfigboard.h", "#define MICROPY_VFS_ROM", "#define MICROPY_VFS_ROMM",
        "mpconfigboard.h:6: MICROPY_VFS_ROMM: nothing in this MicroPython reads this macro"),
    "a UART on a foreign pin": (
        "mpconfigboard.h", "UART1_TX                 (17)", "UART1_TX                 (10)",
        "starts with TX on GPIO10, which is METER_CS_PIN; expected #define MICROPY_HW_UART1_TX (17)"),
    "a cmake variable that nothing reads": (
        "mpconfigboard.cmake", "set(MICROPY_FROZEN", "set(MICROPY_FREEZE 1)\nset(MICROPY_FROZEN",
        "mpconfigboard.cmake:18: MICROPY_FREEZE: neither"),
    "no manifest": (
        "mpconfigboard.cmake", "set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)", "",
        "it sets no MICROPY_FROZEN_MANIFEST"),
    "an sdkconfig file that is not there": (
        "mpconfigboard.cmake", "boards/sdkconfig.240mhz", "boards/sdkconfig.250mhz",
        "SDKCONFIG_DEFAULTS names boards/sdkconfig.250mhz: No such file"),
    "a key that is none": (
        "sdkconfig.board", "CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=1000\nCONFIG_FREERTOS_HERTZ=1",
        "sdkconfig.board:8: CONFIG_FREERTOS_HERTZ: no such key for this chip"),
    "a key of another chip": (
        "sdkconfig.board", "CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=1000\nCONFIG_ONLY_OF_THE_C6=y",
        "CONFIG_ONLY_OF_THE_C6: no such key for this chip"),
    "a line that is no key": (
        "sdkconfig.board", "CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=1000\nFREERTOS_UNICORE=y",
        "sdkconfig.board:8: 'FREERTOS_UNICORE=y': expected CONFIG_KEY=value"),
    "a key without a value": (
        "sdkconfig.board", "CONFIG_SPIRAM_ECC_ENABLE=y", "CONFIG_SPIRAM_ECC_ENABLE",
        "'CONFIG_SPIRAM_ECC_ENABLE': expected CONFIG_KEY=value"),
    "a value of another type": (
        "sdkconfig.board", "CONFIG_SPIRAM_ECC_ENABLE=y", "CONFIG_SPIRAM_ECC_ENABLE=yes",
        "CONFIG_SPIRAM_ECC_ENABLE=yes: expected y or n"),
    "a sdkconfig file of the board that is not there": (
        "mpconfigboard.cmake", "}/sdkconfig.board", "}/sdkconfig.box",
        "sdkconfig.box: No such file"),
    "a folder for a sdkconfig file": (
        "mpconfigboard.cmake", "    ${MICROPY_BOARD_DIR}/sdkconfig.board", "    ${MICROPY_BOARD_DIR}",
        "Is a directory"),
    "an image of another name": (
        "mpconfigboard.h", '"Ballast ESP32-S3 reference"', '"Box 13"',
        'MICROPY_HW_BOARD_NAME is "Box 13"; the first [[base]] of image.toml is'),
    "ticks of 10 ms": (
        "sdkconfig.board", "CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=100",
        "CONFIG_FREERTOS_HZ is 100; expected 1000"),
    "another flash": (
        "sdkconfig.board", 'CONFIG_ESPTOOLPY_FLASHSIZE="8MB"', 'CONFIG_ESPTOOLPY_FLASHSIZE="16MB"',
        "CONFIG_ESPTOOLPY_FLASHSIZE is 16MB and _8MB is set"),
    "another table": (
        "mpconfigboard.cmake", "/partitions-8MiB.csv", "/partitions-4MiB.csv",
        "partition table partitions-4MiB.csv; image.toml has partitions-8MiB.csv for 8MB"),
    "no board in the image": (
        "manifest.py", 'freeze("$(BOARD_DIR)", "board.py")', "",
        "but not board.py"),
    "a manifest with a missing file": (
        "manifest.py", '"board.py"', '"bord.py"',
        "error compiling bord.py"),
    "PSRAM of another kind than the profile's": (
        "board.py", "esp32s3_octal", "esp32s3_quad",
        "CONFIG_SPIRAM_MODE_QUAD is off and CONFIG_SPIRAM_MODE_OCT is on; CHIP_PROFILE esp32s3_quad has"),
    "no path from the module to the coil": (
        "board.py", "RCD_HARDWARE_PATH = const(1)", "RCD_HARDWARE_PATH = const(0)",
        "RCD_HARDWARE_PATH: 0; expected 1"),
}  # fmt: skip


@needs_cmake
@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_one_line(trees, board, capsys, mistake):
    name, old, new, line = MISTAKES[mistake]
    change(board / name, old, new)
    assert check(board, *trees)[0] == 2
    text = capsys.readouterr().out
    wrong = [row for row in text.splitlines() if row.startswith("  WRONG")]
    assert any(line in row for row in wrong), text
    # without the board's own file also flash size and ticks are others
    assert len(wrong) == 1 or "sdkconfig file" in mistake, wrong


@needs_cmake
def test_a_board_outside_takes_the_loader_of_this_tree(trees, board, tmp_path, capsys):
    outside = tmp_path / "oem" / "esp32s3_ref"
    shutil.copytree(board, outside)
    change(outside / "manifest.py", "$(BOARD_DIR)/../loader", str(board.parent / "loader"))
    assert check(outside, *trees)[0] == 0, capsys.readouterr().out


@needs_cmake
@pytest.mark.parametrize("name", ["sdkconfig.board", "mpconfigboard.cmake", "mpconfigboard.h"])
def test_a_comment_in_another_encoding_is_no_mistake(trees, board, capsys, name):
    mark = b"//" if name.endswith(".h") else b"#"
    (board / name).write_bytes((board / name).read_bytes() + mark + b" caf\xe9\n")
    assert check(board, *trees)[0] == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", ["board.py", "partitions-8MiB.csv", "image.toml"])
def test_what_is_not_utf_8_is_one_line(board, name):
    (board / name).write_bytes((board / name).read_bytes() + b"# caf\xe9\n")
    status, line = check(board)
    assert status == 2 and name in line and "not UTF-8" in line and "\n" not in line


@needs_cmake
def test_a_cmake_error_is_one_line(trees, board):
    (board / "mpconfigboard.cmake").write_text("include(boards/none.cmake)\n")
    status, line = check(board, *trees)
    assert status == 2 and "cmake refuses its files" in line and "\n" not in line


@needs_cmake
def test_an_old_key_is_a_note(trees, board, capsys):
    change(board / "sdkconfig.board", "CONFIG_FREERTOS_HZ=1000", "CONFIG_FREERTOS_HZ=1000\nCONFIG_OLD_NAME=y")
    assert check(board, *trees)[0] == 0
    assert "CONFIG_OLD_NAME is an old name; this ESP-IDF calls it CONFIG_NEW_NAME" in capsys.readouterr().out


def test_other_versions_are_notes(trees, board, capsys):
    micropython, idf = trees
    change(micropython / "py/mpconfig.h", "PRERELEASE 0", "PRERELEASE 1")
    change(idf / "tools/cmake/version.cmake", "PATCH 2", "PATCH 0")
    assert check(board, *trees)[0] == 0
    text = capsys.readouterr().out
    assert "MicroPython 1.29.0-preview; boards/release.toml is made for 1.29.0" in text
    assert "this ESP-IDF is 5.5.0; the port's lock file names 5.5.2" in text


@pytest.mark.parametrize(("how", "line"), [
    ({"refused": "Error: otadata partition must have size = 0x2000"}, "gen_esp32part.py: Error: otadata"),
    ({"answer": b"other"}, "makes another table of it"),
])  # fmt: skip
def test_what_esp_idf_says_about_partitions_counts(tmp_path, board, capsys, how, line):
    idf = made_trees.idf(tmp_path / "idf", paths.import_roots(), KEYS, **how)
    assert run("check-board", board, "--idf", idf)[0] == 2
    assert line in capsys.readouterr().out


@pytest.mark.parametrize("words", [
    ["esp32s4"], ["esp32s3_ref", "--micropython", "no/such"], ["esp32s3_ref", "--idf", "no/such"],
])  # fmt: skip
def test_bad_input_is_one_line(words, capsys):
    status = cli.main(["check-board", *words])
    said = capsys.readouterr()
    assert status == 2 and said.out == "" and said.err.count("\n") == 1
    assert words[-1] in said.err


@pytest.mark.slow
@pytest.mark.parametrize("name", boards.known())
def test_against_the_real_sources(name, capsys):
    found = [os.environ.get(name) for name in ("BALLAST_MICROPYTHON", "BALLAST_IDF")]
    if None in found:
        pytest.skip("no sources at hand: BALLAST_MICROPYTHON and BALLAST_IDF name checkouts")
    status, _ = check(name, *found)
    assert status == 0, capsys.readouterr().out
