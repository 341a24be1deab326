"""The door on real sockets against clients that mean no good. Time is the test's own."""

import asyncio

import pytest

from ballast.services.web.door import Door
from ballast_bench.upy import ticks_diff

WRAP = 1 << 30


class Clock:
    """Ticks that start just below the wrap and move only when told."""

    def __init__(self):
        self.now = WRAP - 2000

    def __call__(self):
        return self.now % WRAP

    def advance(self, ms):
        self.now += ms


class Client:
    """One TCP connection to the door."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """Everything until the other side closes; b"" when it was cut."""
        try:
            return await asyncio.wait_for(self.reader.read(-1), 10)
        except ConnectionError:
            return b""

    async def closed(self):
        return await self.answer() == b""

    def close(self):
        self.writer.close()


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def hello(reader, writer):
    """A handler: reads the head, says hello."""
    while (await reader.readline()).strip():
        pass
    await writer.awrite(b"HTTP/1.0 200 OK\r\n\r\nhello")
    await writer.aclose()


class Rig:
    """A door on a free port, its clock, and clients."""

    def __init__(self, handler=hello, limit=4):
        self.clock = Clock()
        self.door = Door(handler, self.clock, limit)
        self.clients = []
        self.port = 0

    async def __aenter__(self):
        server = await self.door.start("127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc):
        for client in self.clients:
            client.close()
        self.door.close()
        await settle()

    async def connect(self):
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        await settle()
        return client

    async def get(self):
        client = await self.connect()
        await client.send(GET)
        return await client.answer()


async def settle(turns=60):
    """Let the loop deliver what is under way; loopback needs turns, not time."""
    for _ in range(turns):
        await asyncio.sleep(0)


def run(story, **kwargs):
    async def main():
        async with Rig(**kwargs) as rig:
            await story(rig)

    asyncio.run(main())


def test_an_honest_request_is_answered_and_closed():
    async def story(rig):
        assert (await rig.get()).endswith(b"hello")
        await settle()
        assert rig.door.count() == 0

    run(story)


def test_a_head_in_small_pieces_is_fine():
    async def story(rig):
        client = await rig.connect()
        for i in range(len(GET)):
            await client.send(GET[i : i + 1])
            await settle(3)
        assert (await client.answer()).endswith(b"hello")

    run(story)


def test_slow_loris_is_cut_at_the_deadline_however_busy_it_looks():
    async def story(rig):
        client = await rig.connect()
        for _ in range(49):
            await client.send(b"X-A: b\r\n" if _ else b"GET / HTTP/1.1\r\n")
            rig.clock.advance(100)
            await settle(3)
            rig.door.reap()
        assert rig.door.count() == 1  # 4.9 s
        rig.clock.advance(100)
        rig.door.reap()
        assert await client.closed()
        assert rig.door.count() == 0

    run(story)


def test_fifty_silent_sockets_keep_nobody_out():
    async def story(rig):
        for _ in range(50):
            await rig.connect()
            assert rig.door.count() <= 4
        assert (await rig.get()).endswith(b"hello")
        assert rig.door.evicted >= 46
        assert rig.door.refused == 0

    run(story)


def test_when_all_work_the_next_is_told_to_come_back():
    answers = []

    async def busy(reader, writer):
        answers.append(asyncio.Event())
        await answers[-1].wait()
        await hello(reader, writer)

    async def story(rig):
        working = [await rig.connect() for _ in range(4)]
        for client in working:
            await client.send(GET)
        await settle()
        assert b" 503 " in await (await rig.connect()).answer()
        assert rig.door.refused == 1
        for event in answers:
            event.set()
        for client in working:
            assert (await client.answer()).endswith(b"hello")

    run(story, handler=busy)


def test_a_reader_that_never_reads_is_cut():
    async def flood(reader, writer):
        for _ in range(20000):
            await writer.awrite(b"x" * 1024)

    async def story(rig):
        client = await rig.connect()
        client.writer.transport.pause_reading()
        await client.send(GET)
        await settle(400)
        rig.door.reap()
        assert rig.door.count() == 1
        rig.clock.advance(rig.door.progress_ms)
        rig.door.reap()
        await settle()
        assert rig.door.count() == 0

    run(story, handler=flood)


def test_four_that_never_read_make_room_within_a_second():
    async def flood(reader, writer):
        head = await reader.readline()
        if b"/flood" not in head:
            await hello(reader, writer)
            return
        for _ in range(20000):
            await writer.awrite(b"x" * 1024)

    async def story(rig):
        for _ in range(4):
            client = await rig.connect()
            client.writer.transport.pause_reading()
            await client.send(GET.replace(b"/ ", b"/flood ", 1))
        await settle(400)
        assert b" 503 " in await rig.get()
        rig.clock.advance(1000)
        assert (await rig.get()).endswith(b"hello")

    run(story, handler=flood)


def test_a_body_that_stops_short_is_cut():
    async def take(reader, writer):
        while (await reader.readline()).strip():
            pass
        await reader.readexactly(100)

    async def story(rig):
        client = await rig.connect()
        await client.send(GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 100\r\n\r\n") + b"x" * 50)
        await settle()
        rig.clock.advance(rig.door.progress_ms - 1)
        rig.door.reap()
        assert rig.door.count() == 1
        rig.clock.advance(1)
        rig.door.reap()
        assert await client.closed()

    run(story, handler=take)


def test_a_client_that_hangs_up_within_the_body_is_no_error():
    ends = []

    async def take(reader, writer):
        while (await reader.readline()).strip():
            pass
        try:
            await reader.readexactly(100)
        except EOFError as error:
            ends.append(str(error))
            raise

    async def story(rig):
        client = await rig.connect()
        await client.send(GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 100\r\n\r\n") + b"x" * 50)
        client.writer.write_eof()
        await settle()
        assert ends == ["the body ended after 50 of 100 bytes"]
        assert rig.door.count() == 0

    run(story, handler=take)


def test_a_body_arrives_whole_though_it_came_with_the_head():
    async def echo(reader, writer):
        while (await reader.readline()).strip():
            pass
        await writer.awrite(await reader.readexactly(3000))

    async def story(rig):
        body = bytes(range(250)) * 12
        client = await rig.connect()
        await client.send(GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 3000\r\n\r\n") + body)
        assert await client.answer() == body

    run(story, handler=echo)


def test_a_held_answer_lives_while_it_is_taken_and_tells_when_it_ends():
    ended = []

    async def live(reader, writer):
        writer.hold(lambda: ended.append(1))
        for n in range(100):
            await writer.awrite(b"%d\n" % n)
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    async def story(rig):
        client = await rig.connect()
        await client.send(GET)
        await settle(300)
        rig.clock.advance(100_000_000)  # more than a day, an idle stream
        rig.door.reap()
        assert rig.door.count() == 1 and not ended
        assert await client.reader.readuntil(b"99\n")
        rig.door.close()
        await settle()
        assert ended == [1]

    run(story, handler=live)


def test_an_ordinary_answer_has_a_total_limit():
    async def slow(reader, writer):
        while True:
            await writer.awrite(b"x" * 1024)
            await asyncio.sleep(0)
            rig_clock.advance(1000)

    rig_clock = None

    async def story(rig):
        nonlocal rig_clock
        rig_clock = rig.clock
        client = await rig.connect()
        await client.send(GET)
        for _ in range(100):
            await settle(2)
            await client.reader.read(65536)
            rig.door.reap()
            if not rig.door.count():
                break
        assert ticks_diff(rig.clock(), (WRAP - 2000) % WRAP) >= rig.door.total_ms
        assert rig.door.count() == 0

    run(story, handler=slow)


@pytest.mark.parametrize(
    ("sent", "want"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 5000, b" 431 "),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b" 501 "),
        (b"NONSENSE\r\n\r\n", b" 400 "),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b" 400 "),  # TLS knocks at the wrong door
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b" 400 "),
    ],
)
def test_bad_heads_get_one_line_and_reach_no_handler(sent, want):
    async def never(reader, writer):
        raise AssertionError("reached the handler")

    async def story(rig):
        client = await rig.connect()
        await client.send(sent)
        assert want in await client.answer()

    run(story, handler=never)


def test_a_handler_may_work_for_longer_than_a_client_may_be_silent():
    """A login computes for 4 s and more, joining a network takes up to 25 s."""
    ready = asyncio.Event()

    async def slow(reader, writer):
        await ready.wait()
        await writer.awrite(b"HTTP/1.0 200 OK\r\n\r\ndone")

    async def story(rig):
        client = await rig.connect()
        await client.send(GET)
        await settle()
        rig.clock.advance(26_000)
        rig.door.reap()
        assert rig.door.count() == 1
        ready.set()
        assert (await client.answer()).endswith(b"done")

    run(story, handler=slow)
