"""machine, network, espnow, esp32 and bluetooth as thin objects: the bench's strict fakes do the work.

Names and constants come from fakes_table, which ../table.py makes of those fakes. By hand is only
what is called in each step: pads and ADC readings lie in the shared page.
"""

import sys

import fakes_table
import uctypes
import vm_link as link
from vm_link import call

_FLOATS = 255
_ASK = 0xFFFFFFFF  # a reading that the strict fake has to give: failing, timed, of the second unit


class Remote:
    """An object of the bench: its methods are the strict fake's."""

    _where = ""

    def __init__(self, *args, **kwargs):
        if args and type(args[0]) is link.Handle:
            self._h = args[0].number
        else:
            module, name = self._where.split(".")
            self._h = call("new", module, name, args, kwargs)
        link.objects[self._h] = self

    def init(self, *args, **kwargs):
        _forget()
        return call("m", self._h, "init", args, kwargs)

    def deinit(self):
        _forget()
        return call("m", self._h, "deinit")


def _gpio(pin):
    return pin._gpio if isinstance(pin, Pin) else pin


_sent = bytearray(64)  # the last level told of each output; 2 = none


def _forget():
    for n in range(64):
        _sent[n] = 2


class Pin(Remote):
    def __init__(self, pin, *args, **kwargs):
        if isinstance(pin, Pin):
            pin = pin._gpio
        super().__init__(pin, *args, **kwargs)
        _forget()
        self._gpio = pin
        self._told = bytearray((79, self._h & 255, self._h >> 8, 0))  # O

    def value(self, level=None):
        gpio = self._gpio
        if level is None:
            found = link.level[gpio]
            return found if found != _FLOATS else call("m", self._h, "value")
        level = 1 if level else 0
        if _sent[gpio] != level:
            _sent[gpio] = link.level[gpio] = level
            self._told[3] = level
            link.channel().file.write(self._told)
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        call("m", self._h, "toggle")
        _forget()


class PWM(Remote):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _forget()


class ADC(Remote):
    def __init__(self, pin, **kwargs):
        super().__init__(pin, **kwargs)
        self._readings = link.words(link.ADC_AT + link.ADC_SIZE * _gpio(pin), 256)

    def read_uv(self):
        readings = self._readings
        taken = readings[0]
        found = readings[2 + taken % readings[1]]
        if found == _ASK:
            return call("m", self._h, "read_uv")
        readings[0] = taken + 1
        return found


class SPI(Remote):
    def write_readinto(self, out, into):
        line = link.channel()
        size = line.ask(bytes((88, self._h & 255, self._h >> 8)) + out)  # X
        if line.answer[1]:
            call("m", self._h, "write_readinto", (out, into))  # once more, for its exception
        into[:] = line.answer[2:size]


class WDT(Remote):
    def feed(self):
        link.head[2] = (link.head[2] + 1) & 0xFFFFFFFF


class ESPNow(Remote):
    def recvinto(self, data, timeout_ms=None):
        found = call("recv", self._h, "", (timeout_ms,))
        if found is None:
            return 0
        data[0], frame = found[:2]
        data[1][:] = frame  # the port sets the bytearray's length
        if len(data) >= 4:
            data[2], data[3] = found[2:]
        return len(frame)


class _Mem32:
    def __getitem__(self, address):
        return call("mem32", address, "")


def _mem_backup(region=0):
    if region not in (0, -1):
        raise ValueError("invalid region")
    memory = memoryview(uctypes.bytearray_at(link.PAGE + link.RTC_AT, link.RTC_SIZE))
    return (memory,) if region else memory


class Module:
    """A module of the chip: constants and classes are here, its functions are the bench's."""

    def __init__(self, name, table):
        self._name = name
        self._functions = table[1]
        for key, value in table[0].items():
            setattr(self, key, value)
        for key, *rest in table[2]:
            setattr(self, key, _class_of(name + "." + key, *rest))

    def __getattr__(self, name):
        if name not in self._functions:
            raise AttributeError(name)
        return lambda *args, **kwargs: call("f", self._name, name, args, kwargs)


def _class_of(where, constants, shared, methods):
    base = _BY_HAND.get(where, Remote)
    made = type(where.split(".")[1], (base,), {"_where": where})
    for name in methods:  # no __getattr__: C code such as vfs.mount() asks an object what it has
        if not hasattr(base, name):
            setattr(made, name, _method(name))
    for key, value in constants.items():
        setattr(made, key, value)
    for name in shared:  # class methods
        setattr(made, name, staticmethod(_shared(where, name)))
    link.classes[where] = made
    return made


def _method(name):
    return lambda self, *args, **kwargs: call("m", self._h, name, args, kwargs)


def _shared(where, name):
    module, kind = where.split(".")
    return lambda *args, **kwargs: call("f", module, kind + "." + name, args, kwargs)


_BY_HAND = {"machine.Pin": Pin, "machine.PWM": PWM, "machine.ADC": ADC, "machine.SPI": SPI,
            "machine.WDT": WDT, "espnow.ESPNow": ESPNow}  # fmt: skip


def install():
    """Put the modules where the firmware finds them."""
    for name, table in fakes_table.MODULES:
        sys.modules[name] = Module(name, table)
    machine = sys.modules["machine"]
    machine.mem32 = _Mem32()
    machine.mem_backup = _mem_backup
