"""A Modbus meter on RS-485: the far end of a fake UART, byte by byte at the line's speed.

pymodbus reads the question, holds the registers and builds the answer (modbus_meter.py); this
file is the wire: the silence after a question, the time of each byte, and a wrong bit.
"""

from pymodbus.exceptions import NoSuchIdException
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.simulator.simcore import SimCore

_QUESTION = 8  # bytes of a question for registers
_CHUNK = 8  # bytes per delivery, as a UART's FIFO hands them on
_SILENCE = 3.5  # bytes' time that end a question
_BITS = 11  # of a byte on the line, with start, stop and parity or second stop


class RtuMeter:
    """meter: a ModbusMeter. loop: the world's. uart(): the fake UART, None while it is off.

    asked: questions so far, for whatever unit. silent: the cable is off.
    """

    def __init__(self, meter, loop, uart):
        self._meter, self._loop, self._uart = meter, loop, uart
        self._framer = FramerRTU(DecodePDU(True))
        self._context = SimCore([meter.device])
        self.asked = 0
        self.silent = False
        self._buf = b""
        self._tasks = set()

    def receive(self, data, baud, _format):
        """Bytes that the charger writes: a question at a time."""
        self._buf = (self._buf + bytes(data))[-_QUESTION:]
        if len(self._buf) < _QUESTION:
            return
        _, unit, _, body = self._framer.decode(self._buf)
        if not body:
            return
        self._buf = b""
        self.asked += 1
        if unit != self._meter.unit or self.silent:
            return
        self._loop.call_later(_line_s(_QUESTION + _SILENCE, baud), self._begin, body, baud)

    def _begin(self, body, baud):
        task = self._loop.create_task(self._answer(body, baud))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, body, baud):
        request = self._framer.decoder.decode(body)
        if request is None:
            return
        try:
            response = await request.datastore_update(self._context, self._meter.unit)
        except NoSuchIdException:
            return  # lost, or the meter is silent
        response.dev_id = self._meter.unit
        frame = self._framer.buildFrame(response)
        if self._meter.spoiled:
            middle = len(frame) // 2
            frame = frame[:middle] + bytes((frame[middle] ^ 0x10,)) + frame[middle + 1 :]
        for at in range(0, len(frame), _CHUNK):
            piece = frame[at : at + _CHUNK]
            self._loop.call_later(_line_s(at + len(piece), baud), self._deliver, piece)

    def _deliver(self, piece):
        uart = self._uart()
        if uart is not None:
            uart.on_wire(piece)


def _line_s(count, baud):
    """Seconds that `count` bytes take on the line."""
    return count * _BITS / baud
