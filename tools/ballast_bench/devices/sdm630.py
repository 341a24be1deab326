"""The supply's meter as people buy it: an Eastron SDM630 on Modbus TCP, served by pymodbus.

The registers show what the plant's supply meter measures at the moment of the
question (Eastron SDM630 Modbus protocol document: IEEE 754, high word first).
"""

import asyncio
import struct

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

_SIZE = 80
_SILENT_S = 5.0  # longer than any client waits


class Sdm630:
    """plant: bench Plant. now: () -> seconds of the plant. unit: Modbus address.

    latency_s: the meter's own time from a question to its answer.
    """

    def __init__(self, plant, now, unit=1, latency_s=0.0):
        self._plant = plant
        self._now = now
        self.latency_s = latency_s
        self.asked = 0
        inputs = [SimData(0, values=[0] * _SIZE, datatype=DataType.REGISTERS)]
        other = [SimData(65535, values=[0], datatype=DataType.REGISTERS)]
        bits = [SimData(0, values=[False], datatype=DataType.BITS)]
        self._device = SimDevice(unit, simdata=(bits, bits, other, inputs), action=self._answer)
        self._server = None

    async def start(self, host="127.0.0.1", port=1502):
        """Listen; returns the port (0 asks for a free one). OSError when it is taken."""
        self._server = ModbusTcpServer([self._device], address=(host, port))
        await self._server.listen()
        return self._server.transport.sockets[0].getsockname()[1]

    async def stop(self):
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def _answer(self, function, start, address, count, registers, values):
        self.asked += 1
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        reading = self._plant.meter.read(self._now())
        if reading is None:
            await asyncio.sleep(_SILENT_S)  # a dead meter: the client has gone by then
            return
        self._fill(registers, start, reading)
        return

    def _fill(self, registers, start, r):
        for phase in range(3):
            self._put(registers, start, 0 + 2 * phase, r.volts[phase])
            self._put(registers, start, 6 + 2 * phase, abs(r.amps[phase]))
            self._put(registers, start, 12 + 2 * phase, r.watts[phase])
        self._put(registers, start, 52, sum(r.watts))
        self._put(registers, start, 70, r.hertz)
        self._put(registers, start, 72, r.import_kwh)
        self._put(registers, start, 74, r.export_kwh)

    @staticmethod
    def _put(registers, start, at, value):
        high, low = struct.unpack(">HH", struct.pack(">f", value))
        registers[at - start] = high
        registers[at - start + 1] = low
