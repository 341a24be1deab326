"""The VM's calls: the strict fakes of the device do them."""

import json

import ballast_bench.fakes as fakes
from ballast_bench.fakes import fake_machine
from ballast_bench.vm.table import MODULES

_MOST = 15_000  # bytes of an answer


class Calls:
    """charger: the VmCharger whose VM calls. handles: the objects that it has made."""

    def __init__(self, charger):
        self._charger = charger
        self.handles = []
        self._numbers = {}  # id of an object: its handle

    def call(self, text, scratch):
        """JSON [op, target, name, args, kwargs] -> JSON of the result. scratch: memory of its buffers."""
        op, target, name, args, kwargs = json.loads(text)
        box = []
        try:
            args = [self._given(value, scratch, box) for value in args]
            kwargs = {key: self._given(value, scratch, box) for key, value in kwargs.items()}
            found = ["v", self.shown(self._do(op, target, name, args, kwargs))]
        except Exception as error:  # noqa: BLE001 (the firmware's to handle, as on the chip)
            known = [self.shown(a) for a in error.args if isinstance(a, (int, str, bytes))]
            found = ["e", [_builtin(error), known]]
        answer = json.dumps([*found, _filled(box, scratch)]).encode()
        if len(answer) > _MOST:
            raise fakes.FakeError(f"{name}: an answer of {len(answer)} bytes; the wire takes {_MOST}")
        return answer

    def _do(self, op, target, name, args, kwargs):
        if op == "m":
            return getattr(self.handles[target], name)(*args, **kwargs)
        if op == "new":
            made = getattr(MODULES[target], name)(*args, **kwargs)
            number = self.number(made)
            self._charger.made(name, made)
            return number
        if op == "f":
            found = MODULES[target]
            for part in name.split("."):
                found = getattr(found, part)
            return found(*args, **kwargs)
        if op == "mem32":
            return fake_machine.mem32[target]
        if op == "random":
            return self._charger.random(target)
        if op == "heap":
            return getattr(self._charger.node.gc, name)()
        if op == "recv":
            frame = [None, bytearray(250), 0, 0]
            return tuple(frame) if self.handles[target].recvinto(frame, *args) else None
        raise fakes.FakeError(f"the VM asked for {op!r}")

    def number(self, thing):
        """Its handle; a new one for what the VM has not seen."""
        number = self._numbers.get(id(thing))
        if number is None:
            number = self._numbers[id(thing)] = len(self.handles)
            self.handles.append(thing)
        return number

    def known(self, thing):
        """The handle of an object that the VM has, None for anything else."""
        return self._numbers.get(id(thing))

    def _given(self, value, scratch, box):
        if isinstance(value, list):
            return tuple(self._given(one, scratch, box) for one in value)
        if not isinstance(value, dict):
            return value
        if "h" in value:
            return self.handles[value["h"]]
        if "cb" in value:
            return self._charger.callback(value["cb"])
        number, at, count, writable = value["s"]
        if not writable:
            return bytes(scratch[at : at + count])
        buffer = bytearray(scratch[at : at + count])
        box.append((number, at, buffer, bytes(buffer)))
        return buffer

    def shown(self, value):
        """A result as JSON has it: bytes as hex, an object as its handle."""
        if value is None or isinstance(value, (int, float, str)):
            return value
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"b": bytes(value).hex()}
        if isinstance(value, (list, tuple)):
            return [self.shown(one) for one in value]
        for name, module in MODULES.items():
            kind = type(value).__name__
            if getattr(module, kind, None) is type(value):
                return {"h": self.number(value), "t": f"{name}.{kind}"}
        return None  # an object that no firmware keeps, such as that of Pin.irq


def _filled(box, scratch):
    """[(number, at, count)] of buffers that the fake has filled; their bytes are in `scratch` again."""
    found = []
    for number, at, buffer, before in box:
        if buffer != before:
            scratch[at : at + len(buffer)] = buffer
            found.append((number, at, len(buffer)))
    return found


def _builtin(error):
    """The name of an exception as MicroPython has it; what it has not is a defect of the firmware there."""
    name = type(error).__name__
    return "OSError" if isinstance(error, OSError) else name
