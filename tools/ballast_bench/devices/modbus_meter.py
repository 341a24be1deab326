"""The supply's meter as people buy it: any model of meter_maps.py, its registers held by pymodbus.

What they show is what the plant's supply meter measures when it answers, with that meter's
errors; and its answers come, come late, come wrong or not at all as `plant.meter.answers` says.
On Modbus TCP: `start()`. On RS-485: rtu_meter.py serves the same device byte by byte.
"""

import asyncio
from math import nan

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusTcpServer

from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS, words
from ballast_bench.plant import meter_parts as parts

ANSWER_S = 0.03  # from a question to its answer, chosen
# model: mean_s. Eastron's manuals: "response time to step input: 1 s, typical"; the others: chosen
MEAN_S = {"sdm630": 1.0}
OTHER_MEAN_S = 1.0


def mean_s(model):
    """Seconds that a meter of this model averages over."""
    return MEAN_S.get(model, OTHER_MEAN_S)


def check_model(model):
    """ValueError with one line for an unknown model."""
    if model not in MAPS:
        raise ValueError(f"meter_model: no {model!r}; there are: {', '.join(sorted(MAPS))}")


class ModbusMeter:
    """plant: bench Plant. now: () -> seconds of the plant. model: a key of meter_maps.MAPS.

    unit: Modbus address. asked: questions so far. spoiled: the last answer has a wrong bit.
    ValueError with one line for an unknown model.
    """

    def __init__(self, plant, now, model="sdm630", unit=1):
        check_model(model)
        self._meter = plant.meter
        self._now = now
        self._map = MAPS[model]
        self.unit = unit
        self.asked = 0
        self.spoiled = False
        self._shown = {}  # part of the map -> the values that its registers hold
        first = self._map.block()
        if self._map.hertz is not None:
            first[self._map.hertz[0][0] + 1] = 0
        self.device = meter_servers.device(unit, self._map.function, first, self._answer)
        self._server = None

    async def start(self, host="127.0.0.1", port=1502):
        """Listen; returns the port (0 asks for a free one). OSError when it is taken."""
        self._server = ModbusTcpServer(
            [self.device], address=(host, port), ignore_missing_devices=True
        )
        await self._server.listen()
        return self._server.transport.sockets[0].getsockname()[1]

    async def stop(self):
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def _answer(self, function, start, address, count, registers, values):
        """pymodbus asks this before it answers: the registers as they are now."""
        self.asked += 1
        meter = self._meter
        kind = meter.answers.draw()
        self.spoiled = kind == parts.CRC
        if kind == parts.LOST:
            raise NoSuchIdException("lost")  # the server says nothing then
        wait_s = meter.answer_s + (meter.answers.late_s if kind == parts.LATE else 0.0)
        if wait_s > 0.0:
            await asyncio.sleep(wait_s)
        if kind == parts.EXCEPTION:
            return ExcCodes.DEVICE_FAILURE
        reading = meter.read(self._now())
        if reading is None:
            raise NoSuchIdException("silent")
        if function == self._map.function:
            self._fill(registers, start, reading, kind)
        return None

    def _fill(self, registers, start, r, kind):
        meter_map = self._map
        if kind in (parts.ZEROS, parts.NAN):
            self._shown.clear()
            if kind == parts.ZEROS:
                registers[:] = [0] * len(registers)
                return
            block = meter_map.missing_block()
        else:
            block = self._changed(r)
        if meter_map.hertz is not None:
            places, fmt, counts = meter_map.hertz
            value = nan if kind == parts.NAN else r.hertz * counts
            for i, word in enumerate(words(fmt, value, meter_map.swapped)):
                block[places[0] + i] = word
        for place, word in block.items():
            registers[place - start] = word

    def _changed(self, r):
        """{address: word} of the quantities that are not what the registers hold already."""
        meter_map, shown = self._map, self._shown
        amps = r.amps if meter_map.signed_amps else [abs(a) for a in r.amps]
        total = sum(r.watts) if meter_map.phases == 3 else r.watts[0]
        block = {}
        for index, values in enumerate((r.volts, amps, r.watts, (total,), (r.import_kwh * 1000.0,))):
            values = tuple(values)
            if shown.get(index) != values:
                shown[index] = values
                block.update(meter_map.words_of(index, values))
        return block
