"""Reads one meter on a bus at fixed times and passes its currents on.

One link per meter: the supply, the sub-panel, perhaps the EV's own; several may share a bus.
A value that the meter marks as "not available" makes no reading. After failures the link
reads less often, so that a dead meter does not delay the others. It still reads every 10 s,
so that a meter that comes back is used soon.
"""

import asyncio
import time

from micropython import const

from ballast.protocol import meter_row, meter_table
from ballast.protocol.modbus import ModbusError
from ballast.protocol.sunspec import SunSpecMeter, SunSpecScan

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.services.meters.shapes import Bus, Sink

_PATIENCE = 3  # failures in a row before the link reads less often
_SLOWEST_MS = 10000

OK = "ok"


def model(key: str, own_line: str) -> "meter_row.MeterRow | None":
    """The MeterRow of `key` from the table; of `own_line` for the key "own".

    None for "sunspec", whose registers have to be searched on the bus. ValueError with one
    line if there is no such meter or the line has a mistake.
    """
    if key == "sunspec":
        return None
    if key == "own":
        return meter_row.MeterRow(own_line)
    text = meter_table.find(key)
    if text is None:
        raise ValueError("meter_model: no meter '%s' in the table" % key)
    return meter_row.MeterRow(text)


async def find_sunspec(bus: "Bus", unit: int) -> SunSpecMeter:
    """The SunSpecMeter at address `unit`. ModbusError if there is none."""
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
    """row: the meter's registers, or None to search for a SunSpec meter. unit: its address.

    sink(now_ms, l1, l2, l3, age_ms): takes signed mA, for example a method that calls
    charger.put_sample. expect(interval_ms): takes the time between two readings.

    error: OK, or why the last reading failed. good, bad: counters. in_a_row: failures since the
    last reading. ma: the last reading. answer_ms: how long it took. A reading counts as taken
    in the middle between question and answer. The meter's own averaging comes on top; the
    charger measures it as the meter's delay.
    """

    def __init__(
        self,
        bus: "Bus",
        row: "meter_row.MeterRow | SunSpecMeter | None",
        unit: int,
        interval_ms: int,
        sink: "Sink",
        expect: "Callable[[int], None]",
    ) -> None:
        self.bus = bus
        self.row = row
        self.unit = unit
        self.interval_ms = interval_ms
        self.error = "not asked yet"
        self.good = 0
        self.bad = 0
        self.in_a_row = 0
        self.answer_ms = 0
        self.ma = [0, 0, 0]
        self._sink = sink
        self._expect = expect
        self._sunspec = row is None
        self._blocks: "list[tuple[int, int]] | None" = None

    async def run(self) -> None:
        """Read for ever, at fixed times."""
        self._expect(self.interval_ms)
        due = time.ticks_ms()
        while True:
            await self.read()
            pause = self._pause_ms()
            due = time.ticks_add(due, pause)
            left = time.ticks_diff(due, time.ticks_ms())
            if left < 0 or left > pause:  # the bus was slow: missed readings are not made up
                due = time.ticks_ms()
                left = 0
            await asyncio.sleep_ms(left)

    def _pause_ms(self) -> int:
        over = self.in_a_row - _PATIENCE
        if over <= 0:
            return self.interval_ms
        slow = self.interval_ms << (over if over < 6 else 6)
        return max(self.interval_ms, min(slow, _SLOWEST_MS))

    async def read(self) -> bool:
        """Read once. Returns True if there was a reading."""
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
                self.row = self._blocks = None  # perhaps another device now: search again
            return False
        now = time.ticks_ms()
        self.answer_ms = time.ticks_diff(now, start)
        self.error = OK
        self.good += 1
        self.in_a_row = 0
        self._sink(now, self.ma[0], self.ma[1], self.ma[2], self.answer_ms // 2)
        return True
