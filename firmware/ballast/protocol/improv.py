"""Improv Wi-Fi over BLE: the codec (improv-wifi.com/ble, revision 2.2).

A packet is command, length, data and checksum (the low byte of the sum of all bytes
before it). A client with a small MTU sends it in several writes. Nothing is encrypted,
not even the network's password: the standard has no encryption. The protection is that
the window is short and that somebody pressed the charger's button (services/ble/improv.py).
"""

import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

SERVICE = "00467768-6228-2272-4663-277478268000"
STATE = "00467768-6228-2272-4663-277478268001"
ERROR = "00467768-6228-2272-4663-277478268002"
COMMAND = "00467768-6228-2272-4663-277478268003"
RESULT = "00467768-6228-2272-4663-277478268004"
CAPABILITIES = "00467768-6228-2272-4663-277478268005"
SERVICE_DATA = 0x4677

AUTHORIZATION_REQUIRED = 1
AUTHORIZED = 2
PROVISIONING = 3
PROVISIONED = 4

NO_ERROR = 0
INVALID_PACKET = 1
UNKNOWN_COMMAND = 2
UNABLE_TO_CONNECT = 3
NOT_AUTHORIZED = 4
UNKNOWN_ERROR = 255

SEND_WIFI = 1
IDENTIFY = 2
DEVICE_INFO = 3
SCAN = 4

CAN_IDENTIFY = 1
CAN_INFO = 2
CAN_SCAN = 4

_MAX_DATA = const(255)
_MAX_SSID = const(32)  # IEEE 802.11
_MIN_KEY = const(8)  # WPA2 passphrase: 8 to 63 characters
_MAX_KEY = const(63)


class PacketError(Exception):
    """A packet is malformed; `code` is the error code for the client."""

    def __init__(self, code: int) -> None:
        super().__init__("Improv error %d" % code)
        self.code = code


def checksum(data: "Readable") -> int:
    """The low byte of the sum of `data`."""
    return sum(data) & 0xFF


def encode_packet(command: int, data: bytes = b"") -> bytes:
    """One packet, a command or a result. ValueError if `data` is longer than 255 bytes."""
    if len(data) > _MAX_DATA:
        raise ValueError("an Improv packet has at most 255 bytes of data")
    frame = bytes((command, len(data))) + bytes(data)
    return frame + bytes((checksum(frame),))


class PacketAssembler:
    """Joins the writes of one client to packets."""

    def __init__(self) -> None:
        self._got = b""

    def reset(self) -> None:
        """Drop an incomplete packet."""
        self._got = b""

    def feed(self, chunk: "Readable") -> "tuple[int, bytes] | None":
        """(command, data) of the packet that `chunk` completes, None while bytes are missing.

        PacketError if the checksum is wrong or bytes follow it. The next write then starts
        a new packet.
        """
        got = self._got + bytes(chunk)
        if len(got) < 2 or len(got) < got[1] + 3:
            self._got = got
            return None
        self._got = b""
        end = got[1] + 2
        if len(got) != end + 1 or checksum(got[:end]) != got[end]:
            raise PacketError(INVALID_PACKET)
        return got[0], got[2:end]


def decode_strings(data: "Readable") -> list[str]:
    """The texts in `data`, each with its length before it; PacketError if a length is wrong."""
    out = []
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        if end > len(data):
            raise PacketError(INVALID_PACKET)
        try:
            out.append(bytes(data[at + 1 : end]).decode())
        except UnicodeError:
            raise PacketError(INVALID_PACKET)
        at = end
    return out


def decode_wifi_settings(data: "Readable") -> tuple[str, str]:
    """(network, password) of a SEND_WIFI; PacketError if Wi-Fi allows no such name or password."""
    parts = decode_strings(data)
    if len(parts) != 2:
        raise PacketError(INVALID_PACKET)
    ssid, key = parts
    size = len(key.encode())
    if not 0 < len(ssid.encode()) <= _MAX_SSID or "\0" in ssid or "\0" in key:
        raise PacketError(INVALID_PACKET)
    if size and not _MIN_KEY <= size <= _MAX_KEY:
        raise PacketError(INVALID_PACKET)
    return ssid, key


def encode_result(command: int, texts: list[str], group: int = 1) -> bytes:
    """The packet of a result with as many of `texts` as fit, in whole groups of `group`."""
    data = b""
    for at in range(0, len(texts), group):
        more = b""
        for text in texts[at : at + group]:
            raw = text.encode()
            more += bytes((min(len(raw), _MAX_DATA),)) + raw
        if len(data) + len(more) > _MAX_DATA:
            break
        data += more
    return encode_packet(command, data)


def encode_advertisement(state: int, capabilities: int) -> bytes:
    """The 31 bytes of the advertisement: flags, the service's UUID and the service's data."""
    reversed_uuid = bytearray()
    digits = SERVICE.replace("-", "")
    for at in range(30, -2, -2):
        reversed_uuid.append(int(digits[at : at + 2], 16))
    out = b"\x02\x01\x06\x11\x07" + bytes(reversed_uuid)
    return out + struct.pack("<BBHBBI", 9, 0x16, SERVICE_DATA, state, capabilities, 0)
