"""Finds a meter: which devices are on the bus, and which model fits their answers.

Any answer proves a device, a Modbus exception too. A model fits if its registers read as
electricity: voltages of a mains, powers that fit voltage times current, a total that fits the
phases. `progress` and `text` show how far the search is; `candidates` holds what was found,
the best first, with the evidence in words.

The search needs the bus alone: whoever starts it stops the links of this bus meanwhile.
"""

import asyncio

from micropython import const

from ballast.protocol import meter_table
from ballast.protocol.meter_row import MeterRow
from ballast.protocol.modbus import ModbusError
from ballast.protocol.sunspec import SunSpecMeter, SunSpecScan

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.meters.shapes import Bus, LineBus, MakeBus, NetworkBus

SPEEDS = ((9600, "N"), (19200, "N"), (9600, "E"), (19200, "E"), (115200, "N"), (2400, "N"))
UNITS = (1, 2, 3, 4, 5, 10, 100, 247)
_LOW_MV, _HIGH_MV = 85000, 290000
_PROOF = 50  # from this many points on a model is proven


class Candidate:
    """A model that fits the device at address `unit`. points: how well; evidence: in words.

    baud, parity: of a serial line; host: of a network.
    """

    def __init__(self, key: str, name: str, unit: int, points: int, evidence: str) -> None:
        self.key = key
        self.name = name
        self.unit = unit
        self.points = points
        self.evidence = evidence
        self.baud = 0
        self.parity = ""
        self.host = ""


