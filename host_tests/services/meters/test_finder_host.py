"""Find my meter: each model on its bus is found and proven, and noise is not."""

import pytest

from ballast.protocol import meter_table
from ballast.protocol.meter_row import MeterRow
from ballast.protocol.modbus import ModbusError
from ballast.services.meters.bus import RtuBus, TcpBus
from ballast.services.meters.finder import MeterFinder, judge
from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS

# Meters whose registers, read with another model's map, look the same: the finder may name either.
PROVABLE = [k for k in MAPS if k != "sdm72"]


async def find_tcp(devices, **how):
    finder = MeterFinder()
    async with meter_servers.tcp(devices) as port:
        bus = TcpBus("127.0.0.1", port, timeout_ms=5000)
        await finder.on_tcp(bus, **how)
        await bus.close()
    return finder


def read_with(row, meter):
    """What a model's map makes of another meter's registers."""
    regs = meter.block()
    blocks = row.blocks("VIPW")
    data = []
    for address, count in blocks:
        words = [regs.get(a, 0) for a in range(address, address + count)]
        data.append(b"".join(w.to_bytes(2, "big") for w in words))
    return row, blocks, data


@pytest.mark.parametrize("key", PROVABLE)
def test_each_model_fits_its_own_meter(key):
    row = MeterRow(meter_table.find(key))
    points, evidence = judge(*read_with(row, MAPS[key]))
    assert points >= 25, evidence


@pytest.mark.parametrize(
    "key", ["sdm630", "em340", "shelly-3em", "iem3000", "dsz15", "pac2200", "em24-e1", "warp"]
)
def test_the_best_candidate_is_the_meter_or_its_twin(key):
    meter = MAPS[key]
    finder = meter_servers.run(
        find_tcp([meter_servers.device(1, meter.function, meter.block())], units=(1,))
    )
    best = finder.candidates[0]
    names = [MeterRow(meter_table.find(key)).name, best.name]
    assert best.key == key or names[0] in best.name, names
    assert finder.progress == 100 and best.evidence in finder.text
    assert "power fits" in best.evidence and best.host == "127.0.0.1"


def test_on_a_serial_line_the_speed_and_the_address_are_found():
    meter = MAPS["sdm630"]
    state = {"port": None}

    class Deaf(RtuBus):
        """Answers come only at 19200 8N1, as from a line with another speed."""

        async def read(self, unit, fc, address, count):
            if state["port"].baud != 19200 or state["port"].parity is not None or unit != 3:
                raise ModbusError("no answer")
            return await super().read(unit, fc, address, count)

    async def main():
        finder = MeterFinder()
        steps = []
        async with meter_servers.rtu(
            [meter_servers.device(3, meter.function, meter.block())]
        ) as port:
            state["port"] = port
            bus = Deaf(port, timeout_ms=5000)
            original = bus.configure

            def configure(baud, parity):
                steps.append((finder.progress, baud, parity))
                original(baud, parity)

            bus.configure = configure
            await finder.on_rtu(bus)
        best = finder.candidates[0]
        assert "Eastron SDM630" in best.name and best.unit == 3
        assert (best.baud, best.parity) == (19200, "N")
        assert [s[1:] for s in steps] == [(9600, "N"), (19200, "N")]

    meter_servers.run(main())


def test_twins_are_one_candidate_with_all_names():
    meter = MAPS["sdm630"]
    finder = meter_servers.run(
        find_tcp([meter_servers.device(1, meter.function, meter.block())], units=(1,))
    )
    fit = [c for c in finder.candidates if "SDM630" in c.name]
    assert len(fit) == 1 and "SDM72 v2" in fit[0].name and "SDM54" in fit[0].name


def test_a_device_that_is_no_meter_proves_nothing():
    regs = {i: (i * 7919) & 0xFFFF for i in range(120)}
    finder = meter_servers.run(find_tcp([meter_servers.device(1, 4, regs)], units=(1,)))
    assert finder.candidates == [] and finder.text == "no meter answered"


def test_nobody_there():
    async def main():
        finder = MeterFinder()
        bus = TcpBus("127.0.0.1", 1, timeout_ms=100)
        await finder.on_tcp(bus)
        assert finder.text == "no meter answered" and finder.progress == 100

    meter_servers.run(main())


def test_the_network_is_searched_and_oneself_left_out():
    meter = MAPS["sdm630"]
    tried = []

    async def main():
        finder = MeterFinder()
        async with meter_servers.tcp(
            [meter_servers.device(1, meter.function, meter.block())]
        ) as port:

            def make_bus(host):
                tried.append(host)
                return TcpBus("127.0.0.1", port if host.endswith(".5") else 1, timeout_ms=500)

            await finder.on_network(make_bus, "192.168.7.3", first=2, last=6)
        assert tried == ["192.168.7.%d" % n for n in (2, 4, 5, 6)]
        assert finder.candidates[0].host == "192.168.7.5"

    meter_servers.run(main())


def test_sunspec_says_what_it_is():
    from services.meters.test_rows_host import sunspec_regs

    body = [0] * 105
    body[1:4], body[4] = [1150, 325, 2700], -2
    body[6:9], body[13] = [2301, 2299, 2310], -1
    body[16], body[17:20], body[20] = 81, [26, 7, 48], 2
    finder = meter_servers.run(
        find_tcp([meter_servers.device(1, 3, sunspec_regs(40000, 203, body))], units=(1,))
    )
    assert finder.candidates[0].key == "sunspec", [c.key for c in finder.candidates]


def test_it_can_be_stopped():
    async def main():
        finder = MeterFinder()
        finder.stop = True
        await finder.on_tcp(TcpBus("127.0.0.1", 1, 50))
        assert finder.asked == 0
        await finder.on_network(lambda h: None, "10.0.0.9")
        assert finder.asked == 0

    meter_servers.run(main())


def fields(v=(230, 230, 230), a=(5, 5, 5), p=(1100, 1100, 1100), w=3300):
    row = MeterRow("x | X | fc=4 V=0,1,2:u16 I=3,4,5:u16 P=6,7,8:u16 W=9:u16 gap=0")
    words = [*v, *a, *p, w]
    return row, row.blocks("VIPW"), [b"".join(x.to_bytes(2, "big") for x in words)]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"v": (12, 12, 12)}, "no mains voltage"),
        ({"v": (0, 0, 0)}, "no mains voltage"),
        ({"v": (400, 400, 400)}, "no mains voltage"),
        ({"v": (120, 230, 230)}, "too far apart"),
        ({"a": (2000, 5, 5)}, "1000 A"),
        ({"p": (2000, 1100, 1100)}, "power does not fit"),
        ({"p": (10, 1100, 1100)}, "power does not fit"),
        ({"w": 9000}, "power does not fit"),
    ],
)
def test_what_is_not_believed(over, words):
    points, evidence = judge(*fields(**over))
    assert points == 0 and words in evidence


def test_what_is_believed_and_how_much():
    full = judge(*fields())
    assert full[0] == 20 + 15 + 45 + 10 and "total fits" in full[1]
    idle = judge(*fields(a=(0, 0, 0), p=(0, 0, 0), w=0))
    assert idle[0] < full[0]
    one = judge(*fields(v=(230, 0, 0), a=(5, 0, 0), p=(1100, 0, 0), w=1100))
    assert 0 < one[0] < full[0]
