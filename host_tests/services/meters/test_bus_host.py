"""The bus against servers that misbehave: silent, slow, cut, damaged, lying, gone."""

import asyncio
import os
import struct

import pytest

from ballast.protocol import modbus
from ballast.protocol.modbus import ModbusError
from ballast.services.meters.bus import RtuBus, TcpBus, parse_host
from ballast.services.meters.link import MeterLink, model
from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS


def answer(request, payload=b"\x00\x07", **over):
    """A proper TCP answer to `request` with some of it changed."""
    transaction, _, _, unit, fc = struct.unpack(">HHHBB", request[:8])
    transaction = over.get("transaction", transaction)
    pdu = bytes([over.get("fc", fc), over.get("bytes", len(payload))]) + payload
    head = struct.pack(
        ">HHHB",
        transaction & 0xFFFF,
        over.get("protocol", 0),
        over.get("length", len(pdu) + 1),
        over.get("unit", unit),
    )
    return head + pdu


class Server:
    """Serves each question with `script(request) -> bytes, None (silent) or "close"`."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.server = None

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                request = await reader.readexactly(12)
                said = self.script(request)
                if said == "close":
                    break
                if said:
                    writer.write(said)
                    await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def __aexit__(self, *exc):
        self.server.close()


def talk(script, check, timeout_ms=300):
    server = Server(script)

    async def main():
        async with server as port:
            bus = TcpBus("127.0.0.1", port, timeout_ms)
            try:
                await check(bus, server)
            finally:
                await bus.close()

    meter_servers.run(main())
    return server


async def refused(bus, words, code=0):
    with pytest.raises(ModbusError, match=words) as caught:
        await bus.read(1, 3, 0, 1)
    assert caught.value.code == code


def test_a_good_answer():
    async def check(bus, server):
        for _ in range(5):
            assert await bus.read(1, 3, 0, 1) == b"\x00\x07"
        assert server.connections == 1 and bus.failed == 0 and bus.asked == 5

    talk(answer, check)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (lambda r: None, "no answer"),
        (lambda r: "close", "connection lost"),
        (lambda r: answer(r)[:9], "no answer"),
        (lambda r: answer(r, unit=9), "unit 9"),
        (lambda r: answer(r, fc=4), "function 4"),
        (lambda r: answer(r, b"\x00\x07\x00\x08"), "bytes"),
        (lambda r: answer(r, protocol=1), "not Modbus"),
        (lambda r: answer(r, length=300), "300 bytes"),
        (lambda r: answer(r, length=0), "0 bytes"),
        (lambda r: b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Modbus"),
        (lambda r: answer(r, transaction=77) * 9, "other questions"),
    ],
)
def test_bad_answers_close_the_connection_and_say_why(script, words):
    async def check(bus, server):
        await refused(bus, words)
        assert bus.failed == 1
        await asyncio.sleep(0.6)  # virtual: past the pause
        await refused(bus, words)
        assert server.connections == 2

    talk(script, check)


def test_an_exception_answer_keeps_the_connection():
    async def check(bus, server):
        for _ in range(3):
            await refused(bus, "register not there", 2)
        assert server.connections == 1 and bus.failed == 0

    talk(lambda r: struct.pack(">HHHBBB", *struct.unpack(">H", r[:2]), 0, 3, 1, 0x83, 2), check)


def test_answers_to_older_questions_are_skipped():
    def script(request):
        old = answer(request, b"\xff\xff", transaction=struct.unpack(">H", request[:2])[0] - 1)
        return old + answer(request)

    async def check(bus, server):
        assert await bus.read(1, 3, 0, 1) == b"\x00\x07"

    talk(script, check)


def test_an_answer_in_pieces_is_put_together():
    async def serve(reader, writer):
        request = await reader.readexactly(12)
        for byte in answer(request):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        bus = TcpBus("127.0.0.1", server.sockets[0].getsockname()[1], 1000)
        assert await bus.read(1, 3, 0, 1) == b"\x00\x07"
        await bus.close()
        server.close()

    meter_servers.run(main())


def test_nobody_there_is_not_asked_again_at_once():
    async def main():
        server = Server(answer)
        async with server as port:
            pass
        bus = TcpBus("127.0.0.1", port, 300)
        await refused(bus, "connection lost")
        await refused(bus, "waiting")
        await asyncio.sleep(0.6)
        await refused(bus, "connection lost")
        await asyncio.sleep(0.6)
        await refused(bus, "waiting")  # twice as long now
        await asyncio.sleep(0.5)
        await refused(bus, "connection lost")

    meter_servers.run(main())


def test_back_after_the_server_went_away():
    state = {"n": 0}

    def script(request):
        state["n"] += 1
        return "close" if state["n"] == 2 else answer(request)

    async def check(bus, server):
        assert await bus.read(1, 3, 0, 1)
        await refused(bus, "connection lost")
        assert await bus.read(1, 3, 0, 1)
        assert server.connections == 2

    talk(script, check)


def test_three_meters_in_line_on_one_bus():
    """Questions are asked one at a time, in the order in which they came."""
    busy = {"now": 0, "order": []}

    async def serve(reader, writer):
        while True:
            try:
                request = await reader.readexactly(12)
            except EOFError:
                break
            busy["now"] += 1
            assert busy["now"] == 1
            busy["order"].append(request[6])
            await asyncio.sleep(0.05)
            busy["now"] -= 1
            writer.write(answer(request))
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        bus = TcpBus("127.0.0.1", server.sockets[0].getsockname()[1], 1000)
        units = [1, 2, 3, 1, 2, 3]
        got = await asyncio.gather(*[bus.read(u, 3, 0, 1) for u in units])
        assert got == [b"\x00\x07"] * 6
        assert busy["order"] == units
        await bus.close()
        server.close()

    meter_servers.run(main())


def test_a_dead_meter_slows_down_and_does_not_hold_up_the_others():
    live = MAPS["sdm630"]
    got = []

    async def main():
        devices = [meter_servers.device(1, live.function, live.block())]
        async with meter_servers.tcp(devices, ignore_missing_devices=True) as port:
            bus = TcpBus("127.0.0.1", port, 300)
            loop = asyncio.get_running_loop()
            good = MeterLink(
                bus, model("sdm630", ""), 1, 1000, lambda *a: got.append(loop.time()), print_not
            )
            dead = MeterLink(bus, model("sdm630", ""), 9, 1000, print_not, print_not)
            tasks = [asyncio.create_task(good.run()), asyncio.create_task(dead.run())]
            await asyncio.sleep(60)
            for task in tasks:
                task.cancel()
            await bus.close()
            assert dead.good == 0 and dead.bad < 15
            assert good.good >= 55

    meter_servers.run(main())
    gaps = [b - a for a, b in zip(got, got[1:], strict=False)]
    assert max(gaps) < 2.5  # never stale because of the other


def print_not(*args):
    pass


def test_intervals_are_kept_and_told():
    live = MAPS["sdm630"]
    times = []
    told = []

    async def main():
        devices = [meter_servers.device(1, live.function, live.block())]
        async with meter_servers.tcp(devices) as port:
            bus = TcpBus("127.0.0.1", port)
            loop = asyncio.get_running_loop()
            link = MeterLink(
                bus,
                model("sdm630", ""),
                1,
                500,
                lambda *a: times.append(loop.time()),
                told.append,
            )
            task = asyncio.create_task(link.run())
            await asyncio.sleep(20)
            task.cancel()
            await bus.close()

    meter_servers.run(main())
    assert told == [500] and 39 <= len(times) <= 41


def test_sunspec_is_looked_for_again_when_the_device_changes():
    async def main():
        bus = TcpBus("127.0.0.1", 1, 100)
        link = MeterLink(bus, None, 1, 1000, print_not, print_not)
        link.row = model("sdm630", "")  # as if found
        for _ in range(4):
            await link.read()
        assert link.row is None and link.in_a_row == 4

    meter_servers.run(main())


# --- RTU ------------------------------------------------------------------------------


class Wire:
    """A port whose far end is a script: request -> list of (delay_ms, bytes)."""

    def __init__(self, script, baud=9600):
        self.script = script
        self.baud = baud
        self.flying = []
        self.asked = []

    def _now(self):
        return asyncio.get_running_loop().time() * 1000

    def configure(self, baud, parity=None, stop=1):
        self.baud = baud

    def silence_ms(self):
        return 1 + 38500 // self.baud

    def transmit_ms(self, n):
        return 1 + 11000 * n // self.baud

    def write(self, frame):
        self.asked.append((self._now(), bytes(frame)))
        at = self._now() + self.transmit_ms(len(frame))
        self.flying = [(at + ms, data) for ms, data in self.script(bytes(frame))]
        return len(frame)

    def discard(self):
        self.flying = [x for x in self.flying if x[0] > self._now()]

    def read_into(self, buf):
        n = 0
        while self.flying and self.flying[0][0] <= self._now():
            at, data = self.flying.pop(0)
            part = data[: len(buf) - n]
            buf[n : n + len(part)] = part
            n += len(part)
            if len(part) < len(data):
                self.flying.insert(0, (at, data[len(part) :]))
                break
        return n


def frame(unit=1, fc=3, payload=b"\x00\x07"):
    body = bytes([unit, fc, len(payload)]) + payload
    return body + struct.pack("<H", modbus.crc16(body, len(body)))


def rtu(script, check):
    async def main():
        wire = Wire(script)
        await check(RtuBus(wire, timeout_ms=300), wire)

    meter_servers.run(main())


def test_rtu_good_and_in_bursts():
    def script(request):
        data = frame()
        return [(20, data[:1]), (10 + 20, data[1:4]), (75, data[4:])]

    async def check(bus, wire):
        assert await bus.read(1, 3, 0, 1) == b"\x00\x07"

    rtu(script, check)


def test_rtu_the_silent_interval_is_kept():
    async def check(bus, wire):
        for _ in range(3):
            await bus.read(1, 3, 0, 1)
        for (a, _), (b, _) in zip(wire.asked, wire.asked[1:], strict=False):
            # question 8 characters, 5 ms, then the pause of 3.5 characters at least
            assert b - a >= wire.transmit_ms(8) + 5 + 3.5 * 11 / 9.6

    rtu(lambda r: [(5, frame())], check)


def test_rtu_echo_is_taken_off():
    async def check(bus, wire):
        assert await bus.read(1, 3, 0, 1) == b"\x00\x07"
        assert bus.echoes == 1

    rtu(lambda r: [(0, r), (20, frame())], check)
    rtu(lambda r: [(0, r + frame())], check)


BAD = bytearray(frame())
BAD[4] ^= 0x10


@pytest.mark.parametrize(
    ("script", "words", "code"),
    [
        (lambda r: [], "no answer within 300 ms", 0),
        (lambda r: [(20, frame()[:4])], "cut after 4", 0),
        (lambda r: [(20, frame()[:1])], "cut after 1", 0),
        (lambda r: [(20, bytes(BAD))], "checksum", 0),
        (lambda r: [(20, frame(unit=2))], "unit 2", 0),
        (lambda r: [(20, frame(fc=4))], "function 4", 0),
        (lambda r: [(20, frame(payload=b"\0\0\0\0"))], "bytes", 0),
        (lambda r: [(20, frame() + b"\x00")], "longer", 0),
        (lambda r: [(20, b"\x01\x83\x02\xc0\xf1")], "not there", 2),
        (lambda r: [(20 + i, b"\x01\xff"[i % 2 :][:1]) for i in range(600)], "checksum|longer", 0),
        (lambda r: [(20, b"\x01\x03\xfa" + bytes(300))], "noise|longer", 0),
        (lambda r: [(i * 20, b"\x01\x03\xfa"[i : i + 1] or b"\0") for i in range(99)], "noise", 0),
    ],
)
def test_rtu_bad_answers(script, words, code):
    async def check(bus, wire):
        with pytest.raises(ModbusError, match=words) as caught:
            await bus.read(1, 3, 0, 1)
        assert caught.value.code == code
        assert bus.failed == (0 if code else 1)

    rtu(script, check)


def test_rtu_a_late_answer_is_thrown_away():
    state = {"n": 0}

    def script(request):
        state["n"] += 1
        return [(310, frame(payload=b"\xde\xad"))] if state["n"] == 1 else [(30, frame())]

    async def check(bus, wire):
        with pytest.raises(ModbusError, match="no answer"):
            await bus.read(1, 3, 0, 1)
        await asyncio.sleep(0.2)
        assert await bus.read(1, 3, 0, 1) == b"\x00\x07"

    rtu(script, check)


def test_rtu_over_a_pseudo_terminal_survives_a_damaged_answer():
    live = MAPS["em24"]

    async def main():
        async with meter_servers.rtu(
            [meter_servers.device(1, live.function, live.block())]
        ) as port:
            bus = RtuBus(port, timeout_ms=5000)
            os.write(port.fd, b"")
            for _ in range(3):
                assert len(await bus.read(1, 4, 12, 6)) == 12
            with pytest.raises(ModbusError) as caught:
                await bus.read(1, 4, 30000, 1)
            assert caught.value.code == 2
            assert len(await bus.read(1, 4, 12, 6)) == 12
            bus.configure(19200, "E")
            assert port.settings == [(19200, 0, 1)]
            bus.configure(9600, "N")
            assert port.settings[-1] == (9600, None, 1)

    meter_servers.run(main())


# --- addresses ---------------------------------------------------------------------------


def test_hosts():
    assert parse_host("192.168.1.5") == ("192.168.1.5", 502)
    assert parse_host(" 10.0.0.1:1502 ") == ("10.0.0.1", 1502)
    for bad in ("", "meter.local", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.x"):
        with pytest.raises(ValueError, match="an address like"):
            parse_host(bad)
    for bad in ("1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x"):
        with pytest.raises(ValueError, match="port"):
            parse_host(bad)


def test_questions_outside_the_standard_are_not_sent():
    async def main():
        bus = TcpBus("127.0.0.1", 1)
        with pytest.raises(ValueError, match="registers"):
            await bus.read(1, 3, 0, 126)
        assert bus.asked == 0

    meter_servers.run(main())
