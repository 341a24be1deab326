"""The frames between a wireless clamp and a charger: ESP-NOW payloads of at most 64 bytes.

All numbers are little-endian. Every frame starts with the same four fields:

| offset | size | field | unit, meaning                                               |
|--------|------|-------|-------------------------------------------------------------|
| 0      | 2    | magic | "BC"                                                        |
| 2      | 1    | version | 1; a receiver drops a frame of any other version          |
| 3      | 1    | kind  | 1 sample, 2 ack, 3 hello, 4 offer, 5 confirm, 6 unpair      |
| 4      | 4    | clamp | the clamp's number (printed on its label), u32              |

SAMPLE, clamp to charger, 60 bytes:

| 8      | 4    | epoch | starts of the clamp, kept in flash, u32                     |
| 12     | 4    | count | frames since that start, u32; (epoch, count) always rises   |
| 16     | 4    | session | the session number in the charger's last ack, u32         |
| 20     | 2    | seq   | number of the measurement, the same in its repeats, u16     |
| 22     | 2    | age   | ms from the middle of the measured window to sending, u16   |
| 24     | 2    | expect | ms until the next sample at the latest, u16                |
| 26     | 2    | flags | FLAG_* bits                                                 |
| 28     | 2    | battery | mV, 0 = mains powered, u16                                |
| 30     | 1    | rssi  | dBm at which the clamp heard the charger, 0 = not yet, i8   |
| 31     | 1    | phases | bit 0..2: L1..L3 has a CT                                  |
| 32     | 12   | ma    | 3 x i32, rms mA, sign = direction (+ import) with FLAG_SIGNED |
| 44     | 2    | frequency | 0.01 Hz, 0 = not known, u16                             |
| 46     | 2    | lost  | samples without an ack since the start, saturating, u16     |
| 48     | 12   | tag   | HMAC-SHA-256 of bytes 0..47 under the pair's key, leftmost 12 |

The other kinds, each field as "offset name type or size":

ACK, charger to clamp, 33 bytes: 8 epoch u32, 12 count u32 (both of the sample that
it answers), 16 session u32, 20 rssi i8 (of that sample at the charger), 21 tag 12.
The charger answers a sample that carries an old session number, but does not use it:
the sample may be a recording from before the charger's restart.

UNPAIR, charger to clamp, 28 bytes: 8 epoch, 12 count (of the last sample), 16 tag 12.

HELLO, clamp to all, 42 bytes: 8 public key 32, 40 phases u8, 41 battery powered u8.
OFFER, charger to clamp, 57 bytes: 8 charger u32, 12 public key 32, 44 mode u8
(0 button, 1 setup code), 45 tag 12.
CONFIRM, clamp to charger, 24 bytes: 8 charger u32, 12 tag 12.
How both sides derive the pair's key: clamp_pairing.py.

The tag covers the kind byte, so a tag of one kind is never valid for another kind.
"""

import struct

from micropython import const

from ballast.protocol.hmac_sha256 import equal

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.hmac_sha256 import HmacKey
    from ballast.protocol.shapes import Readable

VERSION = const(1)
SAMPLE = const(1)
ACK = const(2)
HELLO = const(3)
OFFER = const(4)
CONFIRM = const(5)
UNPAIR = const(6)

FLAG_EVENT = const(1)  # sent at once because the current moved
FLAG_SIGNED = const(2)  # a voltage input gives the direction
FLAG_BATTERY_LOW = const(4)
FLAG_CLIPPED = const(8)  # the ADC reached its limit: the true current may be larger
FLAG_UNCALIBRATED = const(16)
FLAG_SENSOR_FAULT = const(32)  # a CT input rests at a wrong voltage: do not use its reading

MODE_BUTTON = const(0)
MODE_CODE = const(1)

TAG = const(12)
MAX_FRAME = const(64)
SIZES = {SAMPLE: 60, ACK: 33, HELLO: 42, OFFER: 57, CONFIRM: 24, UNPAIR: 28}

# Results of `check`
OK = const(0)
DAMAGED = const(1)  # another device's frame, or an incomplete one
OTHER_VERSION = const(2)
FORGED = const(3)  # the tag is wrong: the frame is damaged or comes from somebody else

_SAMPLE_FMT = "<2sBBIIIIHHHHHbBiiiHH"
_MAGIC = b"BC"


class Sample:
    """The fields of a SAMPLE frame, by the names and units of the table above."""

    def __init__(self) -> None:
        self.clamp = 0
        self.epoch = 0
        self.count = 0
        self.session = 0
        self.seq = 0
        self.age = 0
        self.expect = 1000
        self.flags = 0
        self.battery = 0
        self.rssi = 0
        self.phases = 1
        self.ma = [0, 0, 0]
        self.frequency = 0
        self.lost = 0


def check(buf: "Readable", size: int) -> int:
    """OK if the first `size` bytes of `buf` are one whole frame of this version, else the reason."""
    if size < 8 or size > MAX_FRAME or buf[0] != 0x42 or buf[1] != 0x43:
        return DAMAGED
    if buf[2] != VERSION:
        return OTHER_VERSION
    return OK if SIZES.get(buf[3]) == size else DAMAGED


def kind(buf: "Readable") -> int:
    """The kind byte of a checked frame."""
    return buf[3]


def clamp_id(buf: "Readable") -> int:
    """The number of the clamp that sent or receives a checked frame."""
    return struct.unpack_from("<I", buf, 4)[0]


