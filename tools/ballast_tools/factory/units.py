"""The batch: units.csv, and for each unit what nobody else may know.

units.csv has a header; `serial` is required, calibration columns are optional and named
after the constants of board.py (CP_OFFSET_UV, CP_GAIN_X100, METER_UGAIN_1 .. METER_IGAIN_3).
"""

import binascii
import csv
import io
import json
import os
import re
import secrets
import struct
from dataclasses import dataclass, field
from pathlib import Path

from esp_idf_nvs_partition_gen import nvs_partition_gen

from ballast_tools.shell.errors import UserError
from ballast_tools.ship import firmware

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: read aloud, typed from a label
CALIBRATION = ("CP_OFFSET_UV", "CP_GAIN_X100", "METER_UGAIN", "METER_IGAIN")
_TOLERANCE = 0.15  # a calibration further from the board's nominal value is a typing mistake
_MOST_JSON = 1900  # firmware/ballast/ports/identity.py


@dataclass(frozen=True)
class Unit:
    """One row. cal: {board constant: int or list of three}."""

    serial: str
    line: int
    cal: dict = field(default_factory=dict)


def read(path, prefix, pins):
    """Units of a CSV in its order; UserError with file, line and column."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start})") from error
    rows = list(csv.reader(text.splitlines()))
    if not rows or "serial" not in rows[0]:
        raise UserError(f"{path}:1: expected a header line with a column 'serial'")
    header = _header(path, [name.strip() for name in rows[0]])
    units, seen = [], {}
    for at, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"{path}:{at}"
        if len(row) != len(header):
            raise UserError(f"{where}: {len(row)} columns, the header has {len(header)}")
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        unit = Unit(cells["serial"], at, _calibration(where, cells, pins))
        if not re.fullmatch(re.escape(prefix) + r"-[0-9A-Z]{4,10}", unit.serial):
            raise UserError(f"{where}: serial: {unit.serial!r}: expected {prefix}- "
                            "and 4 to 10 capitals or digits")  # fmt: skip
        if unit.serial in seen:
            raise UserError(f"{where}: serial: {unit.serial} is already in line "
                            f"{seen[unit.serial]}")  # fmt: skip
        seen[unit.serial] = at
        units.append(unit)
    if not units:
        raise UserError(f"{path}: there are no units in it")
    return units


def _header(path, header):
    known = {"serial", "CP_OFFSET_UV", "CP_GAIN_X100"}
    known |= {f"METER_{kind}GAIN_{phase}" for kind in "UI" for phase in (1, 2, 3)}
    for name in header:
        if name not in known:
            raise UserError(f"{path}:1: {name!r}: not a known column; there are "
                            + ", ".join(sorted(known)))  # fmt: skip
        if header.count(name) > 1:
            raise UserError(f"{path}:1: {name}: this column is there twice")
    return header


def _calibration(where, cells, pins):
    cal = {}
    for name in CALIBRATION:
        nominal = pins.get(name)
        if isinstance(nominal, tuple):
            columns = [f"{name}_{phase}" for phase in (1, 2, 3)]
            values = [_value(where, c, cells.get(c, ""), n)
                      for c, n in zip(columns, nominal, strict=True)]  # fmt: skip
            if any(v is not None for v in values):
                if None in values:
                    raise UserError(f"{where}: {name}: all three phases or none")
                cal[name] = values
        else:
            value = _value(where, name, cells.get(name, ""), nominal)
            if value is not None:
                cal[name] = value
    return cal


def _value(where, column, text, nominal):
    if not text:
        return None
    try:
        value = int(text)
    except ValueError as error:
        raise UserError(f"{where}: {column}: {text!r}: expected a whole number") from error
    if nominal is None:
        raise UserError(f"{where}: {column}: this board has no such part")
    if abs(value - nominal) > _TOLERANCE * nominal:
        raise UserError(f"{where}: {column}: {value} is more than {_TOLERANCE:.0%} from the "
                        f"board's {nominal}")  # fmt: skip
    return value


def code(length):
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def make_secrets(brand):
    """What is random about a unit: {setup_code, ap_password, radio_key}."""
    return {
        "setup_code": code(brand.setup["code_chars"]),
        "ap_password": code(brand.setup["password_chars"]),
        "radio_key": secrets.token_hex(32),
        "salt": secrets.token_hex(16),
    }


def keep_secrets(path, make):
    """The unit's secrets: read from `path`, or made and written there before they are used.

    They must be the same after an interruption: the label may be printed already.
    """
    if path.exists():
        return json.loads(path.read_text())
    values = make()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    return values


def factory_json(unit, hidden, board, brand):
    """The factory data of a unit: what firmware/ballast/ports/identity.py reads."""
    password = firmware.module("ballast.protocol.password")
    label = password.make(hidden["setup_code"], bytes.fromhex(hidden["salt"]))
    data = {
        "format": 1,
        "serial": unit.serial,
        "board": board.name,
        "brand": brand.id,
        "label": label,
        "ap_password": hidden["ap_password"],
        "radio_key": hidden["radio_key"],
        "cal": unit.cal,
    }
    text = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    if len(text) > _MOST_JSON:
        raise UserError(f"{unit.serial}: factory data of {len(text)} bytes is too long")
    return text


def raw_block(text):
    """The `fctry` partition for factory JSON."""
    block = b"BFD1" + struct.pack("<H", len(text)) + text
    block += struct.pack("<I", binascii.crc32(text))
    return block + b"\xff" * (4096 - len(block))


def nvs_image(text, size):
    """The `nvs` partition: namespace "factory", blob "unit" (none for text = None), and the
    jig's flag set."""
    out = io.BytesIO()
    with nvs_partition_gen.nvs_open(out, size, nvs_partition_gen.Page.VERSION2) as nvs:
        entries = [("factory", "namespace", "", ""), ("jig", "data", "i32", "1")]
        if text is not None:
            entries.insert(1, ("unit", "data", "hex2bin", text.hex()))
        for key, kind, encoding, value in entries:
            nvs_partition_gen.write_entry(nvs, key, kind, encoding, value)
    return out.getvalue()
