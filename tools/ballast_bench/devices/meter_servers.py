"""Modbus servers of pymodbus on loopback and on a pseudo-terminal, in the test's own loop."""

import contextlib
import os
import tty

from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from ballast_bench import upy

GRACE_S = 0.002  # real time that the kernel gets to carry bytes, per step of the virtual clock


def run(main):
    """Run coroutine `main` on a virtual clock."""
    clock = upy.ManualClock(2**30 - 3000)
    upy.install(clock)
    return upy.run_virtual(main, clock, GRACE_S)


def device(unit, function, regs, action=None):
    """A SimDevice with these registers, and zeros in between them where they are near.

    action: called before each answer, as pymodbus documents it.
    """
    spans = []
    for a in sorted(regs):
        if spans and a - spans[-1][1] < 64:
            spans[-1][1] = a
        else:
            spans.append([a, a])
    data = [
        SimData(a, values=[regs.get(i, 0) for i in range(a, b + 1)], datatype=DataType.REGISTERS)
        for a, b in spans
    ]
    other = [SimData(65535, values=[0], datatype=DataType.REGISTERS)]
    bits = [SimData(0, values=[False], datatype=DataType.BITS)]
    holding, inputs = (data, other) if function == 3 else (other, data)
    return SimDevice(unit, simdata=(bits, bits, holding, inputs), action=action)


@contextlib.asynccontextmanager
async def tcp(devices, **options):
    """Serve; gives the port."""
    server = ModbusTcpServer(devices, address=("127.0.0.1", 0), **options)
    await server.listen()
    try:
        yield server.transport.sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


class PtyPort:
    """The interface of ports/rs485.py over the master side of a pseudo-terminal."""

    def __init__(self, fd):
        self.fd = fd
        self.baud = 9600
        self.parity = None
        self.settings = []

    def configure(self, baud, parity=None, stop=1):
        self.baud, self.parity = baud, parity
        self.settings.append((baud, parity, stop))

    def silence_ms(self):
        return 1 + 38500 // self.baud

    def transmit_ms(self, nbytes):
        return 1 + 11000 * nbytes // self.baud

    def write(self, frame):
        return os.write(self.fd, frame)

    def read_into(self, buf):
        try:
            data = os.read(self.fd, len(buf))
        except BlockingIOError:
            return 0
        buf[: len(data)] = data
        return len(data)

    def discard(self):
        with contextlib.suppress(BlockingIOError):
            while os.read(self.fd, 256):
                pass


@contextlib.asynccontextmanager
async def rtu(devices, **options):
    """Serve on a pseudo-terminal; gives a port for RtuBus."""
    master, slave = os.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    os.set_blocking(master, False)
    server = ModbusSerialServer(
        devices, framer=FramerType.RTU, port=os.ttyname(slave), baudrate=115200, **options
    )
    await server.listen()
    try:
        yield PtyPort(master)
    finally:
        await server.shutdown()
        os.close(master)
        os.close(slave)