def signed(buf: "Readable", size: int, key: "HmacKey") -> bool:
    """Whether the last 12 of `size` bytes are the tag of the bytes before them, under `key`."""
    end = size - TAG
    return equal(key.tag(memoryview(buf)[:end], TAG), memoryview(buf)[end:size])


def _saturate(value: int, low: int, high: int) -> int:
    """`value` limited to low..high: MicroPython's struct drops the upper bits without an error."""
    return low if value < low else high if value > high else value


def _sign(buf: bytearray, size: int, key: "HmacKey") -> int:
    end = size - TAG
    buf[end:size] = key.tag(memoryview(buf)[:end], TAG)
    return size


def encode_sample(buf: bytearray, s: Sample, key: "HmacKey") -> int:
    """Write Sample `s` into `buf` (at least 60 bytes); returns the size. Fields saturate."""
    struct.pack_into(
        _SAMPLE_FMT,
        buf,
        0,
        _MAGIC,
        VERSION,
        SAMPLE,
        s.clamp,
        s.epoch,
        s.count,
        s.session,
        s.seq & 0xFFFF,
        _saturate(s.age, 0, 0xFFFF),
        _saturate(s.expect, 1, 0xFFFF),
        s.flags,
        _saturate(s.battery, 0, 0xFFFF),
        _saturate(s.rssi, -127, 0),
        s.phases,
        _saturate(s.ma[0], -0x3FFFFFFF, 0x3FFFFFFF),
        _saturate(s.ma[1], -0x3FFFFFFF, 0x3FFFFFFF),
        _saturate(s.ma[2], -0x3FFFFFFF, 0x3FFFFFFF),
        _saturate(s.frequency, 0, 0xFFFF),
        _saturate(s.lost, 0, 0xFFFF),
    )
    return _sign(buf, 60, key)


def decode_sample(buf: "Readable", s: Sample) -> bool:
    """Fill `s` from a SAMPLE that `check` and `signed` accepted.

    False if a field is outside the range that a sender can produce.
    """
    (
        _,
        _,
        _,
        s.clamp,
        s.epoch,
        s.count,
        s.session,
        s.seq,
        s.age,
        s.expect,
        s.flags,
        s.battery,
        s.rssi,
        s.phases,
        s.ma[0],
        s.ma[1],
        s.ma[2],
        s.frequency,
        s.lost,
    ) = struct.unpack_from(_SAMPLE_FMT, buf, 0)
    return 1 <= s.phases <= 7 and s.expect > 0


def encode_ack(
    buf: bytearray, clamp: int, epoch: int, count: int, session: int, rssi: int, key: "HmacKey"
) -> int:
    """Write the ACK of the sample (epoch, count); returns the size."""
    rssi = _saturate(rssi, -127, 0)
    struct.pack_into("<2sBBIIIIb", buf, 0, _MAGIC, VERSION, ACK, clamp, epoch, count, session, rssi)
    return _sign(buf, 33, key)


def decode_ack(buf: "Readable") -> tuple[int, int, int, int]:
    """(epoch, count, session, rssi) of an ACK that `check` and `signed` accepted."""
    return struct.unpack_from("<IIIb", buf, 8)


def encode_unpair(buf: bytearray, clamp: int, epoch: int, count: int, key: "HmacKey") -> int:
    """Write the frame that makes a clamp forget this charger; returns the size."""
    struct.pack_into("<2sBBIII", buf, 0, _MAGIC, VERSION, UNPAIR, clamp, epoch, count)
    return _sign(buf, 28, key)


def decode_unpair(buf: "Readable") -> tuple[int, int]:
    """(epoch, count) of an UNPAIR that `check` and `signed` accepted."""
    return struct.unpack_from("<II", buf, 8)


def encode_hello(buf: bytearray, clamp: int, public: bytes, phases: int, battery: bool) -> int:
    """Write what a clamp sends while its pairing window is open; returns the size."""
    head = struct.pack("<2sBBI", _MAGIC, VERSION, HELLO, clamp)
    buf[:42] = head + public + bytes((phases, 1 if battery else 0))
    return 42


def decode_hello(buf: "Readable") -> tuple[bytes, int, bool]:
    """(public key, phases, battery) of a checked HELLO."""
    return bytes(buf[8:40]), buf[40], buf[41] != 0


def encode_offer(
    buf: bytearray, clamp: int, charger: int, public: bytes, mode: int, key: "HmacKey"
) -> int:
    """Write the charger's answer to a HELLO, signed with the derived key; returns the size."""
    head = struct.pack("<2sBBII", _MAGIC, VERSION, OFFER, clamp, charger)
    buf[:45] = head + public + bytes((mode,))
    return _sign(buf, 57, key)


def decode_offer(buf: "Readable") -> tuple[int, bytes, int]:
    """(charger, public key, mode) of a checked OFFER."""
    return struct.unpack_from("<I", buf, 8)[0], bytes(buf[12:44]), buf[44]


def encode_confirm(buf: bytearray, clamp: int, charger: int, key: "HmacKey") -> int:
    """Write the clamp's proof that it derived the same key and keeps it; returns the size."""
    struct.pack_into("<2sBBII", buf, 0, _MAGIC, VERSION, CONFIRM, clamp, charger)
    return _sign(buf, 24, key)


def decode_confirm(buf: "Readable") -> int:
    """The number of the charger that a checked CONFIRM is for."""
    return struct.unpack_from("<I", buf, 8)[0]
