"""Partition tables: read the CSV, check it, and make the binary that the boot loader reads.

The rules are those of the boot loader (ESP-IDF, api-guides/partition-tables) and
Ballast's own (boards/README.md): which partitions there must be, and how large.
"""

import hashlib
import struct
from dataclasses import dataclass

from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown

TABLE_OFFSET = 0x8000
TABLE_BYTES = 0xC00
FIRST_OFFSET = 0x9000
BLOCK = 0x1000
APP_ALIGN = 0x10000  # the flash mapping unit of the MMU

APPLICATION_BUDGET = 512 * 1024
NVS_MIN = 3 * BLOCK  # nvs_flash: at least three pages
# Chosen: 32 sectors hold the minutes of three days in which the contactor does not open; the boards'
# 128 hold those of two weeks, and all else (firmware/ballast/services/memory/journal.py)
JOURNAL_MIN = 32 * BLOCK

TYPES = {"app": 0, "data": 1}
SUBTYPES = {
    "app": {"factory": 0x00, "ota_0": 0x10, "ota_1": 0x11},
    "data": {"ota": 0x00, "phy": 0x01, "nvs": 0x02, "fat": 0x81, "spiffs": 0x82},
}


@dataclass(frozen=True)
class Partition:
    name: str
    type: str
    subtype: int
    offset: int
    size: int
    line: int

    @property
    def end(self):
        return self.offset + self.size


def number(text):
    """'0x9000', '36864', '4K', '1M' -> int; ValueError for anything else."""
    text = text.strip()
    factor = {"K": 1024, "M": 1024 * 1024}.get(text[-1:].upper(), 1)
    return int(text[:-1] if factor > 1 else text, 0) * factor


def read(path):
    """The partitions of a CSV file, in its order; UserError with file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{shown(path)}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{shown(path)}: not UTF-8 text (byte {error.start})") from error
    partitions = []
    for at, line in enumerate(lines, 1):
        if line.split("#")[0].strip():
            partitions.append(_row(f"{shown(path)}:{at}", at, line.split("#")[0]))
    return partitions


def _row(where, at, text):
    fields = [field.strip() for field in text.split(",")]
    if len(fields) not in (5, 6) or (len(fields) == 6 and fields[5]):
        raise UserError(f"{where}: expected 'name, type, subtype, offset, size'")
    name, kind, subtype, offset, size = fields[:5]
    if kind not in TYPES:
        raise UserError(f"{where}: type {kind!r}: expected app or data")
    if not 1 <= len(name.encode()) <= 15:
        raise UserError(f"{where}: name {name!r}: expected 1 to 15 characters")
    try:
        code = SUBTYPES[kind].get(subtype)
        code = number(subtype) if code is None else code
        return Partition(name, kind, code, number(offset), number(size), at)
    except ValueError as error:
        raise UserError(f"{where}: {error.args[0]}: expected a number, such as 0x9000") from error


def check(path, partitions, flash_bytes):
    """UserError at the first rule that the table breaks."""
    taken = FIRST_OFFSET
    seen = set()
    for part in partitions:
        where = f"{shown(path)}:{part.line}: {part.name}"
        if part.name in seen:
            raise UserError(f"{where}: this name is used twice")
        seen.add(part.name)
        align = APP_ALIGN if part.type == "app" else BLOCK
        if part.offset % align or part.size % BLOCK or part.size <= 0:
            raise UserError(
                f"{where}: offset {part.offset:#x} must be a multiple of {align:#x} "
                f"and size {part.size:#x} one of {BLOCK:#x}"
            )
        if part.offset < taken:
            raise UserError(f"{where}: starts at {part.offset:#x}, inside what ends at {taken:#x}")
        if part.end > flash_bytes:
            raise UserError(
                f"{where}: ends at {part.end:#x}, the flash has only {flash_bytes:#x} bytes"
            )
        taken = part.end
    _check_ours(path, {part.name: part for part in partitions})


def _check_ours(path, named):
    for name, kind, subtype, least in (
        ("nvs", "data", 0x02, NVS_MIN),
        ("romfs", "data", 0x8F, 2 * (APPLICATION_BUDGET + BLOCK)),
        ("slotrec", "data", 0x40, 2 * BLOCK),
        ("fctry", "data", 0x41, BLOCK),
        ("journal", "data", 0x42, JOURNAL_MIN),
        ("vfs", "data", 0x81, 64 * BLOCK),
    ):
        part = named.get(name)
        if part is None:
            raise UserError(f"{shown(path)}: there is no partition {name!r}")
        if part.type != kind or part.subtype != subtype or part.size < least:
            raise UserError(
                f"{shown(path)}:{part.line}: {name}: expected {kind}, {subtype:#x}, "
                f"at least {least:#x} bytes"
            )
    if named["romfs"].size % (2 * BLOCK):
        raise UserError(
            f"{shown(path)}:{named['romfs'].line}: romfs: two slots need an even block count"
        )
    slots = [named[name] for name in ("ota_0", "ota_1") if name in named]
    if len(slots) == 1 or ("factory" in named) == bool(slots):
        raise UserError(f"{shown(path)}: expected either 'factory' or both 'ota_0' and 'ota_1'")
    if slots and (slots[0].size != slots[1].size or "otadata" not in named):
        raise UserError(
            f"{shown(path)}: ota_0 and ota_1 must be equal, and 'otadata' must be there"
        )


def find(partitions, name):
    for part in partitions:
        if part.name == name:
            return part
    raise KeyError(name)


def app_slot(partitions):
    """Where the MicroPython image goes: the first app partition."""
    return next(part for part in partitions if part.type == "app")


def slot_bytes(partitions):
    """Size of one application slot, its header block included."""
    return find(partitions, "romfs").size // 2


def binary(partitions):
    """The table as the boot loader reads it, with its MD5 (ESP-IDF, gen_esp32part.py)."""
    out = bytearray()
    for part in partitions:
        out += struct.pack(
            "<HBBII16sI",
            0x50AA,
            TYPES[part.type],
            part.subtype,
            part.offset,
            part.size,
            part.name.encode(),
            0,
        )
    out += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(out).digest()
    return bytes(out) + b"\xff" * (TABLE_BYTES - len(out))


def parse_binary(data):
    """The inverse of `binary`; UserError when the magic or the MD5 is wrong."""
    partitions = []
    for at in range(0, min(len(data), TABLE_BYTES), 32):
        entry = data[at : at + 32]
        if entry[:16] == b"\xeb\xeb" + b"\xff" * 14:
            if entry[16:] != hashlib.md5(data[:at]).digest():
                raise UserError("the partition table's MD5 is wrong")
            return partitions
        if entry[:2] != b"\xaa\x50":
            break
        _, kind, subtype, offset, size, name, _ = struct.unpack("<HBBII16sI", entry)
        kind = {0: "app", 1: "data"}.get(kind, str(kind))
        partitions.append(
            Partition(name.rstrip(b"\0").decode(), kind, subtype, offset, size, len(partitions) + 1)
        )
    raise UserError("there is no partition table")
