"""Modbus frames against the specifications' own examples, and every way to be wrong."""

from binascii import unhexlify

from ballast.protocol import modbus as mb
from portable import raises


def test_crc_of_the_specification():
    # Serial Line V1.02, appendix B: 02 07 -> 41 12 on the wire
    assert mb.crc16(b"\x02\x07", 2) == 0x1241
    assert mb.crc16(b"", 0) == 0xFFFF
    assert mb.crc16(b"123456789", 9) == 0x4B37  # the check value of CRC-16/MODBUS


def test_read_request():
    # Application Protocol V1.1b3, 6.3: read registers 108-110
    assert mb.read_pdu(3, 0x6B, 3) == unhexlify("03006b0003")
    assert bytes(mb.rtu_request(0x11, mb.read_pdu(3, 0x6B, 3))) == unhexlify("1103006b00037687")
    assert mb.tcp_request(0x1501, 255, mb.read_pdu(4, 8, 1)) == unhexlify(
        "150100000006ff0400080001"
    )


def test_requests_outside_the_standard():
    for fc, address, count in (
        (6, 0, 1),
        (3, -1, 1),
        (3, 0x10000, 1),
        (3, 0, 0),
        (3, 0, 126),
        (3, 0xFFFF, 2),
    ):
        raises(ValueError, mb.read_pdu, fc, address, count)
    assert mb.read_pdu(4, 0xFFFF, 1) == b"\x04\xff\xff\x00\x01"
    assert mb.read_pdu(3, 0xFF83, 125) == b"\x03\xff\x83\x00\x7d"


def test_registers():
    assert mb.registers(unhexlify("0306022b00000064"), 8, 3, 3) == 2
    for pdu, words in (
        ("", "short"),
        ("03", "short"),
        ("8302", "not there"),
        ("8363", "exception 99"),
        ("830200", "3 bytes"),
        ("0402022b", "function 4"),
        ("0304022b", "bytes"),
        ("0302022b00", "bytes"),
        ("030402", "bytes"),
    ):
        data = unhexlify(pdu)
        error = raises(mb.ModbusError, mb.registers, data, len(data), 3, 1)
        assert words in str(error), (pdu, str(error))
    data = unhexlify("8302")
    assert raises(mb.ModbusError, mb.registers, data, 2, 3, 1).code == 2


def reply(unit, pdu):
    frame = bytes([unit]) + unhexlify(pdu)
    crc = mb.crc16(frame, len(frame))
    return frame + bytes([crc & 255, crc >> 8])


def test_rtu_size():
    frame = reply(1, "0306022b00000064")
    assert [mb.rtu_size(frame, n) for n in (0, 2, 3, 9)] == [0, 0, 11, 11]
    assert mb.rtu_size(reply(1, "8302"), 3) == 5


def test_rtu_answers():
    frame = reply(1, "0302022b")
    assert mb.rtu_registers(frame, len(frame), 1, 3, 1) == 3
    wrong = bytearray(frame)
    wrong[3] ^= 1
    for data, size, unit, words in (
        (frame, 4, 1, "short"),
        (wrong, 7, 1, "checksum"),
        (frame, 7, 2, "unit 1"),
        (frame, 6, 1, "checksum"),
    ):
        assert words in str(raises(mb.ModbusError, mb.rtu_registers, data, size, unit, 3, 1))
    exception = reply(1, "8306")
    assert raises(mb.ModbusError, mb.rtu_registers, exception, 5, 1, 3, 1).code == 6


def test_tcp_answers():
    header = unhexlify("15010000000501")
    pdu = unhexlify("0302022b")
    assert mb.tcp_length(header) == 4 and mb.tcp_transaction(header) == 0x1501
    assert mb.tcp_registers(header, pdu, 4, 0x1501, 1, 3, 1) == 2
    for length in (3, 254):  # an exception, and 125 registers
        assert mb.tcp_length(unhexlify("150100000" + "%03x" % length + "01")) == length - 1
    raises(mb.ModbusError, mb.tcp_length, unhexlify("15010000" + "00ff01"))
    for bad, words in (
        ("15010001000501", "protocol"),
        ("15010000000201", "2 bytes"),
        ("15010000010001", "bytes"),
    ):
        assert words in str(raises(mb.ModbusError, mb.tcp_length, unhexlify(bad)))
    assert "question" in str(
        raises(mb.ModbusError, mb.tcp_registers, header, pdu, 4, 0x1502, 1, 3, 1)
    )
    assert "unit" in str(raises(mb.ModbusError, mb.tcp_registers, header, pdu, 4, 0x1501, 2, 3, 1))
