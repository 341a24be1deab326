"""Modbus for a client that reads registers: PDUs, RTU framing, TCP framing.

Sources: MODBUS Application Protocol V1.1b3 (PDU), MODBUS over Serial Line V1.02
(RTU: CRC, silent interval), MODBUS Messaging on TCP/IP V1.0b (MBAP header).
An answer is refused unless it fits the request in every field.
"""

import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

READ_HOLDING = const(3)
READ_INPUT = const(4)
MAX_REGISTERS = const(125)  # per request: V1.1b3, 6.3
MBAP = const(7)  # bytes of the TCP header

_EXCEPTIONS = {
    1: "function not supported",
    2: "register not there",
    3: "value refused",
    4: "device failure",
    5: "accepted, not done yet",
    6: "device busy",
    8: "memory parity error",
    10: "gateway: no path",
    11: "gateway: no answer from the device",
}

# CRC-16, polynomial 0xA001, for 4 bits at a time: 16 entries, used twice per byte.
_NIBBLE = (
    0x0000,
    0xCC01,
    0xD801,
    0x1400,
    0xF001,
    0x3C00,
    0x2800,
    0xE401,
    0xA001,
    0x6C00,
    0x7800,
    0xB401,
    0x5000,
    0x9C01,
    0x8801,
    0x4400,
)


class ModbusError(Exception):
    """The answer is not usable; str() says why. code: Modbus exception code, 0 = none."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


def crc16(data: "Readable", size: int) -> int:
    """CRC of the first `size` bytes of `data`; sent low byte first (Serial Line V1.02, 6.2.2)."""
    crc = 0xFFFF
    table = _NIBBLE
    for i in range(size):
        crc ^= data[i]
        crc = (crc >> 4) ^ table[crc & 15]
        crc = (crc >> 4) ^ table[crc & 15]
    return crc


def read_pdu(function: int, address: int, count: int) -> bytes:
    """The PDU, 5 bytes, that reads `count` registers; ValueError if Modbus does not allow it."""
    if function not in (READ_HOLDING, READ_INPUT):
        raise ValueError("function %d does not read registers" % function)
    if not 0 <= address <= 0xFFFF or not 1 <= count <= MAX_REGISTERS or address + count > 0x10000:
        raise ValueError("registers %d..%d cannot be read at once" % (address, address + count - 1))
    return struct.pack(">BHH", function, address, count)


def registers(pdu: "Readable", size: int, function: int, count: int) -> int:
    """Offset of the register bytes in `pdu`, the answer of `size` bytes to a read of `count`.

    ModbusError if it is an exception or no such answer.
    """
    if size < 2:
        raise ModbusError("the answer is cut short")
    if pdu[0] == function | 0x80:
        if size != 2:
            raise ModbusError("the exception has %d bytes" % size)
        code = pdu[1]
        raise ModbusError(_EXCEPTIONS.get(code, "exception %d" % code), code)
    if pdu[0] != function:
        raise ModbusError("the answer is for function %d, not %d" % (pdu[0], function))
    if pdu[1] != 2 * count or size != 2 + pdu[1]:
        raise ModbusError("the answer has %d bytes, not %d" % (size - 2, 2 * count))
    return 2


# --- RTU --------------------------------------------------------------------------


def rtu_request(unit: int, pdu: bytes) -> bytearray:
    """The frame with `pdu` for a serial line. unit: 1..247."""
    frame = bytearray(1 + len(pdu) + 2)
    frame[0] = unit
    frame[1:-2] = pdu
    struct.pack_into("<H", frame, len(frame) - 2, crc16(frame, len(frame) - 2))
    return frame


def rtu_size(buf: "Readable", size: int) -> int:
    """Length of the answer whose first `size` bytes are in `buf`; 0 = needs more bytes to know."""
    if size < 3:
        return 0
    return 5 if buf[1] & 0x80 else 5 + buf[2]


def rtu_registers(buf: "Readable", size: int, unit: int, function: int, count: int) -> int:
    """Offset of the register bytes in an RTU frame of `size` bytes; ModbusError if it is wrong."""
    if size < 5:
        raise ModbusError("the answer is cut short")
    if crc16(buf, size - 2) != buf[size - 2] | buf[size - 1] << 8:
        raise ModbusError("checksum wrong")
    if buf[0] != unit:
        raise ModbusError("unit %d answered, not %d" % (buf[0], unit))
    return 1 + registers(memoryview(buf)[1 : size - 2], size - 3, function, count)


# --- TCP --------------------------------------------------------------------------


def tcp_request(transaction: int, unit: int, pdu: bytes) -> bytes:
    """MBAP header and PDU. transaction: 0..65535; the server copies it into its answer."""
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def tcp_length(header: "Readable") -> int:
    """How many bytes follow the 7-byte MBAP `header`; ModbusError if it is none."""
    _, protocol, length, _ = struct.unpack_from(">HHHB", header, 0)
    if protocol != 0:
        raise ModbusError("this is not Modbus TCP (protocol %d)" % protocol)
    if not 3 <= length <= 254:  # unit + PDU of 2..253 bytes
        raise ModbusError("the header says %d bytes" % length)
    return length - 1


def tcp_transaction(header: "Readable") -> int:
    """The number of the request that this answers: a late answer has an older one."""
    return struct.unpack_from(">H", header, 0)[0]


def tcp_registers(
    header: "Readable",
    pdu: "Readable",
    size: int,
    transaction: int,
    unit: int,
    function: int,
    count: int,
) -> int:
    """Offset of the register bytes in `pdu`, of `size` bytes; ModbusError if it is wrong."""
    if tcp_transaction(header) != transaction:
        raise ModbusError("the answer is for another question")
    if header[6] != unit:
        raise ModbusError("unit %d answered, not %d" % (header[6], unit))
    return registers(pdu, size, function, count)
