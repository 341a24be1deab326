"""The door of the web server: how many may come in, and how long each may take.

Microdot has no read time-out and no connection limit, and an ESP32 has about ten
sockets. The door reads the head of each request itself (bounded size, absolute
deadline), keeps at most `limit` connections, and one watcher closes those that
are overdue. A full house makes room by closing whoever has waited longest without
sending a request: a crowd of silent sockets keeps nobody out.
"""

import asyncio
import time

from micropython import const

from ballast.protocol import http_head

_HEAD = const(0)  # no complete request yet
_BUSY = const(1)  # the handler works
_OWED = const(2)  # waits for the client: bytes of the body, or to take the answer

_CHUNK = const(1024)


class _Reader:
    """What the framework reads from: the head from memory, then the body from the socket."""

    def __init__(self, conn, stream):
        self._conn = conn
        self._stream = stream
        self._data = b""

    def feed(self, data):
        self._data = data

    async def readline(self):
        """The next line of the head; the door has seen that it is complete."""
        end = self._data.find(b"\n") + 1
        if not end:
            end = len(self._data)
        line = self._data[:end]
        self._data = self._data[end:]
        return line

    async def read(self, n):
        """Up to `n` bytes of the body; b"" at its end."""
        if self._data:
            out = self._data[:n]
            self._data = self._data[n:]
            return out
        self._conn.enter(_OWED)
        data = await self._stream.read(n)
        self._conn.enter(_BUSY)
        return data

    async def readexactly(self, n):
        """Exactly `n` bytes of the body; EOFError when the client stops short."""
        out = b""
        while len(out) < n:
            part = await self.read(min(_CHUNK, n - len(out)))
            if not part:
                raise EOFError("the body ended after %d of %d bytes" % (len(out), n))
            out += part
        return out


class _Writer:
    """What the framework writes to: small pieces gathered, each drain under a deadline."""

    def __init__(self, conn, stream):
        self._conn = conn
        self._stream = stream
        self._data = b""
        self.on_close = None

    def get_extra_info(self, name):
        return self._stream.get_extra_info(name)

    def hold(self, on_close):
        """This answer may last while the client keeps taking it, each piece sent at once.

        `on_close()` is called when the connection ends, in whatever way.
        """
        self._conn.long = True
        self.on_close = on_close

    async def awrite(self, data):
        self._data += data
        if len(self._data) >= _CHUNK or self._conn.long:
            await self.flush()

    async def flush(self):
        if not self._data:
            return
        self._conn.enter(_OWED)
        self._stream.write(self._data)
        self._data = b""
        await self._stream.drain()
        self._conn.enter(_BUSY)

    async def aclose(self):
        await self.flush()


class _Connection:
    def __init__(self, door, now_ms):
        self._door = door
        self.task = None
        self.phase = _HEAD
        self.since_ms = now_ms  # last progress
        self.start_ms = now_ms
        self.long = False
        self.dropped = False

    def enter(self, phase):
        """A sign of life: from now on the connection is in `phase`."""
        self.phase = phase
        self.since_ms = self._door.clock()

    def overdue(self, now_ms):
        door = self._door
        age = time.ticks_diff(now_ms, self.start_ms)
        if self.phase == _HEAD:
            return age >= door.head_ms
        if self.phase == _OWED or not self.long:
            if time.ticks_diff(now_ms, self.since_ms) >= door.progress_ms:
                return True
        return not self.long and age >= door.total_ms


