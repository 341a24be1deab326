"""The chip for a measurement of memory: everything that the ports ask of MicroPython, at no heap.

Runs on the MicroPython VM alone. Each pin, converter and radio is made once, before the firmware is
imported, so that what they cost is known and subtracted. What a real chip takes from Python's heap
(the receive buffer of ESP-NOW, a timer, the values of Bluetooth) is taken here too, and counts.
How the hardware behaves is the matter of the strict fakes of ballast_bench.
"""

import sys

from vm_machine import Machine, WarmPin


class OneWlan:
    """A station that is connected as soon as it is asked, and an access point."""

    IF_STA, IF_AP = 0, 1
    PM_NONE = 0
    SEC_OPEN, SEC_WPA2 = 0, 3

    def __init__(self):
        self.joined = False

    def __call__(self, interface):
        return self

    def active(self, on=None):
        return True

    def config(self, *args, **kw):
        return b"\x24\x0a\xc4\x00\x12\x34" if args == ("mac",) else 6

    def connect(self, *args):
        self.joined = True

    def disconnect(self):
        self.joined = False

    def isconnected(self):
        return self.joined

    def status(self, what=None):
        return -60 if what == "rssi" else 1010

    def ifconfig(self, *args):
        return ("192.168.4.2", "255.255.255.0", "192.168.4.1", "192.168.4.1")

    def ipconfig(self, what):
        return ("192.168.4.2", "255.255.255.0")

    def scan(self):
        return []


class Network:
    STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010

    def __init__(self):
        self.WLAN = OneWlan()

    def hostname(self, name=None):
        return "ballast"


class EspNow:
    """espnow.ESPNow: its ring of received frames is in Python's heap (modespnow.c, buffer_init)."""

    def __init__(self):
        self.ring = None
        self._bytes = 526

    def __call__(self):
        return self

    def config(self, rxbuf=None, **kw):
        if rxbuf is not None:
            self._bytes = rxbuf

    def active(self, on):
        self.ring = bytearray(self._bytes) if on else None

    def irq(self, callback):
        self.callback = callback

    def add_peer(self, *args):
        pass

    def del_peer(self, *args):
        pass

    def send(self, *args):
        return True

    def recvinto(self, *args):
        return 0

    def stats(self):
        return (0, 0, 0, 0, 0)


class Radio:
    def __init__(self):
        self.ESPNow = EspNow()


class Bluetooth:
    """bluetooth.BLE: each value that a client may write has a buffer in Python's heap."""

    FLAG_READ, FLAG_WRITE_NO_RESPONSE, FLAG_WRITE, FLAG_NOTIFY = 2, 4, 8, 16

    def __init__(self):
        self.BLE = self
        self.values = None
        self._handles = 0

    def __call__(self):
        return self

    def UUID(self, text):  # noqa: N802 - MicroPython's name
        return bytes(16)

    def active(self, on=None):
        if on is not None:
            self.values = {} if on else None
        return self.values is not None

    def config(self, *args, **kw):
        pass

    def irq(self, callback):
        self.callback = callback

    def gatts_register_services(self, services):
        out = []
        for _, characteristics in services:
            handles = []
            for _ in characteristics:
                self._handles += 1
                self.values[self._handles] = bytearray(20)
                handles.append(self._handles)
            out.append(tuple(handles))
        return tuple(out)

    def gatts_set_buffer(self, handle, size, append=False):
        self.values[handle] = bytearray(size)

    def gatts_write(self, handle, value, notify=False):
        pass

    def gatts_notify(self, *args):
        pass

    def gatts_read(self, handle):
        return b""

    def gap_advertise(self, *args, **kw):
        pass

    def gap_disconnect(self, *args):
        pass


BLOCK = 4096


class Partitions:
    """esp32.Partition. parts: {label: memory of the partition, outside the heap}."""

    RUNNING, BOOT = 0, 1

    def __init__(self, parts):
        self._made = {label: OnePartition(label, memory) for label, memory in parts.items()}

    def __call__(self, label):
        label = "ota_0" if label == self.RUNNING else label
        if label not in self._made:
            raise OSError(2)
        return self._made[label]

    def mark_app_valid_cancel_rollback(self):
        pass


