"""The identity of this unit: data that the factory wrote once, different for each unit.

The factory data is one JSON object. It is in NVS (namespace "factory", blob "unit"), and
a second time in the raw partition `fctry`, because MicroPython erases all of NVS if it
finds NVS unusable (ports/esp32/main.c, boardctrl_startup). The firmware never writes
`fctry`; if the copy in NVS is lost, it is written again from `fctry`. Format of `fctry`:

    "BFD1", length (2 bytes, little endian), JSON, CRC-32 of the JSON (little endian)

Keys: serial; label: password record of the setup code; ap_password; radio_key: 64 hex
digits; cal: {board constant: value}; board, brand.
"""

import binascii
import json

import esp32
from micropython import const

_MAGIC = b"BFD1"
_HEAD = const(6)
_MOST = const(1900)  # NVS: a blob of one page


def load(partition: str = "fctry") -> "tuple[dict, str]":
    """(the factory data, what is wrong with its memory).

    {} for a unit that was never in the factory, or whose two copies are both lost. "" = nothing
    is wrong. NVS can be full, or unusable as a whole; neither keeps a charger from starting.
    """
    trouble = ""
    nvs = None
    try:
        nvs = esp32.NVS("factory")
        unit = _parse(_blob(nvs))
        if unit is not None:
            return unit, ""
    except OSError as error:
        trouble = "NVS cannot be read: %s" % error
    text = _raw(partition)
    unit = _parse(text)
    if unit is None or text is None:
        return {}, trouble
    if nvs is not None:
        try:
            nvs.set_blob("unit", text)
            nvs.commit()
        except OSError as error:
            trouble = "NVS cannot be written: %s" % error
    return unit, trouble


def wants_jig() -> bool:
    """True until this unit has passed the test in the factory's jig; until then it must not charge."""
    try:
        return esp32.NVS("factory").get_i32("jig") == 1
    except OSError:  # no such key: it was never in the factory, or NVS was lost later
        return False


def _blob(nvs: esp32.NVS) -> "bytes | None":
    buf = bytearray(_MOST)
    try:
        size = nvs.get_blob("unit", buf)
    except OSError:
        return None
    return bytes(buf[:size])


def _raw(partition: str) -> "bytes | None":
    buf = bytearray(_HEAD + _MOST + 4)
    try:
        esp32.Partition(partition).readblocks(0, buf)
    except OSError:
        return None
    size = buf[4] | buf[5] << 8
    if buf[:4] != _MAGIC or size > _MOST:
        return None
    text = bytes(buf[_HEAD : _HEAD + size])
    crc = bytes(buf[_HEAD + size : _HEAD + size + 4])
    if int.from_bytes(crc, "little") != binascii.crc32(text):
        return None
    return text


def _parse(text: "bytes | None") -> "dict | None":
    if text is None:
        return None
    try:
        unit = json.loads(text)
    except ValueError:
        return None
    if not isinstance(unit, dict) or not isinstance(unit.get("serial"), str):
        return None
    return unit
