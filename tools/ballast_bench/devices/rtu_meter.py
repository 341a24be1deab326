"""An Eastron SDM630 on RS-485: the far end of a fake UART, byte by byte at the line's speed.

It answers as its protocol document says: after the silence of 3.5 characters and its own
turnaround, with the values that the plant's supply meter shows at that moment.
"""

import struct

from ballast.protocol import modbus

_SIZE = 80
_CHUNK = 8  # bytes per delivery, as a UART's FIFO hands them on


class RtuSdm630:
    """plant: bench Plant. loop: the world's. uart(): the fake UART. now(): plant seconds.

    turnaround_s: from the question's end to the answer's begin. asked: questions so far.
    """

    def __init__(self, plant, loop, uart, now, unit=1, turnaround_s=0.03):
        self._plant, self._loop, self._uart, self._now = plant, loop, uart, now
        self.unit = unit
        self.turnaround_s = turnaround_s
        self.asked = 0
        self.silent = False
        self._buf = b""

    def receive(self, data, baud, _format):
        """Bytes that the charger writes: a question at a time."""
        self._buf = (self._buf + bytes(data))[-8:]
        frame = self._buf
        if len(frame) < 8 or modbus.crc16(frame, 6) != frame[6] | frame[7] << 8:
            return
        self._buf = b""
        self.asked += 1
        if frame[0] != self.unit or self.silent:
            return
        ask_s = modbus.frame_us(baud, 8) / 1e6 + self.turnaround_s
        address, count = struct.unpack(">HH", frame[2:6])
        self._loop.call_later(ask_s, self._answer, frame[1], address, count, baud)

    def _answer(self, function, address, count, baud):
        reading = self._plant.meter.read(self._now())
        if reading is None:
            return
        regs = [0] * _SIZE
        for phase in range(3):
            self._put(regs, 2 * phase, reading.volts[phase])
            self._put(regs, 6 + 2 * phase, abs(reading.amps[phase]))
            self._put(regs, 12 + 2 * phase, reading.watts[phase])
        self._put(regs, 52, sum(reading.watts))
        if function != 4 or address + count > _SIZE:
            body = bytes((self.unit, function | 0x80, 2))
        else:
            part = regs[address : address + count]
            body = bytes((self.unit, function, 2 * count)) + struct.pack(">%dH" % count, *part)
        body += struct.pack("<H", modbus.crc16(body, len(body)))
        for at in range(0, len(body), _CHUNK):
            piece = body[at : at + _CHUNK]
            late = modbus.frame_us(baud, at + len(piece)) / 1e6
            self._loop.call_later(late, self._deliver, piece)

    def _deliver(self, piece):
        uart = self._uart()
        if uart is not None:
            uart.on_wire(piece)

    @staticmethod
    def _put(regs, at, value):
        regs[at], regs[at + 1] = struct.unpack(">HH", struct.pack(">f", value))
