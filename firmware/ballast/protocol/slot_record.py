"""Which of the two application slots starts: a record that survives a power cut.

Two flash blocks hold the record and are written alternately. The valid block with the
larger sequence number counts. A power cut while one block is written leaves the other
block, which holds the state before the write.

A new image is on trial at first: it gets TRIES starts to prove itself healthy. Each
start on trial is counted in flash *before* the application runs. Thus a hang, a crash
or a brown-out loop uses up the starts, and the loader returns to the slot that was
good. Only a confirmed image raises the security floor, and the loader never starts an
image below the floor again.

This file is frozen into the base image beside the loader, so it imports no other file
of the firmware.
"""

import binascii
import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable, RecordBlocks

NONE = const(255)
TRIES = const(3)

OK = const(0)  # why the last trial ended
CRASH_LOOP = const(1)  # the image on trial used up its starts
UNHEALTHY = const(2)  # the application itself ended the trial
CORRUPT = const(3)  # the image did not match its digest
BELOW_FLOOR = const(4)  # the image is older than the security floor
REASONS = ("", "crash loop", "not healthy", "image damaged", "older than the security floor")

_FORMAT = "<4sIBBBBI"
_MAGIC = b"BSR1"
SIZE = const(20)  # of the record with its CRC
_SEQ_TOP = const(0x3FFFFFFF)  # 10**9 records: flash wears out first


class Record:
    """active: the slot that is known to be good. trial: the slot on trial, or NONE.

    tries: starts that the trial has left. reason: why the last trial ended. floor:
    smallest security version that may start.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.active = 0
        self.trial = NONE
        self.tries = 0
        self.reason = OK
        self.floor = 0

    def encode(self) -> bytes:
        body = struct.pack(
            _FORMAT,
            _MAGIC,
            self.seq,
            self.active,
            self.trial,
            self.tries,
            self.reason,
            self.floor,
        )
        return body + struct.pack("<I", binascii.crc32(body))

    def decode(self, data: "Readable") -> bool:
        """Fill from bytes. False, and nothing is changed, if they hold no valid record."""
        body = bytes(data[: SIZE - 4])
        if body[:4] != _MAGIC:
            return False
        if binascii.crc32(body) != struct.unpack("<I", bytes(data[SIZE - 4 : SIZE]))[0]:
            return False
        _, seq, active, trial, tries, reason, floor = struct.unpack(_FORMAT, body)
        if active > 1 or seq > _SEQ_TOP or (trial > 1 and trial != NONE):
            return False
        self.seq, self.active, self.trial = seq, active, trial
        self.tries, self.reason, self.floor = tries, reason, floor
        return True


def newest(sectors: list[bytes]) -> "Record | None":
    """The newer valid record of the two blocks, None if neither is valid."""
    best = None
    for data in sectors:
        record = Record()
        if record.decode(data) and (best is None or record.seq > best.seq):
            best = record
    return best


def fresh(security: list[int]) -> Record:
    """A record for a device that has none (it is new, or both blocks are damaged).

    security: the security version of each slot's image; the slot with the larger one starts.
    """
    record = Record()
    record.active = 1 if security[1] > security[0] else 0
    record.floor = max(0, security[0], security[1])
    return record


def load(slots: "RecordBlocks", buf: bytearray) -> "Record | None":
    """The record in flash, or None. buf: room for one block, overwritten."""
    sectors = []
    for sector in (0, 1):
        slots.read_record(sector, buf)
        sectors.append(bytes(buf[:SIZE]))
    return newest(sectors)


def save(slots: "RecordBlocks", record: Record, buf: bytearray) -> None:
    """Write the record into the block that does not hold the present one.

    buf: room for one block, overwritten.
    """
    record.seq += 1
    data = record.encode()
    for i in range(len(buf)):
        buf[i] = 0xFF
    buf[: len(data)] = data
    slots.write_record(record.seq & 1, buf)


def choose(record: Record, security: list[int]) -> tuple[int, bool]:
    """(the slot to start or NONE, whether `record` was changed and must be saved).

    security: [2] the security version of each slot's image, -1 if there is no image or
    it is damaged. The loader calls this once per start, before the application.
    """
    changed = False
    if record.trial != NONE:
        if security[record.trial] < 0:
            _end_trial(record, CORRUPT)
            changed = True
        elif security[record.trial] < record.floor:
            _end_trial(record, BELOW_FLOOR)
            changed = True
        elif record.tries == 0:
            _end_trial(record, CRASH_LOOP)
            changed = True
        else:
            record.tries -= 1
            return record.trial, True
    if security[record.active] >= record.floor:
        return record.active, changed
    other = 1 - record.active
    if security[other] >= record.floor:
        record.active = other
        record.reason = CORRUPT
        return other, True
    return NONE, changed


def _end_trial(record: Record, reason: int) -> None:
    record.trial = NONE
    record.tries = 0
    record.reason = reason


def begin_trial(record: Record, slot: int) -> None:
    record.trial = slot
    record.tries = TRIES


def confirm(record: Record, security: int) -> None:
    """The image on trial is healthy: its slot becomes the good one, and the floor rises."""
    record.active = record.trial
    record.floor = max(record.floor, security)
    _end_trial(record, OK)


def give_up(record: Record) -> None:
    """The application found itself not healthy: the next start uses the good slot."""
    _end_trial(record, UNHEALTHY)
