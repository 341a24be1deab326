"""A board's cmake files, run by cmake itself as the port's CMakeLists.txt runs them."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ballast_tools.shell.errors import UserError

BOARD_FILES = "mpconfig*.cmake"
READERS = ("ports/esp32/CMakeLists.txt", "ports/esp32/esp32_common.cmake",
           "ports/esp32/main/*.txt", "ports/esp32/boards/*.cmake", "ports/esp32/makeimg.py",
           "py/*.cmake", "extmod/*.cmake")  # fmt: skip
READ_BY_IDF = {"IDF_TARGET", "EXTRA_COMPONENT_DIRS", "SDKCONFIG_DEFAULTS", "PROJECT_VER", "COMPONENTS"}
"""Variables that ESP-IDF's own project.cmake documents for a project."""

_SETS = re.compile(r"^\s*(?:set|list)\s*\(\s*(?:APPEND\s+|PREPEND\s+)?(\w+)", re.MULTILINE)
_READS = re.compile(r"\$\{(\w+)\}|\bif\s*\(\s*(?:NOT\s+)?(?:DEFINED\s+)?(\w+)|\bIN LISTS\s+(\w+)"
                    r"|list\s*\(\s*\w+\s+(\w+)")  # fmt: skip

_PROBE = """
include(${MICROPY_BOARD_DIR}/mpconfigboard.cmake)
if(NOT MICROPY_BOARD_VARIANT)
    include(${MICROPY_BOARD_DIR}/mpconfigvariant.cmake OPTIONAL)
else()
    include(${MICROPY_BOARD_DIR}/mpconfigvariant_${MICROPY_BOARD_VARIANT}.cmake)
endif()
foreach(name IDF_TARGET SDKCONFIG_DEFAULTS MICROPY_FROZEN_MANIFEST)
    file(APPEND ${BALLAST_OUT} "${name}=${${name}}\\n")
endforeach()
"""


@dataclass(frozen=True)
class Variables:
    """What the board's files leave behind: target chip, sdkconfig files in their order, manifest.

    generated: {path: text} of those sdkconfig files that the board's cmake itself has written.
    """

    target: str
    sdkconfigs: list
    manifest: str
    generated: dict


def find():
    """The cmake program, None = there is none on the PATH."""
    return shutil.which("cmake")


def variants(folder):
    """Names of the board's variants, "" first: the build that names none."""
    found = sorted(folder.glob("mpconfigvariant_*.cmake"))
    return ["", *(path.stem.removeprefix("mpconfigvariant_") for path in found)]


def run(cmake, board_folder, micropython, variant=""):
    """The Variables of a board. UserError with cmake's own line."""
    with tempfile.TemporaryDirectory(prefix="ballast-") as scratch:
        scratch = Path(scratch)
        probe, out = scratch / "probe.cmake", scratch / "out"
        probe.write_text(_PROBE)
        out.write_text("")
        values = {"MICROPY_BOARD": board_folder.name, "MICROPY_BOARD_DIR": board_folder,
                  "MICROPY_BOARD_VARIANT": variant, "BALLAST_OUT": out,
                  "CMAKE_BINARY_DIR": scratch / "build"}  # fmt: skip
        # set in the script: in script mode cmake replaces a CMAKE_BINARY_DIR of its command line
        lines = [f'set({name} "{value}")' for name, value in values.items()]
        probe.write_text("\n".join(lines) + _PROBE)
        done = subprocess.run([cmake, "-P", str(probe)], cwd=micropython.port, capture_output=True, text=True)
        if done.returncode:
            raise UserError(f"{board_folder.name}: cmake refuses its files: {_first(done.stderr)}")
        read = dict(line.split("=", 1) for line in out.read_text().splitlines())
        files = [Path(name) for name in read["SDKCONFIG_DEFAULTS"].split(";") if name]
        made = [path for path in files if path.is_relative_to(scratch) and path.is_file()]
        generated = {str(path): path.read_text(errors="replace") for path in made}
        return Variables(read["IDF_TARGET"], files, read["MICROPY_FROZEN_MANIFEST"], generated)


def _first(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:4]) if lines else "it failed without a word"


def check_names(found, board_folder, micropython):
    """Each variable that the board sets is read: by the port, by ESP-IDF or by the board itself."""
    read = set(READ_BY_IDF)
    for pattern in READERS:
        for path in micropython.folder.glob(pattern):
            read |= _read_in(path.read_text(errors="replace"))
    files = sorted(board_folder.glob(BOARD_FILES))
    for path in files:
        read |= set(re.findall(r"\$\{(\w+)\}", path.read_text(errors="replace")))
    before = found.count("WRONG")
    for path in files:
        text = path.read_text(errors="replace")
        for match in _SETS.finditer(text):
            if match[1] not in read:
                line = text[: match.start(1)].count("\n") + 1
                found.wrong(f"{path.name}:{line}: {match[1]}: neither this MicroPython's port nor ESP-IDF "
                            "reads this variable")  # fmt: skip
    names = ", ".join(path.name for path in files)
    found.verdict(f"cmake: the variables of {names} are those that are read", before)


def _read_in(text):
    return {name for groups in _READS.findall(text) for name in groups if name}