class OnePartition:
    def __init__(self, label, memory):
        self._label, self._memory = label, memory

    def info(self):
        return (0, 0, 0, len(self._memory), self._label, False)

    def get_next_update(self):
        return self

    def ioctl(self, op, arg):
        return len(self._memory) // BLOCK if op == 4 else BLOCK if op == 5 else 0

    def readblocks(self, block, buf, offset=0):
        at = block * BLOCK + offset
        memoryview(buf)[:] = self._memory[at : at + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        at = block * BLOCK + offset
        self._memory[at : at + len(buf)] = buf

    def set_boot(self):
        pass


class Nvs:
    """The factory's data of this unit."""

    def __init__(self, unit):
        self._unit = unit

    def __call__(self, namespace):
        return self

    def get_blob(self, key, buf):
        if key != "unit":
            raise OSError(-4354)
        buf[: len(self._unit)] = self._unit
        return len(self._unit)

    def get_i32(self, key):
        raise OSError(-4354)

    def set_blob(self, key, value):
        pass

    def set_i32(self, key, value):
        pass

    def commit(self):
        pass


class Esp32:
    def __init__(self, parts, unit):
        self.Partition = Partitions(parts)
        self.NVS = Nvs(unit)

    def idf_heap_info(self, what):
        return []


class Sockets:
    """socket: nobody ever sends."""

    AF_INET, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR = 2, 1, 2, 1, 4
    IPPROTO_IP, IP_ADD_MEMBERSHIP = 0, 3

    def socket(self, *args):
        return self

    def getaddrinfo(self, host, port, *args):
        return [(2, 1, 0, "", b"")]

    def setsockopt(self, *args):
        pass

    def bind(self, address):
        pass

    def setblocking(self, on):
        pass

    def settimeout(self, value):
        pass

    def connect(self, address):
        raise OSError(113)

    def recvfrom(self, count):
        raise OSError(11)

    def recvfrom_into(self, *args):
        raise OSError(11)

    def sendto(self, data, address):
        return len(data)

    def close(self):
        pass


class Threads:
    def start_new_thread(self, function, args):
        function(*args)

    def stack_size(self, size=0):
        return 0

    def get_ident(self):
        return 1


class Loader:
    """boards/loader/loader.py, of which the application reads what it started."""

    running, fs = 0, "romfs"


class Clock:
    """The module `time`, whose sleeps take no time: the host owns the clock."""

    def __init__(self):
        import time

        for name in ("ticks_ms", "ticks_us", "ticks_add", "ticks_diff", "time", "gmtime", "mktime"):
            if hasattr(time, name):
                setattr(self, name, getattr(time, name))

    def ticks_cpu(self):
        return self.ticks_us()

    def sleep_ms(self, ms):
        pass

    def sleep_us(self, us):
        pass

    def sleep(self, s):
        pass


def install(board, parts, unit):
    """Put the chip into sys.modules; returns its Machine. board: a board.py module."""
    machine = Machine()
    _levels(machine.Pin.all, board)
    sys.modules.update({
        "machine": machine, "network": Network(), "espnow": Radio(), "bluetooth": Bluetooth(),
        "esp32": Esp32(parts, unit), "socket": Sockets(), "_thread": Threads(), "loader": Loader(),
        "time": Clock(), "inspect": object(),
    })  # fmt: skip
    return machine


def _levels(pins, board):
    """A charger at rest: no trip, contactor open, no voltage behind it, thermistors warm."""
    if board.RCD_TRIP_PIN is not None:
        pins[board.RCD_TRIP_PIN].level = 1 - board.RCD_TRIP_LEVEL
    if board.MIRROR_PIN is not None:
        pins[board.MIRROR_PIN].level = 1 - board.MIRROR_CLOSED_LEVEL
    for pin in board.LOAD_PINS or ():
        if pin is not None:
            pins[pin].level = 1 - board.LOAD_LIVE_LEVEL
    if board.PE_PIN is not None:
        pins[board.PE_PIN].level = board.PE_GOOD_LEVEL
    if board.BUTTON_PIN is not None:
        pins[board.BUTTON_PIN].level = 1 - board.BUTTON_PRESSED_LEVEL
    for pin in board.NTC_PINS:
        if pin is not None:
            pins[pin] = WarmPin()
