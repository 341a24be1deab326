"""Group frames: reports and beacons (control/group/records.py) as authenticated bytes.

Little-endian, at most 250 bytes (the limit of ESP-NOW version 1 and thus of all versions):

    marker B = 0xB5, version << 4 | type B, group I, config I, seat B, boot 3 bytes, seq I
    report: vote_seat B, vote_boot 3, echo_seq I, vote_ms H, lend_ms H, grant_seq I,
            held H, flags B, masks H, min H, max H, rank B, left_s i, need_mah I, turn_s i,
            drawn 3 h, budget 3 H
    beacon: lead B, n B, n rows of seat B, boot 3, seq I, current << 3 | mask H, lease_ms H
    tag: the first 12 bytes of HMAC-SHA-256 over all before it

Currents are in 10 mA, rounded to the safe side: no member may draw more because of the
rounding. Rows are sorted by seat. `boot` counts starts, also over a power cut, and `seq`
rises with every frame, so no two frames have the same tag. control/group/machine.py
refuses a frame that was sent before.
"""

import binascii
import struct

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.allocate import ROTATE_S
from ballast.protocol import hmac_sha256

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Beacon, Config, Head, Panels, Readable, Report

VERSION = const(1)
REPORT = const(1)
BEACON = const(2)
MAX_FRAME = const(250)

MARKER = const(0xB5)
_TAG = const(12)  # 96 bits (RFC 2104: no less than 80)
_HEAD = "<BBIIBHBI"
_HEAD_SIZE = const(18)
_BODY = "<BHBIHHIHBHHHBiIihhhHHH"
_BODY_SIZE = const(50)
_ROW = "<BHBIHH"
_ROW_SIZE = const(12)
_NONE = const(0xFFFF)
_TOP_SEQ = const(0x3FFFFFFF)
_TOP_MA = const(80000)
_TIE_SEAT = const(0)  # whose vote counts double in an even group: a part of the checksum

REASONS = ("foreign", "version", "group", "length", "tag", "config", "value")


def config_crc(config: "Config", panels: "Panels") -> int:
    """The checksum of all settings that the members must have in common, for `config.crc`."""
    data = struct.pack(
        "<BBBBHIII", VERSION, config.seats, _TIE_SEAT, config.metered, ROTATE_S,
        config.fallback_ma, config.guaranteed_ma, config.mode,
    )  # fmt: skip
    crc = binascii.crc32(data)
    for phase in range(3):
        crc = binascii.crc32(struct.pack("<I", config.budget_ma[phase]), crc)
    crc = binascii.crc32(bytes(config.panel_of[: config.seats]), crc)
    for panel in range(1, panels.count):
        at = 3 * panel
        row = struct.pack("<bBIII", panels.parent[panel], panels.star[panel], panels.limit_ma[at],
                          panels.limit_ma[at + 1], panels.limit_ma[at + 2])  # fmt: skip
        crc = binascii.crc32(row, crc)
    return crc & 0xFFFFFFFF


