"""The tables inside compiled files: what MicroPython keeps of them in RAM.

A .mpy file begins with a table of its names and one of its constants. When a module is imported, each
name that the base image does not have in flash takes some 10 bytes of RAM. The tables themselves take
RAM too, unless the module is frozen into the base.
"""

from ballast_tools.ship import base128

_BLOCK = 16  # of MicroPython's heap, 32-bit objects
_SMALL = 1 << 30  # a number below it is no object
_HEADER = 4  # "M", version, flags, bits of a small integer


def of_file(data):
    """The names in a compiled file, without those that every MicroPython has."""
    at = _HEADER
    count, at = base128.read(data, at)
    _, at = base128.read(data, at)  # objects
    out = []
    for _ in range(count):
        length, at = base128.read(data, at)
        if length & 1:  # the number of a static name
            continue
        length >>= 1
        out.append(data[at : at + length].decode())
        at += length + 1
    return out


def texts_of_file(data):
    """The texts among a compiled file's constants: each an object of its own unless it is a known name."""
    at = _HEADER
    names, at = base128.read(data, at)
    constants, at = base128.read(data, at)
    for _ in range(names):
        length, at = base128.read(data, at)
        at += 0 if length & 1 else (length >> 1) + 1
    out = []
    for _ in range(constants):
        at = _texts(data, at, out)
    return out


def _texts(data, at, out):
    """The place behind a constant; appends its texts to `out`."""
    kind = data[at]
    at += 1
    if kind < _TEXT:
        return at
    length, at = base128.read(data, at)
    if kind == _TUPLE:
        for _ in range(length):
            at = _texts(data, at, out)
        return at
    if kind == _TEXT:
        out.append(data[at : at + length].decode())
    return at + length + (1 if kind in (_TEXT, _BYTES) else 0)


def of_application(files):
    """Sorted names of all .mpy files of {name in the image: bytes}, and the texts that could be names."""
    compiled = [data for name, data in files.items() if name.endswith(".mpy")]
    texts = {text for data in compiled for text in texts_of_file(data) if _is_name(text)}
    return sorted({n for data in compiled for n in of_file(data)} | texts)


def _is_name(text):
    return bool(text) and all(part.isidentifier() and part.isascii() for part in text.split("."))


def table_bytes(data, known=()):
    """RAM that the tables of a compiled file take once it is imported from ROMFS, 32-bit objects.

    Names: 2 bytes each, their numbers. Constants: 4 bytes each, and each text, tuple or large number
    as an object; the letters stay in mapped flash, and a text that is one of the names `known` is
    no object.
    """
    at = _HEADER
    names, at = base128.read(data, at)
    constants, at = base128.read(data, at)
    for _ in range(names):
        length, at = base128.read(data, at)
        if not length & 1:
            at += (length >> 1) + 1
    total = _blocks(2 * names) + _blocks(4 * constants)
    for _ in range(constants):
        size, at = _constant(data, at, known)
        total += size
    return total


_TEXT, _BYTES, _INT, _TUPLE = 5, 6, 7, 10  # py/persistentcode.h, MP_PERSISTENT_OBJ_*


def _constant(data, at, known):
    """(bytes of the heap, next) of one constant."""
    kind = data[at]
    at += 1
    if kind < _TEXT:  # none, false, true, ellipsis, a table of native code
        return 0, at
    length, at = base128.read(data, at)
    if kind == _TUPLE:
        total = _blocks(8 + 4 * length)
        for _ in range(length):
            size, at = _constant(data, at, known)
            total += size
        return total, at
    text = data[at : at + length].decode(errors="replace")
    none = not length or (kind == _TEXT and text in known) or (kind == _INT and abs(int(text)) < _SMALL)
    return (0 if none else _BLOCK), at + length + (1 if kind in (_TEXT, _BYTES) else 0)


def _blocks(count):
    return -(-count // _BLOCK) * _BLOCK
