"""The VM's end of the wire to the bench: messages on socket pairs, and the shared page.

One write is one message (SEQPACKET). MicroPython's readinto() waits until the buffer is full, so
the bench sends the length as a message of four bytes first. The layout of the page is that of
../shared.py, the messages are those of ../README.md.
"""

import json
import os
import sys

import uctypes


def mapped(name):
    """(address, size) of a file that the launcher has mapped."""
    at, size = os.getenv("MAP_" + name).split(":")
    return int(at), int(size)


PAGE = mapped("PAGE")[0]


def words(at, count):
    """Words of 32 bits of the shared page: an index allocates nothing."""
    shape = {"w": (uctypes.ARRAY | 0, uctypes.UINT32 | count)}
    return uctypes.struct(PAGE + at, shape, uctypes.LITTLE_ENDIAN).w


def part(at, size):
    return uctypes.bytearray_at(PAGE + at, size)


head = words(0, 4)  # now in us, its high word, how often the watchdog was fed, us slept
level = part(64, 64)  # what each pad reads; 255 = it floats, so the bench is asked
RTC_AT, RTC_SIZE = 4096, 2048
ADC_AT, ADC_SIZE = 8192, 1024
_ROOM = 16384

config = json.loads(os.getenv("VM_CONFIG"))
REAL = config["real"]
in_callback = False
callbacks = []
objects = {}  # handle: the object of this side
classes = {}  # "module.Class": the class of this side
view = {}  # names that a judge's expression may use


class Handle:
    """An object of the bench, as a constructor's argument."""

    def __init__(self, number):
        self.number = number


class Channel:
    """One socket pair with its scratch memory for buffers, none of it in the heap."""

    def __init__(self, fd, at):
        self.file = open(fd, "r+b")
        self.scratch = part(at, _ROOM)
        self.answer = part(at + _ROOM, _ROOM)
        self._size = bytearray(4)

    def take(self):
        """Wait for a message; its length. It is in `answer` then."""
        size = self._size
        if self.file.readinto(size) != 4:
            sys.exit(9)  # the bench is gone
        return self.file.readinto(self.answer, size[0] | size[1] << 8)

    def ask(self, message):
        """Send a message and wait for its answer; callbacks and judges may come first."""
        self.file.write(message)
        while True:
            size = self.take()
            if self.answer[0] == 65:  # A: the answer
                return size
            other(self, size)


def other(channel, size):
    """A message that is no answer: T runs a callback, E evaluates a judge's expression."""
    answer = channel.answer
    if answer[0] == 84:
        run_callback(answer[1] | answer[2] << 8, answer[3] | answer[4] << 8, answer[5] | answer[6] << 8)
        channel.file.write(b"D1" if view["ready"]() else b"D0")
    elif answer[0] == 69:
        channel.file.write(b"V" + evaluate(bytes(answer[1:size])))


main = Channel(config["main"], 65536)
cut_in = Channel(config["cut_in"], 98304)  # for calls from within a callback, in real time


def channel():
    return cut_in if in_callback and REAL else main


def now_us():
    return head[0] | head[1] << 32


def run_callback(number, handle, payload):
    """Call a callback; handle 65535 = without the object; payload: its arguments wait at the bench."""
    global in_callback
    before, in_callback = in_callback, True
    try:
        if payload:
            args = _decode(_ask_json(b"A" + payload.to_bytes(2, "little")))
        else:
            args = (objects.get(handle),)
        callbacks[number](*args)
    except Exception as error:
        sys.print_exception(error)
    finally:
        in_callback = before


def _ask_json(message):
    line = channel()
    size = line.ask(message)
    return json.loads(bytes(line.answer[1:size]))


_ERRORS = (ValueError, OSError, TypeError, RuntimeError, AttributeError, OverflowError, MemoryError,
           KeyError, IndexError, NotImplementedError, AssertionError)  # fmt: skip


def call(op, target, name, args=(), kwargs=None):
    """Let the bench's strict fake do it: its result, or its exception."""
    line = channel()
    box = [0]
    named = {k: _encode(v, line, box) for k, v in kwargs.items()} if kwargs else {}
    text = json.dumps([op, target, name, _encode(args, line, box), named])
    size = line.ask(b"C" + text.encode())
    found = json.loads(bytes(line.answer[1:size]))
    for number, at, count in found[2]:  # buffers that the fake has filled
        box[number][:] = line.scratch[at : at + count]
    if found[0] == "e":
        kind = [e for e in _ERRORS if e.__name__ == found[1][0]]
        raise (kind[0] if kind else AssertionError)(*_decode(found[1][1]))
    return _decode(found[1])


def _encode(value, line, box):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        at, count = box[0], len(value)
        line.scratch[at : at + count] = value
        box[0] = at + count
        box.append(value)
        return {"s": [len(box) - 1, at, count, not isinstance(value, bytes)]}
    if isinstance(value, (list, tuple)):
        return [_encode(v, line, box) for v in value]
    number = getattr(value, "_h", None)
    if number is not None:
        return {"h": number}
    if not callable(value):
        raise TypeError("the bench does not take a %s" % type(value).__name__)
    if value not in callbacks:
        callbacks.append(value)
    return {"cb": callbacks.index(value)}


def _decode(value):
    if isinstance(value, list):
        return tuple([_decode(v) for v in value])
    if isinstance(value, dict):
        if "b" in value:
            return bytes.fromhex(value["b"])
        found = objects.get(value["h"])
        if found is None:
            found = classes[value["t"]](Handle(value["h"]))
        return found
    return value


def evaluate(expression):
    """A judge looks into the firmware: JSON of a plain value, of its type's name, or of an exception."""
    try:
        found = _plain(eval(expression, view))
    except Exception as error:
        found = {"x": [type(error).__name__, str(error)]}
    return json.dumps(found).encode()


def _plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return {"b": value.hex()}
    kind = type(value).__name__
    if kind in ("list", "tuple", "bytearray", "array", "memoryview"):
        found = [_plain(v) for v in value]
        if not [v for v in found if isinstance(v, dict) and "o" in v]:
            return found
    elif kind == "dict" and not [k for k in value if not isinstance(k, str)]:
        return {"d": {k: _plain(v) for k, v in value.items()}}
    return {"o": kind}
