"""Polls one meter on a bus and hands its currents on.

One link per meter: the supply, the sub-panel, perhaps the EV's own; several may
share a bus. A reading that the meter calls "not available" is none. After failures
the link asks less often, so that a dead meter does not hold up the others, yet
soon enough (10 s) to come back quickly.
"""

import asyncio
import time

from ballast.protocol import meter_row, meter_table
from ballast.protocol.modbus import ModbusError
from ballast.protocol.sunspec import SunSpecMeter, SunSpecScan

_PATIENCE = 3  # failures in a row before the pace slows
_SLOWEST_MS = 10000

OK = "ok"


def model(key, own_line):
    """The MeterRow of `key`: from the table, or "own" for the line in the settings.

    None for "sunspec", which has to be looked for on the bus. ValueError in plain words.
    """
    if key == "sunspec":
        return None
    if key == "own":
        return meter_row.MeterRow(own_line)
    text = meter_table.find(key)
    if text is None:
        raise ValueError("meter_model: no meter '%s' in the table" % key)
    return meter_row.MeterRow(text)


async def find_sunspec(bus, unit):
    """The SunSpecMeter behind `unit`. ModbusError when there is none."""
    scan = SunSpecScan()
    while True:
        request = scan.request()
        if request is None:
            break
        try:
            data = await bus.read(unit, 3, request[0], request[1])
        except ModbusError as error:
            if not error.code:
                raise
            data = None
        scan.answer(data)
    if not scan.model:
        raise ModbusError("no SunSpec meter there (models: %s)" % scan.models)
    return SunSpecMeter(scan.model, scan.address)


class MeterLink:
    """bus: TcpBus or RtuBus. row: MeterRow, or None to look for a SunSpec meter.

    sink(now_ms, l1, l2, l3, age_ms): takes signed mA, for example a method that calls
    charger.put_sample. expect(interval_ms): is told how often readings will come.
    error: OK or why the last question failed. good, bad: counters. ma: the last reading.
    answer_ms: how long the last one took. A reading counts as taken in the middle
    between question and answer; the meter's own averaging comes on top and is what the
    charger measures as its delay.
    """

    def __init__(self, bus, row, unit, interval_ms, sink, expect):
        self.bus = bus
        self.row = row
        self.unit = unit
        self.interval_ms = interval_ms
        self.error = "not asked yet"
        self.good = 0
        self.bad = 0
        self.in_a_row = 0  # failures
        self.answer_ms = 0
        self.ma = [0, 0, 0]
        self._sink = sink
        self._expect = expect
        self._sunspec = row is None
        self._blocks = None

    async def run(self):
        """Poll for ever, at fixed times."""
        self._expect(self.interval_ms)
        due = time.ticks_ms()
        while True:
            await self.read()
            pause = self._pause_ms()
            due = time.ticks_add(due, pause)
            left = time.ticks_diff(due, time.ticks_ms())
            if left < 0 or left > pause:  # the bus was slow: no catching up
                due = time.ticks_ms()
                left = 0
            await asyncio.sleep_ms(left)

    def _pause_ms(self):
        over = self.in_a_row - _PATIENCE
        if over <= 0:
            return self.interval_ms
        slow = self.interval_ms << (over if over < 6 else 6)
        return max(self.interval_ms, min(slow, _SLOWEST_MS))

    async def read(self):
        """Ask once. Returns True when there was a reading."""
        start = time.ticks_ms()
        try:
            if self.row is None:
                self.row = await find_sunspec(self.bus, self.unit)
            if self._blocks is None:
                self._blocks = self.row.blocks(self.row.live())
            data = []
            for address, count in self._blocks:
                data.append(await self.bus.read(self.unit, self.row.fc, address, count))
            if not self.row.currents(self._blocks, data, self.ma):
                raise ModbusError("the meter says that a value is not available")
        except ModbusError as error:
            self.error = str(error)
            self.bad += 1
            self.in_a_row += 1
            if self._sunspec and self.in_a_row > _PATIENCE:
                self.row = self._blocks = None  # perhaps another device now: look again
            return False
        now = time.ticks_ms()
        self.answer_ms = time.ticks_diff(now, start)
        self.error = OK
        self.good += 1
        self.in_a_row = 0
        self._sink(now, self.ma[0], self.ma[1], self.ma[2], self.answer_ms // 2)
        return True