class Door:
    """Bounded serving of `handler(reader, writer)`, for example Microdot.handle_request.

    clock: milliseconds as time.ticks_ms. limit: connections at a time. head_ms: until
    the head must be complete. progress_ms: between two signs of life while the client
    owes us bytes or has to take some. total_ms: for the whole request, unless the
    handler holds it. max_head: bytes of the head.
    """

    def __init__(self, handler, clock=time.ticks_ms, limit=8):
        self.handler = handler
        self.clock = clock
        self.limit = limit
        self.head_ms = 5000
        self.progress_ms = 4000
        self.total_ms = 30000
        self.max_head = 4096
        self.refused = 0  # for the event log and the tests
        self.evicted = 0
        self._conns = []
        self._server = None

    def count(self):
        """Connections open now."""
        return len(self._conns)

    def reap(self):
        """Close the connections that are overdue; `run` calls it twice a second."""
        now = self.clock()
        for conn in list(self._conns):
            if conn.overdue(now):
                self._drop(conn)

    async def start(self, host, port):
        """Listen; returns the server object (its close() stops listening)."""
        self._server = await asyncio.start_server(self.serve, host, port)
        return self._server

    async def run(self, host, port):
        """Listen, and close overdue connections, for ever."""
        await self.start(host, port)
        while True:
            await asyncio.sleep(0.5)
            self.reap()

    def close(self):
        """Stop listening and close every connection."""
        if self._server is not None:
            self._server.close()
        for conn in list(self._conns):
            self._drop(conn)

    async def serve(self, reader, writer):
        """One connection from accept to close; the callback of asyncio.start_server."""
        conn = _Connection(self, self.clock())
        conn.task = asyncio.current_task()
        if not self._room():
            self.refused += 1
            await _refuse(writer, 503)
            return
        self._conns.append(conn)
        try:
            _small_buffer(writer)
            await self._talk(conn, reader, writer)
        except (OSError, EOFError):
            pass  # the client went away
        except asyncio.CancelledError:
            if not conn.dropped:  # by the door: an end like any other, nobody need hear of it
                raise
        finally:
            if conn in self._conns:
                self._conns.remove(conn)
            await _shut(writer)

    async def _talk(self, conn, reader, writer):
        head, rest = await self._read_head(reader)
        if head is None:
            return
        status = 431 if not head else http_head.check(head)
        if status:
            writer.write(http_head.answer(status))
            await writer.drain()
            return
        conn.enter(_BUSY)
        inlet = _Reader(conn, reader)
        inlet.feed(head + rest)
        outlet = _Writer(conn, writer)
        try:
            await self.handler(inlet, outlet)
            await outlet.flush()
        finally:
            if outlet.on_close is not None:
                outlet.on_close()

    async def _read_head(self, reader):
        """(head, first body bytes); (None, b"") = went away; (b"", b"") = too large."""
        data = b""
        while True:
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                return data[: end + 4], data[end + 4 :]
            if len(data) >= self.max_head:
                return b"", b""
            part = await reader.read(min(_CHUNK, self.max_head - len(data)))
            if not part:
                return None, b""
            data += part

    def _room(self):
        """Whether a new connection may stay; closes the most useless one when full."""
        if len(self._conns) < self.limit:
            return True
        worst = None
        now = self.clock()
        for conn in self._conns:  # in order of arrival: the first silent one waits longest
            if conn.phase == _HEAD:
                worst = conn
                break
            stuck = time.ticks_diff(now, conn.since_ms) >= 1000
            if worst is None and conn.phase == _OWED and stuck:
                worst = conn
        if worst is None:
            return False
        self.evicted += 1
        self._drop(worst)
        return True

    def _drop(self, conn):
        if conn in self._conns:
            self._conns.remove(conn)
        conn.dropped = True
        if conn.task is not None:
            conn.task.cancel()


def _small_buffer(writer):
    """CPython buffers 64 KiB per connection; an ESP32 has 5.7 KiB. Behave like the latter."""
    transport = getattr(writer, "transport", None)
    if transport is not None:
        transport.set_write_buffer_limits(high=4096)


async def _refuse(writer, status):
    try:
        writer.write(http_head.answer(status))
        await writer.drain()
    except OSError:
        pass
    await _shut(writer)


async def _shut(writer):
    """Close for good; what a slow client did not take is thrown away."""
    transport = getattr(writer, "transport", None)
    if transport is not None and transport.get_write_buffer_size():
        transport.abort()
        return
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        pass
