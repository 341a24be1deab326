"""Every model of the table, read from a real Modbus server, over TCP and over RTU."""

import pytest

from ballast.protocol import meter_table
from ballast.protocol.meter_row import MeterRow
from ballast.services.meters.bus import RtuBus, TcpBus
from ballast.services.meters.link import MeterLink, model
from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS, WH, V, W

NAN = float("nan")


def by_bus():
    for key in meter_table.keys():
        for bus in MeterRow(meter_table.find(key)).buses:
            yield pytest.param(key, bus, id=f"{key}-{bus}")


class Sink:
    def __init__(self):
        self.got = []
        self.expected = []

    def put(self, now_ms, l1, l2, l3, age_ms):
        self.got.append([l1, l2, l3])

    def expect(self, interval_ms):
        self.expected.append(interval_ms)


async def with_bus(kind, devices, use):
    """Serve `devices` and call `use(bus)` on a client."""
    if kind == "tcp":
        async with meter_servers.tcp(devices) as port:
            bus = TcpBus("127.0.0.1", port, timeout_ms=5000)
            try:
                return await use(bus)
            finally:
                await bus.close()
    async with meter_servers.rtu(devices) as port:
        return await use(RtuBus(port, timeout_ms=5000))


def test_the_second_list_knows_every_model():
    assert set(MAPS) == set(meter_table.keys())


@pytest.mark.parametrize(("key", "kind"), list(by_bus()))
def test_currents(key, kind):
    meter = MAPS[key]
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, model(key, ""), 7, 1000, sink.put, sink.expect)
        assert await link.read(), link.error

    meter_servers.run(with_bus(kind, [meter_servers.device(7, meter.function, meter.block())], use))
    got, want = sink.got[0], meter.expected_ma()
    # a float has 24 bits, and a count of 0.01 A cannot say more
    assert all(abs(g - w) <= 5 for g, w in zip(got, want, strict=True)), (got, want)


@pytest.mark.parametrize("key", meter_table.keys())
def test_the_other_quantities(key):
    """Voltages, powers and energy: what the finder judges by, and the page shows."""
    meter = MAPS[key]
    row = model(key, "")
    data = []
    blocks = row.blocks("VIPWE")

    async def use(bus):
        for address, count in blocks:
            data.append(await bus.read(1, row.fc, address, count))

    meter_servers.run(
        with_bus("tcp", [meter_servers.device(1, meter.function, meter.block())], use)
    )
    total = sum(W) if meter.phases == 3 else W[0]
    for name, values in (("V", V), ("P", W), ("W", (total,)), ("E", (WH,))):
        if name in row.fields:
            for i in range(len(row.fields[name].at)):
                got = row.value(name, i, blocks, data)
                assert abs(got - values[i] * 1000) <= abs(values[i]) * 0.5 + 100, (name, i, got)


@pytest.mark.parametrize("key", [k for k in MAPS if MAPS[k].amps and MAPS[k].amps[1] == "f"])
def test_nan_is_no_reading(key):
    meter = MAPS[key]
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, model(key, ""), 1, 1000, sink.put, sink.expect)
        assert not await link.read()
        assert "not available" in link.error and link.bad == 1

    regs = meter.block({1: (NAN,) * meter.phases})
    meter_servers.run(with_bus("tcp", [meter_servers.device(1, meter.function, regs)], use))
    assert sink.got == []


def test_an_integer_that_means_nothing_is_no_reading():
    regs = MAPS["abb-b23"].block()
    regs[0x5B0E] = regs[0x5B0F] = 0xFFFF
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, model("abb-b23", ""), 1, 1000, sink.put, sink.expect)
        assert not await link.read()

    meter_servers.run(with_bus("tcp", [meter_servers.device(1, 3, regs)], use))


def test_a_meter_of_ones_own():
    line = "own | My meter | fc=3 I=100,101,102:i16/10 sign=I"
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, model("own", line), 1, 1000, sink.put, sink.expect)
        assert await link.read(), link.error

    regs = {100: 123, 101: (-45) & 0xFFFF, 102: 0}
    meter_servers.run(with_bus("tcp", [meter_servers.device(1, 3, regs)], use))
    assert sink.got == [[12300, -4500, 0]]


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match="meter_model: no meter 'sdm'"):
        model("sdm", "")
    with pytest.raises(ValueError, match="nothing to balance"):
        model("own", "own | X | fc=3 V=0:u16")
    assert model("sunspec", "") is None


def sunspec_regs(base, meter_model, body):
    """A chain: common model, inverter, the meter, end."""
    regs = {base: 0x5375, base + 1: 0x6E53}
    at = base + 2
    for number, words in ((1, [0] * 66), (103, [0] * 50), (meter_model, body)):
        for i, word in enumerate([number, len(words), *words]):
            regs[at + i] = word & 0xFFFF
        at += 2 + len(words)
    regs[at], regs[at + 1] = 0xFFFF, 0
    return regs


@pytest.mark.parametrize("kind", ["tcp", "rtu"])
@pytest.mark.parametrize("base", [0, 40000, 50000])
def test_sunspec_by_scan(kind, base):
    body = [0] * 105
    body[1:4], body[4] = [1150, 325, 2700], -2
    body[17:20], body[20] = [26, -7, 62], 2
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, model("sunspec", ""), 1, 1000, sink.put, sink.expect)
        assert await link.read(), link.error
        assert link.row.key == "sunspec-203"
        assert await link.read()

    devices = [meter_servers.device(1, 3, sunspec_regs(base, 203, body))]
    meter_servers.run(with_bus(kind, devices, use))
    assert sink.got == [[11500, -3250, 27000]] * 2


def test_no_sunspec_meter_behind_the_address():
    sink = Sink()

    async def use(bus):
        link = MeterLink(bus, None, 1, 1000, sink.put, sink.expect)
        assert not await link.read()
        assert "no SunSpec meter" in link.error

    meter_servers.run(with_bus("tcp", [meter_servers.device(1, 3, {7: 1})], use))
