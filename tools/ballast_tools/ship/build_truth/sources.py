"""The two source trees that a board is built with, and what they say about themselves."""

import re
from pathlib import Path

from ballast_tools.shell.errors import UserError

_PARTS = ("MAJOR", "MINOR", "MICRO", "PRERELEASE")


class MicroPython:
    """A checkout of MicroPython. UserError for a folder that is none."""

    def __init__(self, folder):
        self.folder = Path(folder).expanduser().resolve()
        self.port = self.folder / "ports" / "esp32"
        if not (self.port / "CMakeLists.txt").is_file() or not (self.folder / "py/mpconfig.h").is_file():
            raise UserError(f"--micropython {folder}: no MicroPython sources; expected a checkout with "
                            "ports/esp32/CMakeLists.txt in it")  # fmt: skip

    @property
    def version(self):
        """'1.29.0' or '1.29.0-preview', of py/mpconfig.h."""
        text = (self.folder / "py/mpconfig.h").read_text(errors="replace")
        found = [re.search(rf"#define MICROPY_VERSION_{part}\s+(\d+)", text) for part in _PARTS]
        if None in found[:3]:
            raise UserError(f"{self.folder}/py/mpconfig.h: it names no version of MicroPython")
        numbers = [int(one[1]) if one else 0 for one in found]
        return ".".join(map(str, numbers[:3])) + ("-preview" if numbers[3] else "")

    def idf_version(self, chip):
        """The ESP-IDF that this port was made with for `chip`, '5.5.2'; None = the port does not say."""
        lock = self.port / "lockfiles" / f"dependencies.lock.{chip}"
        if not lock.is_file():
            return None
        found = re.search(r"^  idf:\n(?:    .*\n)*?    version: (\S+)", lock.read_text(), re.MULTILINE)
        return found[1] if found else None


class Idf:
    """A checkout of ESP-IDF. UserError for a folder that is none."""

    def __init__(self, folder):
        self.folder = Path(folder).expanduser().resolve()
        self.partition_tool = self.folder / "components/partition_table/gen_esp32part.py"
        if not (self.folder / "Kconfig").is_file() or not (self.folder / "components").is_dir():
            raise UserError(f"--idf {folder}: no ESP-IDF; expected its checkout, with Kconfig and "
                            "components/ in it")  # fmt: skip

    @property
    def version(self):
        """'5.5.2', of tools/cmake/version.cmake; None = it does not say."""
        path = self.folder / "tools/cmake/version.cmake"
        text = path.read_text() if path.is_file() else ""
        found = [re.search(rf"IDF_VERSION_{part} (\d+)", text) for part in ("MAJOR", "MINOR", "PATCH")]
        return ".".join(one[1] for one in found) if all(found) else None