def judge(
    row: "MeterRow | SunSpecMeter", blocks: list[tuple[int, int]], data: list[bytes]
) -> tuple[int, str]:
    """(points, evidence) of the values that a model reads.

    0 points = they are not electricity, or it is not this model. blocks: [(address, registers)]
    of the model; data: the bytes of each block.
    """
    volts = _values(row, "V", blocks, data)
    amps = _values(row, "I", blocks, data)
    if volts is None or amps is None or not volts or not amps:
        return 0, "values are missing"
    live = [v for v in volts if v]
    if not live or min(live) < _LOW_MV or max(live) > _HIGH_MV:
        return 0, "no mains voltage: %s V" % [v // 1000 for v in volts]
    if max(live) * 100 > min(live) * 125:
        return 0, "voltages too far apart"
    if max([abs(a) for a in amps]) > 1000000:
        return 0, "current of more than 1000 A"
    points = 20 + 5 * len(live)
    words = "%d V" % (sum(live) // len(live) // 1000)
    power = _power(row, volts, amps, blocks, data)
    if power is None:
        return 0, "power does not fit voltage times current"
    return points + power[0], words + power[1]


def _values(
    row: "MeterRow | SunSpecMeter",
    quantity: str,
    blocks: list[tuple[int, int]],
    data: list[bytes],
) -> "list[int] | None":
    """Milli-units of all phases; [] if the row has no such quantity; None if a value is missing."""
    if isinstance(row, SunSpecMeter):
        count = row.phases
    elif quantity in row.fields:
        count = len(row.fields[quantity].at)
    else:
        return []
    out = []
    for i in range(count):
        x = row.value(quantity, i, blocks, data)
        if x is None:
            return None
        out.append(x)
    return out


def _power(
    row: "MeterRow | SunSpecMeter",
    volts: list[int],
    amps: list[int],
    blocks: list[tuple[int, int]],
    data: list[bytes],
) -> "tuple[int, str] | None":
    """(points, words), or None if the powers cannot belong to these voltages and currents.

    volts in mV, amps in mA.
    """
    apparent = [volts[i] * abs(amps[i]) // 1000 for i in range(min(len(volts), len(amps)))]  # mVA
    phases = _values(row, "P", blocks, data) or []
    total = row.value("W", 0, blocks, data) if _has(row, "W") else None
    if not phases and total is not None and len(apparent) == 1:
        phases = [total]
    points = 0
    words = ""
    for i in range(min(len(phases), len(apparent))):
        p, s = abs(phases[i]), apparent[i]
        if p > s * 11 // 10 + 15000:
            return None
        if s > 100000:  # 100 VA: enough for a judgement
            if p * 5 < s:
                return None
            points += 15
            words = ", power fits voltage times current"
    if total is not None and len(phases) > 1:
        if abs(total - sum(phases)) > 20000 + abs(total) // 20:
            return None
        points += 10
        words += ", the total fits the phases"
    if not points:
        words = ", no load to prove the power by"
    return points, words


def _has(row: "MeterRow | SunSpecMeter", quantity: str) -> bool:
    return isinstance(row, SunSpecMeter) or quantity in row.fields


class MeterFinder:
    """own_rows: further models to try, before those of the table.

    progress: 0..100 %. text: the address that is tried now, or the result. candidates: what was
    found, the best first. stop: True ends the search early. asked: questions so far.
    """

    def __init__(self, own_rows: "list[MeterRow] | tuple[()]" = ()) -> None:
        self.progress = 0
        self.text = ""
        self.candidates: list[Candidate] = []
        self.stop = False
        self.asked = 0
        self._own = own_rows

    async def on_rtu(
        self,
        bus: "LineBus",
        units: tuple[int, ...] = UNITS,
        speeds: tuple[tuple[int, str], ...] = SPEEDS,
    ) -> None:
        """Search a serial line until a meter is proven. speeds: ((baud, parity), ..)."""
        total = len(speeds) * len(units)
        n = 0
        for baud, parity in speeds:
            bus.configure(baud, parity)
            for unit in units:
                self.progress = n * 100 // total
                self.text = "address %d at %d Bd 8%s1" % (unit, baud, parity)
                n += 1
                if self.stop:
                    return
                if await self._there(bus, unit):
                    before = len(self.candidates)
                    await self._models(bus, unit, "rtu")
                    for c in self.candidates[before:]:
                        c.baud, c.parity = baud, parity
                    if self._proven():
                        self._finish()
                        return
        self._finish()

    async def on_tcp(
        self, bus: "NetworkBus", units: tuple[int, ...] = (1, 2, 255, 0)
    ) -> None:
        """Search one host until a meter is proven."""
        for n in range(len(units)):
            self.progress = n * 100 // len(units)
            self.text = "%s, unit %d" % (bus.host, units[n])
            if self.stop:
                return
            if await self._there(bus, units[n]):
                await self._models(bus, units[n], "tcp")
                for c in self.candidates:
                    c.host = c.host or bus.host
                if self._proven():
                    break
        self._finish()

    async def on_network(
        self, make_bus: "MakeBus", own_address: str, first: int = 1, last: int = 254
    ) -> None:
        """Search port 502 of the hosts `first` to `last` of the own network (a /24).

        own_address: IPv4 as text. make_bus(host): a TcpBus with a short time-out.
        """
        net = own_address[: own_address.rfind(".") + 1]
        for n in range(first, last + 1):
            host = "%s%d" % (net, n)
            self.progress = (n - first) * 100 // (last - first + 1)
            self.text = host
            if self.stop:
                return
            if host == own_address:
                continue
            bus = make_bus(host)
            if await self._there(bus, 1):
                await self._models(bus, 1, "tcp")
                for c in self.candidates:
                    c.host = c.host or host
            await bus.close()
        self._finish()

    def _proven(self) -> bool:
        return any(c.points >= _PROOF for c in self.candidates)

    def _finish(self) -> None:
        self.candidates.sort(key=lambda c: -c.points)
        self.progress = 100
        if self.candidates:
            best = self.candidates[0]
            self.text = "%s at address %d: %s" % (best.name, best.unit, best.evidence)
        else:
            self.text = "no meter answered"

    async def _read(
        self, bus: "Bus", unit: int, fc: int, address: int, count: int
    ) -> "bytes | None":
        """Bytes, or None for an exception answer. ModbusError for silence."""
        self.asked += 1
        try:
            return await bus.read(unit, fc, address, count)
        except ModbusError as error:
            if error.code:
                return None
            raise

    async def _there(self, bus: "Bus", unit: int) -> bool:
        """Whether a device answers at this address, be it with a refusal."""
        for fc in (4, 3):
            try:
                await self._read(bus, unit, fc, 0, 2)
                return True
            except ModbusError:
                continue
        return False

    async def _models(self, bus: "Bus", unit: int, kind: str) -> None:
        """Try each register map once. Models with the same map are one candidate with all names.

        kind: "rtu" or "tcp".
        """
        tried: "dict[str, Candidate | None]" = {}
        await self._sunspec(bus, unit)
        rows = list(self._own) + [MeterRow(text) for text in meter_table.ROWS]
        for row in rows:
            if self.stop:
                return
            blocks = row.blocks("VIPW")
            if kind not in row.buses:
                continue
            seen = "%d " % row.fc + " ".join(
                [q + row.fields[q].text for q in "VIPW" if q in row.fields]
            )
            if seen in tried:
                same = tried[seen]
                if same is not None:
                    same.name += " / " + row.name
                continue
            tried[seen] = await self._try(bus, unit, row, blocks)
            await asyncio.sleep_ms(0)

    async def _try(
        self,
        bus: "Bus",
        unit: int,
        row: "MeterRow | SunSpecMeter",
        blocks: list[tuple[int, int]],
    ) -> "Candidate | None":
        data = []
        try:
            for address, count in blocks:
                got = await self._read(bus, unit, row.fc, address, count)
                if got is None:
                    return None
                data.append(got)
        except ModbusError:
            return None
        points, evidence = judge(row, blocks, data)
        if not points:
            return None
        found = Candidate(row.key, row.name, unit, points, evidence)
        self.candidates.append(found)
        return found

    async def _sunspec(self, bus: "Bus", unit: int) -> None:
        scan = SunSpecScan()
        try:
            request = scan.request()
            while request is not None:
                scan.answer(await self._read(bus, unit, 3, request[0], request[1]))
                request = scan.request()
        except ModbusError:
            return
        if not scan.model:
            return
        row = SunSpecMeter(scan.model, scan.address)
        found = await self._try(bus, unit, row, row.blocks("VIPW"))
        if found is not None:
            found.key = "sunspec"
            found.points += 20  # the device itself names its SunSpec model
