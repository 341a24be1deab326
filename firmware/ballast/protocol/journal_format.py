"""The bytes of the journal: records that are appended to erased NOR flash, and found again.

A sector has 4096 bytes, cut into 256 slots of 16. Each slot is programmed at most once between
two erases, so a flash with error correction over 16 bytes (some NOR parts) takes it too:

    slot 0   16 bytes CLEAN. Written after the erase of this sector was complete. An erase that
             the power cut short may read as erased and still lose bits later (as JFFS2's
             clean marker)
    slot 1   generation (4 bytes), 8 bytes 0, CRC-32 of these 12: written when the sector's turn
             comes. Generations count up; the highest one is the newest sector
    slot 2.. records, one after the other, each padded to whole slots with 0xFF

A record is at most 256 bytes and lies in one page of the flash, so that it is one page program:

    kind (1 byte), flags (1), length of the payload (2), CRC-32 (4), payload

The CRC covers generation and slot as well. So a record that an incomplete erase left in place
is never taken for one of the next generation, and a record that was copied is no record. They
stand for a sequence number. A payload longer than one record is cut: FIRST and LAST say where.
All numbers are little endian. The last byte of CLEAN is the version of this format.
"""

import binascii
import struct

from micropython import const

SECTOR = const(4096)
SLOT = const(16)
SLOTS = const(256)
FIRST_SLOT = const(2)
PAGE = const(256)
HEAD = const(8)

CLEAN = b"BALLAST JOURNAL1"

FREE = const(0xFF)  # kind of a slot that nothing was programmed into
MINUTE = const(1)
DOCUMENT = const(2)

FIRST = const(1)  # flags
LAST = const(2)
WHOLE = const(3)

_OPENING = "<I8xI"
_MINUTE = "<IHH"
_MOST_WH = const(0xFFFFFFFF)
_MOST_MIN = const(0xFFFF)


def opening(generation: int) -> bytes:
    """Slot 1 of a sector of this generation."""
    body = struct.pack("<I8x", generation)
    return body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)


def generation(buf: "bytes | bytearray | memoryview") -> int:
    """The generation in the first two slots of a sector; -1 = it is not in use."""
    if bytes(buf[:SLOT]) != CLEAN:
        return -1
    number, crc = struct.unpack_from(_OPENING, buf, SLOT)
    body = bytes(buf[SLOT : 2 * SLOT - 4])
    return number if crc == binascii.crc32(body) & 0xFFFFFFFF else -1


def slots(length: int) -> int:
    """How many slots a record with this payload takes."""
    return (HEAD + length + SLOT - 1) // SLOT


def room(slot: int) -> int:
    """The longest payload of a record that begins at this slot: it ends with the page."""
    return PAGE - slot * SLOT % PAGE - HEAD


def _crc(generation: int, slot: int, head: bytes, payload: "bytes | memoryview") -> int:
    crc = binascii.crc32(struct.pack("<IH", generation, slot))
    return binascii.crc32(payload, binascii.crc32(head, crc)) & 0xFFFFFFFF


def record(
    generation: int, slot: int, kind: int, flags: int, payload: "bytes | memoryview"
) -> bytes:
    """One record for this place, without its padding."""
    head = struct.pack("<BBH", kind, flags, len(payload))
    crc = _crc(generation, slot, head, payload)
    return head + struct.pack("<I", crc) + bytes(payload)


def length_at(buf: "bytearray | memoryview", slot: int) -> int:
    """Length of the payload that the head in this slot promises; -1 = there can be no record."""
    at = slot * SLOT
    size = buf[at + 2] | buf[at + 3] << 8
    if buf[at] in (0, FREE) or size > room(slot):
        return -1
    return size


def intact(buf: "bytearray | memoryview", generation: int, slot: int) -> bool:
    """Whether a whole record of this generation begins at this slot of a sector."""
    size = length_at(buf, slot)
    if size < 0:
        return False
    at = slot * SLOT
    crc = struct.unpack_from("<I", buf, at + 4)[0]
    payload = bytes(buf[at + HEAD : at + HEAD + size])
    return crc == _crc(generation, slot, bytes(buf[at : at + 4]), payload)


def minute(total_wh: int, plugged_min: int, charged_min: int) -> bytes:
    """Payload of a MINUTE: it fits into one slot, so that two weeks of them take 80 sectors."""
    return struct.pack(
        _MINUTE, min(total_wh, _MOST_WH), min(plugged_min, _MOST_MIN), min(charged_min, _MOST_MIN)
    )


def read_minute(payload: bytes) -> "tuple[int, int, int] | None":
    """(total in Wh, minutes plugged in, minutes with a current) or None."""
    if len(payload) != 8:
        return None
    return struct.unpack(_MINUTE, payload)


def document(name: str, over: int, text: bytes) -> bytes:
    """Payload of a DOCUMENT. over: counter of the file that this text takes the place of.

    An empty text says that the name was deleted.
    """
    return name.encode() + b"\0" + struct.pack("<I", over) + text


def read_document(payload: bytes) -> "tuple[str, int, bytes] | None":
    """(name, over, text) or None."""
    end = payload.find(b"\0")
    if end < 1 or len(payload) < end + 5:
        return None
    over = struct.unpack_from("<I", payload, end + 1)[0]
    return payload[:end].decode(), over, payload[end + 5 :]
