"""A Modbus bus, over TCP or RS-485, shared by several meters.

`await bus.read(unit, fc, address, count)` gives the register bytes. Every failure is a
ModbusError with one plain line: refused, silent, cut short, damaged, another unit. A bus
carries one question at a time; further ones wait, first come, first served (asyncio.Lock).
Nothing blocks: a host is an IPv4 address, because resolving a name would stop the scan cycle
for seconds. The finder and the router's list of devices show the address.
"""

import asyncio
import time

from micropython import const

from ballast.protocol import modbus
from ballast.protocol.modbus import ModbusError

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.meters.shapes import SerialPort

_LATE_ANSWERS = 8  # answers to older questions that are skipped before giving up


def parse_host(text: str) -> tuple[str, int]:
    """("192.168.1.5", 502) of "192.168.1.5" or "192.168.1.5:1502"; ValueError in plain words."""
    host, _, port = text.strip().partition(":")
    parts = host.split(".")
    if len(parts) != 4 or not all(p.isdigit() and int(p) <= 255 for p in parts):
        raise ValueError("meter_host: an address like 192.168.1.20 is needed, not '%s'" % text)
    if not port:
        return host, 502
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("meter_host: the port behind ':' must be 1..65535, not '%s'" % port)
    return host, int(port)


class TcpBus:
    """Modbus TCP. One connection, opened when needed, closed after every failure.

    host: IPv4 address as text. timeout_ms: from the question to the whole answer, connecting
    included. asked, failed: counters. After a failed connection the next try comes after 0.5 s,
    1 s .. 8 s; a question before that fails at once.
    """

    def __init__(self, host: str, port: int = 502, timeout_ms: int = 2000) -> None:
        self.host = host
        self.port = port
        self.timeout_ms = timeout_ms
        self.asked = 0
        self.failed = 0
        self._lock = asyncio.Lock()
        self._streams: "tuple[asyncio.StreamReader, asyncio.StreamWriter] | None" = None
        self._transaction = 0
        self._wait_ms = 0
        self._again = 0

    async def read(self, unit: int, fc: int, address: int, count: int) -> bytes:
        """The bytes of `count` registers; see the file's text."""
        pdu = modbus.read_pdu(fc, address, count)
        async with self._lock:
            self.asked += 1
            try:
                return await asyncio.wait_for_ms(self._ask(unit, fc, count, pdu), self.timeout_ms)
            except asyncio.TimeoutError:
                await self._fail()
                raise ModbusError("no answer from %s within %d ms" % (self.host, self.timeout_ms))
            except (OSError, EOFError) as error:
                await self._fail()
                raise ModbusError("%s: connection lost (%s)" % (self.host, error))
            except ModbusError as error:
                if not error.code:  # a code means that the meter answered: keep the connection
                    await self._fail()
                raise

    async def _ask(self, unit: int, fc: int, count: int, pdu: bytes) -> bytes:
        reader, writer = self._streams or await self._connect()
        self._transaction = (self._transaction + 1) & 0xFFFF
        writer.write(modbus.tcp_request(self._transaction, unit, pdu))
        await writer.drain()
        for _ in range(_LATE_ANSWERS):
            header = await reader.readexactly(modbus.MBAP)
            size = modbus.tcp_length(header)
            body = await reader.readexactly(size)
            if modbus.tcp_transaction(header) == self._transaction:
                at = modbus.tcp_registers(header, body, size, self._transaction, unit, fc, count)
                self._wait_ms = 0
                return body[at:]
        raise ModbusError("%s answers other questions" % self.host)

    async def _connect(self) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        if self._wait_ms and time.ticks_diff(self._again, time.ticks_ms()) > 0:
            raise ModbusError("%s is not there; waiting before the next try" % self.host)
        self._wait_ms = min(2 * self._wait_ms, 8000) or 500  # an answer sets it to 0
        self._again = time.ticks_add(time.ticks_ms(), self._wait_ms)
        self._streams = streams = await asyncio.open_connection(self.host, self.port)
        return streams

    async def _fail(self) -> None:
        self.failed += 1
        await self.close()

    async def close(self) -> None:
        """Close the connection; the next question opens a new one."""
        if self._streams is None:
            return
        writer = self._streams[1]
        self._streams = None
        try:
            writer.close()
            await writer.wait_closed()
        except OSError:
            return  # the connection had ended already


class RtuBus:
    """Modbus RTU through a port that never waits (ports/rs485.py).

    timeout_ms: from the end of the question to the first byte of the answer. asked, failed:
    counters. echoes: questions that the transceiver received itself; they are removed.
    """

    def __init__(self, port: "SerialPort", timeout_ms: int = 300) -> None:
        self.timeout_ms = timeout_ms
        self.asked = 0
        self.failed = 0
        self.echoes = 0
        self._port = port
        self._lock = asyncio.Lock()
        self._buf = bytearray(8 + 256 + 1)
        self._part = bytearray(64)
        self._size = 0

    def configure(self, baud: int, parity: str) -> None:
        """baud in Bd; parity "N" or "E". One stop bit, as nearly all meters have it."""
        self._port.configure(baud, 0 if parity == "E" else None, 1)

    async def read(self, unit: int, fc: int, address: int, count: int) -> bytes:
        """The bytes of `count` registers; see the file's text."""
        request = modbus.rtu_request(unit, modbus.read_pdu(fc, address, count))
        async with self._lock:
            self.asked += 1
            try:
                self._port.discard()  # noise, or an answer that came too late
                self._port.write(request)
                await self._receive(request, count)
                at = modbus.rtu_registers(self._buf, self._size, unit, fc, count)
                return bytes(self._buf[at : self._size - 2])
            except ModbusError as error:
                if not error.code:
                    self.failed += 1
                raise
            finally:
                await asyncio.sleep_ms(self._port.silence_ms())

    async def _receive(self, request: bytearray, count: int) -> None:
        """Fill _buf with one frame. It ends at the length that its head gives, or when bytes
        stop coming."""
        port = self._port
        start = time.ticks_ms()
        begin_ms = port.transmit_ms(len(request)) + self.timeout_ms
        # Bytes come in bursts (FIFO thresholds, USB adapters, 10 ms of scheduling). The wait
        # before a frame counts as cut is therefore long (chosen: 50 ms).
        gap_ms = port.silence_ms() + 50
        last = start
        self._size = 0
        while True:
            n = port.read_into(self._part)
            now = time.ticks_ms()
            if n:
                last = now
                self._append(n, request)
                want = modbus.rtu_size(self._buf, self._size)
                if want and self._size >= want:
                    break
            elif self._size and time.ticks_diff(now, last) > gap_ms:
                raise ModbusError("the answer was cut after %d bytes" % self._size)
            elif not self._size and time.ticks_diff(now, start) > begin_ms:
                raise ModbusError("no answer within %d ms" % self.timeout_ms)
            if time.ticks_diff(now, start) > begin_ms + port.transmit_ms(265) + gap_ms:
                raise ModbusError("noise on the line")
            await asyncio.sleep_ms(2)
        if self._size > modbus.rtu_size(self._buf, self._size):
            raise ModbusError("the answer is longer than it says")

    def _append(self, n: int, request: bytearray) -> None:
        if self._size + n > len(self._buf):
            raise ModbusError("noise on the line")
        self._buf[self._size : self._size + n] = self._part[:n]
        self._size += n
        echo = len(request)
        # An answer has an odd length (5 + 2 n bytes), so these 8 bytes can only be the question.
        if self._size >= echo and self._buf[:echo] == request:
            self._buf[: self._size - echo] = self._buf[echo : self._size]
            self._size -= echo
            self.echoes += 1
