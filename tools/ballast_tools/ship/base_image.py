"""The MicroPython base image that the OEM supplies: taken apart, and checked.

Accepted: a merged `firmware.bin` (what micropython.org offers and `make` leaves), or
the build folder of a BOARD_DIR build. Checked: chip, checksums and SHA-256 inside the
images (the boot ROM's own), MicroPython's version, the board it was made for, and the
file's SHA-256 where one is given or lies beside it (FILE.sha256).
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from esptool import bin_image
from esptool.util import FatalError

from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import boards, partitions

_VERSION = re.compile(rb"MicroPython v(\d+\.\d+\.\d+)([-.\w]*) on \d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Base:
    """Parts of a base image. name: MICROPY_HW_BOARD_NAME; fs: how it runs the application."""

    bootloader: bytes
    app: bytes
    version: str
    name: str
    fs: str
    sha256: str


def load(path, board, release, sha256=None):
    """A checked Base for `board`; UserError says which check it fails."""
    path = Path(path)
    where = shown(path)
    if path.is_dir():
        names = ("bootloader/bootloader.bin", "micropython.bin")
        bootloader, app = (_read(path / name) for name in names)
        digest = hashlib.sha256(bootloader + app).hexdigest()
    else:
        data = _read(path)
        digest = hashlib.sha256(data).hexdigest()
        bootloader, app = _split(where, data, board)
    _check_sha256(path, digest, sha256)
    bootloader = _check_image(f"{where}: boot loader", bootloader, board)
    app = _check_image(f"{where}: MicroPython", app, board)
    version = _version(where, app, release)
    name = next((n for n in board.bases if n.encode() + b" with " in app), None)
    if name is None:
        names = " or ".join(repr(n) for n in board.bases)
        raise UserError(f"{where}: made for another board, expected {names}: see "
                        f"{shown(board.folder)}/README.md for the line that builds it")  # fmt: skip
    return Base(bootloader, app, version, name, board.bases[name], digest)


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown(path)}: {error.strerror}") from error


def _split(where, data, board):
    """(boot loader, app) of a merged image, which starts where the boot loader lies."""
    if data[:1] != b"\xe9":
        raise UserError(f"{where}: not an image for this chip (it does not start with E9)")
    start = partitions.TABLE_OFFSET - board.boot_offset
    try:
        table = partitions.parse_binary(data[start : start + partitions.TABLE_BYTES])
        slot = partitions.app_slot(table)
    except (UserError, StopIteration) as error:
        raise UserError(f"{where}: no partition table at {start:#x}; expected MicroPython's "
                        f"firmware.bin for {board.chip}") from error  # fmt: skip
    return data[:start], data[slot.offset - board.boot_offset :]


def _check_image(what, data, board):
    """The image cut to its length; UserError when the boot ROM would not take it."""
    try:
        image = bin_image.LoadFirmwareImage(board.chip, data)
    except (FatalError, RuntimeError, struct.error, TypeError, IndexError) as error:  # or cut off
        raise UserError(f"{what}: not an image for {board.chip} ({error})") from error
    if image.chip_id != boards.CHIPS[board.chip][1]:
        raise UserError(f"{what}: made for another chip than {board.chip}")
    if image.checksum != image.calculate_checksum():
        raise UserError(f"{what}: damaged, its checksum is wrong; download or build it again")
    if not image.append_digest:
        raise UserError(f"{what}: has no SHA-256 at its end")
    if image.stored_digest != image.calc_digest:
        raise UserError(f"{what}: damaged, its SHA-256 is wrong; download or build it again")
    return data[: image.data_length + 32]


def _version(where, app, release):
    match = _VERSION.search(app)
    if not match:
        raise UserError(f"{where}: there is no MicroPython in it")
    version = match.group(1).decode()
    if version != release["micropython"] or b"preview" in match.group(2):
        found = (match.group(1) + match.group(2)).decode()
        raise UserError(f"{where}: MicroPython {found}, expected {release['micropython']}")
    return version


def _check_sha256(path, digest, wanted):
    beside = path.with_name(path.name + ".sha256")
    if wanted is None and beside.exists():
        wanted = (beside.read_text().split() or [""])[0]
    if wanted is not None and wanted.lower() != digest:
        raise UserError(f"{shown(path)}: SHA-256 is {digest}, expected {wanted}")
