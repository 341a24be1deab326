"""Boards as the tools see them: board.py (pins), image.toml (flash), board.json (chip)."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

from ballast_bench.product.tomlfile import Reader
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import partitions

FLASH = {"4MB": 4 << 20, "8MB": 8 << 20, "16MB": 16 << 20}

CHIPS = {  # chip: (offset of the boot loader, id in an image's header, mpy-cross architecture)
    "esp32": (0x1000, 0, "xtensawin"),
    "esp32s3": (0x0, 9, "xtensawin"),
}
FAMILY = {"esp32": "ESP32", "esp32s3": "ESP32-S3"}  # names of ESP Web Tools


@dataclass(frozen=True)
class Board:
    """bases: {MICROPY_HW_BOARD_NAME: file system}, the first one is the board's own."""

    name: str
    folder: object
    chip: str
    phases: int
    rated_ma: int
    flash: str
    layouts: dict
    bases: dict

    @property
    def boot_offset(self):
        return CHIPS[self.chip][0]

    def systems(self):
        """File systems that the application is built for, the board's own first."""
        return list(dict.fromkeys(self.bases.values()))

    def table(self, flash=None):
        """Checked partitions for a flash size; UserError when there is no layout for it."""
        flash = flash or self.flash
        if flash not in self.layouts:
            sizes = ", ".join(self.layouts)
            raise UserError(
                f"{shown(self.folder)}/image.toml: no layout for {flash}; there is {sizes}"
            )
        path = self.folder / self.layouts[flash]
        table = partitions.read(path)
        partitions.check(path, table, FLASH[flash])
        return table


def known():
    """Boards that have a flash layout, that is: that can be built for."""
    return sorted(path.parent.name for path in paths.BOARDS.glob("*/image.toml"))


def load(name):
    """The Board of a name in boards/, or of the path of a folder; UserError with the choices."""
    folder = paths.BOARDS / name
    if "/" in name or (name not in known() and Path(name).is_dir()):
        folder = Path(name).expanduser().resolve()
        if not folder.is_dir():
            raise UserError(f"no board {name!r}: no such folder; there are {', '.join(known())}")
        if not (folder / "image.toml").exists():
            raise UserError(f"board {name}: no image.toml in this folder; boards/README.md has what it needs")
    elif (folder / "board.py").exists() and not (folder / "image.toml").exists():
        raise UserError(f"board {name}: no flash layout (image.toml), so nothing is built for it; "
                        f"there are {', '.join(known())}")  # fmt: skip
    elif not (folder / "image.toml").exists():
        raise UserError(f"{shown(paths.BOARDS)}: no board {name!r}; there are {', '.join(known())}")
    return read(folder)


def read(folder):
    doc = Reader(folder / "image.toml")
    chip = doc.choice("chip", list(CHIPS))
    layouts = {}
    for size in doc.names("layouts"):
        if size not in FLASH:
            raise doc.error(f"layouts.{size}", f"expected one of {', '.join(FLASH)}")
        layouts[size] = doc.text(f"layouts.{size}", 64, r"partitions-[\w-]+\.csv", "a CSV here")
    bases = {}
    for index in range(doc.count("base")):
        key = f"base[{index}]"
        base = doc.text(f"{key}.name", 60)
        bases[base] = doc.choice(f"{key}.fs", ("romfs", "littlefs"))
    flash = doc.choice("flash", list(layouts))
    doc.finish()
    pins = constants(folder / "board.py")
    for key, kind in (("NAME", str), ("CHIP", str), ("PHASES", int), ("RATED_MA", int)):
        if not isinstance(pins.get(key), kind):
            raise UserError(f"{shown(folder)}/board.py: {key}: expected {kind.__name__}")
    if pins["CHIP"] != chip or pins["NAME"] != folder.name:
        raise UserError(
            f"{shown(folder)}/board.py: NAME and CHIP must be {folder.name!r} and {chip!r}"
        )
    _check_json(folder / "board.json", chip)
    board = Board(folder.name, folder, chip, pins["PHASES"], pins["RATED_MA"],
                  flash, layouts, bases)  # fmt: skip
    slots = {partitions.slot_bytes(board.table(size)) for size in layouts}
    if len(slots) != 1:
        raise UserError(
            f"{shown(folder)}: all layouts must have slots of one size: one update fits all"
        )
    return board


def constants(path):
    """Names and values of a board.py, read without running it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise UserError(f"{shown(path)}: not UTF-8 text (byte {error.start})") from error
    except (OSError, SyntaxError) as error:
        raise UserError(f"{shown(path)}: {error}") from error
    values = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            if isinstance(value, ast.Call) and value.args:  # const(...)
                value = value.args[0]
            try:
                values[node.targets[0].id] = ast.literal_eval(value)
            except ValueError as error:
                raise UserError(f"{shown(path)}:{node.lineno}: expected a plain value") from error
    return values


def _check_json(path, chip):
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{shown(path)}: {error}") from error
    offset = hex(CHIPS[chip][0]) if CHIPS[chip][0] else "0"
    if data.get("mcu") != chip or data.get("deploy_options", {}).get("flash_offset") != offset:
        raise UserError(
            f"{shown(path)}: expected mcu {chip!r} and deploy_options.flash_offset {offset!r}"
        )


def release():
    """{"version", "security", "micropython"} of this source tree."""
    doc = Reader(paths.BOARDS / "release.toml")
    values = {
        "version": doc.text("version", 32, r"\d+\.\d+\.\d+([.-][\w.]+)?", "1.2.3"),
        "security": doc.integer("security", 0, 1 << 29),
        "micropython": doc.text("micropython", 16, r"\d+\.\d+\.\d+", "1.29.0"),
    }
    doc.finish()
    return values
