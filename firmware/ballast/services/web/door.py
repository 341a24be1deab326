"""The door of the web server: bounds the number of connections and the time of each.

Microdot has no read time-out and no connection limit, and an ESP32 has ten sockets for all
services (compose/sockets.py).
The door reads the head of each request itself (bounded size, absolute deadline), keeps at
most `limit` connections and closes those that are overdue. When all places are taken it
closes the connection that has waited longest without sending a request. So a crowd of silent
clients keeps nobody out.
"""

import asyncio
import time

from micropython import const

from ballast.protocol import http_head

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Awaitable, Callable

    from ballast.services.shapes import Clock

_HEAD = const(0)  # no complete request yet
_BUSY = const(1)  # the handler works
_OWED = const(2)  # the client has to send bytes of the body, or to take bytes of the answer

_CHUNK = const(1024)


class _Reader:
    """The framework reads from here: the head from memory, then the body from the socket."""

    def __init__(self, conn: "_Connection", stream: asyncio.StreamReader) -> None:
        self._conn = conn
        self._stream = stream
        self._data = b""

    def feed(self, data: bytes) -> None:
        """Give the reader bytes that were read already."""
        self._data = data

    async def readline(self) -> bytes:
        """The next line of the head, which is complete in memory."""
        end = self._data.find(b"\n") + 1
        if not end:
            end = len(self._data)
        line = self._data[:end]
        self._data = self._data[end:]
        return line

    async def read(self, n: int) -> bytes:
        """Up to `n` bytes of the body; b"" at its end."""
        if self._data:
            out = self._data[:n]
            self._data = self._data[n:]
            return out
        self._conn.enter(_OWED)
        data = await self._stream.read(n)
        self._conn.enter(_BUSY)
        return data

    async def readexactly(self, n: int) -> bytes:
        """Exactly `n` bytes of the body; EOFError if the body ends before."""
        out = b""
        while len(out) < n:
            part = await self.read(min(_CHUNK, n - len(out)))
            if not part:
                raise EOFError("the body ended after %d of %d bytes" % (len(out), n))
            out += part
        return out


class _Writer:
    """The framework writes to here: small pieces are gathered, each drain has a deadline."""

    def __init__(self, conn: "_Connection", stream: asyncio.StreamWriter) -> None:
        self._conn = conn
        self._stream = stream
        self._data = b""
        self.on_close: "Callable[[], None] | None" = None

    def get_extra_info(self, name: str) -> "Any":
        """What the stream gives: Microdot reads "peername"."""
        return self._stream.get_extra_info(name)

    def hold(self, on_close: "Callable[[], None] | None") -> None:
        """Let this answer last as long as the client takes its pieces; each is sent at once.

        `on_close()` is called when the connection ends, in whatever way.
        """
        self._conn.long = True
        self.on_close = on_close

    async def awrite(self, data: bytes) -> None:
        self._data += data
        if len(self._data) >= _CHUNK or self._conn.long:
            await self.flush()

    async def flush(self) -> None:
        if not self._data:
            return
        self._conn.enter(_OWED)
        self._stream.write(self._data)
        self._data = b""
        await self._stream.drain()
        self._conn.enter(_BUSY)

    async def aclose(self) -> None:
        await self.flush()


class _Connection:
    """phase: _HEAD, _BUSY or _OWED. long: the answer may last. dropped: the door closed it."""

    def __init__(self, door: "Door", now_ms: int) -> None:
        self._door = door
        self.task: "asyncio.Task | None" = None
        self.phase = _HEAD
        self.since_ms = now_ms  # last progress
        self.start_ms = now_ms
        self.long = False
        self.dropped = False

    def enter(self, phase: int) -> None:
        """The client has made progress: from now on the connection is in `phase`."""
        self.phase = phase
        self.since_ms = self._door.clock()

    def overdue(self, now_ms: int) -> bool:
        """Whether the time for the head, for progress or for the whole request is over."""
        door = self._door
        age = time.ticks_diff(now_ms, self.start_ms)
        if self.phase == _HEAD:
            return age >= door.head_ms
        if self.phase == _OWED and time.ticks_diff(now_ms, self.since_ms) >= door.progress_ms:
            return True
        # while the handler works the client owes nothing: a login computes for 4 s and more, a
        # network that answers late takes 20 s
        return not self.long and age >= door.total_ms


