"""The serial port, the Modbus buses and who takes a reading, as services/meters needs them."""

from typing import Protocol, Sequence

class SerialPort(Protocol):
    """ports/rs485.Rs485: nothing waits. parity: None, 0 even or 1 odd. baud in Bd."""

    def configure(self, baud: int, parity: int | None, stop: int) -> None: ...
    def write(self, frame: bytes | bytearray, /) -> int: ...
    # how many bytes have arrived, at most len(buf)
    def read_into(self, buf: bytearray) -> int: ...
    def discard(self) -> None: ...
    def silence_ms(self) -> int: ...
    def transmit_ms(self, nbytes: int) -> int: ...

class Bus(Protocol):
    """services/meters/bus.TcpBus or services/meters/bus.RtuBus.

    read() gives the bytes of `count` registers, or raises ModbusError with one line.
    """

    async def read(self, unit: int, fc: int, address: int, count: int) -> bytes: ...

class LineBus(Bus, Protocol):
    """services/meters/bus.RtuBus, whose speed can be set. parity: "N" or "E"."""

    def configure(self, baud: int, parity: str) -> None: ...

class NetworkBus(Bus, Protocol):
    """services/meters/bus.TcpBus: one host, an IPv4 address as text."""

    host: str
    async def close(self) -> None: ...

class MakeBus(Protocol):
    """A bus to `host`, an IPv4 address as text."""

    def __call__(self, host: str, /) -> NetworkBus: ...

class Sink(Protocol):
    """Takes a reading: signed mA, + = import. age_ms: how old it was at now_ms."""

    def __call__(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int, age_ms: int, /) -> None: ...

class Candidate(Protocol):
    """services/meters/finder.Candidate: a model that fits the device at address `unit`."""

    key: str
    name: str
    unit: int
    points: int
    evidence: str
    baud: int
    parity: str
    host: str

class MeterFinder(Protocol):
    """services/meters/finder.MeterFinder. progress: 0..100 %. stop: True ends the search early."""

    progress: int
    text: str
    stop: bool
    @property
    def candidates(self) -> Sequence[Candidate]: ...
    async def on_rtu(self, bus: LineBus) -> None: ...
    async def on_tcp(self, bus: NetworkBus) -> None: ...
    async def on_network(self, make_bus: MakeBus, own_address: str) -> None: ...
