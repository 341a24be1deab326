"""Which of the two application slots starts: a record that a power cut cannot tear.

Two flash blocks, written in turn; the valid one with the larger sequence number
counts. A cut while one is written leaves the other, which says what was before.

An update starts on trial: it gets TRIES starts to prove itself healthy. Each start
on trial is counted in flash *before* the application runs, so a hang, a crash or a
brown-out loop uses the starts up, and the loader goes back to the slot that was
good. Only a confirmed image moves the security floor, and no image below the floor
is ever started again.

Frozen into the base image beside the loader: imports nothing of ours.
"""

import binascii
import struct

from micropython import const

NONE = const(255)
TRIES = const(3)

OK = const(0)  # reasons for the last fall-back
CRASH_LOOP = const(1)  # the trial used up its starts
UNHEALTHY = const(2)  # the application itself gave the trial up
CORRUPT = const(3)  # the image did not match its digest
BELOW_FLOOR = const(4)  # the image is older than the security floor
REASONS = ("", "crash loop", "not healthy", "image damaged", "older than the security floor")

_FORMAT = "<4sIBBBBI"
_MAGIC = b"BSR1"
SIZE = const(20)  # of the record with its CRC
_SEQ_TOP = const(0x3FFFFFFF)  # 10**9 records: flash wears out first


class Record:
    """active: the slot known to be good. trial: slot on trial or NONE. tries: starts
    left. reason: why the last trial ended. floor: smallest security version."""

    def __init__(self):
        self.seq = 0
        self.active = 0
        self.trial = NONE
        self.tries = 0
        self.reason = OK
        self.floor = 0

    def pack(self):
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

    def unpack(self, data):
        """Fill from bytes; False (and unchanged) when they hold no valid record."""
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


def newest(sectors):
    """The record of two blocks (bytes each), or None when neither is valid."""
    best = None
    for data in sectors:
        record = Record()
        if record.unpack(data) and (best is None or record.seq > best.seq):
            best = record
    return best


def fresh(security):
    """A record for a device that has none (new, or both blocks lost): the safer slot."""
    record = Record()
    record.active = 1 if security[1] > security[0] else 0
    record.floor = max(0, security[0], security[1])
    return record


def load(slots, buf):
    """The record in flash, or None. slots: the port UpdateSlots; buf: one block."""
    sectors = []
    for sector in (0, 1):
        slots.read_record(sector, buf)
        sectors.append(bytes(buf[:SIZE]))
    return newest(sectors)


def save(slots, record, buf):
    """Write the record, never over the one that it replaces; buf: one block, used up."""
    record.seq += 1
    data = record.pack()
    for i in range(len(buf)):
        buf[i] = 0xFF
    buf[: len(data)] = data
    slots.write_record(record.seq & 1, buf)


def choose(record, security):
    """The slot to start -> (slot or NONE, record changed).

    security: [a, b] the security version of each slot's image, -1 where there is no
    image or it is damaged. Called once per start, before the application.
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


def _end_trial(record, reason):
    record.trial = NONE
    record.tries = 0
    record.reason = reason


def begin_trial(record, slot):
    record.trial = slot
    record.tries = TRIES


def confirm(record, security):
    """The running trial is healthy: it becomes the good one and moves the floor."""
    record.active = record.trial
    record.floor = max(record.floor, security)
    _end_trial(record, OK)


def give_up(record):
    """The application itself says that it is not healthy; the next start goes back."""
    _end_trial(record, UNHEALTHY)