class GroupCodec:
    """Encodes and decodes. refused: how many frames were refused, one count per row of REASONS.

    report, beacon: the records that decode() fills.
    """

    def __init__(
        self, key: bytes, group_id: int, crc: int, report: "Report", beacon: "Beacon"
    ) -> None:
        if len(key) < 16:
            raise ValueError("group key: %d bytes, 16 or more are needed" % len(key))
        self._key = hmac_sha256.HmacKey(key)
        self.group_id = group_id
        self.crc = crc
        self.report = report
        self.beacon = beacon
        self.refused = [0] * len(REASONS)
        self._buffer = bytearray(MAX_FRAME)

    # ---- out ----

    def _head(self, kind: int, r: "Head") -> None:
        struct.pack_into(_HEAD, self._buffer, 0, MARKER, VERSION << 4 | kind, self.group_id,
                         self.crc, r.seat, r.boot & 0xFFFF, r.boot >> 16, r.seq)  # fmt: skip

    def _finish(self, size: int) -> bytes:
        frame = bytes(memoryview(self._buffer)[:size])
        return frame + self._key.tag(frame, _TAG)

    def encode_report(self, r: "Report") -> bytes:
        """The frame of a report, 80 bytes."""
        self._head(REPORT, r)
        masks = r.mask | r.wired << 3 | r.held_mask << 6
        d = r.drawn_ma
        b = r.budget_ma
        struct.pack_into(
            _BODY, self._buffer, _HEAD_SIZE,
            r.vote_seat, r.vote_boot & 0xFFFF, r.vote_boot >> 16, r.echo_seq, r.vote_ms, r.lend_ms,
            r.grant_seq, (r.held_ma + 9) // 10, r.want | r.line << 1, masks, (r.min_ma + 9) // 10,
            r.max_ma // 10, r.rank, r.left_s, r.need_mah, r.turn_s,
            _up(d[0]), _up(d[1]), _up(d[2]), _down(b[0]), _down(b[1]), _down(b[2]),
        )  # fmt: skip
        return self._finish(_HEAD_SIZE + _BODY_SIZE)

    def encode_beacon(self, b: "Beacon") -> bytes:
        """The frame of a beacon, 32 bytes and 12 per row."""
        self._head(BEACON, b)
        at = _HEAD_SIZE + 2
        self._buffer[at - 2] = b.lead
        self._buffer[at - 1] = b.n
        for n in range(b.n):
            struct.pack_into(
                _ROW, self._buffer, at, b.row_seat[n], b.row_boot[n] & 0xFFFF, b.row_boot[n] >> 16,
                b.row_seq[n], b.row_ma[n] // 10 << 3 | b.row_mask[n], b.row_lease_ms[n],
            )  # fmt: skip
            at += _ROW_SIZE
        return self._finish(at)

    # ---- in ----

    def decode(self, frame: "Readable") -> int:
        """REPORT: `report` is filled. BEACON: `beacon` is. 0: the frame is refused and counted."""
        reason = self._check(frame)
        if reason < 0:
            kind = frame[1] & 15
            if kind == REPORT and len(frame) == _HEAD_SIZE + _BODY_SIZE + _TAG:
                if self._read_report(frame):
                    return REPORT
                reason = 6
            elif kind == BEACON and len(frame) >= _HEAD_SIZE + 2 + _TAG:
                reason = self._read_beacon(frame)
                if reason < 0:
                    return BEACON
            else:
                reason = 3
        self.refused[reason] += 1
        return 0

    def _check(self, frame: "Readable") -> int:
        """-1 if the frame is a whole one of this group, else the index of the reason in REASONS."""
        size = len(frame)
        if size < 2 or frame[0] != MARKER:
            return 0
        if frame[1] >> 4 != VERSION:
            return 1
        if not _HEAD_SIZE + 2 + _TAG <= size <= MAX_FRAME:
            return 3
        if struct.unpack_from("<I", frame, 2)[0] != self.group_id:
            return 2
        body = bytes(memoryview(frame)[: size - _TAG])
        if not hmac_sha256.equal(self._key.tag(body, _TAG), bytes(frame[size - _TAG :])):
            return 4
        if struct.unpack_from("<I", frame, 6)[0] != self.crc:
            return 5
        return -1

    def _read_head(self, frame: "Readable", r: "Head") -> bool:
        head = struct.unpack_from(_HEAD, frame, 0)
        r.seat = head[4]
        r.boot = head[5] | head[6] << 16
        r.seq = head[7]
        return r.seat < g.SEATS and 1 <= r.seq <= _TOP_SEQ

    def _read_report(self, frame: "Readable") -> bool:
        r = self.report
        f = struct.unpack_from(_BODY, frame, _HEAD_SIZE)
        r.vote_seat = f[0]
        r.vote_boot = f[1] | f[2] << 16
        r.echo_seq = f[3]
        r.vote_ms = f[4]
        r.lend_ms = f[5]
        r.grant_seq = f[6]
        r.held_ma = f[7] * 10
        r.want = f[8] & 1
        r.line = f[8] >> 1
        r.mask = f[9] & 7
        r.wired = f[9] >> 3 & 7
        r.held_mask = f[9] >> 6
        r.min_ma = f[10] * 10
        r.max_ma = f[11] * 10
        r.rank = f[12]
        r.left_s = f[13]
        r.need_mah = f[14]
        r.turn_s = f[15]
        for phase in range(3):
            ma = f[16 + phase]
            r.drawn_ma[phase] = ma * 10 if ma >= 0 else -1
            ma = f[19 + phase]
            r.budget_ma[phase] = ma * 10 if ma != _NONE else -1
        return self._read_head(frame, r) and _report_in_range(r)

    def _read_beacon(self, frame: "Readable") -> int:
        """Fill `beacon`: -1 if all is in range, else the index of the reason in REASONS."""
        b = self.beacon
        b.lead = frame[_HEAD_SIZE]
        b.n = frame[_HEAD_SIZE + 1]
        at = _HEAD_SIZE + 2
        if b.n > g.ROWS or len(frame) != at + b.n * _ROW_SIZE + _TAG:
            b.n = 0
            return 3
        good = self._read_head(frame, b) and b.lead <= 1
        before = -1
        for n in range(b.n):
            row = struct.unpack_from(_ROW, frame, at)
            at += _ROW_SIZE
            b.row_seat[n] = row[0]
            b.row_boot[n] = row[1] | row[2] << 16
            b.row_seq[n] = row[3]
            b.row_ma[n] = (row[4] >> 3) * 10
            b.row_mask[n] = row[4] & 7
            b.row_lease_ms[n] = row[5]
            if not before < row[0] < g.SEATS or row[3] > _TOP_SEQ or b.row_ma[n] > _TOP_MA:
                good = False
            if row[5] > g.LEASE_MS:
                good = False
            before = row[0]
        return -1 if good else 6


def _report_in_range(r: "Report") -> bool:
    """False if any field is outside the range that a member of this version can send."""
    return (
        (r.vote_seat < g.SEATS or r.vote_seat == g.NOBODY)
        and r.echo_seq <= _TOP_SEQ
        and r.grant_seq <= _TOP_SEQ
        and r.vote_ms <= g.VOTE_MS
        and r.lend_ms <= g.VOTE_MS
        and r.held_ma <= _TOP_MA
        and r.held_mask <= 7
        and r.line <= 1
        and r.wired >= 1
        and r.mask & ~r.wired == 0
        and r.min_ma <= _TOP_MA
        and -1 <= r.left_s <= 0xFFFFF
        and r.need_mah <= 0x100000
        and -0xFFFFF <= r.turn_s <= 0xFFFFF
    )


def _up(ma: int) -> int:
    return -1 if ma < 0 else min((ma + 9) // 10, 32767)


def _down(ma: int) -> int:
    return _NONE if ma < 0 else min(ma // 10, _NONE - 1)
