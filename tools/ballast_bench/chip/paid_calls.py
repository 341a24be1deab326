"""What the firmware computes takes its time on the chip: functions of it that the bench wraps.

    install()      # once; without a profile a wrapped function does nothing more than before

The firmware's sources stay as they are. Only protocol/ and json are wrapped: what a step calls
(control/, ports/, main) is compared with what was written (calm/genuine.py) and has its own cost.
A call within another one of the table costs nothing more: the outer one has it.
"""

import functools
import importlib
import json
import sys

import ballast_bench.fakes as fakes
from ballast_bench.chip.garbage import program

_FIRMWARE = ("ballast.", "clamp.")
_PROTOCOL = "ballast.protocol."


def _one(args, result):
    return 1


def _iterations(args, result):
    return args[1]


# (module, function or Class.method, ((kind, amount of it), ...), garbage of heap/program.toml)
CALLS = (
    ("hmac_sha256", "HmacKey.digest", (("hmac", _one),), ""),
    ("hmac_sha256", "HmacKey.tag", (("hmac", _one),), ""),
    ("password", "Pbkdf2.step", (("pbkdf2", _iterations),), ""),
    ("status", "build", (("status", _one),), ""),
    ("status", "encode", (("json_dumps", lambda args, text: len(text)),), "request"),
    ("clamp_frame", "signed", (("clamp_frame", _one),), "frame"),
    ("group_frame", "GroupCodec.decode", (("group_frame", _one),), "frame"),
)  # fmt: skip

# The same of generators: each piece pays
PIECES = (
    ("x25519", "pieces", (("x25519", _one),), "x25519"),
    ("update_file", "verifying", (("rsa_verify", _one),), ""),
)

_JSON = (
    ("dumps", "json_dumps", lambda args, text: len(text)),
    ("loads", "json_loads", lambda args, result: len(args[0])),
)


def install():
    """Wrap all of the table. May be called again."""
    for module, name, costs, garbage in (*CALLS, *PIECES):
        paid = _paid if (module, name, costs, garbage) in CALLS else _paid_pieces
        owner = importlib.import_module(_PROTOCOL + module)
        *outer, last = name.split(".")
        for word in outer:
            owner = getattr(owner, word)
        if not hasattr(getattr(owner, last), "unpaid"):
            setattr(owner, last, paid(getattr(owner, last), costs, garbage))
    for name, kind, amount in _JSON:
        if not hasattr(getattr(json, name), "unpaid"):
            setattr(json, name, _of_firmware(getattr(json, name), ((kind, amount),)))


def _paid(function, costs, garbage):
    @functools.wraps(function)
    def paid(*args):
        device = fakes.current or fakes.task_device.get()
        if device is None or device.time.profile is None or device.time.paying:
            return function(*args)
        time = device.time
        time.paying = True
        try:
            result = function(*args)
            for kind, amount in costs:
                time.spend(kind, amount(args, result))
        finally:
            time.paying = False
        if garbage and time.heap is not None:
            time.heap.litter(program().made[garbage])
        return result

    paid.unpaid = function
    return paid


def _paid_pieces(generator, costs, garbage):
    """The same for a generator: each piece of its work takes time, and steps run between two."""
    @functools.wraps(generator)
    def paid(*args):
        work = generator(*args)
        piece = _paid(lambda: next(work), costs, garbage)
        while True:
            try:
                result = piece()
            except StopIteration:
                return
            yield result

    paid.unpaid = generator
    return paid


def _of_firmware(function, costs):
    """The same for a function of Python's library: the firmware's calls alone take time."""
    paid = _paid(function, costs, "")

    @functools.wraps(function)
    def chosen(*args, **named):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if named or not caller.startswith(_FIRMWARE):
            return function(*args, **named)
        return paid(*args)

    chosen.unpaid = function
    return chosen