class Door:
    """Calls `handler(reader, writer)` for each request, for example Microdot.handle_request.

    clock: milliseconds as time.ticks_ms. limit: connections at a time. head_ms: the most until
    the head is complete. progress_ms: the most between two bytes while the client has to send
    or to take some. total_ms: the most for the whole request, unless the handler holds it.
    max_head: bytes of the head. refused, evicted: connections turned away, closed to make room.
    """

    def __init__(
        self,
        handler: "Callable[[Any, Any], Awaitable[None]]",  # Any: Microdot has no types
        clock: "Clock" = time.ticks_ms,
        limit: int = 5,
    ) -> None:
        self.handler = handler
        self.clock = clock
        self.limit = limit
        self.head_ms = 5000
        self.progress_ms = 4000
        self.total_ms = 30000
        self.max_head = 4096
        self.refused = 0
        self.evicted = 0
        self._conns: list[_Connection] = []
        self._server: "asyncio.Server | None" = None

    def count(self) -> int:
        """Connections open now."""
        return len(self._conns)

    def reap(self) -> None:
        """Close the connections that are overdue; `run` calls it twice a second."""
        now = self.clock()
        for conn in list(self._conns):
            if conn.overdue(now):
                self._drop(conn)

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Listen; returns the server object (its close() stops listening)."""
        self._server = await asyncio.start_server(self.serve, host, port)
        return self._server

    async def run(self, host: str, port: int) -> None:
        """Listen, and close overdue connections, for ever."""
        await self.start(host, port)
        while True:
            await asyncio.sleep(0.5)
            self.reap()

    def close(self) -> None:
        """Stop listening and close every connection."""
        if self._server is not None:
            self._server.close()
        for conn in list(self._conns):
            self._drop(conn)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
            pass  # the client has gone
        except asyncio.CancelledError:
            if not conn.dropped:  # when the door has dropped it, this is a normal end
                raise
        finally:
            if conn in self._conns:
                self._conns.remove(conn)
            await _shut(writer)

    async def _talk(
        self,
        conn: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
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

    async def _read_head(self, reader: asyncio.StreamReader) -> "tuple[bytes | None, bytes]":
        """(head, first body bytes); (None, b"") = the client has gone; (b"", b"") = too large."""
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

    def _room(self) -> bool:
        """Whether a new connection may stay. If all places are taken: close one that waits."""
        if len(self._conns) < self.limit:
            return True
        worst: "_Connection | None" = None
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

    def _drop(self, conn: _Connection) -> None:
        if conn in self._conns:
            self._conns.remove(conn)
        conn.dropped = True
        if conn.task is not None:
            conn.task.cancel()


def _small_buffer(writer: asyncio.StreamWriter) -> None:
    """On CPython, which buffers 64 KiB per connection: buffer little, like an ESP32 (5.7 KiB)."""
    transport = getattr(writer, "transport", None)
    if transport is not None:
        transport.set_write_buffer_limits(high=4096)


async def _refuse(writer: asyncio.StreamWriter, status: int) -> None:
    try:
        writer.write(http_head.answer(status))
        await writer.drain()
    except OSError:
        pass
    await _shut(writer)


async def _shut(writer: asyncio.StreamWriter) -> None:
    """Close the socket; bytes that a slow client did not take are dropped."""
    transport = getattr(writer, "transport", None)
    if transport is not None and transport.get_write_buffer_size():
        transport.abort()
        return
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        pass
